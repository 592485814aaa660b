"""Hardmax: 1 for the largest, 0 for the others."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def hardmax(input: Array, *, axis: int = -1) -> Array:
    """Return 1 at the first largest along an axis (ONNX, `Hardmax <https://onnx.ai/onnx/operators/onnx__Hardmax.html>`__).

    Parameters
    ----------
    input
        float32 of one axis or more.
    axis
        The axis.

    Raises
    ------
    UserError
        If there is no such axis, the type is another, or a NaN is among them.

    Examples
    --------
    >>> hardmax(np.array([1, 3, 3], np.float32))
    array([0., 1., 0.], dtype=float32)
    """
    x = float32(input, "input")
    if not -x.ndim <= axis < x.ndim:
        raise UserError(f"axis is {axis}", f"an axis of a tensor of {x.ndim}", "Correct axis.")
    if np.isnan(x).any():
        raise UserError("input holds NaN", "numbers", "Find the operator before it that makes NaN.")
    y = np.zeros_like(x)
    if not x.size:
        return y
    np.put_along_axis(y, np.expand_dims(x.argmax(axis), axis), np.float32(1), axis)
    return y


def hardmax_1(input: Array, *, axis: int = 1) -> Array:
    """Return what Hardmax gave before opset 13: the columns of a matrix are all axes from ``axis`` on.

    Examples
    --------
    >>> hardmax_1(np.array([[[1, 2], [3, 0]]], np.float32))
    array([[[0., 0.],
            [1., 0.]]], dtype=float32)
    """
    lead = math.prod(input.shape[: axis % input.ndim if input.ndim else 0])
    return hardmax(input.reshape(lead, -1)).reshape(input.shape)


OPERATOR = Operator("Hardmax", "", hardmax, ("output",), (1, 11, 13), "real", older={1: hardmax_1, 13: hardmax})
