"""Gather: chosen entries of an axis."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def gather(data: Array, indices: Array, *, axis: int = 0) -> Array:
    """Return entries along an axis (ONNX, `Gather <https://onnx.ai/onnx/operators/onnx__Gather.html>`__).

    Parameters
    ----------
    data
        Any array.
    indices
        int32 or int64, any shape, which takes the place of the axis; below 0 they count from the end.
    axis
        The axis.

    Raises
    ------
    UserError
        If an index lies outside.

    Examples
    --------
    >>> gather(np.array([[1, 2], [3, 4]]), np.array(-1), axis=1)
    array([2, 4])
    """
    try:
        return np.asarray(np.take(data, indices, axis))
    except (IndexError, ValueError) as error:
        raise UserError(
            f"indices reach from {np.min(indices, initial=0)} to {np.max(indices, initial=0)}",
            f"indices of axis {axis} of {list(data.shape)}", "Correct the input: there is no such entry.",
        ) from error  # fmt: skip


OPERATOR = Operator("Gather", "", gather, ("output",), (1, 11, 13), "movement")
