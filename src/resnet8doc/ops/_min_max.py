"""Min and Max of several tensors."""

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def min_(*data_0: Array) -> Array:
    """Return the smallest, element by element, broadcast (ONNX, `Min <https://onnx.ai/onnx/operators/onnx__Min.html>`__).

    Examples
    --------
    >>> min_(np.array([1, 5]), np.array([3]), np.array([4]))
    array([1, 3])
    """
    return np.asarray(reduce(np.minimum, data_0))


def max_(*data_0: Array) -> Array:
    """Return the largest, element by element, broadcast (ONNX, `Max <https://onnx.ai/onnx/operators/onnx__Max.html>`__).

    Examples
    --------
    >>> max_(np.array([1, 5]), np.array([3]), np.array([4]))
    array([4, 5])
    """
    return np.asarray(reduce(np.maximum, data_0))


MIN = Operator("Min", "", min_, ("min",), (6, 8, 12, 13), "real")
MAX = Operator("Max", "", max_, ("max",), (6, 8, 12, 13), "real")
