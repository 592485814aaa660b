"""ArgMax and ArgMin: where the largest and the smallest stand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def arg_max(data: Array, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Array:
    """Return the index of the largest along an axis (ONNX, `ArgMax <https://onnx.ai/onnx/operators/onnx__ArgMax.html>`__).

    Parameters
    ----------
    data
        Numbers of one axis or more.
    axis
        The axis.
    keepdims
        Whether it stays, with length 1.
    select_last_index
        Of equal numbers the last, not the first.

    Returns
    -------
    numpy.ndarray
        int64.

    Raises
    ------
    UserError
        If there is no such axis, nothing along it, or a NaN in it: where NaN stands is left to each implementation.

    Examples
    --------
    >>> arg_max(np.array([[1, 5, 5], [7, 2, 0]]), axis=1, keepdims=0)
    array([1, 0])
    """
    return _where(np.argmax, data, axis, keepdims, select_last_index)


def arg_min(data: Array, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Array:
    """Return the index of the smallest along an axis (ONNX, `ArgMin <https://onnx.ai/onnx/operators/onnx__ArgMin.html>`__).

    See :func:`arg_max`.

    Examples
    --------
    >>> arg_min(np.array([[1, 5, 1], [7, 2, 9]]), axis=1, select_last_index=1)
    array([[2],
           [1]])
    """
    return _where(np.argmin, data, axis, keepdims, select_last_index)


def _where(find: Callable[..., Any], data: Array, axis: int, keepdims: int, last: int) -> Array:
    if not -data.ndim <= axis < data.ndim or not data.shape[axis]:
        raise UserError(
            f"axis is {axis} of {list(data.shape)}", "an axis along which there is something", "Correct axis."
        )
    if data.dtype.kind == "f" and np.isnan(data).any():
        raise UserError("data holds NaN", "numbers", "Find the operator before it that makes NaN.")
    if last:
        found = data.shape[axis] - 1 - find(np.flip(data, axis), axis=axis, keepdims=bool(keepdims))
    else:
        found = find(data, axis=axis, keepdims=bool(keepdims))
    return np.asarray(found, np.int64)


ARG_MAX = Operator("ArgMax", "", arg_max, ("reduced",), (1, 11, 12, 13), "real")
ARG_MIN = Operator("ArgMin", "", arg_min, ("reduced",), (1, 11, 12, 13), "real")
