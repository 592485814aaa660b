"""Whose scale is it: from a tensor to the parameters that say what its codes stand for."""

from typing import TYPE_CHECKING

import numpy as np

from ..ops import Codes
from ._model import Node, Quantization
from ._operators import operator_of

if TYPE_CHECKING:
    from ._graph import Graph


def find_quantization(graph: "Graph", tensor: str) -> Quantization | None:
    """Return a tensor's scale and zero point, from its producer, else from a consumer."""
    producer = graph.producer(tensor)
    if producer is not None:
        operator = operator_of(producer)
        number = min(producer.outputs.index(tensor), len(operator.outputs) - 1)  # a variadic output stands last
        formal = operator.outputs[number]
        if formal in operator.codes:
            return _read(graph, producer, operator.codes[formal], tensor)
        if operator.kind == "movement":
            return find_quantization(graph, producer.inputs[0].tensor)
        return None
    for node, formal in graph.consumers(tensor):
        codes = operator_of(node).codes.get(formal)
        if codes is not None:
            return _read(graph, node, codes, tensor)
    return _bias(graph, tensor)


def _bias(graph: "Graph", tensor: str) -> Quantization | None:
    """Return the scale of a bias: it has none of its own, but that of the products to which it is added."""
    for node, formal in graph.consumers(tensor):
        if node.op_type == "QLinearConv" and formal == "B":
            x, w = (str(node.tensor(formal)) for formal in ("x_scale", "w_scale"))
            if x in graph.parameters and w in graph.parameters:
                product = np.asarray(graph.parameters[x] * graph.parameters[w])
                return Quantization(product, np.zeros((), np.int32), 0, f"{x} * {w}", None)
    return None


def _read(graph: "Graph", node: Node, codes: Codes, tensor: str) -> Quantization | None:
    scale_name, zero_name = node.tensor(codes.scale), node.tensor(codes.zero_point)
    if scale_name is None or scale_name not in graph.parameters:
        return None
    zero = graph.parameters.get(zero_name or "")
    if zero is None:
        info, stored = graph.info.get(tensor), graph.parameters.get(tensor)
        zero = np.zeros((), stored.dtype if stored is not None else (info and info.dtype) or np.int8)
    axis = codes.axis_in(node.attributes)
    return Quantization(graph.parameters[scale_name], zero, axis, scale_name, zero_name)
