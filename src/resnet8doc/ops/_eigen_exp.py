"""The exponential of Eigen, the library of matrices that ONNX Runtime computes some operators with.

Other than the runtime's own (``_mlas``): another polynomial, and each product rounded before the sum, as the runtime's
build for x86-64 allows Eigen no fused multiply-add.

Source: Eigen, ``Core/arch/Default/GenericPacketMathFunctions.h``, ``pexp_float``.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LANES = 4
"""Numbers that the runtime's build for x86-64 computes at once (SSE)."""

SINGLE = np.float32
EVEN = (1.37449637986719608306884765625e-3, 4.166965186595916748046875e-2, 0.49999988079071044921875)
ODD = (8.36894474923610687255859375e-3, 0.16666518151760101318359375)
"""Coefficients of the even powers from 2 on, and of the odd ones from 3 on, the highest first."""


def eigen_exp(x: Array) -> Array:
    r"""Return :math:`e^x = 2^m e^r`: a whole m, then a polynomial of degree 6 in r, odd and even powers apart.

    Parameters
    ----------
    x
        float32, any shape.

    Examples
    --------
    >>> eigen_exp(np.array([0, 1, -200], np.float32))
    array([1.       , 2.7182817, 0.       ], dtype=float32)
    """
    held = np.minimum(x, SINGLE(88.723))
    m = np.floor(held * SINGLE(1.44269504088896341) + SINGLE(0.5))
    r = m * SINGLE(-0.693359375) + held
    r = m * SINGLE(2.12194440e-4) + r
    square = r * r
    even = square * SINGLE(EVEN[0]) + SINGLE(EVEN[1])
    even = square * even + SINGLE(EVEN[2])
    odd = square * SINGLE(ODD[0]) + SINGLE(ODD[1])
    y = square * (r * odd + even) + (r + SINGLE(1))
    whole = np.where(np.isfinite(m), m, SINGLE(0)).astype(np.int32)
    with np.errstate(over="ignore", under="ignore"):
        return np.where(x < SINGLE(-104), SINGLE(0), np.ldexp(y, whole))
