"""Every tensor of every node, this engine against ONNX Runtime."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..arithmetic import Runtime
from ..environment import cpu_class, environment
from ..extract import How, fuse, read_operations, real_tensors, settings
from ..files import sha256
from ..graph import Graph
from ..hardware import with_shape
from ..inputs import chunks
from ._machine import machine
from ._probe import Feeds, Probe, Session
from ._tally import Tally, alike, differs, first_mismatch, traced

Array = npt.NDArray[Any]

DEFAULT = "ORT_ENABLE_ALL"
"""The level at which a session runs unless it is told otherwise."""


def prove(
    model: Path | str,
    images: Feeds,
    *,
    lengths: Mapping[str, int | tuple[int, ...]] | None = None,
    fused: How | None = None,
    chunk: int = 100,
    threads: int = 2,
    runtime: Runtime | None = None,
    progress: bool = True,
) -> dict[str, Any]:
    """Compare the engine with ONNX Runtime, value by value.

    Two comparisons at once. *Local*: each node is fed ONNX Runtime's own inputs, so that one wrong node cannot hide
    another. *End to end*: the engine computes everything from the image. (Where a node's inputs are equal in both, its
    local result is its end-to-end result, and is not computed twice.)

    Parameters
    ----------
    model
        An ONNX model; it is extracted in memory, and the engine sees the extraction alone.
    images
        What the model is fed, items along the first axis: an array, or for several inputs a dictionary. Of any rank
        and type that the model takes; uint8 is taken for real numbers where it wants them.
    lengths
        Of free axes that do not count items, as for :func:`resnet8doc.hardware.with_shape`.
    fused
        Prove the graph that ONNX Runtime runs in place of the model, not the model: ``default``, or ``integers`` with
        int8 activations allowed, as for :func:`resnet8doc.extract.extract`.
    chunk
        Images at a time; it bounds the memory.
    threads
        ONNX Runtime's.
    runtime
        In whose arithmetic the engine computes; as ONNX Runtime does on this processor if None.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``model``, ``sha256``, ``format``, ``fused``, ``images``, ``optimisation_level``, ``machine``,
        ``cpu_class``, ``proven`` (whether a mismatch here fails the build), ``runtime``, ``environment``; ``nodes``,
        a row each: ``node``, ``op_type``, ``layer``, ``tensor``, ``dtype``, ``held`` (to equality), ``values``,
        ``local_mismatches``, ``end_to_end_mismatches``, ``largest_local``, ``largest_end_to_end``; ``totals`` over the
        nodes that are held; ``outputs``, unoptimised and at the default level: in how many ``values`` the model's
        output differs from the engine's (``mismatches``) and in how many decisions (``decisions_changed``); of a fused
        graph, ``as_run`` (the same counts, the graph with every tensor laid open against a plain session of the model)
        and ``real`` (a row for each tensor that is not codes: ``tensor``, ``made_by``, ``layer``, ``why``);
        ``first_mismatch`` (or None); ``seconds``.

    Raises
    ------
    UserError
        If the model cannot be read.
    """
    started = time.perf_counter()
    path = Path(model)
    with tempfile.TemporaryDirectory() as folder:
        proven = fuse(path, Path(folder) / path.name, fused) if fused else path
        here = machine()
        operations, tensors = read_operations(proven)
        graph = with_shape(Graph.from_parts(operations, tensors).with_runtime(runtime or here.runtime), lengths or {})
        feeds = images if isinstance(images, Mapping) else {graph.inputs[0].name: images}
        count = 0
        probe = Probe(proven, threads)
        default = Session(path, DEFAULT, threads, settings(fused) if fused else None)
        tallies = {node.name: Tally(node) for node in graph.nodes}
        outputs = {level: _counts() for level in ("ORT_DISABLE_ALL", DEFAULT)}
        as_run = _counts()
        first: dict[str, Any] | None = None
        for start, part in tqdm(chunks(graph, feeds, chunk), desc=f"prove {path.stem}", disable=not progress):
            truth = probe.run(part)
            found, output = _chunk(graph, truth, set(part), tallies, start)
            first = first or found
            optimised_outputs = default.run(part)
            for name, ours in output.items():
                _compare_outputs(outputs["ORT_DISABLE_ALL"], truth[name], ours)
                _compare_outputs(outputs[DEFAULT], optimised_outputs[name], ours)
                _compare_outputs(as_run, optimised_outputs[name], truth[name])
            count = start + _items(graph, part)
    described = environment()
    held = [tally for tally in tallies.values() if tally.held]
    return {
        "model": path.stem, "sha256": sha256(path), "format": graph.format, "fused": fused, "images": count,
        "optimisation_level": DEFAULT if fused else "ORT_DISABLE_ALL", "machine": here.name,
        "cpu_class": cpu_class(described), "proven": here.proven, "runtime": graph.runtime.describe(),
        "environment": described, "nodes": [tally.to_dict() for tally in tallies.values()],
        "totals": {
            "nodes": len(held), "values": sum(t.values for t in held), "local_mismatches": sum(t.local for t in held),
            "end_to_end_mismatches": sum(t.end_to_end for t in held),
        },
        "outputs": outputs, **({"as_run": as_run, "real": _real(graph, operations)} if fused else {}),
        "first_mismatch": first, "seconds": round(time.perf_counter() - started, 2),
    }  # fmt: skip


def _chunk(
    graph: Graph, truth: dict[str, Array], fed: set[str], tallies: dict[str, Tally], start: int
) -> tuple[dict[str, Any] | None, dict[str, Array]]:
    """Compare all nodes on some items; return the first local mismatch of a node that is held, and the outputs."""
    own = {name: truth[name] for name in fed}
    same = set(fed)
    first = None
    for node in graph.nodes:
        own |= graph.compute_all(node, own)
        if node.output not in truth:  # of a branch or function that stands in line: the runtime does not show it
            inner = {name: value for name, value in graph.compute_all(node, truth).items() if name not in truth}
            truth |= inner
            same |= {name for name, value in inner.items() if not differs(value, own[name]).any()}
            continue
        expected, computed = truth[node.output], own[node.output]
        alike(f"node {node.name}", computed, expected, "ONNX Runtime")
        fed_alike = all(entry.parameter or entry.tensor in same for entry in node.inputs)
        local = computed if fed_alike else graph.compute(node, truth)
        if not differs(computed, expected).any():
            same.add(node.output)
        tally = tallies[node.name]
        before = tally.local
        tally.count(expected, local, computed)
        if first is None and tally.held and tally.local > before:
            first = first_mismatch(graph, node, truth, local, start)
    return first, {entry.name: own[entry.name] for entry in graph.outputs if entry.name in own}


def _items(graph: Graph, part: Mapping[str, Array]) -> int:
    """Return how many items one call was fed: as many as the first axis counts, where it is free."""
    first = graph.inputs[0]
    array = part[first.name]
    free = array.ndim > 0 and not isinstance((first.shape or (None,))[0], int)
    return len(array) if free else 1


def _real(graph: Graph, operations: dict[str, Any]) -> list[dict[str, str]]:
    kinds = {entry["name"]: entry["dtype"] for entry in operations["initializers"]}
    return [asdict(row) for row in real_tensors(graph, kinds)]


def _counts() -> dict[str, int]:
    return {"values": 0, "mismatches": 0, "decisions_changed": 0}


def _compare_outputs(row: dict[str, int], theirs: Array, ours: Array) -> None:
    row["values"] += theirs.size
    row["mismatches"] += int(np.count_nonzero(differs(ours, theirs)))
    if ours.ndim and ours.size:
        row["decisions_changed"] += int(np.count_nonzero(theirs.argmax(axis=-1) != ours.argmax(axis=-1)))


def failure(result: dict[str, Any]) -> str | None:
    """Return why a proof failed, in a few lines, or None.

    It fails where the processor is listed as proven and a node that is held to equality differs: from ONNX Runtime's
    own inputs in any graph; end to end in one of codes throughout, where nothing is left to the order of a real sum.
    It also fails if a fused graph, laid open, is not what a plain session runs.
    """
    other = result.get("as_run", {}).get("mismatches", 0)
    if other and result["proven"]:
        return (
            f"{result['model']}: the graph that ONNX Runtime wrote and the one that a plain session runs differ in "
            f"{other} of {result['as_run']['values']} outputs, on {result['machine']}."
        )
    totals = result["totals"]
    throughout = all(row["held"] for row in result["nodes"])
    wrong = totals["local_mismatches"] + (totals["end_to_end_mismatches"] if throughout else 0)
    if not wrong or not result["proven"]:
        return None
    lines = [
        f"{result['model']}: {totals['local_mismatches']} of {totals['values']} values differ node by node, "
        f"{totals['end_to_end_mismatches']} end to end, on {result['machine']}."
    ]
    first = result["first_mismatch"]
    if first is not None:
        lines.append(
            f"First: node {first['node']} ({first['op_type']}), image {first['image']}, index {first['index']}: "
            f"ONNX Runtime {first['onnxruntime']}, engine {first['engine']}."
        )
        lines += traced(first)
    return "\n".join(lines)
