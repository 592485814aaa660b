"""One image's tensor as channels of rows and columns, whatever its rank."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def as_channels(tensor: Array) -> Array:
    """Return one image's tensor as ``[C, H, W]``; a vector becomes one channel of one row.

    Examples
    --------
    >>> as_channels(np.zeros((1, 10))).shape, as_channels(np.zeros((1, 64, 8, 8))).shape
    ((1, 1, 10), (64, 8, 8))
    """
    one = tensor[0]
    return np.asarray(one if one.ndim == 3 else one.reshape(1, 1, -1))


def channels_shape(tensor: Array) -> tuple[int, int, int]:
    """Return the shape of one image's tensor as ``(C, H, W)``."""
    channels, height, width = as_channels(tensor).shape
    return channels, height, width


def index_of(tensor: Array, channel: int, row: int, column: int) -> tuple[int, ...]:
    """Return the index into ``tensor`` (batch axis first) of an element of its mosaic."""
    return (0, channel, row, column) if tensor.ndim == 4 else (0, column)
