"""Functions of two codes: each pair is computed once, by the formula, and looked up."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ..arithmetic import Array, Finish
from ..ops.parts import Addends as Checked
from ..ops.parts import every_pair, of_each_pair

Scales = tuple[float, ...]
Zeros = tuple[int, ...]
Formula = Callable[[Array, Array, Scales, Zeros], Array]
"""From int64 codes, scales and zero points to the result before the clamp, the output's zero point included."""

WORTH_A_TABLE = 1 << 15
"""Elements from which on a table of all 65,536 pairs is made; it is kept for the next run."""


def of_pairs(formula: Formula, q: Checked, finish: Finish) -> Array:
    """Return the clamped result for every pair of codes."""
    if np.broadcast(q.a, q.b).size < WORTH_A_TABLE:
        return _finished(formula, q.a, q.b, q.scales, q.zeros, finish)
    return of_each_pair(_table(formula, q.scales, q.zeros, q.a.dtype, finish), q.a, q.b)


@lru_cache(maxsize=64)
def _table(formula: Formula, scales: Scales, zeros: Zeros, dtype: Any, finish: Finish) -> Array:
    table = _finished(formula, *every_pair(dtype), scales, zeros, finish).ravel()
    table.flags.writeable = False
    return table


def _finished(formula: Formula, a: Array, b: Array, scales: Scales, zeros: Zeros, finish: Finish) -> Array:
    whole = formula(a.astype(np.int64), b.astype(np.int64), scales, zeros)
    return finish.narrowed(whole, np.asarray(zeros[-1], a.dtype), a.dtype)
