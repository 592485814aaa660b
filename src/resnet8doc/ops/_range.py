"""Range: numbers in a row."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _checks as check
from ._operator import Operator

Array = npt.NDArray[Any]


def range_(start: Array, limit: Array, delta: Array) -> Array:
    r"""Return :math:`start + i \cdot delta` for :math:`i` from 0 to below :math:`(limit - start) / delta`.

    The runtime adds ``delta`` to the number before, so that real ones carry every rounding on.

    Source: ONNX, `Range <https://onnx.ai/onnx/operators/onnx__Range.html>`__.

    Raises
    ------
    UserError
        If ``delta`` is 0.

    Examples
    --------
    >>> range_(np.array(1), np.array(8), np.array(3))
    array([1, 4, 7])
    """
    first, last, step = (np.asarray(value).reshape(()) for value in (start, limit, delta))
    if step == 0:
        raise UserError("delta is 0", "a number other than 0", "Correct delta.")
    count = max(0, math.ceil((last.astype(np.float64) - first.astype(np.float64)) / step.astype(np.float64)))
    check.made_size([count], "the number of elements")
    steps = np.full(count, step, first.dtype)
    steps[:1] = first
    return np.cumsum(steps, dtype=first.dtype)


OPERATOR = Operator("Range", "", range_, ("output",), (11,), "real")
