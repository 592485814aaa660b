"""Exp: the exponential."""

from typing import Any

import numpy as np

from . import _mlas
from ._checks import float32
from ._operator import Operator

Array = np.ndarray[Any, np.dtype[Any]]


def exp(input: Array) -> Array:
    r"""Return :math:`e^x`, by the runtime's polynomial.

    x = m ln 2 + r with a whole m, then a polynomial of degree 6 in r, times 2^m; each step a fused multiply-add of
    float32, as on x86 with FMA.

    Parameters
    ----------
    input
        float32, any shape.

    References
    ----------
    ONNX, `Exp <https://onnx.ai/onnx/operators/onnx__Exp.html>`__; ONNX Runtime, ``core/mlas/lib/compute.cpp``.

    Examples
    --------
    >>> exp(np.array([0, 1], np.float32))
    array([1.       , 2.7182817], dtype=float32)
    """
    return _mlas.exp(float32(input, "input"))


OPERATOR = Operator("Exp", "", exp, ("output",), (6, 13), "real")
