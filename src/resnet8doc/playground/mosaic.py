"""A tensor as a mosaic of its channels, on which a pixel can be pressed."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import ceil, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from .colour import colours
from .png import data_uri

Array = npt.NDArray[Any]
GAP = 1
TARGET = 330
"""Width in CSS pixels that a mosaic is drawn at, nearly."""


@dataclass(frozen=True)
class Layout:
    """Where each channel lies.

    Attributes
    ----------
    channels, height, width
        Of the tensor.
    columns
        Channels side by side.
    zoom
        CSS pixels for each element.
    """

    channels: int
    height: int
    width: int
    columns: int
    zoom: int

    @classmethod
    def of(cls, shape: tuple[int, int, int]) -> "Layout":
        """Choose a layout that is nearly square and nearly `TARGET` wide."""
        channels, height, width = shape
        columns = min(channels, ceil(sqrt(channels * height / width)))
        zoom = max(1, round(TARGET / (columns * (width + GAP))))
        return cls(channels, height, width, columns, min(zoom, 24))

    @property
    def rows(self) -> int:
        """Channels one above the other."""
        return ceil(self.channels / self.columns)


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


def picture(values: Array, low: float, high: float, kind: str = "sequential") -> Array:
    """Return the mosaic's pixels, one for each element and a grey gap between channels.

    Parameters
    ----------
    values
        ``[C, H, W]``.
    low, high, kind
        As for `colours`.
    """
    layout = Layout.of(values.shape)
    height, width = layout.height + GAP, layout.width + GAP
    pixels = np.full((layout.rows * height - GAP, layout.columns * width - GAP, 3), 128, np.uint8)
    painted = colours(values, low, high, kind)
    for channel in range(layout.channels):
        top, left = channel // layout.columns * height, channel % layout.columns * width
        pixels[top : top + layout.height, left : left + layout.width] = painted[channel]
    return pixels


@lru_cache(maxsize=16)
def _drawn(content: bytes, dtype: str, shape: tuple[int, ...], low: float, high: float, kind: str) -> str:
    """Return the picture as an address; another pixel under the microscope changes none of them."""
    return data_uri(picture(np.frombuffer(content, dtype).reshape(shape), low, high, kind))


def mosaic(
    values: Array,
    low: float,
    high: float,
    kind: str,
    description: str,
    *,
    control: str = "",
    mark: tuple[int, ...] = (),
) -> str:
    """Return a mosaic as HTML.

    Parameters
    ----------
    values
        ``[C, H, W]``.
    low, high, kind
        As for `colours`.
    description
        Read out by a screen reader.
    control
        Name of the control that gets ``channel,row,column`` when a pixel is pressed; empty for none.
    mark
        ``(channel, row, column)`` to frame.
    """
    layout = Layout.of(values.shape)
    drawn = _drawn(values.tobytes(), values.dtype.str, values.shape, low, high, kind)
    width = (layout.columns * (layout.width + GAP) - GAP) * layout.zoom
    height = (layout.rows * (layout.height + GAP) - GAP) * layout.zoom
    grid = f"{layout.channels},{layout.height},{layout.width},{layout.columns},{layout.zoom},{GAP}"
    press = f' data-r8-pixel="{escape(control)}" data-r8-grid="{grid}"' if control else ""
    frame = ""
    if mark:
        left = (mark[0] % layout.columns * (layout.width + GAP) + mark[2]) * layout.zoom
        top = (mark[0] // layout.columns * (layout.height + GAP) + mark[1]) * layout.zoom
        size = max(layout.zoom, 5)
        frame = f'<span class="r8-mark" style="left:{left}px;top:{top}px;width:{size}px;height:{size}px"></span>'
    return (
        f'<span class="r8-mosaic" style="width:{width}px"><img src="{drawn}" width="{width}" '
        f'height="{height}" alt="{escape(description)}"{press}>{frame}</span>'
    )
