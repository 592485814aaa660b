r"""Two integers a channel that do what float32 does, for every accumulator: :math:`\mathrm{clamp}((a\,m + b) \gg S)`.

Each operation of the second stage is monotone in the integer :math:`a`, so the code is a staircase of at most 255
steps. Two staircases are equal for *all* :math:`a` if they step at the same places. Those of float32 are found by
bisection with numpy's float32 itself; then :math:`m` and :math:`b` are found whose staircase has them, or it is known
that there are none: how much room :math:`b` has is concave in :math:`m`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Codes = Callable[[Array], Array]


@dataclass(frozen=True)
class Staircase:
    """``clamp((a * factor + offset) >> shift)``; bias, zero point and rounding are part of ``offset``."""

    factor: int
    offset: int
    shift: int

    def codes(self, accumulator: npt.ArrayLike, low: int = -128) -> Array:
        """Requantize; int64."""
        total = np.asarray(accumulator, np.int64) * self.factor + self.offset
        return np.asarray(np.clip(total >> self.shift, low, low + 255))


def steps(codes: Codes, low: int, high: int) -> tuple[Array, Array]:
    """Return each code that is reached above ``low``, and the least accumulator that reaches it; int64.

    Examples
    --------
    >>> steps(lambda a: a // 10, 5, 35)
    (array([1, 2, 3]), array([10, 20, 30]))
    """
    first, last = (int(codes(np.array([end]))[0]) for end in (low, high))
    wanted = np.arange(first + 1, last + 1)
    below, at = np.full(wanted.shape, low, np.int64), np.full(wanted.shape, high, np.int64)
    while np.any(at - below > 1):
        middle = (below + at) // 2
        reached = np.asarray(codes(middle)) >= wanted
        below, at = np.where(reached, below, middle), np.where(reached, middle, at)
    return wanted, at


def find_staircase(codes: Codes, low: int, high: int, slope: float, shift: int, least: int = -128) -> Staircase | None:
    """Find the two integers.

    Parameters
    ----------
    codes
        The codes of accumulators, monotone: float32's second stage.
    low, high
        The least and greatest accumulator that can occur.
    slope
        About what ``factor`` is, divided by 2^shift: the multiplier.
    shift
        Binary places.
    least
        The lowest code of the type, -128 or 0. Beyond it, and 255 above it, the clamp does the work.

    Returns
    -------
    Staircase or None
        Equal to ``codes`` on every accumulator from ``low`` to ``high``; None if there is none at this ``shift``.

    Examples
    --------
    >>> third = lambda a: np.rint(np.float32(a) * np.float32(1 / 3)).astype(int)
    >>> found = find_staircase(third, -300, 300, 1 / 3, 12)
    >>> every = np.arange(-300, 301)
    >>> bool((found.codes(every) == third(every)).all())
    True
    """
    wanted, places = steps(codes, low, high)
    first, last = (int(codes(np.array([end]))[0]) for end in (low, high))
    if not len(wanted):
        return Staircase(0, first << shift, shift)
    reached, missed = (wanted << shift, places), ((wanted << shift) - 1, places - 1)
    if first > least:  # the ends are held too, where the clamp does not hold them
        reached = np.append(reached[0], first << shift), np.append(reached[1], low)
    if last < least + 255:
        missed = np.append(missed[0], ((last + 1) << shift) - 1), np.append(missed[1], high)

    def interval(factor: int) -> tuple[int, int]:
        return int((reached[0] - reached[1] * factor).max()), int((missed[0] - missed[1] * factor).min())

    def room(factor: int) -> int:
        lowest, highest = interval(factor)
        return highest - lowest

    centre = round(slope * 2.0**shift)
    at, end = max(0, centre - (centre >> 7) - 2), centre + (centre >> 7) + 2
    while at < end:
        middle = (at + end) // 2
        if room(middle + 1) > room(middle):
            at = middle + 1
        else:
            end = middle
    lowest, highest = interval(at)
    return Staircase(at, (lowest + highest) // 2, shift) if lowest <= highest else None
