"""Where: one of two, element by element."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def where(condition: Array, X: Array, Y: Array) -> Array:
    """Return ``X`` where the condition holds, else ``Y``, broadcast.

    Source: ONNX, `Where <https://onnx.ai/onnx/operators/onnx__Where.html>`__.

    Raises
    ------
    UserError
        If the types differ or the shapes do not broadcast.

    Examples
    --------
    >>> where(np.array([True, False]), np.array([1, 2], np.int8), np.int8(9))
    array([1, 9], dtype=int8)
    """
    if X.dtype != Y.dtype:
        raise UserError(f"X is {X.dtype} and Y is {Y.dtype}", "one type for both", "Convert one of them.")
    try:
        # the runtime adds what is chosen of X to 0, so that a -0.0 of X becomes 0.0
        return np.where(condition, X + X.dtype.type(0) if X.dtype.kind == "f" else X, Y)
    except ValueError as error:
        shapes = f"{list(condition.shape)}, {list(X.shape)} and {list(Y.shape)}"
        raise UserError(f"shapes are {shapes}", "shapes that broadcast", "Reshape one.") from error


OPERATOR = Operator("Where", "", where, ("output",), (9, 16), "real")
