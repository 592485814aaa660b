"""Functions of each element, a part of a tensor at a time, so that what is made on the way stays in the cache."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

PART = 1 << 16
"""Elements at a time: 256 KB of float32."""


def memory_order(array: Array) -> list[int]:
    """Return the axes from the longest step in memory to the shortest: images are channels last.

    Examples
    --------
    >>> memory_order(np.zeros((2, 4, 4, 3)).transpose(0, 3, 1, 2))
    [0, 2, 3, 1]
    """
    return sorted(range(array.ndim), key=lambda axis: -array.strides[axis])


def in_parts(compute: Callable[[Array], Array], x: Array, dtype: npt.DTypeLike, *others: Array) -> Array:
    """Return what a function makes of each element, some images at a time; ``x``'s order in memory is kept.

    All at once where one of its other operands is no scalar.

    Examples
    --------
    >>> many = np.arange(4 * 40_000).reshape(4, 1, 200, 200)
    >>> found = in_parts(lambda part: (part % 7).astype(np.int8), many, np.int8)
    >>> found.dtype, bool((found == many % 7).all())
    (dtype('int8'), True)
    """
    if x.size <= PART or any(other.ndim for other in others):
        return compute(x)
    y, step = np.empty_like(x, dtype), max(1, PART * len(x) // x.size)
    for start in range(0, len(x), step):
        y[start : start + step] = compute(x[start : start + step])
    return y
