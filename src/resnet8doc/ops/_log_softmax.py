"""LogSoftmax: logarithms of probabilities."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def log_softmax(input: Array, *, axis: int = -1) -> Array:
    r"""Return :math:`x_i - \max x - \ln \sum_j e^{x_j - \max x}`.

    Source: ONNX, `LogSoftmax <https://onnx.ai/onnx/operators/onnx__LogSoftmax.html>`__, version 13 and newer.

    Parameters
    ----------
    input
        float32, any shape.
    axis
        Along which the probabilities sum to 1.

    Examples
    --------
    >>> log_softmax(np.zeros(2, np.float32))
    array([-0.6931472, -0.6931472], dtype=float32)
    """
    if not np.size(input):
        return input
    less = float32(input, "input") - input.max(axis=axis, keepdims=True)
    return np.asarray(less - np.log(np.exp(less).sum(axis=axis, keepdims=True)))


def log_softmax_1(input: Array, *, axis: int = 1) -> Array:
    """Return logarithms of probabilities over all axes from ``axis`` on: LogSoftmax before opset 13.

    Examples
    --------
    >>> log_softmax_1(np.zeros((1, 2, 2), np.float32)).shape
    (1, 2, 2)
    """
    lead = math.prod(input.shape[: axis % input.ndim if input.ndim else 0])
    return log_softmax(input.reshape(lead, -1)).reshape(input.shape)


OPERATOR = Operator(
    "LogSoftmax", "", log_softmax, ("output",), (1, 11, 13), "real", older={1: log_softmax_1, 13: log_softmax},
    exact="the exponential and the order of the sum differ between processors",
)  # fmt: skip
