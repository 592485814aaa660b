"""Expand: a tensor repeated along axes of length 1."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _checks as check
from ._operator import Operator

Array = npt.NDArray[Any]


def expand(input: Array, shape: Array) -> Array:
    """Return a tensor broadcast to a shape, or the shape to it.

    Source: ONNX, `Expand <https://onnx.ai/onnx/operators/onnx__Expand.html>`__.

    Raises
    ------
    UserError
        If the two do not broadcast.

    Examples
    --------
    >>> expand(np.array([[1], [2]]), np.array([2, 3]))
    array([[1, 1, 1],
           [2, 2, 2]])
    """
    wanted = check.made_size(shape, "shape")
    try:
        return np.broadcast_to(input, np.broadcast_shapes(input.shape, wanted))
    except ValueError as error:
        raise UserError(
            f"input has shape {list(input.shape)} and shape is {list(wanted)}",
            "shapes that broadcast",
            "Correct shape.",
        ) from error


OPERATOR = Operator("Expand", "", expand, ("output",), (8, 13), "movement")
