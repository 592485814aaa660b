"""Whose scale is it: from a tensor to the parameters that say what its codes stand for."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ._model import Node, Quantization

if TYPE_CHECKING:
    from ._graph import Graph

OUTPUTS = {
    "QuantizeLinear": ("y_scale", "y_zero_point"),
    "QLinearConv": ("y_scale", "y_zero_point"),
    "QLinearMatMul": ("y_scale", "y_zero_point"),
    "QLinearAdd": ("C_scale", "C_zero_point"),
    "QLinearAveragePool": ("y_scale", "y_zero_point"),
    "QLinearGlobalAveragePool": ("y_scale", "y_zero_point"),
    "QGemm": ("y_scale", "y_zero_point"),
    "QLinearSoftmax": ("y_scale", "y_zero_point"),
}
"""For each operator that makes codes, the inputs that say what they stand for."""

INPUTS = {
    ("QuantizeLinear", "x"): None,
    ("DequantizeLinear", "x"): ("x_scale", "x_zero_point"),
    ("QLinearConv", "x"): ("x_scale", "x_zero_point"),
    ("QLinearConv", "w"): ("w_scale", "w_zero_point"),
    ("QLinearMatMul", "a"): ("a_scale", "a_zero_point"),
    ("QLinearMatMul", "b"): ("b_scale", "b_zero_point"),
    ("QLinearAdd", "A"): ("A_scale", "A_zero_point"),
    ("QLinearAdd", "B"): ("B_scale", "B_zero_point"),
    ("QGemm", "A"): ("a_scale", "a_zero_point"),
    ("QGemm", "B"): ("b_scale", "b_zero_point"),
    ("QLinearAveragePool", "X"): ("x_scale", "x_zero_point"),
    ("QLinearGlobalAveragePool", "X"): ("x_scale", "x_zero_point"),
    ("QLinearSoftmax", "X"): ("X_scale", "x_zero_point"),
}
"""For each input of codes, the inputs that say what they stand for."""

SAME_CODES = ("Transpose", "Reshape", "Flatten", "Squeeze", "Identity")


def find_quantization(graph: "Graph", tensor: str) -> Quantization | None:
    """Return a tensor's scale and zero point, from its producer, else from a consumer."""
    producer = graph.producer(tensor)
    if producer is not None:
        if producer.op_type in OUTPUTS:
            return _read(graph, producer, OUTPUTS[producer.op_type], 1)
        if producer.op_type in SAME_CODES:
            return find_quantization(graph, producer.inputs[0].tensor)
        return None
    for node, formal in graph.consumers(tensor):
        pair = INPUTS.get((node.op_type, formal))
        if pair is not None:
            axis = 0 if formal == "w" else 1 if formal in ("b", "B") else int(node.attributes.get("axis", 1))
            return _read(graph, node, pair, axis)
    return _bias(graph, tensor)


def _bias(graph: "Graph", tensor: str) -> Quantization | None:
    """Return the scale of a bias: it has none of its own, but that of the products to which it is added."""
    for node, formal in graph.consumers(tensor):
        if node.op_type == "QLinearConv" and formal == "B":
            x, w = _value(graph, node, "x_scale"), _value(graph, node, "w_scale")
            name = f"{node.tensor('x_scale')} * {node.tensor('w_scale')}"
            return Quantization(np.asarray(x * w), np.zeros((), np.int32), 0, name, None)
    return None


def _read(graph: "Graph", node: Node, pair: tuple[str, str], axis: int) -> Quantization | None:
    scale_name, zero_name = node.tensor(pair[0]), node.tensor(pair[1])
    if scale_name is None or scale_name not in graph.parameters:
        return None
    zero = np.zeros((), np.int8) if zero_name is None else graph.parameters.get(zero_name, np.zeros((), np.int8))
    return Quantization(graph.parameters[scale_name], zero, axis, scale_name, zero_name)


def _value(graph: "Graph", node: Node, formal: str) -> Any:
    return graph.parameters[str(node.tensor(formal))]
