r"""gemmlowp's fixed-point exponential, reciprocal and logistic: of them TensorFlow Lite's reference softmax and Micro's
logistic are made.

A number in :math:`Q_{i.f}` is an int32 that stands for itself times :math:`2^{-f}`, with :math:`i + f = 31`.

Source: gemmlowp, ``fixedpoint/fixedpoint.h``, ``exp_on_negative_values``, ``one_over_one_plus_x_for_x_in_0_1``.
"""

import numpy as np

from ..arithmetic import Array
from .fixed_point import away, high

LIMIT = 2**31 - 1
"""The largest int32, which stands for 1 in Q0.31."""

EXP_MINUS_EIGHTH, THIRD = 1895147668, 715827883
"""exp(-1/8) and 1/3 in Q0.31."""

BARREL = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
"""exp(-1/4), exp(-1/2), exp(-1), and so on to exp(-16), in Q0.31."""

FORTY_EIGHT, THIRTY_TWO = 1515870810, -1010580540
"""48/17 and -32/17 in Q2.29: Newton's first guess of a reciprocal."""


def exp_of_negative(a: Array, integer_bits: int = 5) -> Array:
    """Return exp(a) in Q0.31 of numbers not above 0 in Q5.26, or with another number of integer bits.

    Between -1/4 and 0 by a polynomial around -1/8; the rest, a multiple of a quarter, bit by bit, one product each.

    Examples
    --------
    >>> a = np.array([0, -(1 << 26), -(3 << 26)])  # 0, -1, -3
    >>> np.round(exp_of_negative(a) / 2**31, 6)
    array([1.      , 0.36788 , 0.049787])
    """
    first = 29 - integer_bits  # the bit that stands for a quarter
    low = (a & ((1 << first) - 1)) - (1 << first)
    rest = low - a
    x = (low << integer_bits) + (1 << 28)
    square = high(x, x)
    cube, fourth = high(square, x), high(square, square)
    polynomial = away(high(away(fourth, 2) + cube, THIRD) + square, 1)
    result = EXP_MINUS_EIGHTH + high(x + polynomial, EXP_MINUS_EIGHTH)
    for bit, factor in zip(range(first, 31), BARREL, strict=False):
        result = np.where(rest & (1 << bit), high(result, factor), result)
    return np.where(a == 0, LIMIT, result)


def reciprocal_of_one_plus(a: Array) -> Array:
    """Return 1 / (1 + a) in Q0.31 of numbers from 0 to 1 in Q0.31: three steps of Newton's method on (1 + a) / 2.

    Examples
    --------
    >>> np.round(reciprocal_of_one_plus(np.array([0, 1 << 30, 2**31 - 1])) / 2**31, 6)
    array([1.      , 0.666667, 0.5     ])
    """
    half = (a + LIMIT + 1) >> 1
    x = FORTY_EIGHT + high(half, THIRTY_TWO)
    for _ in range(3):
        missing = (1 << 29) - high(half, x)
        x = x + np.clip(high(x, missing) << 2, -LIMIT - 1, LIMIT)
    return np.asarray(np.clip(x << 1, -LIMIT - 1, LIMIT))


def logistic(a: Array) -> Array:
    """Return 1 / (1 + exp(-a)) in Q0.31 of numbers in Q4.27.

    Examples
    --------
    >>> np.round(logistic(np.array([-(1 << 27), 0, 1 << 27])) / 2**31, 6)  # -1, 0, 1
    array([0.268941, 0.5     , 0.731059])
    """
    positive = reciprocal_of_one_plus(exp_of_negative(-np.abs(a), 4))
    return np.where(a == 0, 1 << 30, np.where(a > 0, positive, LIMIT - positive))


def exp_of_negative_step(a: int, integer_bits: int = 5) -> int:
    """Return the same of one number, in Python's integers.

    Examples
    --------
    >>> all(exp_of_negative_step(a) == exp_of_negative(np.array([a]))[0] for a in (0, -1, -(5 << 23), -(31 << 26)))
    True
    """
    if a == 0:
        return LIMIT
    quarter = 1 << (29 - integer_bits)
    low = a % quarter - quarter
    x = low * 2**integer_bits + (1 << 28)
    square = _high(x, x)
    cube, fourth = _high(square, x), _high(square, square)
    polynomial = _away(_high(_away(fourth, 4) + cube, THIRD) + square, 2)
    result = EXP_MINUS_EIGHTH + _high(x + polynomial, EXP_MINUS_EIGHTH)
    for bit, factor in zip(range(29 - integer_bits, 31), BARREL, strict=False):
        if (low - a) >> bit & 1:
            result = _high(result, factor)
    return result


def logistic_step(a: int) -> int:
    """Return the logistic of one number, in Python's integers.

    Examples
    --------
    >>> all(logistic_step(a) == logistic(np.array([a]))[0] for a in (0, 7, -7, 5 << 26, -(31 << 26)))
    True
    """
    if a == 0:
        return 1 << 30
    positive = reciprocal_of_one_plus_step(exp_of_negative_step(-abs(a), 4))
    return positive if a > 0 else LIMIT - positive


def reciprocal_of_one_plus_step(a: int) -> int:
    """Return the same of one number, in Python's integers.

    Examples
    --------
    >>> all(reciprocal_of_one_plus_step(a) == reciprocal_of_one_plus(np.array([a]))[0] for a in (0, 5, 1 << 30))
    True
    """
    half = (a + LIMIT + 1) // 2
    x = FORTY_EIGHT + _high(half, THIRTY_TWO)
    for _ in range(3):
        x += min(max(_high(x, (1 << 29) - _high(half, x)) * 4, -LIMIT - 1), LIMIT)
    return min(max(x * 2, -LIMIT - 1), LIMIT)


def _high(a: int, b: int) -> int:
    return (a * b + (1 << 30)) // (1 << 31)


def _away(a: int, divisor: int) -> int:
    size = (abs(a) + divisor // 2) // divisor
    return size if a >= 0 else -size
