"""BitCast: the same bits, read as another type."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._cast import TYPES
from ._operator import Operator

Array = npt.NDArray[Any]


def bit_cast(input: Array, *, to: int) -> Array:
    """Return numbers whose bits are those of the input.

    Source: ONNX, `BitCast <https://onnx.ai/onnx/operators/onnx__BitCast.html>`__.

    Parameters
    ----------
    input
        Numbers, any shape.
    to
        ONNX's number of a type of as many bits.

    Raises
    ------
    UserError
        If the type is not computed, or has another number of bits.

    Examples
    --------
    >>> bit_cast(np.array([1, -2], np.int8), to=2)
    array([  1, 254], dtype=uint8)
    """
    if to not in TYPES or np.dtype(TYPES[to]).itemsize != input.dtype.itemsize:
        raise UserError(f"input is {input.dtype} and to is {to}", "a type of as many bits", "Cast to another type.")
    return np.ascontiguousarray(input).view(TYPES[to]).reshape(input.shape)


OPERATOR = Operator("BitCast", "", bit_cast, ("output",), (26,), "movement")
