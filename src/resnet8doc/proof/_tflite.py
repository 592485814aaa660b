"""Every tensor of a TensorFlow Lite file, this engine against each of its runtimes."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..environment import cpu_class, environment
from ..errors import UserError
from ..files import sha256
from ..graph import Graph, Node
from ..inputs import chunks
from ..oracles import KERNELS, TfliteNetwork, read_stateless, version
from ..runtimes import RUNTIMES
from ._tally import Tally, alike, differs, trace_or_reason, traced

Array = npt.NDArray[Any]

PROVEN = ("x86_64", "amd64")
"""Architectures on which a mismatch fails the build: there the engine was seen equal to all kernel sets."""


def prove_tflite(
    model: Path | str, inputs: Array | Mapping[str, Array], kernels: str, *, batch: int = 25, progress: bool = True
) -> dict[str, Any]:
    """Compare the engine with a kernel set of TensorFlow Lite, value by value.

    *Local*: each node is fed the runtime's own tensors. *End to end*: the engine computes everything from the input. A
    node of the extraction that the file has not (a Transpose, the sum before a clamp) is computed from the runtime's
    tensors and not counted.

    Parameters
    ----------
    model
        A TensorFlow Lite file of int8 or int16 codes.
    inputs
        ``[N, ...]`` of the file's input type, channels last, or for several inputs a dictionary; uint8 pixels are taken
        for real numbers where it wants those. Where the first axis of an input has a length of its own, items stand one
        behind the other along it.
    kernels
        One of `resnet8doc.oracles.KERNELS`; the engine computes with the runtime of that name.
    batch
        Inputs at a time at most, where the runtime and the file allow it.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``model``, ``sha256``, ``kernels``, ``runtime``, ``version``, ``inputs`` (how many), ``batch``,
        ``architecture``, ``cpu_class``, ``proven`` (whether a mismatch here fails the build), ``environment``;
        ``nodes`` as `resnet8doc.proof.prove` has them; ``totals``: ``nodes``, ``values``, ``local_mismatches``,
        ``end_to_end_mismatches``; ``first_mismatch`` (or None); ``predictions``, the engine's, for networks that
        classify; ``seconds``.

    Raises
    ------
    UserError
        If the file cannot be extracted, a runtime refuses it, the inputs do not fit, or the file keeps variables.
    """
    started, path = time.perf_counter(), Path(model)
    if kernels not in KERNELS:
        raise UserError(f"there are no kernels {kernels!r}", ", ".join(KERNELS), "Choose one of these.")
    read = _graph(path)
    read.refuse_lacking(kernels)
    feeds, count = _fed(read, inputs)
    # Every input is compared: the largest batch that divides them.
    batch = next(size for size in range(min(batch, count), 0, -1) if count % size == 0)
    network = TfliteNetwork(path, kernels, batch)
    graph = network.graph.with_runtime(RUNTIMES[kernels])
    tallies = {node.name: Tally(node) for node in graph.nodes}
    first: dict[str, Any] | None = None
    pieces = chunks(graph, feeds, network.batch)
    bar = tqdm(pieces, f"{path.stem}, {kernels}", count // network.batch, disable=not progress)
    for start, part in bar:
        found = _chunk(graph, network.run(*(part[entry.name] for entry in graph.inputs)), part, tallies, start)
        first = first or found
    described = environment()
    counted = [tally for tally in tallies.values() if tally.values]
    return {
        "model": path.stem, "sha256": sha256(path), "kernels": kernels, "runtime": graph.runtime.describe(),
        "version": version(kernels), "inputs": count, "batch": network.batch,
        "architecture": described["architecture"], "cpu_class": cpu_class(described),
        "proven": described["architecture"] in PROVEN, "environment": described,
        "nodes": [tally.to_dict() for tally in counted],
        "totals": {
            "nodes": len(counted), "values": sum(t.values for t in counted),
            "local_mismatches": sum(t.local for t in counted),
            "end_to_end_mismatches": sum(t.end_to_end for t in counted),
        },
        "first_mismatch": first, "seconds": round(time.perf_counter() - started, 2),
    }  # fmt: skip


def _graph(path: Path) -> Graph:
    reading = read_stateless(path)
    return Graph.from_parts(reading.operations, reading.tensors)


def _fed(graph: Graph, inputs: Array | Mapping[str, Array]) -> tuple[dict[str, Array], int]:
    """Return inputs by their names, of the types that the file wants, and how many items they hold.

    Raises
    ------
    UserError
        If one is missing, there are none, or the inputs hold different numbers of items.
    """
    names = [entry.name for entry in graph.inputs]
    given = inputs if isinstance(inputs, Mapping) else dict.fromkeys(names[:1], inputs)
    if set(given) != set(names):
        raise UserError(
            f"the inputs given are {', '.join(given)}", ", ".join(names), "Give an array for each, by its name."
        )
    feeds, counts = {}, {}
    for entry in graph.inputs:
        array = np.ascontiguousarray(given[entry.name])
        pixels = entry.dtype == "float32" and array.dtype == np.uint8
        feeds[entry.name] = array.astype(np.float32) if pixels else array
        first = entry.shape[0] if entry.shape else None
        length = first if isinstance(first, int) else 1
        if array.ndim == 0 or len(array) == 0 or len(array) % length:
            raise UserError(
                f"{entry.name} has the shape {list(array.shape)}", f"{length} or a multiple of it along the first axis",
                "Give at least one item.",
            )  # fmt: skip
        counts[entry.name] = len(array) // length
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise UserError(f"the inputs hold different numbers of items: {listed}", "the same", "Give as many of each.")
    return feeds, next(iter(counts.values()))


def _chunk(
    graph: Graph, truth: dict[str, Array], fed: Mapping[str, Array], tallies: dict[str, Tally], start: int
) -> dict[str, Any] | None:
    """Compare all nodes on some inputs; return the first local mismatch."""
    own, same, first = dict(fed), set(fed), None
    for node in graph.nodes:
        made = graph.compute_all(node, own)
        own |= made
        fed_alike = all(entry.parameter or entry.tensor in same for entry in node.inputs)
        local = made if fed_alike else graph.compute_all(node, truth)
        for name, computed in made.items():
            expected = truth.get(name)
            if expected is None:
                truth[name] = local[name]
                same |= {name} if fed_alike else set()
                continue
            alike(f"node {node.name}", computed, expected, "the runtime")
            if not differs(computed, expected).any():
                same.add(name)
            tally = tallies[node.name]
            before = tally.local
            tally.count(expected, local[name], computed)
            if first is None and tally.local > before:
                first = _first(graph, node, truth, (name, local[name]), start)
    return first


def _first(graph: Graph, node: Node, values: dict[str, Array], output: tuple[str, Array], start: int) -> dict[str, Any]:
    """Return the first value in which an output differs from the runtime, with all that went into it."""
    name, found = output
    expected = values[name]
    index = tuple(int(i) for i in np.argwhere(differs(found, expected))[0])
    return {
        "node": node.name, "op_type": node.op_type, "input": start + index[0], "index": list(index),
        "runtime": expected[index].item(), "engine": found[index].item(),
        "trace": trace_or_reason(graph, node, values, index, graph.runtime),
    }  # fmt: skip


def failure_tflite(result: dict[str, Any]) -> str | None:
    """Return why a proof of `prove_tflite` failed, in a few lines, or None."""
    totals = result["totals"]
    wrong = totals["local_mismatches"] + totals["end_to_end_mismatches"]
    if not wrong or not result["proven"]:
        return None
    lines = [
        f"{result['model']}, {result['version']} ({result['kernels']}): {totals['local_mismatches']} of "
        f"{totals['values']} values differ node by node, {totals['end_to_end_mismatches']} end to end."
    ]
    first = result["first_mismatch"]
    if first is not None:
        lines.append(
            f"First: node {first['node']} ({first['op_type']}), input {first['input']}, index {first['index']}: "
            f"runtime {first['runtime']}, engine {first['engine']}."
        )
        lines += traced(first)
    return "\n".join(lines)
