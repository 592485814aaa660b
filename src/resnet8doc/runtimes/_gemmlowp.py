r"""gemmlowp's fixed-point exponential, reciprocal, logistic and tanh: of them TensorFlow Lite's reference softmax and
Micro's logistic and tanh are made; TensorFlow Lite's inverse root and logarithm beside them.

A number in :math:`Q_{i.f}` is an int32 that stands for itself times :math:`2^{-f}`, with :math:`i + f = 31`.

Source: gemmlowp, ``fixedpoint/fixedpoint.h``, ``exp_on_negative_values``, ``one_over_one_plus_x_for_x_in_0_1``.
"""

from functools import lru_cache

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
    return np.asarray(np.clip(_newton(a) << 1, -LIMIT - 1, LIMIT))


def _newton(a: Array) -> Array:
    """Return 2 / (1 + a) in Q2.29."""
    half = (a + LIMIT + 1) >> 1
    x = FORTY_EIGHT + high(half, THIRTY_TWO)
    for _ in range(3):
        missing = (1 << 29) - high(half, x)
        x = x + np.clip(high(x, missing) << 2, -LIMIT - 1, LIMIT)
    return np.asarray(x)


def tanh(a: Array) -> Array:
    """Return tanh(a) in Q0.31 of numbers in Q4.27: (1 - e) / (1 + e) with e = exp(-2 |a|), the sign put back.

    Examples
    --------
    >>> np.round(tanh(np.array([-(1 << 27), 0, 1 << 26])) / 2**31, 6)  # -1, 0, 1/2
    array([-0.761594,  0.      ,  0.462117])
    """
    # The same number read with one integer bit more is twice as large.
    share = _newton(exp_of_negative(-np.abs(a), 5)) - (1 << 29)
    return np.asarray(np.sign(a) * np.clip(share << 2, -LIMIT - 1, LIMIT))


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
    return min(max(_newton_step(a) * 2, -LIMIT - 1), LIMIT)


def _newton_step(a: int) -> int:
    half = (a + LIMIT + 1) // 2
    x = FORTY_EIGHT + _high(half, THIRTY_TWO)
    for _ in range(3):
        x += min(max(_high(x, (1 << 29) - _high(half, x)) * 4, -LIMIT - 1), LIMIT)
    return x


def tanh_step(a: int) -> int:
    """Return tanh of one number, in Python's integers.

    Examples
    --------
    >>> all(tanh_step(a) == tanh(np.array([a]))[0] for a in (0, 7, -7, 5 << 26, -(31 << 26)))
    True
    """
    share = min(max((_newton_step(exp_of_negative_step(-abs(a), 5)) - (1 << 29)) * 4, -LIMIT - 1), LIMIT)
    return share if a > 0 else -share if a < 0 else 0


HALF_ROOT = 1518500250
"""sqrt(2) / 2 in Q0.31."""


@lru_cache(maxsize=512)
def inverse_root(value: int) -> tuple[int, int]:
    """Return ``m`` and ``e`` of 1 / sqrt of an integer, as m * 2^(e - 31): five steps of Newton's method; of 0 as of 1.

    Source: TensorFlow Lite, ``kernels/internal/common.h``, ``GetInvSqrtQuantizedMultiplierExp``.

    Examples
    --------
    >>> [round(m * 2.0 ** (e - 31), 5) for m, e in map(inverse_root, (0, 1, 2, 100, 10**9))]
    [1.0, 1.0, 0.70711, 0.1, 3e-05]
    """
    if value <= 1:
        return LIMIT, 0
    quarters = max(0, (value.bit_length() - 28) // 2)  # taken off what has more than 29 bits
    value >>= 2 * quarters
    pairs = (31 - value.bit_length()) // 2 - 1  # so that 2**27 <= value << 2 * pairs < 2**29
    number = value * 4**pairs // 2  # a quarter to 1 in Q3.28
    half, three_halves, x = (number + 1) // 2, 3 << 27, 1 << 28
    for _ in range(5):
        cube = _within(_high(_high(x, x), x) * 2**6)
        x = _within((_high(three_halves, x) - _high(half, cube)) * 2**3)
    exponent = pairs - quarters - 11
    return _high(x, HALF_ROOT) * 2 ** max(exponent, 0), min(exponent, 0)


LOG_2, FOURTH_ROOT = 1488522236, 1805811301
"""log(2) and the fourth root of a half in Q0.31."""

LOG_TERMS = (117049297, 127690142, 1057819769, 638450708)
"""In Q0.31, with r the fourth root of 2: 11/240 r, r/20, 2/r - r, r/4."""


@lru_cache(maxsize=1 << 16)
def logarithm(value: int) -> int:
    """Return the natural logarithm in Q5.26 of a number from 1 on in Q12.19.

    A power of 2, which is chosen so that what is left lies around the fourth root of a half; of that a quotient of
    polynomials. Source: TensorFlow Lite, ``kernels/internal/common.h``, ``log_x_for_x_greater_than_or_equal_to_1``.

    Examples
    --------
    >>> [round(logarithm(number << 19) / 2**26, 6) for number in (1, 2, 10)]
    [0.0, 0.693147, 2.302585]
    """
    cubic, square, constant, linear = LOG_TERMS
    quarter, one = 1 << 23, 1 << 25  # in Q6.25
    free = 32 - value.bit_length()
    rest = _within(_high(value << (free - 1), HALF_ROOT) * 2)
    smaller = _high(value, HALF_ROOT)
    below = 31 - smaller.bit_length()
    rest = min(rest, _within(value << below))
    power = max(_within((12 - free) * one + quarter), _within((12 - below) * one - quarter))
    middle, twice = (rest + FOURTH_ROOT + 1) // 2, 2 * (rest - FOURTH_ROOT)
    squared = _high(twice, twice)
    numerator = _high(twice, rest) + _high(_high(twice, squared), cubic)
    denominator = _high(middle, constant + twice + _high(square, squared)) + _high(linear, twice)
    share = _high(_away(numerator, 64), reciprocal_of_one_plus_step(denominator))
    return _within((_high(power, LOG_2) + share) * 2)


def _within(value: int) -> int:
    return min(max(value, -LIMIT - 1), LIMIT)


def _high(a: int, b: int) -> int:
    return (a * b + (1 << 30)) // (1 << 31)


def _away(a: int, divisor: int) -> int:
    size = (abs(a) + divisor // 2) // divisor
    return size if a >= 0 else -size
