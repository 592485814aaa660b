"""Unsqueeze: axes of length 1 put in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def unsqueeze(data: Array, axes: Array) -> Array:
    """Return a tensor with more axes of length 1.

    Source: ONNX, `Unsqueeze <https://onnx.ai/onnx/operators/onnx__Unsqueeze.html>`__.

    Parameters
    ----------
    data
        Any array.
    axes
        int64, the places of the new axes in the result.

    Raises
    ------
    UserError
        If there are no such places, or one is named twice.

    Examples
    --------
    >>> unsqueeze(np.zeros((5, 6)), np.array([0, -1])).shape
    (1, 5, 6, 1)
    """
    try:
        return np.expand_dims(data, tuple(int(axis) for axis in np.asarray(axes).reshape(-1).tolist()))
    except ValueError as error:
        raise UserError(f"axes are {np.asarray(axes).tolist()}", "places in the result", "Correct axes.") from error


def unsqueeze_1(data: Array, *, axes: Sequence[int]) -> Array:
    """Return a tensor with more axes of length 1, which are an attribute: Unsqueeze before opset 13.

    Examples
    --------
    >>> unsqueeze_1(np.zeros(5), axes=[0]).shape
    (1, 5)
    """
    return unsqueeze(data, np.asarray(axes, np.int64))


OPERATOR = Operator(
    "Unsqueeze", "", unsqueeze, ("expanded",), (1, 11, 13, 21, 23, 24, 25), "movement",
    older={1: unsqueeze_1, 13: unsqueeze},
)  # fmt: skip
