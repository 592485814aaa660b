"""What CMSIS-NN computes when it is built with ``CMSIS_NN_USE_SINGLE_ROUNDING``.

Each product of a sum with a multiplier is rounded once, halves up: the second stage of convolutions, depthwise ones
too, and of dense layers, the one product of MUL, and the three of ADD. Pools and softmax have no such product.

Source: CMSIS-NN, ``Include/arm_nnsupportfunctions.h``, ``arm_nn_requantize``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import Graph, Node
from ...runtimes import TFLITE_MICRO
from ...runtimes.fixed_point import Fixed, scaled
from ...runtimes.tflite_reference import LEFT, add_factors
from ._operators import product_factor

Array = npt.NDArray[Any]
Given = Mapping[str, Any]

ONCE = replace(TFLITE_MICRO, name="tflite_micro, rounded once", second_stage=Fixed("once"))
"""Micro's arithmetic but for its second stage."""


def add(given: Given) -> Array:
    """Add codes, three products rounded once.

    Examples
    --------
    >>> half, one, zero = np.float32(0.5), np.float32(1), np.int8(0)
    >>> scales = {"A_scale": half, "B_scale": half, "C_scale": one}
    >>> zeros = {"A_zero_point": zero, "B_zero_point": zero, "C_zero_point": zero}
    >>> add({"A": np.array([-2, 2], np.int8), "B": np.array([-1, 1], np.int8), **scales, **zeros})
    array([-1,  2], dtype=int8)
    """
    a, b = _centred(given)
    left, right, out = add_factors(tuple(float(given[f"{name}_scale"]) for name in "ABC"))
    total = scaled(a << LEFT, *left, "once") + scaled(b << LEFT, *right, "once")
    return _narrowed(scaled(total, *out, "once"), given)


def multiply(given: Given) -> Array:
    """Multiply codes, the product rounded once.

    Examples
    --------
    >>> half, one, zero = np.float32(0.5), np.float32(1), np.int8(0)
    >>> scales = {"A_scale": half, "B_scale": one, "C_scale": one}
    >>> zeros = {"A_zero_point": zero, "B_zero_point": zero, "C_zero_point": zero}
    >>> multiply({"A": np.array([-3, 3], np.int8), "B": np.array([1, 1], np.int8), **scales, **zeros})
    array([-1,  2], dtype=int8)
    """
    a, b = _centred(given)
    return _narrowed(scaled(a * b, *product_factor(given), "once"), given)


OWN: dict[str, Callable[[Given], Array]] = {"QLinearAdd": add, "QLinearMul": multiply}
"""Operators whose products are not the second stage of a convolution."""


def compute_once(graph: Graph, node: Node, values: Mapping[str, Array]) -> Array:
    """Compute a node of a graph as that build of CMSIS-NN does."""
    own = OWN.get(node.op_type)
    return graph.compute(node, values, ONCE) if own is None else own(graph.arguments(node, values))


def _centred(given: Given) -> tuple[Array, Array]:
    a, b = (np.asarray(given[name], np.int64) - int(given[f"{name}_zero_point"]) for name in "AB")
    return a, b


def _narrowed(whole: Array, given: Given) -> Array:
    return np.asarray(np.clip(whole + int(given["C_zero_point"]), -128, 127).astype(np.int8))
