"""Changing a scale as a designer would: everyone who reads it follows, weights and biases are quantized anew."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...analysis.pairs import SUFFIX
from ...errors import UserError
from ...graph import Graph, Node

Array = npt.NDArray[Any]
_WEIGHTS = {"QLinearConv": ("w", "w_scale", "w_zero_point", 0), "QLinearMatMul": ("b", "b_scale", "b_zero_point", 1)}
"""For each operator with weights: the inputs that hold codes, scale and zero point, and the axis of output channels."""


def _names(graph: Graph, tensor: str) -> tuple[str, str]:
    quantization = graph.quantization(tensor) if tensor in graph.tensors else None
    if quantization is None or quantization.zero_point_name is None:
        raise UserError(f"{tensor} has no scale and zero point", "a computed tensor of codes", "Choose another tensor.")
    return quantization.scale_name, quantization.zero_point_name


def redesign_scale(graph: Graph, source: Graph, float_graph: Graph | None, tensor: str, scale: np.float32) -> Graph:
    """Return a graph in which a tensor's scale is another for all who read it, with biases that fit.

    Parameters
    ----------
    graph
        What to change.
    source, float_graph
        Where biases are taken from: the float graph where it has them, else the values of the source's codes.
    tensor
        A computed tensor of codes.
    scale
        The new one.

    Raises
    ------
    UserError
        If the tensor has no scale.
    """
    name, _ = _names(graph, tensor)
    graph = graph.with_parameters({name: np.asarray(scale, np.float32).reshape(graph.parameters[name].shape)})
    for node in graph.nodes:
        if node.op_type == "QLinearConv" and node.tensor("x_scale") == name:
            graph = _with_bias(graph, source, float_graph, node)
    return graph


def redesign_zero_point(graph: Graph, tensor: str, zero_point: Array) -> Graph:
    """Return a graph in which a tensor's zero point is another for all who read it.

    Raises
    ------
    UserError
        If the tensor has no zero point.
    """
    _, name = _names(graph, tensor)
    return graph.with_parameters({name: zero_point.reshape(graph.parameters[name].shape)})


def requantize_weights(graph: Graph, source: Graph, float_graph: Graph | None, node_name: str, bits: int) -> Graph:
    """Return a graph in which one operator's weights use fewer codes, from ``-2^(bits-1) + 1`` up.

    Parameters
    ----------
    graph, source, float_graph
        As for `redesign_scale`.
    node_name
        A convolution or a matrix product.
    bits
        2 to 8. Codes stay in their 8-bit type; fewer of them occur.

    Raises
    ------
    UserError
        If the node has no weights.
    """
    node = graph.node(node_name)
    if node.op_type not in _WEIGHTS:
        raise UserError(
            f"{node_name} ({node.op_type}) has no weights", "a convolution or the dense layer", "Choose one."
        )
    codes, scales, zeros, axis = _WEIGHTS[node.op_type]
    code_name, scale_name, zero_name = (str(node.tensor(formal)) for formal in (codes, scales, zeros))
    old_scale, old_codes = source.parameters[scale_name], source.parameters[code_name]
    values = _real(source, float_graph, code_name)
    reduced = tuple(n for n in range(values.ndim) if n != axis) if old_scale.ndim else None
    limit = 2 ** (bits - 1) - 1
    peaks = np.abs(values).max(axis=reduced)
    scale = np.where(peaks > 0, peaks / np.float32(limit), 1).astype(np.float32)
    shape = [1] * values.ndim
    if scale.ndim:
        shape[axis] = -1
    zero = int(np.asarray(source.parameters[zero_name]).reshape(-1)[0]) if zero_name in source.parameters else 0
    steps = np.clip(np.rint(values / scale.reshape(shape)), -limit - (bits == 8), limit) + zero
    graph = graph.with_parameters(
        {code_name: steps.astype(old_codes.dtype), scale_name: scale.reshape(old_scale.shape)}
    )
    return _with_bias(graph, source, float_graph, graph.node(node_name))


def _with_bias(graph: Graph, source: Graph, float_graph: Graph | None, node: Node) -> Graph:
    """Return the graph with one convolution's bias quantized for the scales that it has now."""
    name = node.tensor("B")
    if name is None or node.op_type != "QLinearConv":
        return graph
    values = _real(source, float_graph, name)
    scale = graph.parameters[str(node.tensor("x_scale"))] * graph.parameters[str(node.tensor("w_scale"))]
    limits = np.iinfo(np.int32)
    steps = np.clip(np.rint(values.astype(np.float64) / scale), limits.min, limits.max)
    return graph.with_parameters({name: steps.astype(np.int32)})


def _real(source: Graph, float_graph: Graph | None, codes: str) -> Array:
    """Return the real numbers behind stored codes."""
    name = codes.removesuffix(SUFFIX)
    if float_graph is not None and name in float_graph.parameters and name != codes:
        return np.asarray(float_graph.parameters[name], np.float32).reshape(source.parameters[codes].shape)
    quantization = source.quantization(codes)
    if quantization is None:
        raise UserError(f"{codes} has no scale", "weights or a bias", "Use another model.")
    return quantization.dequantize(source.parameters[codes])
