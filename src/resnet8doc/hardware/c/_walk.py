"""Places in memory as a walk: axes with sizes and steps where they follow a pattern, else a table."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MOST_AXES = 8


@dataclass(frozen=True)
class Walk:
    """Where the n-th number lies.

    Attributes
    ----------
    sizes, steps
        Of each axis, the fastest last; empty where only a table says it.
    table
        Every place, int32; None where the steps say it.
    """

    sizes: tuple[int, ...]
    steps: tuple[int, ...]
    table: Array | None

    @property
    def plain(self) -> bool:
        """Whether the numbers lie one after another from the first on."""
        return self.table is None and len(self.steps) == 1 and self.steps[0] == 1


def walk(places: Array) -> Walk:
    """Find the walk of some places, of which the first is 0 where there is a pattern.

    Examples
    --------
    A transposed matrix of 2 rows and 3 columns:

    >>> walk(np.array([0, 3, 1, 4, 2, 5]))
    Walk(sizes=(3, 2), steps=(1, 3), table=None)
    """
    sizes: list[int] = []
    steps: list[int] = []
    left = places
    while left.size > 1:
        step = int(left[1] - left[0])
        breaks = np.flatnonzero(np.diff(left) != step) + 1
        size = math.gcd(left.size, *(int(place) for place in breaks)) if breaks.size else left.size
        rows = left.reshape(-1, size)
        if size == 1 or step < 0 or np.any(rows != rows[:, :1] + np.arange(size) * step):
            return Walk((), (), places.astype(np.int32))
        sizes.insert(0, size)
        steps.insert(0, step)
        left = rows[:, 0]
    if places[0] != 0 or len(sizes) > MOST_AXES:
        return Walk((), (), places.astype(np.int32))
    return Walk(tuple(sizes) or (1,), tuple(steps) or (1,), None)


def common_run(*places: Array) -> int:
    """Return the longest run of numbers that lie one after another in each, by which all can be cut.

    Examples
    --------
    >>> common_run(np.arange(6), np.array([0, 1, 2, 0, 1, 2])), common_run(np.arange(4), np.array([0, 0, 1, 1]))
    (3, 1)
    """
    run = places[0].size
    for array in places:
        breaks = np.flatnonzero(np.diff(array) != 1) + 1
        run = math.gcd(run, *(int(place) for place in breaks))
    return run
