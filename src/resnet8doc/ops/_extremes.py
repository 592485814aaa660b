"""ReduceMax, ReduceMin and Round."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def reduce_max(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    """Return the largest along axes (ONNX, `ReduceMax <https://onnx.ai/onnx/operators/onnx__ReduceMax.html>`__).

    Raises
    ------
    UserError
        If there is no such axis, or nothing along it.

    Examples
    --------
    >>> reduce_max(np.array([[1, 5], [7, 2]]), np.array([1]), keepdims=0)
    array([5, 7])
    """
    return _reduced(np.max, data, axes, keepdims, noop_with_empty_axes)


def reduce_max_1(data: Array, *, axes: Sequence[int] | None = None, keepdims: int = 1) -> Array:
    """Return the largest along axes that are an attribute: ReduceMax before opset 18.

    Examples
    --------
    >>> reduce_max_1(np.array([[1, 5], [7, 2]]), axes=[0], keepdims=0)
    array([7, 5])
    """
    return reduce_max(data, None if axes is None else np.asarray(axes, np.int64), keepdims=keepdims)


def reduce_min(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    """Return the smallest along axes (ONNX, `ReduceMin <https://onnx.ai/onnx/operators/onnx__ReduceMin.html>`__).

    Raises
    ------
    UserError
        If there is no such axis, or nothing along it.

    Examples
    --------
    >>> reduce_min(np.array([[1, 5], [7, 2]]), np.array([1]), keepdims=0)
    array([1, 2])
    """
    return _reduced(np.min, data, axes, keepdims, noop_with_empty_axes)


def reduce_min_1(data: Array, *, axes: Sequence[int] | None = None, keepdims: int = 1) -> Array:
    """Return the smallest along axes that are an attribute: ReduceMin before opset 18.

    Examples
    --------
    >>> reduce_min_1(np.array([[1, 5], [7, 2]]), axes=[0], keepdims=0)
    array([1, 2])
    """
    return reduce_min(data, None if axes is None else np.asarray(axes, np.int64), keepdims=keepdims)


def round_(X: Array) -> Array:
    """Return the nearest integer, ties to even (ONNX, `Round <https://onnx.ai/onnx/operators/onnx__Round.html>`__).

    Examples
    --------
    >>> round_(np.array([0.5, 1.5, -2.5], np.float32))
    array([ 0.,  2., -2.], dtype=float32)
    """
    return np.rint(X)


def _reduced(function: Callable[..., Any], data: Array, axes: Array | None, keepdims: int, noop: int) -> Array:
    chosen = () if axes is None else tuple(int(axis) for axis in np.asarray(axes).reshape(-1).tolist())
    if not chosen and noop:
        return data
    try:
        return np.asarray(function(data, axis=chosen or None, keepdims=bool(keepdims)))
    except ValueError as error:
        raise UserError(
            f"axes are {list(chosen)} of {list(data.shape)}", "axes of the tensor, none of length 0", "Correct axes."
        ) from error


ZEROS = "which of 0.0 and -0.0 is the larger is left to each implementation; all other numbers are equal to the bit"
MAX = Operator(
    "ReduceMax",
    "",
    reduce_max,
    ("reduced",),
    (1, 11, 12, 13, 18, 20),
    "real",
    older={1: reduce_max_1, 18: reduce_max},
    exact=ZEROS,
)
MIN = Operator(
    "ReduceMin",
    "",
    reduce_min,
    ("reduced",),
    (1, 11, 12, 13, 18, 20),
    "real",
    older={1: reduce_min_1, 18: reduce_min},
    exact=ZEROS,
)
ROUND = Operator("Round", "", round_, ("Y",), (11, 22), "real")
