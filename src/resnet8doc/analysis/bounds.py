r"""How large each accumulator can get: from the weights of this network, not from the worst case of the types.

For an output channel with centred weights :math:`w_k`, bias :math:`B` and input codes between :math:`q_{min}` and
:math:`q_{max}` with zero point :math:`z`, no image can bring the sum out of

.. math:: \left[B + \sum_k \min(w_k (q_{min} - z), w_k (q_{max} - z)),\;
          B + \sum_k \max(w_k (q_{min} - z), w_k (q_{max} - z))\right]

and codes can be chosen that reach both ends. After a ReLU the zero point is :math:`q_{min}`, so the input has one sign
and the interval is half as wide.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..graph import Graph, Node
from ..ops import EXACT_IN_FLOAT32, conv, largest_operand

Array = npt.NDArray[Any]

FORMALS = {"QLinearConv": ("x", "w"), "QLinearMatMul": ("a", "b"), "QGemm": ("A", "B")}
"""Formal names of the input and of the weights of each operator that sums products."""

BIAS = {"QLinearConv": "B", "QGemm": "C"}
"""Formal name of the bias of those that have one."""


@dataclass(frozen=True)
class Bound:
    """What one layer's accumulators can hold.

    Attributes
    ----------
    node, layer, op_type
        Which.
    products
        How many are summed for one output.
    by_type
        Largest magnitude that the types allow: operands and weights at their limits in every product, without bias.
    low, high
        The interval that no image can leave, bias included, over all output channels.
    bits
        Width of the two's complement number that holds every sum, partial sums in any order included.
    """

    node: str
    layer: str
    op_type: str
    products: int
    by_type: int
    low: int
    high: int
    bits: int


def width(value: int) -> int:
    """Return the bits that a number needs in two's complement.

    Parameters
    ----------
    value
        Any integer.

    Examples
    --------
    >>> [width(value) for value in (0, 1, 127, 128, -128, -129, 255 * -127)]
    [1, 2, 8, 9, 8, 9, 16]
    """
    return (value if value >= 0 else ~value).bit_length() + 1


def accumulator_bounds(graph: Graph) -> list[Bound]:
    """Return the bound of every layer that sums products, in order.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).

    Returns
    -------
    list of Bound
        One for each QLinearConv, QLinearMatMul and QGemm.

    Raises
    ------
    UserError
        As :func:`bound`.
    """
    return [bound(graph, node) for node in graph.nodes if node.op_type in FORMALS]


def observed(graph: Graph, values: dict[str, Array]) -> dict[str, tuple[int, int]]:
    """Return the smallest and the largest accumulator of each layer on some images, bias included.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    values
        ``graph.run(images, "all")``.

    Returns
    -------
    dict
        Node to (smallest, largest).
    """
    found = {}
    for node in graph.nodes:
        if node.op_type in FORMALS:
            total = _accumulators(graph, node, values)
            found[node.name] = int(total.min()), int(total.max())
    return found


def bound(graph: Graph, node: Node) -> Bound:
    """Return the bound of one layer that sums products.

    Parameters
    ----------
    graph, node
        The network, and an operator of it.

    Returns
    -------
    Bound
        What its accumulators can hold, whatever comes in.

    Raises
    ------
    UserError
        If the operator sums no products of codes, or its weights, bias or zero points are computed and not stored.

    Examples
    --------
    A product of two codes with the weights 3 and -100, by an input whose zero point is -128:

    >>> described = {
    ...     "format": "resnet8doc.operations", "version": 2, "model": {"name": "tiny", "quant_format": "QOperator"},
    ...     "inputs": [{"name": "x", "dtype": "int8", "shape": [1, 2]}],
    ...     "outputs": [{"name": "y", "dtype": "int8", "shape": [1, 1]}],
    ...     "nodes": [{"name": "n", "op_type": "QLinearMatMul", "domain": "", "layer": "n", "since_version": 10,
    ...                "attributes": {}, "outputs": [{"index": 0, "tensor": "y"}],
    ...                "inputs": [{"index": i, "formal": f, "tensor": t} for i, (f, t) in enumerate(zip(
    ...                    ("a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "y_scale",
    ...                     "y_zero_point"), "xszwsvsv"))]}],
    ...     "initializers": [{"name": n, "stored_dtype": d, "shape": s} for n, d, s in (
    ...         ("s", "float32", []), ("z", "int8", []), ("v", "int8", []), ("w", "int8", [2, 1]))],
    ... }
    >>> graph = Graph.from_parts(described, {
    ...     "s": np.float32(1), "z": np.int8(-128), "v": np.int8(0), "w": np.array([[3], [-100]], np.int8)})
    >>> found = bound(graph, graph.nodes[0])
    >>> found.low, found.high, found.bits
    (-25500, 765, 16)
    """
    if node.op_type not in FORMALS:
        raise UserError(
            f"node {node.name} is {node.op_type}", f"one of {', '.join(FORMALS)}", "Ask for one that sums products."
        )
    w = _weights(graph, node)
    turned = node.op_type == "QLinearConv"
    rows = w.reshape(len(w), -1) if turned else w.swapaxes(-1, -2).reshape(-1, w.shape[-2])
    outputs = len(w) if turned else w.shape[-1]
    bias = _bias(graph, node)
    bias = np.broadcast_to(bias, np.broadcast_shapes(bias.shape, (outputs,))).reshape(-1, outputs)
    x, kernel = FORMALS[node.op_type]
    x_zero, w_zero = _stored(graph, node, _zero(x)), _stored(graph, node, _zero(kernel))
    limits = np.iinfo(x_zero.dtype)
    zeros = x_zero.astype(np.int64).reshape(-1)
    ends = np.array([limits.min - zeros.max(), limits.max - zeros.min()], np.int64)
    products = rows[:, :, None] * ends
    low, high = (total.reshape(-1, outputs) for total in (products.min(-1).sum(1), products.max(-1).sum(1)))
    least, most = low + bias.min(axis=0), high + bias.max(axis=0)
    worst = largest_operand(x_zero.dtype, x_zero) * largest_operand(w_zero.dtype, w_zero) * rows.shape[1]
    ends_of_sums = (low.min(), high.max(), least.min(), most.max(), bias.min(), bias.max())
    return Bound(
        node.name, node.layer, node.op_type, rows.shape[1], worst, int(least.min()), int(most.max()),
        max(width(int(value)) for value in ends_of_sums),
    )  # fmt: skip


def _zero(formal: str) -> str:
    return f"{formal.lower()}_zero_point"


def _stored(graph: Graph, node: Node, formal: str) -> Array:
    tensor = node.tensor(formal)
    if tensor is None or tensor not in graph.parameters:
        raise UserError(
            f"{formal} of node {node.name} is {'left out' if tensor is None else 'computed'}", "one that is stored",
            "Store it in the model: a bound follows from stored numbers.",
        )  # fmt: skip
    return np.asarray(graph.parameters[tensor])


def _weights(graph: Graph, node: Node) -> Array:
    """Return the weights less their zero points: of a convolution as they are stored, else with outputs last."""
    formal = FORMALS[node.op_type][1]
    codes, zero = (_stored(graph, node, name).astype(np.int64) for name in (formal, _zero(formal)))
    if node.op_type == "QLinearConv":
        return np.asarray(codes - zero.reshape(-1, *(1,) * (codes.ndim - 1)))
    if node.op_type == "QGemm" and node.attributes.get("transB", 0):
        codes = codes.T
    return np.asarray(codes - zero)


def _bias(graph: Graph, node: Node) -> Array:
    formal = BIAS.get(node.op_type, "")
    if node.tensor(formal) is None:
        return np.zeros((), np.int64)
    return _stored(graph, node, formal).astype(np.int64)


def _accumulators(graph: Graph, node: Node, values: dict[str, Array]) -> Array:
    """Compute the sums themselves; float64 holds them exactly."""
    x_name = FORMALS[node.op_type][0]
    x = values[str(node.tensor(x_name))].astype(np.int64) - _stored(graph, node, _zero(x_name)).astype(np.int64)
    w, bias = _weights(graph, node), _bias(graph, node)
    if node.op_type != "QLinearConv":
        return np.asarray((x.T if node.attributes.get("transA", 0) else x) @ w + bias)
    # float32 convolves integers exactly as long as no sum reaches 2^24, which the bound tells; float64 always does.
    found = bound(graph, node)
    real = np.float32 if max(-found.low, found.high) < EXACT_IN_FLOAT32 else np.float64
    total = conv(x.astype(real), w.astype(real), np.broadcast_to(bias, len(w)).astype(real), **node.attributes)
    return total.astype(np.int64)
