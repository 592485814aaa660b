"""Concat: tensors one behind the other."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def concat(*inputs: Array, axis: int = 1) -> Array:
    """Return the inputs joined along an axis (ONNX, `Concat <https://onnx.ai/onnx/operators/onnx__Concat.html>`__).

    Codes are copied as they are: the model must have quantized all of them alike.

    Parameters
    ----------
    *inputs
        Of one type, any; their shapes differ along ``axis`` alone.
    axis
        The axis.

    Raises
    ------
    UserError
        If the shapes or types do not fit.

    Examples
    --------
    >>> concat(np.array([[1, 2]], np.int8), np.array([[3]], np.int8), axis=1)
    array([[1, 2, 3]], dtype=int8)
    """
    if len({array.dtype for array in inputs}) > 1:
        raise UserError(f"inputs are {', '.join(str(array.dtype) for array in inputs)}", "one type", "Convert them.")
    try:
        return np.concatenate(inputs, axis)
    except ValueError as error:
        shapes = ", ".join(str(list(array.shape)) for array in inputs)
        raise UserError(
            f"inputs have shapes {shapes}", f"shapes that differ only on axis {axis}", "Correct it."
        ) from error


OPERATOR = Operator("Concat", "", concat, ("concat_result",), (4, 11, 13), "movement")
