"""A function of two codes, computed once for every pair of them and looked up."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._in_parts import memory_order

Array = npt.NDArray[Any]

CODES = 256

PART = 1 << 17
"""Pairs that are looked up at a time: what is made of them, 256 KB, stays in the processor's cache."""


def every_pair(dtype: Any) -> tuple[Array, Array]:
    """Return what broadcasts to every pair of codes of a type, counted as unsigned bytes: ``[256, 1]``, ``[1, 256]``.

    Examples
    --------
    >>> a, b = every_pair(np.int8)
    >>> a.shape, b.shape, int(a[255, 0])
    ((256, 1), (1, 256), -1)
    """
    every = np.arange(CODES, dtype=np.uint8).view(dtype)
    return every[:, None], every[None, :]


def of_each_pair(table: Array, a: Array, b: Array) -> Array:
    """Return what a table holds for each pair of codes, in the order in which ``a`` lies in memory.

    Parameters
    ----------
    table
        ``[65536]``: the result of each pair, ``a`` counted in the high byte.
    a, b
        Codes of one type of 8 bits, shapes that broadcast.

    Examples
    --------
    >>> table = np.add(*every_pair(np.int8)).ravel()
    >>> of_each_pair(table, np.array([1, 2], np.int8), np.array([-3, 40], np.int8))
    array([-2, 42], dtype=int8)
    """
    first, second = np.broadcast_arrays(a.view(np.uint8), b.view(np.uint8))
    order = memory_order(first if first.shape == a.shape else second)
    first, second = (codes.transpose(order).reshape(-1) for codes in (first, second))
    found, index = np.empty(first.size, table.dtype), np.empty(min(PART, first.size), np.uint16)
    for start in range(0, first.size, PART):
        part = slice(start, start + PART)
        pairs = index[: first[part].size]
        np.copyto(pairs, first[part])
        np.left_shift(pairs, 8, out=pairs)
        np.bitwise_or(pairs, second[part], out=pairs)
        table.take(pairs, out=found[part], mode="wrap")  # none is outside; with "raise" numpy makes a copy
    shape = np.broadcast_shapes(a.shape, b.shape)
    return found.reshape([shape[axis] for axis in order]).transpose(np.argsort(order))
