"""Arrays as keys: what was made of one is found again by all that it holds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ._types import Array, Number


@dataclass(frozen=True)
class Content:
    """All that an array holds, copied; equal to another's where each byte, the shape and the type are.

    What is kept under such a key, and made of :attr:`array` alone, never belongs to another array: neither to one that
    has taken the place of the old one in memory, nor to the old one after a change.

    Attributes
    ----------
    held
        Its bytes, the last axis fastest.
    shape, dtype
        Its own.

    Examples
    --------
    >>> weights = np.array([[1, 2]], np.int8)
    >>> kept = {Content.of(weights): "of 1 and 2"}
    >>> kept[Content.of(weights.copy())], next(iter(kept)).array
    ('of 1 and 2', array([[1, 2]], dtype=int8))
    >>> weights[0, 0] = 3
    >>> Content.of(weights) in kept
    False
    """

    held: bytes
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, array: Number) -> "Content":
        """Copy what an array holds."""
        given = np.asarray(array)
        return cls(given.tobytes(), given.shape, given.dtype)

    @property
    def array(self) -> Array:
        """The array again, read-only."""
        return np.ndarray(self.shape, self.dtype, self.held)
