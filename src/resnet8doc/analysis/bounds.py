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

from ..graph import Graph, Node
from ..ops import EXACT_IN_FLOAT32, conv, largest_operand

Array = npt.NDArray[Any]

FORMALS = {"QLinearConv": ("x", "w"), "QLinearMatMul": ("a", "b")}
"""Formal names of the input and of the weights of each operator that sums products."""


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
        One for each QLinearConv and QLinearMatMul.
    """
    return [_bound(graph, node) for node in graph.nodes if node.op_type in FORMALS]


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


def _operands(graph: Graph, node: Node) -> tuple[Array, Array, Array]:
    """Return the limits of ``x - zero``, centred weights ``[outputs, K]`` and the bias ``[outputs]``."""
    x, w = FORMALS[node.op_type]
    x_zero = np.asarray(graph.parameters[str(node.tensor(f"{x}_zero_point"))])
    limits = np.iinfo(x_zero.dtype)
    ends = np.array([limits.min, limits.max], np.int64) - int(x_zero)
    codes = graph.parameters[str(node.tensor(w))].astype(np.int64)
    zero = graph.parameters[str(node.tensor(f"{w}_zero_point"))].astype(np.int64)
    rows = codes.reshape(codes.shape[0], -1) if node.op_type == "QLinearConv" else codes.T
    bias = graph.parameters.get(str(node.tensor("B")), np.zeros(len(rows), np.int64)).astype(np.int64)
    return ends, rows - zero.reshape(-1, 1), bias


def _bound(graph: Graph, node: Node) -> Bound:
    ends, w, bias = _operands(graph, node)
    products = w[:, :, None] * ends
    low, high = products.min(axis=-1).sum(axis=1), products.max(axis=-1).sum(axis=1)
    x, kernel = FORMALS[node.op_type]
    x_zero = graph.parameters[str(node.tensor(f"{x}_zero_point"))]
    w_zero = graph.parameters[str(node.tensor(f"{kernel}_zero_point"))]
    worst = largest_operand(x_zero.dtype, x_zero) * largest_operand(w_zero.dtype, w_zero) * w.shape[1]
    ends_of_sums = (low.min(), high.max(), (low + bias).min(), (high + bias).max(), bias.min(), bias.max())
    return Bound(
        node.name, node.layer, node.op_type, w.shape[1], worst, int((low + bias).min()), int((high + bias).max()),
        max(width(int(value)) for value in ends_of_sums),
    )  # fmt: skip


def _accumulators(graph: Graph, node: Node, values: dict[str, Array]) -> Array:
    """Compute the sums themselves; float64 holds them exactly."""
    x_name = FORMALS[node.op_type][0]
    zero = graph.parameters[str(node.tensor(f"{x_name}_zero_point"))].astype(np.int64)
    x = values[str(node.tensor(x_name))].astype(np.int64) - zero
    _, w, bias = _operands(graph, node)
    if node.op_type == "QLinearMatMul":
        return np.asarray(x @ w.T + bias)
    shape = graph.parameters[str(node.tensor("w"))].shape
    # float32 convolves integers exactly as long as no sum reaches 2^24, which the bound tells; float64 always does.
    bound = _bound(graph, node)
    real = np.float32 if max(-bound.low, bound.high) < EXACT_IN_FLOAT32 else np.float64
    total = conv(x.astype(real), w.reshape(shape).astype(real), bias.astype(real), **node.attributes)
    return total.astype(np.int64)
