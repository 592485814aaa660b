"""ExpandDims: one axis of length 1 more; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import MICROSOFT, Operator

Array = npt.NDArray[Any]


def expand_dims(X: Array, axis: Array) -> Array:
    """Return a tensor with one axis more.

    Source: ONNX Runtime, ``contrib_ops/cpu/expand_dims.h``.

    Parameters
    ----------
    X
        Any tensor.
    axis
        int32, one number: where the axis stands in the result; below 0 it counts from its end.

    Raises
    ------
    UserError
        If there is no such place.

    Examples
    --------
    >>> expand_dims(np.array([1, 2]), np.array(-1, np.int32))
    array([[1],
           [2]])
    """
    place = int(axis.reshape(-1)[0]) if axis.size == 1 else X.ndim + 1
    if not -X.ndim - 1 <= place <= X.ndim:
        raise UserError(f"axis is {axis.tolist()}", f"a place among {X.ndim} axes", "Correct axis.")
    return np.expand_dims(X, place)


OPERATOR = Operator("ExpandDims", MICROSOFT, expand_dims, ("Y",), (1,), "movement")
