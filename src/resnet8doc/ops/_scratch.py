"""Memory for what a kernel makes on its way, kept for the next call.

The system hands out fresh memory page by page, at the first touch; for some megabytes this takes as long as a tenth of
a network's arithmetic.
"""

import math
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LINE = 64
"""Bytes of a cache line; each array begins with one."""

KEPT = 1 << 24
"""Bytes that are kept at most (16 MB)."""


class _Memory(threading.local):
    """What a thread has kept."""

    held: Array = np.empty(0, np.uint8)


_memory = _Memory()


class Scratch:
    """Hands out arrays; those of one scratch are lost when the same thread makes the next.

    Examples
    --------
    >>> scratch = Scratch()
    >>> first, second = scratch.take((2, 3)), scratch.take((4,), np.int8)
    >>> first[...], second[...] = 1, 2
    >>> float(first.sum()), int(second.sum())
    (6.0, 8)
    """

    def __init__(self) -> None:
        self.used = 0

    def take(self, shape: tuple[int, ...], dtype: npt.DTypeLike = np.float32) -> Array:
        """Return an array of that shape and type, whatever it holds."""
        start, size = self.used, math.prod(shape) * np.dtype(dtype).itemsize
        if start + size > KEPT:
            return np.empty(shape, dtype)
        self.used += -(-size // LINE) * LINE
        if self.used > _memory.held.size:
            _memory.held = np.empty(self.used + self.used // 2, np.uint8)
        return _memory.held[start : start + size].view(dtype).reshape(shape)
