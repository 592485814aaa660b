"""EyeLike: a diagonal of ones in a tensor's shape."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._cast import cast
from ._operator import Operator

Array = npt.NDArray[Any]


def eye_like(input: Array, *, dtype: int | None = None, k: int = 0) -> Array:
    """Return 1 on a diagonal, 0 elsewhere (ONNX, `EyeLike <https://onnx.ai/onnx/operators/onnx__EyeLike.html>`__).

    Parameters
    ----------
    input
        Two axes; only its shape and type matter.
    dtype
        ONNX's number of the type; that of ``input`` without.
    k
        Which diagonal: above the main one, or below 0 under it.

    Raises
    ------
    UserError
        If there are not two axes, or the type is none of numbers.

    Examples
    --------
    >>> eye_like(np.zeros((2, 3), np.int8), k=1)
    array([[0, 1, 0],
           [0, 0, 1]], dtype=int8)
    """
    if input.ndim != 2:
        raise UserError(f"input has shape {list(input.shape)}", "two axes", "Reshape it.")
    eye = np.eye(input.shape[0], input.shape[1], k=k, dtype=input.dtype)
    return eye if dtype is None else cast(eye, to=dtype)


OPERATOR = Operator("EyeLike", "", eye_like, ("output",), (9, 22), "real")
