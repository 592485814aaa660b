r"""Requantization in integers, equal to float32's.

ONNX Runtime computes :math:`q = \mathrm{clamp}(\mathrm{rint}(\mathrm{fl}(\mathrm{fl}(a) \cdot M)) + z)`, with
:math:`\mathrm{fl}` the rounding to float32's 24 bits. With :math:`M = m \cdot 2^{-f}`, :math:`2^{23} \le m < 2^{24}`:

1. :math:`p = \mathrm{fl}(a) \cdot m`, exact: 48 bits and a sign.
2. :math:`k = \lfloor p / 2^f \rfloor`, and :math:`d = (p \bmod 2^f) - 2^{f-1}`, how far the product is from the tie
   :math:`k + \tfrac12`, in units of :math:`2^{-f}`.
3. The inner rounding moves what lies within half a unit in the last place of :math:`k + \tfrac12` onto it. If
   :math:`j` is the position of the leading bit of :math:`|k + \tfrac12|` (-1 for :math:`\tfrac12` itself), that unit is
   :math:`2^{j-23}`, and half of it, in units of :math:`2^{-f}`, the window :math:`2^{f+j-24}` (none if that is below
   1).
4. :math:`|d|` within the window: the even one of :math:`k, k + 1`. Otherwise :math:`k + 1` if :math:`d > 0`, else
   :math:`k`. At the window's very edge the inner rounding is a tie itself, and goes to :math:`k + \tfrac12`, whose last
   place is even.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError

Array = npt.NDArray[Any]

MANTISSA_BITS = 24
"""Of a float32, its leading one included."""

MAX_SHIFT = 62
"""The largest ``f``: at this one and beyond every product is 0 when rounded, so that no larger one is needed."""

MIN_SHIFT = 14
"""The least ``f``, of a multiplier of at least 512: there every accumulator but 0 saturates, so any such will do."""


def mantissa_and_shift(multiplier: npt.ArrayLike) -> tuple[Array, Array]:
    r"""Write float32 multipliers as :math:`m \cdot 2^{-f}` with a 24-bit integer :math:`m`.

    Parameters
    ----------
    multiplier
        float32, not negative, any shape.

    Returns
    -------
    mantissa : numpy.ndarray
        int64: 0, or from 2^23 to 2^24 - 1.
    shift : numpy.ndarray
        int64, from :data:`MIN_SHIFT` to :data:`MAX_SHIFT`; a multiplier outside of what that spans becomes one that
        gives the same codes.

    Raises
    ------
    UserError
        If one is negative, infinite or not a number.

    Examples
    --------
    >>> m, f = mantissa_and_shift(np.float32([0.25, 0.003]))
    >>> m, f, m * 2.0 ** -f
    (array([ 8388608, 12884902]), array([25, 32]), array([0.25 , 0.003]))
    """
    exact = np.asarray(multiplier, np.float32).astype(np.float64)
    if not np.all(np.isfinite(exact)) or np.any(exact < 0):
        raise UserError(
            f"multipliers reach from {exact.min()} to {exact.max()}", "finite numbers, not negative",
            "Look at the layer's scales.",
        )  # fmt: skip
    fraction, exponent = np.frexp(exact)
    mantissa = (fraction * 2.0**MANTISSA_BITS).astype(np.int64)
    shift = MANTISSA_BITS - exponent.astype(np.int64)
    shift = np.where(mantissa == 0, MAX_SHIFT, shift)
    return mantissa, np.clip(shift, MIN_SHIFT, MAX_SHIFT)


def round_to_24_bits(accumulator: npt.ArrayLike) -> Array:
    """Return what float32 keeps of int32 accumulators: 24 significant bits, half to even; int64.

    Examples
    --------
    >>> round_to_24_bits([2**24 + 1, 2**24 + 3, -(2**24) - 3, 5])
    array([ 16777216,  16777220, -16777220,         5])
    """
    a = np.asarray(accumulator, np.int64)
    magnitude = np.abs(a)
    _, bits = np.frexp(magnitude.astype(np.float64))  # exact: 32 bits fit 53
    drop = np.maximum(bits.astype(np.int64) - MANTISSA_BITS, 0)
    odd = magnitude >> drop & 1
    half = np.where(drop > 0, (np.int64(1) << np.maximum(drop - 1, 0)) - 1 + odd, 0)
    return np.asarray(np.sign(a) * ((magnitude + half) >> drop << drop))


def requantize_one(
    accumulator: int, mantissa: int, shift: int, zero_point: int, low: int = -128, high: int = 127
) -> int:
    """Requantize one accumulator by Python's integers (the slow twin: the specification).

    Parameters
    ----------
    accumulator
        Within int32.
    mantissa, shift
        From :func:`mantissa_and_shift`.
    zero_point
        Of the output, between ``low`` and ``high``.
    low, high
        The output type's range, 256 codes.

    Examples
    --------
    >>> m, f = mantissa_and_shift(np.float32(0.25))
    >>> [requantize_one(a, int(m), int(f), 0) for a in (-6, -2, 1, 2, 3, 6)]
    [-2, 0, 0, 0, 1, 2]

    Here the product is just above 1/2, and float32 rounds it to 1/2, which goes to 0:

    >>> m, f = mantissa_and_shift(np.float32(0.16666667))
    >>> 3 * int(m) > 1 << int(f) - 1, requantize_one(3, int(m), int(f), 0)
    (True, 0)
    """
    drop = max(abs(accumulator).bit_length() - MANTISSA_BITS, 0)
    magnitude = abs(accumulator)
    if drop:
        magnitude = (magnitude + (1 << drop - 1) - 1 + (magnitude >> drop & 1)) >> drop << drop
    product = (magnitude if accumulator >= 0 else -magnitude) * mantissa
    k = product >> shift
    d = (product & (1 << shift) - 1) - (1 << shift - 1)
    leading = (k if k >= 0 else ~k).bit_length() - 1
    exponent = shift + leading - MANTISSA_BITS
    window = 1 << exponent if exponent >= 0 else 0
    up = k & 1 if abs(d) <= window else int(d > 0)
    return min(max(k + up + zero_point, low), high)


def requantize_without_float(
    accumulator: npt.ArrayLike, mantissa: npt.ArrayLike, shift: npt.ArrayLike, zero_point: npt.ArrayLike,
    low: int = -128, high: int = 127,
) -> Array:  # fmt: skip
    """Requantize accumulators in int64; equal to the second stage :data:`resnet8doc.arithmetic.FLOAT32`.

    Parameters
    ----------
    accumulator
        Integers within int32, any shape.
    mantissa, shift
        From :func:`mantissa_and_shift`; they broadcast.
    zero_point
        Of the output; broadcasts.
    low, high
        The output type's range.

    Returns
    -------
    numpy.ndarray
        int64 codes of the common shape.

    Examples
    --------
    >>> a = np.arange(-6, 8, 2)
    >>> requantize_without_float(a, *mantissa_and_shift(np.float32(0.25)), 0)
    array([-2, -1,  0,  0,  0,  1,  2])
    """
    shift = np.asarray(shift, np.int64)
    one = np.int64(1)
    product = round_to_24_bits(accumulator) * np.asarray(mantissa, np.int64)
    floor = product >> shift
    d = (product & ((one << shift) - 1)) - (one << (shift - 1))
    k = np.clip(floor, -256, 255)  # what lies beyond is clamped, whichever way it is rounded
    _, bits = np.frexp(np.where(k >= 0, k, ~k).astype(np.float64))
    exponent = shift + bits.astype(np.int64) - 1 - MANTISSA_BITS
    window = np.where(exponent >= 0, one << np.maximum(exponent, 0), 0)
    up = np.where(np.abs(d) <= window, k & 1, d > 0)
    return np.asarray(np.clip(k + up + np.asarray(zero_point, np.int64), low, high))
