"""Cast: numbers in another type."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


TYPES = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64, 9: np.bool_,
    10: np.float16, 11: np.float64, 12: np.uint32, 13: np.uint64,
}  # fmt: skip
"""numpy's types by ONNX's numbers (``TensorProto``)."""


def cast(input: Array, *, to: int, saturate: int = 1, round_mode: str = "up") -> Array:
    """Return numbers in another type (ONNX, `Cast <https://onnx.ai/onnx/operators/onnx__Cast.html>`__).

    Real numbers lose their fraction on the way to integers; integers keep their low bits; what a float type does not
    hold is rounded to even. A real number outside the integer type has no defined result, and none is promised here.

    Parameters
    ----------
    input
        Numbers or truth values.
    to
        ONNX's number of the type.
    saturate, round_mode
        Of 8-bit float types, which are refused; they change nothing else.

    Raises
    ------
    UserError
        If the type is one that is not computed.

    Examples
    --------
    >>> cast(np.array([-1.5, 300.25], np.float32), to=6)
    array([ -1, 300], dtype=int32)
    """
    if to not in TYPES:
        known = ", ".join(f"{number} ({np.dtype(kind)})" for number, kind in TYPES.items())
        raise UserError(f"to is {to}", f"one of {known}", "Export the model without this type.")
    with np.errstate(invalid="ignore", over="ignore"):
        return input.astype(TYPES[to])


def cast_like(input: Array, target_type: Array, *, saturate: int = 1, round_mode: str = "up") -> Array:
    """Return numbers in the type of another tensor.

    Source: ONNX, `CastLike <https://onnx.ai/onnx/operators/onnx__CastLike.html>`__.

    Examples
    --------
    >>> cast_like(np.array([1.5]), np.int8(0))
    array([1], dtype=int8)
    """
    with np.errstate(invalid="ignore", over="ignore"):
        return input.astype(target_type.dtype)


OPERATOR = Operator("Cast", "", cast, ("output",), (6, 9, 13, 19, 21, 23, 24, 25), "real")
LIKE = Operator("CastLike", "", cast_like, ("output",), (15, 19, 21, 23, 24, 25), "real")
