"""Compress: the slices of a tensor that a mask chooses."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def compress(input: Array, condition: Array, *, axis: int | None = None) -> Array:
    """Keep what a mask says (ONNX, `Compress <https://onnx.ai/onnx/operators/onnx__Compress.html>`__).

    Parameters
    ----------
    input
        Any array.
    condition
        bool ``[n]``; what lies behind its end is left out.
    axis
        The axis of the slices; the elements in order without.

    Raises
    ------
    UserError
        If there is no such axis, or the mask is longer or no mask.

    Examples
    --------
    >>> compress(np.array([[1, 2, 3], [4, 5, 6]]), np.array([False, True]), axis=1)
    array([[2],
           [5]])
    """
    if axis is not None and not -input.ndim <= axis < input.ndim:
        raise UserError(f"axis is {axis}", f"an axis of a tensor of {input.ndim}", "Correct axis.")
    length = input.size if axis is None else input.shape[axis]
    if condition.dtype != bool or condition.ndim != 1 or condition.size > length:
        raise UserError(
            f"condition is {condition.dtype} {list(condition.shape)}", f"bool [{length}] at most", "Correct condition."
        )
    return np.compress(condition, input, axis)


OPERATOR = Operator("Compress", "", compress, ("output",), (9, 11), "movement")
