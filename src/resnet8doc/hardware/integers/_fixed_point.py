r"""TensorFlow Lite's second stage as gates hold it: a multiplier of 31 bits, a shift, and a way to round.

The factor is :math:`M = m \cdot 2^{-31 - s}`. The ways are those of :mod:`resnet8doc.runtimes`: rounded twice, the
second time halves away from zero, or both times up; or once, halves up.

A second stage that has another formula (a float64 product, a mean by an integer division) can still be one of these:
each operation is monotone in the accumulator, so its codes are a staircase, and a multiplier whose staircase steps at
the same places equals it for every accumulator. With one rounding a step asks only that :math:`m` is at least, or at
most, some integer: all steps together leave an interval, or nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...runtimes.fixed_point import Way, quantized, scaled
from ...runtimes.tflite_reference import LEFT, add_factors
from ._staircase import Codes, steps

Array = npt.NDArray[np.int64]

WAYS: tuple[Way, ...] = ("twice_away", "twice_up", "once")
"""In the order of ``requantizer_tflite``'s numbers."""

MAX_SHIFT = 31


@dataclass(frozen=True)
class FixedPoint:
    """``clamp(round(a * multiplier * 2^(-31 - shift)) + zero)``.

    Attributes
    ----------
    multiplier
        0, or below 2^31.
    shift
        0 to 31.
    way
        How it is rounded.
    """

    multiplier: int
    shift: int
    way: Way

    def codes(self, accumulator: npt.ArrayLike, zero: int, low: int = -128) -> Array:
        """Requantize; int64.

        Examples
        --------
        >>> for way in WAYS:
        ...     print(way, FixedPoint(1 << 30, 1, way).codes([-6, -2, 1, 2, 6], 0))
        twice_away [-2 -1  1  1  2]
        twice_up [-1  0  1  1  2]
        once [-1  0  0  1  2]
        """
        whole = scaled(np.asarray(accumulator, np.int64), self.multiplier, -self.shift, self.way)
        return np.asarray(np.clip(whole + zero, low, low + 255))


def fixed_point(factor: float, way: Way, name: str = "a layer") -> FixedPoint:
    """Return a factor as TensorFlow Lite holds it.

    Raises
    ------
    UserError
        If it is 1 or more, for which the gates would have to shift to the left.

    Examples
    --------
    >>> fixed_point(0.003, "twice_away")
    FixedPoint(multiplier=1649267442, shift=8, way='twice_away')
    """
    multiplier, exponent = (int(number) for number in quantized(np.float64(factor)))
    if exponent > 0:
        raise UserError(
            f"{name}: the factor is {factor:.6g}",
            "below 1",
            "The gates only shift to the right; use the engine instead.",
        )
    return FixedPoint(multiplier, -exponent, way)


def find_fixed_point(
    codes: Codes, low: int, high: int, factor: float, zero: int, name: str = "a layer", least: int = -128
) -> FixedPoint:
    """Find a multiplier and a shift that, rounded once, do what another second stage does.

    Parameters
    ----------
    codes
        The codes of accumulators, monotone, clamped to 256 codes.
    low, high
        The least and greatest accumulator that can occur.
    factor
        About the multiplier that it is.
    zero
        The output's zero point.
    name
        For the message.
    least
        The least code.

    Returns
    -------
    FixedPoint
        Equal to ``codes`` on every accumulator from ``low`` to ``high``.

    Raises
    ------
    UserError
        If there is none.

    Examples
    --------
    A mean of nine, halves away from zero:

    >>> mean = lambda a: np.sign(a) * ((np.abs(a) + 4) // 9)
    >>> found = find_fixed_point(mean, -1152, 1143, 1 / 9, 0)
    >>> every = np.arange(-1152, 1144)
    >>> bool((found.codes(every, 0) == mean(every)).all())
    True
    """
    about = fixed_point(factor, "once", name)
    wanted, places = steps(codes, low, high)
    first, last = (int(codes(np.array([end]))[0]) for end in (low, high))
    bounds = _interval(wanted, places, about.shift, zero)
    if first > least:  # both ends are held too, where the clamp does not hold them
        bounds = _narrower(bounds, _interval([first], [low], about.shift, zero, before=False))
    if last < least + 255:
        bounds = _narrower(bounds, _interval([last + 1], [high + 1], about.shift, zero, reached=False))
    smallest, largest = bounds
    if smallest > largest:
        raise UserError(
            f"{name}: no multiplier of 31 bits, rounded once, gives its codes for sums from {low} to {high}",
            "one such multiplier",
            "Use the engine or the C program instead.",
        )  # fmt: skip
    return FixedPoint(min(max(about.multiplier, smallest), largest), about.shift, "once")


