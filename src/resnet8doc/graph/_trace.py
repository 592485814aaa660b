"""Which function writes down one element of which operator."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy.typing as npt

from .. import ops
from ..errors import UserError
from ..ops import Trace
from ..requantize import Arithmetic
from ._model import Node

Array = npt.NDArray[Any]

ELEMENTS: dict[str, Callable[..., Trace]] = {
    "QuantizeLinear": ops.quantize_linear_element,
    "DequantizeLinear": ops.dequantize_linear_element,
    "QLinearConv": ops.qlinear_conv_element,
    "QLinearMatMul": ops.qlinear_matmul_element,
    "QLinearAdd": ops.qlinear_add_element,
    "QLinearAveragePool": ops.qlinear_average_pool_element,
    "QLinearGlobalAveragePool": ops.qlinear_global_average_pool_element,
    "QGemm": ops.qgemm_element,
    "QLinearSoftmax": ops.qlinear_softmax_element,
}


def check_traced(node: Node) -> Callable[[tuple[int, ...], Mapping[str, Array | None], Arithmetic], Trace]:
    """Return the function that traces a node's elements, or refuse its operator."""
    element = ELEMENTS.get(node.op_type)
    if element is None:
        raise UserError(f"node {node.name} is {node.op_type}", f"one of {', '.join(ELEMENTS)}", "Trace one of these.")

    def traced(index: tuple[int, ...], arguments: Mapping[str, Array | None], arithmetic: Arithmetic) -> Trace:
        return element(index, **arguments, **node.attributes, arithmetic=arithmetic)

    return traced


def trace(node: Node, arguments: Mapping[str, Array | None], index: tuple[int, ...], arithmetic: Arithmetic) -> Trace:
    """Trace one element of a node's output, on given inputs.

    Parameters
    ----------
    node
        Of a graph.
    arguments
        Its inputs by formal name, as :meth:`Graph.arguments` returns them.
    index
        Of the output element.
    arithmetic
        How to compute.

    Raises
    ------
    UserError
        If the operator cannot be traced.
    """
    return check_traced(node)(index, arguments, arithmetic)
