"""CumSum: the sum so far."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def cum_sum(x: Array, axis: Array, *, exclusive: int = 0, reverse: int = 0) -> Array:
    """Add up along an axis, one after the other (ONNX, `CumSum <https://onnx.ai/onnx/operators/onnx__CumSum.html>`__).

    Parameters
    ----------
    x
        float32, int32 or int64.
    axis
        int32 or int64, one number.
    exclusive
        Without the element itself: the first is 0.
    reverse
        From the end.

    Raises
    ------
    UserError
        If there is no such axis.

    Examples
    --------
    >>> cum_sum(np.array([1, 2, 3]), np.array(0)), cum_sum(np.array([1, 2, 3]), np.array(0), exclusive=1, reverse=1)
    (array([1, 3, 6]), array([5, 3, 0]))
    """
    along = int(np.asarray(axis).reshape(-1)[0]) if np.size(axis) == 1 else x.ndim
    if not -x.ndim <= along < x.ndim:
        raise UserError(f"axis is {np.asarray(axis).tolist()}", f"an axis of a tensor of {x.ndim}", "Correct axis.")
    data = np.flip(x, along) if reverse else x
    total = np.cumsum(data, axis=along, dtype=x.dtype)
    if exclusive:
        total = np.roll(total, 1, along)
        first = [slice(None)] * x.ndim
        first[along] = slice(0, 1)
        total[tuple(first)] = 0
    return np.asarray(np.flip(total, along) if reverse else total)


OPERATOR = Operator("CumSum", "", cum_sum, ("y",), (11, 14), "real")
