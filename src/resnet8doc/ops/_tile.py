"""Tile: a tensor written down several times, side by side."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _checks as check
from ._operator import Operator

Array = npt.NDArray[Any]


def tile(input: Array, repeats: Array) -> Array:
    r"""Repeat a tensor along its axes: :math:`y_{i} = x_{i \bmod n}` on each.

    Source: ONNX, `Tile <https://onnx.ai/onnx/operators/onnx__Tile.html>`__.

    Parameters
    ----------
    input
        Any numbers, any shape.
    repeats
        int64, how many times along each axis.

    Raises
    ------
    UserError
        If there is not one number for each axis, or no memory holds the result.

    Examples
    --------
    >>> tile(np.array([[1, 2]]), np.array([2, 2]))
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]])
    """
    if repeats.shape != (input.ndim,):
        raise UserError(
            f"repeats has shape {list(repeats.shape)}", f"[{input.ndim}], one number for each axis", "Correct repeats."
        )
    times = check.made_size(repeats, "repeats")
    check.made_size([n * t for n, t in zip(input.shape, times, strict=True)], "the shape")
    return np.tile(input, times)


OPERATOR = Operator("Tile", "", tile, ("output",), (6, 13), "movement")
