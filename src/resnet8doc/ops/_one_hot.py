"""OneHot: numbers as rows in which one place is set."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import made_size
from ._operator import Operator

Array = npt.NDArray[Any]


def one_hot(indices: Array, depth: Array, values: Array, *, axis: int = -1) -> Array:
    """Return ``values[1]`` where an index points to, ``values[0]`` elsewhere, along a new axis.

    Source: ONNX, `OneHot <https://onnx.ai/onnx/operators/onnx__OneHot.html>`__.

    Parameters
    ----------
    indices
        Numbers; below 0 they count from the end. One outside sets no place.
    depth
        One number: the length of the new axis.
    values
        Two numbers: off and on.
    axis
        Where the new axis stands in the result.

    Raises
    ------
    UserError
        If there is no such axis, or ``depth`` or ``values`` do not fit.

    Examples
    --------
    >>> one_hot(np.array([2, -3]), np.array([3]), np.array([0, 5]))
    array([[0, 0, 5],
           [5, 0, 0]])
    """
    rank = indices.ndim + 1
    if not -rank <= axis < rank or np.size(depth) != 1 or values.shape != (2,):
        raise UserError(
            f"axis is {axis} of {rank}, depth has shape {list(np.shape(depth))} and values {list(values.shape)}",
            "an axis, one number and two", "Correct the node.",
        )  # fmt: skip
    length = int(np.asarray(depth).reshape(-1)[0])
    if length < 1:
        raise UserError(f"depth is {length}", "1 or more", "Correct depth.")
    made_size((*indices.shape, length), "the shape of the result")
    whole = np.expand_dims(indices.astype(np.int64), axis)
    each = np.arange(length).reshape([-1 if place == axis % rank else 1 for place in range(rank)])
    set_ = (whole == each) | (whole == each - length)
    return np.asarray(np.where(set_, values[1], values[0]))


OPERATOR = Operator("OneHot", "", one_hot, ("output",), (9, 11), "real")
