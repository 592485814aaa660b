"""What each channel is multiplied by, or has added, for many rows of channels at once."""

import numpy as np
import numpy.typing as npt

from ._types import Array

RUN = 8192
"""One number for each channel is repeated to about so many: numpy combines fastest what is as long as its own
buffer."""


def row_of(each: Array, channels: int, dtype: npt.DTypeLike) -> Array:
    """Return a number for each channel, or one for all, repeated to a long row.

    Examples
    --------
    >>> row = row_of(np.array([1, 2]), 2, np.float32)
    >>> row.size, row[:4]
    (8192, array([1., 2., 1., 2.], dtype=float32))
    """
    rows = np.empty((max(1, RUN // max(1, channels)), channels), dtype)
    rows[:] = each
    return rows.reshape(-1)


def by_row(combine: np.ufunc, given: Array, row: Array, out: Array) -> None:
    """Combine flat numbers with a row that repeats, into ``out``.

    Examples
    --------
    >>> numbers = np.arange(5, dtype=np.float32)
    >>> by_row(np.multiply, numbers, np.array([1, 10], np.float32), numbers)
    >>> numbers
    array([ 0., 10.,  2., 30.,  4.], dtype=float32)
    """
    filled = given.size // row.size * row.size
    combine(given[:filled].reshape(-1, row.size), row, out=out[:filled].reshape(-1, row.size))
    if filled < given.size:
        combine(given[filled:], row[: given.size - filled], out=out[filled:])
