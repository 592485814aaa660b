"""Tanh: the hyperbolic tangent."""

from typing import Any

import numpy as np

from . import _mlas
from ._checks import float32
from ._operator import Operator

Array = np.ndarray[Any, np.dtype[Any]]


def tanh(input: Array) -> Array:
    r"""Return :math:`\tanh x`, by the runtime's polynomials.

    x is clamped to ±9; a quotient of two polynomials in x², times x; each step a fused multiply-add of float32, as on
    x86 with FMA.

    Parameters
    ----------
    input
        float32, any shape.

    References
    ----------
    ONNX, `Tanh <https://onnx.ai/onnx/operators/onnx__Tanh.html>`__; ONNX Runtime, ``core/mlas/lib/tanh.cpp``.

    Examples
    --------
    >>> tanh(np.array([0, 1], np.float32))
    array([0.       , 0.7615942], dtype=float32)
    """
    return _mlas.tanh(float32(input, "input"))


OPERATOR = Operator("Tanh", "", tanh, ("output",), (6, 13), "real")
