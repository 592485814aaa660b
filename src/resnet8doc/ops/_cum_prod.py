"""CumProd: the product so far."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def cum_prod(x: Array, axis: Array, *, exclusive: int = 0, reverse: int = 0) -> Array:
    """Multiply along an axis, one after the other.

    Source: ONNX, `CumProd <https://onnx.ai/onnx/operators/onnx__CumProd.html>`__.

    Parameters
    ----------
    x
        float32, float64, int32, int64, uint32 or uint64.
    axis
        int32 or int64, one number.
    exclusive
        Without the element itself: the first is 1.
    reverse
        From the end.

    Raises
    ------
    UserError
        If there is no such axis.

    Examples
    --------
    >>> cum_prod(np.array([1, 2, 3]), np.array(0)), cum_prod(np.array([1, 2, 3]), np.array(0), exclusive=1, reverse=1)
    (array([1, 2, 6]), array([6, 3, 1]))
    """
    along = int(np.asarray(axis).reshape(-1)[0]) if np.size(axis) == 1 else x.ndim
    if not -x.ndim <= along < x.ndim:
        raise UserError(f"axis is {np.asarray(axis).tolist()}", f"an axis of a tensor of {x.ndim}", "Correct axis.")
    data = np.moveaxis(np.flip(x, along) if reverse else x, along, 0)
    if exclusive:
        data = np.concatenate([np.ones_like(data[:1]), data[:-1]])
    with np.errstate(over="ignore", invalid="ignore"):
        product = np.moveaxis(np.cumprod(data, axis=0, dtype=x.dtype), 0, along)
    return np.asarray(np.flip(product, along) if reverse else product)


OPERATOR = Operator("CumProd", "", cum_prod, ("y",), (26,), "real")
