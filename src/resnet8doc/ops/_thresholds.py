"""ThresholdedRelu, Shrink, Celu, Swish: activations with a bend."""

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _mlas
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def thresholded_relu(X: Array, *, alpha: float = 1.0) -> Array:
    """Return what is above ``alpha``, 0 for the rest.

    Source: ONNX, `ThresholdedRelu <https://onnx.ai/onnx/operators/onnx__ThresholdedRelu.html>`__.

    Examples
    --------
    >>> thresholded_relu(np.array([0.5, 1, 2], np.float32))
    array([0., 0., 2.], dtype=float32)
    """
    x = float32(X, "X")
    return np.where(x > np.float32(alpha), x, np.float32(0))


def shrink(input: Array, *, bias: float = 0.0, lambd: float = 0.5) -> Array:
    """Bring what is outside of ``-lambd`` to ``lambd`` nearer by ``bias``; 0 for the rest.

    Source: ONNX, `Shrink <https://onnx.ai/onnx/operators/onnx__Shrink.html>`__.

    Examples
    --------
    >>> shrink(np.array([-2, 0.2, 3], np.float32), bias=0.5)
    array([-1.5,  0. ,  2.5], dtype=float32)
    """
    x = float32(input, "input")
    nearer, limit = np.float32(bias), np.float32(lambd)
    return np.where(x < -limit, x + nearer, np.where(x > limit, x - nearer, np.float32(0)))


def celu(X: Array, *, alpha: float = 1.0) -> Array:
    r"""Return :math:`\max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))`.

    Source: ONNX, `Celu <https://onnx.ai/onnx/operators/onnx__Celu.html>`__.

    Examples
    --------
    >>> celu(np.array([2, -1], np.float32))
    array([ 2.        , -0.63212055], dtype=float32)
    """
    x = float32(X, "X").astype(np.float64)
    return (np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(np.minimum(x, 0) / alpha))).astype(np.float32)


def swish(X: Array, *, alpha: float = 1.0) -> Array:
    r"""Return :math:`x \, \sigma(\alpha x)` (ONNX, `Swish <https://onnx.ai/onnx/operators/onnx__Swish.html>`__).

    Examples
    --------
    >>> swish(np.array([-1, 2], np.float32))
    array([-0.26894143,  1.7615942 ], dtype=float32)
    """
    x = float32(X, "X")
    return np.asarray(x * _mlas.logistic(x * np.float32(alpha)))


THRESHOLDED_RELU = Operator("ThresholdedRelu", "", thresholded_relu, ("Y",), (10, 22), "real")
SHRINK = Operator("Shrink", "", shrink, ("output",), (9,), "real")
CELU = Operator("Celu", "", celu, ("Y",), (12,), "real", exact="the exponential is left to each implementation")
SWISH = Operator("Swish", "", swish, ("Y",), (24,), "real", exact="the exponential is left to each implementation")
