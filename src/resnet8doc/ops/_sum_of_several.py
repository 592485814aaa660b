"""Sum and Mean of several tensors."""

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def sum_(*data_0: Array) -> Array:
    """Add up tensors, from the first to the last, broadcast (ONNX, `Sum <https://onnx.ai/onnx/operators/onnx__Sum.html>`__).

    Parameters
    ----------
    *data_0
        float32, shapes that broadcast.

    Raises
    ------
    UserError
        If the type is another.

    Examples
    --------
    >>> sum_(np.array([1, 5], np.float32), np.array([3], np.float32))
    array([4., 8.], dtype=float32)
    """
    return np.asarray(reduce(np.add, [float32(data, "data_0") for data in data_0]))


def mean(*data_0: Array) -> Array:
    """Average tensors: their :func:`sum_`, times the float32 nearest to one over how many they are.

    Source: ONNX, `Mean <https://onnx.ai/onnx/operators/onnx__Mean.html>`__.

    Parameters
    ----------
    *data_0
        float32, shapes that broadcast.

    Raises
    ------
    UserError
        If the type is another.

    Examples
    --------
    >>> mean(np.array([1, 5], np.float32), np.array([3], np.float32))
    array([2., 4.], dtype=float32)
    """
    return np.asarray(sum_(*data_0) * (np.float32(1) / np.float32(len(data_0))))


SUM = Operator("Sum", "", sum_, ("sum",), (6, 8, 13), "real")
MEAN = Operator("Mean", "", mean, ("mean",), (6, 8, 13), "real")
