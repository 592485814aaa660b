"""Sigmoid: the logistic function."""

from typing import Any

import numpy as np

from . import _mlas
from ._checks import float32
from ._operator import Operator

Array = np.ndarray[Any, np.dtype[Any]]


def sigmoid(X: Array) -> Array:
    r"""Return :math:`1 / (1 + e^{-x})`, by the runtime's polynomials.

    x is clamped to ±18; a quotient of two polynomials in x² times x, plus a half, clamped to 0 and 1; each step of
    a polynomial a fused multiply-add of float32, as on x86 with FMA.

    Parameters
    ----------
    X
        float32, any shape.

    References
    ----------
    ONNX, `Sigmoid <https://onnx.ai/onnx/operators/onnx__Sigmoid.html>`__; ONNX Runtime, ``core/mlas/lib/logistic.cpp``.

    Examples
    --------
    >>> sigmoid(np.array([0, 2], np.float32))
    array([0.5      , 0.8807971], dtype=float32)
    """
    return _mlas.logistic(float32(X, "X"))


OPERATOR = Operator("Sigmoid", "", sigmoid, ("Y",), (6, 13), "real")
