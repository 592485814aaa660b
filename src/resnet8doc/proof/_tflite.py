"""Every tensor of a TensorFlow Lite file, this engine against each of its runtimes."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..environment import cpu_class, environment
from ..errors import UserError
from ..files import sha256
from ..graph import Graph, Node
from ..graph import trace as trace_element
from ..oracles import KERNELS, TfliteNetwork, version
from ..runtimes import RUNTIMES
from ._tally import Tally, differs

Array = npt.NDArray[Any]

PROVEN = ("x86_64", "amd64")
"""Architectures on which a mismatch fails the build: there the engine was seen equal to all kernel sets."""


def prove_tflite(
    model: Path | str, inputs: Array, kernels: str, *, batch: int = 25, progress: bool = True
) -> dict[str, Any]:
    """Compare the engine with a kernel set of TensorFlow Lite, value by value.

    *Local*: each node is fed the runtime's own tensors. *End to end*: the engine computes everything from the input. A
    node of the extraction that the file has not (a Transpose, the sum before a clamp) is computed from the runtime's
    tensors and not counted.

    Parameters
    ----------
    model
        A TensorFlow Lite file of int8 codes.
    inputs
        ``[N, ...]`` of the file's input type, channels last; uint8 pixels are taken for real numbers where it wants
        those.
    kernels
        One of `resnet8doc.oracles.KERNELS`; the engine computes with the runtime of that name.
    batch
        Inputs at a time, where the runtime and the file allow it.
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
        If the file cannot be extracted, a runtime refuses it, or the inputs do not fit.
    """
    started, path = time.perf_counter(), Path(model)
    if kernels not in KERNELS:
        raise UserError(f"there are no kernels {kernels!r}", ", ".join(KERNELS), "Choose one of these.")
    network = TfliteNetwork(path, kernels, batch)
    graph = network.graph.with_runtime(RUNTIMES[kernels])
    real = graph.inputs[0].dtype == "float32"
    tallies = {node.name: Tally(node) for node in graph.nodes}
    first: dict[str, Any] | None = None
    whole = len(inputs) // network.batch * network.batch
    for start in tqdm(range(0, whole, network.batch), desc=f"{path.stem}, {kernels}", disable=not progress):
        part = np.ascontiguousarray(inputs[start : start + network.batch])
        if real and part.dtype == np.uint8:
            part = part.astype(np.float32)
        found = _chunk(graph, network.run(part), part, tallies, start)
        first = first or found
    described = environment()
    counted = [tally for tally in tallies.values() if tally.values]
    return {
        "model": path.stem, "sha256": sha256(path), "kernels": kernels, "runtime": graph.runtime.describe(),
        "version": version(kernels), "inputs": whole, "batch": network.batch,
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


def _chunk(
    graph: Graph, truth: dict[str, Array], fed: Array, tallies: dict[str, Tally], start: int
) -> dict[str, Any] | None:
    """Compare all nodes on some inputs; return the first local mismatch."""
    name = graph.inputs[0].name
    own, same, first = {name: fed}, {name}, None
    for node in graph.nodes:
        computed = graph.compute(node, own)
        own[node.output] = computed
        fed_alike = all(entry.parameter or entry.tensor in same for entry in node.inputs)
        local = computed if fed_alike else graph.compute(node, truth)
        expected = truth.get(node.output)
        if expected is None:
            truth[node.output] = local
            same |= {node.output} if fed_alike else set()
            continue
        if computed.dtype != expected.dtype or computed.shape != expected.shape:
            raise UserError(
                f"node {node.name} gives {computed.dtype} {list(computed.shape)}",
                f"{expected.dtype} {list(expected.shape)}, as the runtime does",
                "This is a fault of the engine: report it.",
            )  # fmt: skip
        if not differs(computed, expected).any():
            same.add(node.output)
        tally = tallies[node.name]
        before = tally.local
        tally.count(expected, local, computed)
        if first is None and tally.local > before:
            first = _first(graph, node, truth, local, start)
    return first


def _first(graph: Graph, node: Node, values: dict[str, Array], found: Array, start: int) -> dict[str, Any]:
    """Return the first value in which a node differs from the runtime, with all that went into it."""
    expected = values[node.output]
    index = tuple(int(i) for i in np.argwhere(differs(found, expected))[0])
    return {
        "node": node.name, "op_type": node.op_type, "input": start + index[0], "index": list(index),
        "runtime": expected[index].item(), "engine": found[index].item(),
        "trace": trace_element(node, graph.arguments(node, values), index, graph.runtime).to_dict(),
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
        lines += [f"  {step['name']}: {step['formula']} = {step['value']}" for step in first["trace"]["steps"]]
    return "\n".join(lines)
