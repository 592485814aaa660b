"""What follows from shapes alone, computed once they are fixed: exporters leave such arithmetic in the graph."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ._graph import Graph
from ._model import Node

Array = npt.NDArray[Any]

ASKING = ("Shape", "Size")
"""Operators that read nothing of a tensor but its shape."""


def asks_shapes(graph: Graph) -> bool:
    """Return whether a graph has nodes that read nothing but a shape."""
    return any(map(_asks, graph.nodes))


def fold_shapes(graph: Graph, described: Mapping[str, tuple[tuple[int, ...], str]]) -> Graph:
    """Return a graph in which the numbers that follow from shapes are stored, and no node computes them.

    PyTorch writes a flattening as Shape, Gather, Unsqueeze, Concat and Reshape. With lengths for all axes the first
    four are constant: they go, and so does what nobody but them reads. What makes an output of the graph stays.

    Parameters
    ----------
    graph
        Any.
    described
        Shape and type of every fed or computed tensor.

    Returns
    -------
    Graph
        It computes the same from inputs of these shapes, and of these alone; the graph itself if it asks no shape.

    Raises
    ------
    UserError
        If a node refuses its inputs.

    Examples
    --------
    >>> graph = Graph.from_parts(
    ...     {
    ...         "format": "resnet8doc.operations", "version": 2, "initializers": [],
    ...         "inputs": [{"name": "x", "dtype": "int8", "shape": ["batch", 2, 3]},
    ...                    {"name": "like", "dtype": "int8", "shape": ["batch", 6]}],
    ...         "outputs": [{"name": "y", "dtype": "int8", "shape": ["batch", 6]}],
    ...         "nodes": [{"name": "lengths", "op_type": "Shape", "domain": "", "layer": "", "since_version": 1,
    ...                    "attributes": {}, "inputs": [{"formal": "data", "tensor": "like"}],
    ...                    "outputs": [{"index": 0, "tensor": "s"}]},
    ...                   {"name": "flat", "op_type": "Reshape", "domain": "", "layer": "", "since_version": 13,
    ...                    "attributes": {}, "outputs": [{"index": 0, "tensor": "y"}],
    ...                    "inputs": [{"formal": "data", "tensor": "x"}, {"formal": "shape", "tensor": "s"}]}],
    ...     },
    ...     {},
    ... )
    >>> shapes = {"x": ((1, 2, 3), "int8"), "like": ((1, 6), "int8"), "s": ((2,), "int64"), "y": ((1, 6), "int8")}
    >>> folded = fold_shapes(graph, shapes)
    >>> [node.name for node in folded.nodes], folded.parameters["s"]
    (['flat'], array([1, 6]))
    """
    given = {entry.name for entry in graph.outputs}
    known: dict[str, Array] = dict(graph.parameters)
    found: dict[str, Array] = {}
    for node in graph.nodes:
        if _asks(node):
            made = graph.compute_all(node, {node.inputs[0].tensor: _any(*described[node.inputs[0].tensor])})
        elif node.inputs and all(entry.tensor in known for entry in node.inputs):
            made = graph.compute_all(node, known)
        else:
            continue
        known |= made
        if _asks(node) or any(entry.tensor in found for entry in node.inputs):
            found |= made
    folded = {node.name for node in graph.nodes if {o for o in node.outputs if o} <= set(found) - given}
    if not folded:
        return graph
    for array in found.values():
        array.flags.writeable = False
    kept = _still_read(graph, folded)
    stored = {name: array for name, array in found.items() if name not in {o for node in kept for o in node.outputs}}
    nodes = tuple(
        replace(node, inputs=tuple(replace(e, parameter=e.parameter or e.tensor in stored) for e in node.inputs))
        for node in kept
    )
    return replace(graph, nodes=nodes, parameters={**graph.parameters, **stored})


def _asks(node: Node) -> bool:
    return node.op_type in ASKING and not node.domain and not node.inputs[0].parameter


def _any(shape: tuple[int, ...], dtype: str) -> Array:
    """Return an array of that shape, which takes no memory."""
    return np.broadcast_to(np.zeros((), dtype), shape)


def _still_read(graph: Graph, folded: set[str]) -> list[Node]:
    """Return the nodes that are left, without those that only folded nodes read."""
    read = {entry.tensor for node in graph.nodes for entry in node.inputs}
    wanted = {entry.name for entry in graph.outputs} | {o for node in graph.nodes for o in node.outputs} - read
    kept = []
    for node in reversed(graph.nodes):
        if node.name not in folded and wanted & set(node.outputs):
            wanted |= {entry.tensor for entry in node.inputs}
            kept.append(node)
    return kept[::-1]
