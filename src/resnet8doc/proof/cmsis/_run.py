"""What CMSIS-NN computes, in both of its ways to round, and what this engine does."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ...environment import environment
from ...files import make_folder, sha256
from ...graph import Graph, Node
from ...hardware.c import describe_compiler
from ...reading.tflite import read
from ...runtimes import TFLITE_BUILTIN_ARM, TFLITE_MICRO
from .. import _tflite_cases as cases
from .. import _tflite_layers as layers
from .._tally import alike, differs
from .._tflite_case import SCALES
from ._library import FLAGS, SINGLE, Library, open_source
from ._operators import CODES, OPERATORS, Bounds
from ._single import compute_once

Array = npt.NDArray[Any]

GENERATORS = {
    "CONV_2D, 1 x 1": layers.convolution,
    "CONV_2D, 3 x 3": layers.window_convolution,
    "CONV_2D, 1 x 5 on a row": layers.row_convolution,
    "DEPTHWISE_CONV_2D, 3 x 3": layers.depthwise,
    "DEPTHWISE_CONV_2D, 5 x 5": layers.wide_depthwise,
    "DEPTHWISE_CONV_2D, two of each": layers.doubled_depthwise,
    "FULLY_CONNECTED": layers.fully_connected,
    "ADD": cases.addition,
    "MUL": cases.product,
    "AVERAGE_POOL_2D": cases.average_pool,
    "MAX_POOL_2D": cases.max_pool,
    "SOFTMAX": cases.softmax,
}
"""Single operators; with this network, each function that CMSIS-NN's wrappers of convolutions choose from is run."""

COUNTS = ("values", "mismatches", "once_mismatches", "once_unlike_micro", "once_unlike_arm")


def compare(
    folder: Path | None, model: Path, images: Array, *, workplace: Path, values: int = 1_000_000,
    release: str | None = None, progress: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """Compile a reader's CMSIS-NN twice and compare the engine with it: a network's nodes, and single operators.

    Parameters
    ----------
    folder
        Of CMSIS-NN, with ``Include`` and ``Source``.
    model
        A ``.tflite`` file. Each node is fed the engine's own bytes.
    images
        uint8 ``[N, 32, 32, 3]``.
    workplace
        For libraries and single operators.
    values
        At least so many outputs of each single operator, in equal parts for each kind of scales.
    release
        What the user calls this CMSIS-NN.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able, as ``cmsis.schema.json`` describes it, but for ``schema``, ``command`` and ``date``.

    Raises
    ------
    UserError
        If the folder is none of CMSIS-NN, a function is missing, or there is no compiler.
    """
    source = open_source(folder)
    make_folder(workplace)
    libraries = tuple(Library(source, workplace / f"{name}.so", single=name == "once") for name in ("twice", "once"))
    reading = read(model)
    graph = Graph.from_parts(reading.operations, reading.tensors)
    fed = {graph.inputs[0].name: images.astype(np.float32)}
    network = [{"name": node.name, "op_type": node.op_type, **counts} for node, counts in _nodes(graph, fed, libraries)]
    operators = [
        _operator(name, workplace / "one.tflite", values, libraries)
        for name in tqdm(GENERATORS, desc="single operators", disable=not progress)
    ]
    machine = environment()
    return {
        "source": {
            "release": release, "commit": source.commit(), "revisions": source.revisions(), "files": source.hashes(),
        },
        "compiler": {"version": describe_compiler(), "flags": list(FLAGS), "single": SINGLE},
        "machine": {key: machine[key] for key in ("architecture", "cpu", "system", "python")}
        | {"numpy": machine["packages"]["numpy"]},
        "model": {"name": model.name, "sha256": sha256(model)}, "images": len(images), "network": network,
        "operators": operators,
    }  # fmt: skip


def differing(found: Mapping[str, Any]) -> int:
    """Return how many values differ, in both ways to round.

    Examples
    --------
    >>> differing({"network": [{"mismatches": 1, "once_mismatches": 2}], "operators": []})
    3
    """
    return sum(row["mismatches"] + row["once_mismatches"] for row in (*found["network"], *found["operators"]))


def _operator(name: str, path: Path, values: int, libraries: tuple[Library, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "cases": 0, **dict.fromkeys(COUNTS, 0)}
    for number, ties in enumerate(SCALES):
        rng, seen = np.random.default_rng([13, number]), 0
        while seen < values / len(SCALES):
            case = GENERATORS[name](rng, ties)
            path.write_bytes(case.content)
            reading = read(path)
            graph = Graph.from_parts(reading.operations, reading.tensors)
            fed = {entry.name: value for entry, value in zip(graph.inputs, case.inputs, strict=True)}
            for _, counts in _nodes(graph, fed, libraries):
                seen += counts["values"]
                for key in COUNTS:
                    row[key] += counts[key]
            row["cases"] += 1
    return row


def _nodes(
    graph: Graph, fed: Mapping[str, Array], libraries: tuple[Library, ...]
) -> Iterator[tuple[Node, dict[str, int]]]:
    """Yield each node that CMSIS-NN has, and its counts."""
    values = dict(fed) | graph.run(fed, "all", runtime=TFLITE_MICRO)
    for node in graph.nodes:
        if node.op_type in OPERATORS:
            yield node, _node(graph, node, values, libraries)


def _node(graph: Graph, node: Node, values: Mapping[str, Array], libraries: tuple[Library, ...]) -> dict[str, int]:
    """Count in one node; a clamp that alone reads it is CMSIS-NN's own activation."""
    given, shape, (low, high) = graph.arguments(node, values), values[node.output].shape, bounds_of(graph, node)
    twice, once = (OPERATORS[node.op_type](one, given, node.attributes, shape, (low, high)) for one in libraries)
    ours, ours_once, arm = (
        np.clip(codes, np.int8(low), np.int8(high))
        for codes in (
            values[node.output], compute_once(graph, node, values), graph.compute(node, values, TFLITE_BUILTIN_ARM),
        )
    )  # fmt: skip
    for codes in (twice, once):
        alike(node.name, ours, codes, "CMSIS-NN")
    pairs = ((twice, ours), (once, ours_once), (once, ours), (once, arm))
    counts = (int(np.count_nonzero(differs(found, expected))) for found, expected in pairs)
    return dict(zip(COUNTS, (ours.size, *counts), strict=True))


def bounds_of(graph: Graph, node: Node) -> Bounds:
    """Return the bounds of the clamp that alone reads a node's output; those of int8 without one."""
    readers = [reader for reader, _ in graph.consumers(node.output)]
    if len(readers) != 1 or readers[0].op_type != "Clip":
        return CODES
    given = graph.arguments(readers[0], {node.output: np.zeros(1, np.int8)})
    return int(given["min"]), int(given["max"])
