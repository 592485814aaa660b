r"""QLinearAdd in three integers.

ONNX Runtime adds two codes by two fused multiply-adds in float32. In integers the same is
:math:`c = \mathrm{clamp}\left((a\,f + b\,g + o) \gg S\right)`, if there are :math:`f, g, o` for which all 65,536
pairs come out right. Each pair asks that :math:`c\,2^S \le a f + b g + o < (c + 1)\,2^S`, one side of it where
:math:`c` is clamped. For given :math:`f, g` that leaves an interval for :math:`o`, and its length is concave in them:
a least of linear functions less a greatest. So halving finds the factors that leave the most room, and all pairs are
tried at the end.

Where scales are powers of two of each other, real ties occur, and go to the even code. So the last bit is cleared where
the places below the binary point are all 0; the offset holds the half.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError

Array = npt.NDArray[Any]

RANGES = (13, 8)
"""How far factors are sought from the quotients of the scales: a part in 2^13; if that fails, in 2^8."""

FINE = 36
"""Binary places of the search."""

TRIES = 50
"""Rounds of taking in pairs that bind; a dozen are enough."""


@dataclass(frozen=True)
class Sum:
    """A sum of two codes in integers: ``clamp((a * factor + b * second_factor + offset) >> shift)``, ties to even.

    The offset holds a half: where the places that are shifted out are all 0 there was a tie, and the last bit is
    cleared.

    Attributes
    ----------
    factor, second_factor, offset, shift
        The integers. Zero points and rounding are part of ``offset``.
    room
        How many values of ``offset`` would do if there were no ties; 0 where ties decide.
    """

    factor: int
    second_factor: int
    offset: int
    shift: int
    room: int


def sum_table(add: Callable[[Array, Array], Array], low: int) -> Array:
    """Return the codes of all pairs, int64 ``[256, 256]``: row ``a - low``, column ``b - low``.

    Parameters
    ----------
    add
        Adds codes of the model's type, ``[256, 256]`` each: runtimes add a single number in another order.
    low
        -128 for int8, 0 for uint8.

    Examples
    --------
    >>> int(sum_table(lambda a, b: np.clip(a.astype(int) + b, -128, 127), -128)[255, 255])
    127
    """
    every = np.arange(low, low + 256).astype(np.int8 if low else np.uint8)
    return np.asarray(add(*np.meshgrid(every, every, indexing="ij")), np.int64)


def add_codes(a: npt.ArrayLike, b: npt.ArrayLike, found: Sum, low: int = -128) -> Array:
    """Add codes by a :class:`Sum`; int64.

    Examples
    --------
    >>> add_codes([10, 1, 3], [4, 0, 0], Sum(2, 1, 2, 2, 1))  # 6, and two ties: 1/2 and 3/2
    array([6, 0, 2])
    """
    total = np.asarray(a, np.int64) * found.factor + np.asarray(b, np.int64) * found.second_factor + found.offset
    whole = total >> found.shift
    tie = (total & ((1 << found.shift) - 1)) == 0
    return np.clip(np.where(tie, whole & ~1, whole), low, low + 255)


def find_sum(
    codes: Array, ratio: float, second_ratio: float, shift: int, low: int = -128, name: str = "an addition"
) -> Sum:
    """Find the three integers.

    Parameters
    ----------
    codes
        The codes of all pairs, from :func:`sum_table`.
    ratio, second_ratio
        About what the factors are: the quotient of each summand's scale and the sum's.
    shift
        Binary places of the factors.
    low
        The lowest code.
    name
        For the message.

    Returns
    -------
    Sum
        Equal to ``codes`` on all pairs.

    Raises
    ------
    UserError
        If there are no such integers at this ``shift``.

    Examples
    --------
    >>> every = np.arange(-128, 128)
    >>> codes = np.clip(np.rint(0.5 * every[:, None] + 0.25 * every[None, :] - 3), -128, 127).astype(int)
    >>> find_sum(codes, 0.5, 0.25, 8)
    Sum(factor=128, second_factor=64, offset=-640, shift=8, room=0)
    >>> codes = np.clip(np.rint(0.3123 * every[:, None] + 0.7654 * every[None, :]), -128, 127).astype(int)
    >>> bool((add_codes(every[:, None], every, find_sum(codes, 0.3123, 0.7654, 22)) == codes).all())
    True
    """
    every = np.arange(low, low + 256, dtype=np.int64)
    a, b = (axis.ravel() for axis in np.meshgrid(every, every, indexing="ij"))
    c = np.asarray(codes, np.int64).ravel()

    def wrong(found: Sum) -> int:
        return int((add_codes(a, b, found, low) != c).sum())

    best, least = Sum(0, 0, 0, shift, 0), len(a) + 1
    for found in _candidates(a, b, c, ratio, second_ratio, shift, low):
        differ = wrong(found)
        if not differ:
            return found
        if differ < least:
            best, least = found, differ
    pair = int(np.flatnonzero(add_codes(a, b, best, low) != c)[0])
    raise UserError(
        f"{name}: no three integers of {shift} binary places add its codes as float32 does ({least:,} of 65,536 pairs "
        f"differ, the first {a[pair]} and {b[pair]})", "three such integers",
        "Use more binary places, or a table of the 65,536 sums.",
    )  # fmt: skip


def _candidates(a: Array, b: Array, c: Array, ratio: float, second_ratio: float, shift: int, low: int) -> Iterator[Sum]:
    """Yield the plain one, then those with the most room."""
    yield _plain(a, b, c, ratio, second_ratio, shift, low)
    for bits in RANGES:
        yield from _roomiest(a, b, c, ratio, second_ratio, shift, low, bits)


def _plain(a: Array, b: Array, c: Array, ratio: float, second_ratio: float, shift: int, low: int) -> Sum:
    """Return the factors that are nearest, and the offset that the first unclamped pairs ask for, to a half."""
    factor, second = round(ratio * 2.0**shift), round(second_ratio * 2.0**shift)
    free = (c > low) & (c < low + 255)
    left = (c << shift) - a * factor - b * second
    centre = (int(left[free].max()) + int((left[free] + (1 << shift)).min())) // 2 if free.any() else 0
    half = 1 << shift - 1
    return Sum(factor, second, (centre + half // 2) // half * half, shift, 0)


def _roomiest(
    a: Array, b: Array, c: Array, ratio: float, second_ratio: float, shift: int, low: int, bits: int
) -> Iterator[Sum]:
    """Yield sums with the factors that leave the most room for the offset, and offsets about its middle."""
    distance = a * ratio + b * second_ratio - c
    reached, held = c > low, c < low + 255
    if not reached.any() or not held.any():
        reached, held = np.ones_like(reached), np.ones_like(held)  # a constant: both sides bind everywhere
    # Pairs further from their step than the factors can move them do not bind.
    near = 1 / 64 + 512 * (ratio + second_ratio) * 2.0**-bits
    lower = np.flatnonzero(reached & (distance <= distance[reached].min() + near))
    upper = np.flatnonzero(held & (distance >= distance[held].max() - near))

    def bounds(below: Array, above: Array, factor: int, second: int, places: int) -> tuple[Array, Array]:
        least = (c[below] << places) - a[below] * factor - b[below] * second
        most = ((c[above] + 1) << places) - 1 - a[above] * factor - b[above] * second
        return least, most

    def roomiest(below: Array, above: Array) -> tuple[int, int]:
        def room(factor: int, second: int) -> int:
            least, most = bounds(below, above, factor, second, FINE)
            return int(most.min() - least.max())

        def best_second(factor: int) -> int:
            return _top(lambda second: room(factor, second), round(second_ratio * 2.0**FINE), bits)

        factor = _top(lambda factor: room(factor, best_second(factor)), round(ratio * 2.0**FINE), bits)
        return factor, best_second(factor)

    # Few pairs bind: begin with two, and take in those that the solution for these leaves the least room.
    factor, second = round(ratio * 2.0**FINE), round(second_ratio * 2.0**FINE)
    below, above = lower[:0], upper[:0]
    for _ in range(TRIES):
        least, most = bounds(lower, upper, factor, second, FINE)
        worst = lower[least.argmax()], upper[most.argmin()]
        if worst[0] in below and worst[1] in above:
            break
        below, above = np.union1d(below, worst[0]), np.union1d(above, worst[1])
        factor, second = roomiest(below, above)

    # With finer factors so far, as if they were real: among coarse ones the room is not quite concave.
    tried = []
    for f in _around(factor >> (FINE - shift)):
        for g in _around(second >> (FINE - shift)):
            least, most = bounds(lower, upper, f, g, shift)
            tried.append((int(most.min() - least.max()), f, g, int(most.min() + least.max()) // 2))
    slack, factor, second, offset = max(tried)
    for step in range(8):  # another one if a pair's places are all 0 by chance
        yield Sum(factor, second, offset + step, shift, max(0, slack + 1))


def _around(centre: int) -> range:
    return range(centre - 3, centre + 5)


def _top(function: Callable[[int], int], centre: int, bits: int) -> int:
    """Return where a concave function is largest, within a part in 2^``bits`` of ``centre``."""
    low, high = centre - (abs(centre) >> bits) - 4, centre + (abs(centre) >> bits) + 4
    while low < high:
        middle = (low + high) // 2
        if function(middle + 1) > function(middle):
            low = middle + 1
        else:
            high = middle
    return low
