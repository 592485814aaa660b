"""Erf: the error function."""

from typing import Any

import numpy as np

from . import _mlas
from ._checks import float32
from ._operator import Operator

Array = np.ndarray[Any, np.dtype[Any]]


def erf(input: Array) -> Array:
    r"""Return :math:`\mathrm{erf}\, x = \frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt`, by the runtime's polynomials.

    Below 0.921875 a polynomial in x², above :math:`1 - e^{-p(|x|)}`; each step a fused multiply-add of float32, as on
    x86 with FMA.

    Parameters
    ----------
    input
        float32, any shape.

    References
    ----------
    ONNX, `Erf <https://onnx.ai/onnx/operators/onnx__Erf.html>`__; ONNX Runtime, ``core/mlas/lib/erf.cpp``.

    Examples
    --------
    >>> erf(np.array([0, 1], np.float32))
    array([0.       , 0.8427008], dtype=float32)
    """
    return _mlas.erf(float32(input, "input"))


OPERATOR = Operator("Erf", "", erf, ("output",), (9, 13), "real")
