"""Functions of two codes: each pair is computed once, by the formula, and looked up."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ..arithmetic import Array, Finish
from ..ops.parts import Addends as Checked

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
    table = _table(formula, q.scales, q.zeros, q.a.dtype, finish)
    index = np.bitwise_or(np.left_shift(q.a.view(np.uint8), 8, dtype=np.uint16), q.b.view(np.uint8))
    order = sorted(range(index.ndim), key=lambda axis: -index.strides[axis])  # `take` is fast in the order of memory
    return table.take(index.transpose(order)).transpose(np.argsort(order))


@lru_cache(maxsize=64)
def _table(formula: Formula, scales: Scales, zeros: Zeros, dtype: Any, finish: Finish) -> Array:
    every = np.arange(256, dtype=np.uint8).view(dtype)
    table = _finished(formula, every[:, None], every[None, :], scales, zeros, finish).ravel()
    table.flags.writeable = False
    return table


def _finished(formula: Formula, a: Array, b: Array, scales: Scales, zeros: Zeros, finish: Finish) -> Array:
    whole = formula(a.astype(np.int64), b.astype(np.int64), scales, zeros)
    return finish.narrowed(whole, np.asarray(zeros[-1], a.dtype), a.dtype)
