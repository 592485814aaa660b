"""Shape and Size: how many elements an axis or a tensor has; ConstantOfShape."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _checks as check
from ._cast import TYPES
from ._operator import Operator

Array = npt.NDArray[Any]


def shape(data: Array, *, start: int = 0, end: int | None = None) -> Array:
    """Return the lengths of the axes, int64 (ONNX, `Shape <https://onnx.ai/onnx/operators/onnx__Shape.html>`__).

    Parameters
    ----------
    data
        Any array.
    start, end
        The first axis, and the first that is left out; negative ones count from the end.

    Examples
    --------
    >>> shape(np.zeros((2, 3, 4)), start=1)
    array([3, 4])
    """
    return np.asarray(data.shape[start:end], np.int64)


def size(data: Array) -> Array:
    """Return the number of elements, int64 (ONNX, `Size <https://onnx.ai/onnx/operators/onnx__Size.html>`__).

    Examples
    --------
    >>> size(np.zeros((2, 3)))
    array(6)
    """
    return np.asarray(data.size, np.int64)


def constant_of_shape(input: Array, *, value: Sequence[float] = (1, 0.0)) -> Array:
    """Return a tensor filled with one number.

    Source: ONNX, `ConstantOfShape <https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html>`__.

    Parameters
    ----------
    input
        int64, the lengths of the axes.
    value
        ONNX's number of the type, then the number: the extraction writes a tensor of one element so.

    Raises
    ------
    UserError
        If no memory holds it, or the type is one that is not computed.

    Examples
    --------
    >>> constant_of_shape(np.array([2]), value=(7, 5))
    array([5, 5])
    """
    kind, number = value
    if int(kind) not in TYPES:
        raise UserError(f"value is of type {int(kind)}", f"one of {', '.join(map(str, TYPES))}", "Use another type.")
    return np.full(check.made_size(input, "input"), number, TYPES[int(kind)])


SHAPE = Operator("Shape", "", shape, ("shape",), (1, 13, 15, 19, 21, 23, 24, 25), "real")
SIZE = Operator("Size", "", size, ("size",), (1, 13, 19, 21, 23, 24, 25), "real")
FILLED = Operator("ConstantOfShape", "", constant_of_shape, ("output",), (9, 20, 21, 23, 24, 25), "real")
