"""ReduceProd, ReduceSumSquare, ReduceL1, ReduceL2."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator
from ._reduce_axes import reduced_axes, with_axes_as_attribute
from ._reduce_sum import MOST

Array = npt.NDArray[Any]


def reduce_prod(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    """Multiply along axes (ONNX, `ReduceProd <https://onnx.ai/onnx/operators/onnx__ReduceProd.html>`__).

    The runtime holds a product of integers at the ends of their type; where one could get there it is refused.

    Raises
    ------
    UserError
        If there is no such axis, or a product of integers is too large.

    Examples
    --------
    >>> reduce_prod(np.array([[2, 3], [5, 1]], np.float32), np.array([1]), keepdims=0)
    array([6., 5.], dtype=float32)
    """
    if data.dtype.kind in "iu":
        sizes = np.maximum(np.abs(data.astype(np.float64)), 1)
        largest = np.max(
            np.multiply.reduce(sizes, axis=tuple(reduced_axes(data, axes, noop_with_empty_axes))), initial=0
        )
        most = min(MOST, np.iinfo(data.dtype).max)
        if largest > most:
            raise UserError(
                f"integers multiply to {largest:.4g}", f"{most:,} at most", "Convert data to float32 first (Cast)."
            )
    return _reduced(np.multiply.reduce, data, data, axes, keepdims, noop_with_empty_axes)


def reduce_sum_square(
    data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0
) -> Array:
    """Add up squares along axes (ONNX, `ReduceSumSquare <https://onnx.ai/onnx/operators/onnx__ReduceSumSquare.html>`__).

    Raises
    ------
    UserError
        If the type is not float32, or there is no such axis.

    Examples
    --------
    >>> reduce_sum_square(np.array([[3, 4]], np.float32), np.array([1]))
    array([[25.]], dtype=float32)
    """
    x = float32(data, "data")
    return _reduced(np.add.reduce, x, x * x, axes, keepdims, noop_with_empty_axes)


def reduce_l1(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    """Add up magnitudes along axes (ONNX, `ReduceL1 <https://onnx.ai/onnx/operators/onnx__ReduceL1.html>`__).

    Raises
    ------
    UserError
        If the type is not float32, or there is no such axis.

    Examples
    --------
    >>> reduce_l1(np.array([[3, -4]], np.float32), np.array([1]))
    array([[7.]], dtype=float32)
    """
    x = float32(data, "data")
    return _reduced(np.add.reduce, x, np.abs(x), axes, keepdims, noop_with_empty_axes)


def reduce_l2(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    """Return the length of a vector along axes (ONNX, `ReduceL2 <https://onnx.ai/onnx/operators/onnx__ReduceL2.html>`__).

    Raises
    ------
    UserError
        If the type is not float32, or there is no such axis.

    Examples
    --------
    >>> reduce_l2(np.array([[3, -4]], np.float32), np.array([1]))
    array([[5.]], dtype=float32)
    """
    if noop_with_empty_axes and (axes is None or not np.size(axes)):
        return np.abs(float32(data, "data"))
    return np.sqrt(reduce_sum_square(data, axes, keepdims=keepdims))


def _reduced(
    reduce: Callable[..., Any], data: Array, each: Array, axes: Array | None, keepdims: int, noop: int
) -> Array:
    chosen = tuple(sorted(reduced_axes(data, axes, noop)))
    return np.asarray(reduce(each, axis=chosen, keepdims=bool(keepdims), dtype=data.dtype))


ORDER = "the order in which real numbers are added up or multiplied is left to each implementation"
PROD, SUM_SQUARE, L1, L2 = (
    Operator(
        name, "", function, ("reduced",), (1, 11, 13, 18), "real",
        older={1: with_axes_as_attribute(function), 18: function}, exact=ORDER,
    )
    for name, function in (
        ("ReduceProd", reduce_prod), ("ReduceSumSquare", reduce_sum_square), ("ReduceL1", reduce_l1),
        ("ReduceL2", reduce_l2),
    )
)  # fmt: skip
