"""What ONNX Runtime's own math library computes element by element, to the bit: polynomials of fused multiply-adds.

On x86 with FMA (and AVX-512) these are assembler kernels; a fused multiply-add rounds once. A processor without FMA
rounds twice and gives other last bits.

Source: ONNX Runtime, ``core/mlas/lib/logistic.cpp``, ``tanh.cpp``, ``erf.cpp``, ``compute.cpp``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._fma import fma

Array = npt.NDArray[Any]

SINGLE = np.float32

LOGISTIC = (
    (4.37031012579801e-11, 1.15627324459942e-07, 6.08574864600143e-05, 8.51377133304701e-03, 2.48287947061529e-01),
    (6.10247389755681e-13, 5.76102136993427e-09, 6.29106785017040e-06, 1.70198817374094e-03, 1.16817656904453e-01,
     9.93151921023180e-01),
)  # fmt: skip
TANH = (
    (-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08, 1.48572235717979e-05,
     6.37261928875436e-04, 4.89352455891786e-03),
    (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03),
)  # fmt: skip
ERF_SMALL = (-5.99104969e-4, 4.99339588e-3, -2.67667342e-2, 1.12818025e-1, -3.76124859e-1, 1.28379151e-1)
ERF_LARGE = (
    1.72948930e-5, -3.83208680e-4, 3.88393435e-3, -2.42545605e-2, 1.06777847e-1, 6.34846687e-1, 1.28717512e-1,
)  # fmt: skip
ERF_EXP = (1.38319808e-3, 8.37550033e-3, 4.16689515e-2, 1.66664466e-1, 4.99999851e-1, 1.0, 1.0)
EXP = (
    *map(float.fromhex, ("0x1.694p-10", "0x1.125edcp-7", "0x1.555b5ap-5", "0x1.55545p-3", "0x1.fffff6p-2")),
    1.0,
    1.0,
)
"""Coefficients, the highest power first."""


def horner(x: Array, coefficients: Sequence[float]) -> Array:
    """Return the polynomial's value, each step a fused multiply-add."""
    value = np.full(np.shape(x), SINGLE(coefficients[0]))
    for coefficient in coefficients[1:]:
        value = fma(value, x, SINGLE(coefficient))
    return value


def logistic(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) as a quotient of polynomials in x² plus a half, clamped to 0 and 1."""
    held = np.clip(x, SINGLE(-18), SINGLE(18))
    square = held * held
    numerator, denominator = (horner(square, part) for part in LOGISTIC)
    return np.asarray(np.clip(numerator * held / denominator + SINGLE(0.5), SINGLE(0), SINGLE(1)))


def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent as a quotient of polynomials in x²."""
    held = np.clip(x, SINGLE(-9), SINGLE(9))
    square = held * held
    numerator, denominator = (horner(square, part) for part in TANH)
    return np.asarray(numerator * held / denominator)


def exp(x: Array) -> Array:
    """Return the exponential: 2^m times a polynomial of what is left."""
    held = np.minimum(np.maximum(x, SINGLE(-103.9720840454)), SINGLE(88.7762626647950))
    return _exp(held, EXP)


def erf(x: Array) -> Array:
    """Return the error function: a polynomial below 0.921875, 1 - exp(-polynomial) above."""
    size = np.minimum(np.abs(x), SINGLE(3.925))
    small = fma(horner(size * size, ERF_SMALL), size, size)
    large = fma(horner(size, ERF_LARGE), size, size)
    large = SINGLE(1) - _exp(np.maximum(SINGLE(-88.3762626647949), -large), ERF_EXP)
    return np.copysign(np.where(size > SINGLE(0.921875), large, small), x)


def _exp(x: Array, coefficients: Sequence[float]) -> Array:
    magic = SINGLE(1.5 * 2**23)  # adding it rounds to an integer
    m = fma(x, SINGLE(1.44269504088896341), magic) - magic
    rest = fma(m, SINGLE(-6.93145752e-1), x)
    rest = fma(m, SINGLE(-1.42860677e-6), rest)
    exponent = np.where(np.isnan(m), SINGLE(0), m).astype(np.int32)
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(horner(rest, coefficients), exponent)