def _interval(
    wanted: Sequence[int] | Array, places: Sequence[int] | Array, shift: int, zero: int, *, reached: bool = True,
    before: bool = True,
) -> tuple[int, int]:  # fmt: skip
    """Return the multipliers that have ``reached`` each code at its place, and do not have it right ``before``."""
    smallest, largest = 0, (1 << 31) - 1
    for code, place in zip(wanted, places, strict=True):
        # place * m + 2^(30 + shift) >= (code - zero) * 2^(31 + shift), and less than that one before
        target = (2 * (int(code) - zero) - 1) << (30 + shift)
        if reached:
            smallest, largest = _narrower((smallest, largest), _at_least(int(place), target))
        if before:
            smallest, largest = _narrower((smallest, largest), _at_least(1 - int(place), 1 - target))
    return smallest, largest


def _at_least(place: int, target: int) -> tuple[int, int]:
    """Return the multipliers with ``place * m >= target``."""
    everything, nothing = (0, (1 << 31) - 1), (1, 0)
    if place == 0:
        return everything if target <= 0 else nothing
    if place > 0:
        return -(-target // place), everything[1]
    return 0, target // place


def _narrower(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])


@dataclass(frozen=True)
class FixedSum:
    """TensorFlow Lite's addition of two codes.

    Attributes
    ----------
    zeros
        Of both summands and the sum.
    factors
        Likewise: of the summands in the runtime's way, of the sum rounded twice.
    """

    zeros: tuple[int, int, int]
    factors: tuple[FixedPoint, FixedPoint, FixedPoint]

    def codes(self, a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
        """Add codes; int64."""
        left, right = (
            scaled((np.asarray(x, np.int64) - zero) << LEFT, f.multiplier, -f.shift, f.way)
            for x, zero, f in zip((a, b), self.zeros, self.factors, strict=False)
        )
        return self.factors[2].codes(left + right, self.zeros[2])


def find_fixed_sum(
    codes: Array, scales: tuple[float, float, float], zeros: tuple[int, int, int], name: str = "an addition"
) -> FixedSum:
    """Return the addition that gives the codes of all pairs.

    Parameters
    ----------
    codes
        Of all pairs, int64 ``[256, 256]``, the first summand in rows.
    scales, zeros
        Of both summands and the sum.
    name
        For the message.

    Raises
    ------
    UserError
        If the codes are not TensorFlow Lite's, in any way, or the scales are ones that end its process.

    Examples
    --------
    >>> from resnet8doc.runtimes.tflite_reference import sum_of_codes
    >>> every = np.arange(-128, 128)
    >>> scales, zeros = (0.5, 0.3, 0.7), (3, -5, -128)
    >>> codes = np.clip(sum_of_codes(every[:, None], every, scales, zeros), -128, 127)
    >>> find_fixed_sum(codes, scales, zeros).factors[1]
    FixedPoint(multiplier=1288490240, shift=1, way='twice_away')
    """
    factors = add_factors(scales)
    every = np.arange(-128, 128)
    for way in WAYS:
        ways: tuple[Way, ...] = (way, way, "twice_away")
        left, right, out = (FixedPoint(m, -e, each) for (m, e), each in zip(factors, ways, strict=True))
        found = FixedSum(zeros, (left, right, out))
        if np.array_equal(found.codes(every[:, None], every), codes):
            return found
    raise UserError(
        f"{name} does not add codes as TensorFlow Lite's kernels do", "their scales, or those of a runtime that does",
        "Use the engine instead.",
    )  # fmt: skip
