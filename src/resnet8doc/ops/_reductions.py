"""GlobalAveragePool and Softmax on real numbers."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator
from ._windows import spatial

Array = npt.NDArray[Any]


def global_average_pool(X: Array) -> Array:
    """Average over all pixels (ONNX, `GlobalAveragePool <https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html>`__).

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``, or with one or three axes in place of H and W.

    Returns
    -------
    numpy.ndarray
        float32 ``[N, C, 1, 1]``.

    Examples
    --------
    >>> global_average_pool(np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2))
    array([[[[1.5]]]], dtype=float32)
    """
    axes = tuple(range(2, 2 + spatial(X.ndim, "X")))
    return np.asarray(X.mean(axis=axes, keepdims=True))


def softmax_1(input: Array, *, axis: int = 1) -> Array:
    """Return probabilities of a matrix whose columns are all axes from ``axis`` on: Softmax before opset 13.

    Parameters
    ----------
    input
        float32, any shape.
    axis
        The first axis that belongs to the columns; probabilities sum to 1 over all of them.

    Examples
    --------
    >>> softmax_1(np.zeros((1, 2, 2), np.float32))
    array([[[0.25, 0.25],
            [0.25, 0.25]]], dtype=float32)
    """
    lead = math.prod(input.shape[: axis % input.ndim if input.ndim else 0])
    return softmax(input.reshape(lead, -1)).reshape(input.shape)


def softmax(input: Array, *, axis: int = -1) -> Array:
    r"""Return probabilities: :math:`e^{x_i - \max x} / \sum_j e^{x_j - \max x}`.

    Source: ONNX, `Softmax <https://onnx.ai/onnx/operators/onnx__Softmax.html>`__, version 13 and newer.

    Parameters
    ----------
    input
        float32, any shape.
    axis
        Along which the probabilities sum to 1.

    Examples
    --------
    >>> softmax(np.log(np.array([1, 3], np.float32)))
    array([0.25, 0.75], dtype=float32)
    """
    exponential = np.exp(input - input.max(axis=axis, keepdims=True, initial=-np.inf))
    return np.asarray(exponential / exponential.sum(axis=axis, keepdims=True))


SUMS = "the order in which a real sum is added up is left to each implementation"
GLOBAL_AVERAGE_POOL = Operator("GlobalAveragePool", "", global_average_pool, ("Y",), (1, 22), "real", exact=SUMS)
SOFTMAX = Operator(
    "Softmax", "", softmax, ("output",), (1, 11, 13), "real", older={1: softmax_1, 13: softmax},
    exact="the exponential is left to each implementation",
)  # fmt: skip
