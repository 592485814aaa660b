"""One item's tensor as channels of rows and columns, whatever its rank."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

ROW = 64
"""Elements of a vector that are shown in one row; of a longer one, each is a channel, which fill a square."""


def as_channels(tensor: Array) -> Array:
    """Return the first item of a tensor as ``[C, H, W]``.

    Of four axes the last three are channels, rows and columns; of three, rows and columns; of more, all between the
    first and the last two are channels. A vector becomes a row, a long one many channels of one element. A tensor of
    one axis or none has no items: it is shown as a whole.

    Examples
    --------
    >>> [as_channels(np.zeros(shape)).shape for shape in ((1, 10), (1, 64, 8, 8), (2, 49, 10), (1, 1000), (), (3,))]
    [(1, 1, 10), (64, 8, 8), (1, 49, 10), (1000, 1, 1), (1, 1, 1), (1, 1, 3)]
    >>> as_channels(np.zeros((1, 4, 5, 6, 7))).shape
    (20, 6, 7)
    """
    return np.asarray(_item(tensor).reshape(channels_shape(tensor)))


def channels_shape(tensor: Array) -> tuple[int, int, int]:
    """Return the shape of the first item as ``(C, H, W)``."""
    shape = _item(tensor).shape
    if len(shape) < 2:
        size = int(np.prod(shape))
        return (1, 1, size) if size <= ROW else (size, 1, 1)
    return int(np.prod(shape[:-2])), shape[-2], shape[-1]


def index_of(tensor: Array, channel: int, row: int, column: int) -> tuple[int, ...]:
    """Return the index into ``tensor`` (batch axis first) of an element of its mosaic.

    Examples
    --------
    >>> [index_of(np.zeros(shape), 3, 0, 0) for shape in ((1, 64, 8, 8), (1, 1000))]
    [(0, 3, 0, 0), (0, 3)]
    >>> index_of(np.zeros((1, 2, 3, 4, 5)), 5, 2, 1)
    (0, 1, 2, 2, 1)
    """
    shape = _item(tensor).shape
    place = int(np.ravel_multi_index((channel, row, column), channels_shape(tensor)))
    inside = tuple(int(at) for at in np.unravel_index(place, shape)) if shape else ()
    return (0, *inside) if tensor.ndim > 1 else inside


def _item(tensor: Array) -> Array:
    return np.asarray(tensor[0] if tensor.ndim > 1 and len(tensor) else tensor)
