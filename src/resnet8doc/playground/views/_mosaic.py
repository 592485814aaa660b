"""A tensor as a mosaic of its channels, on which a pixel can be pressed."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from ...markup import Markup
from ...raster import colours, data_uri

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
    zoom: float

    @classmethod
    def of(cls, shape: tuple[int, int, int], target: int = 0) -> "Layout":
        """Choose a layout that is nearly square: ``target`` wide, or nearly `TARGET` with whole pixels."""
        channels, height, width = shape
        columns = min(channels, ceil(sqrt(channels * height / width)))
        across = columns * (width + GAP) - GAP
        zoom = target / across if target else max(1, round(TARGET / (across + GAP)))
        return cls(channels, height, width, columns, min(zoom, 24))

    @property
    def rows(self) -> int:
        """Channels one above the other."""
        return ceil(self.channels / self.columns)


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
    width: int = 0,
    first: int = 0,
) -> Markup:
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
    width
        In CSS pixels; 0 for whole ones an element.
    first
        The channel that the first of these is of its tensor.
    """
    layout = Layout.of(values.shape, width)
    drawn = _drawn(values.tobytes(), values.dtype.str, values.shape, low, high, kind)
    wide = round((layout.columns * (layout.width + GAP) - GAP) * layout.zoom, 2)
    tall = round((layout.rows * (layout.height + GAP) - GAP) * layout.zoom, 2)
    grid = f"{layout.channels},{layout.height},{layout.width},{layout.columns},{layout.zoom:.6g},{GAP}"
    press, frame = Markup(""), Markup("")
    if control:
        press = Markup(' data-r8-pixel="{}" data-r8-grid="{}" data-r8-from="{}"').format(control, grid, first)
    if mark:
        left = round((mark[0] % layout.columns * (layout.width + GAP) + mark[2]) * layout.zoom, 2)
        top = round((mark[0] // layout.columns * (layout.height + GAP) + mark[1]) * layout.zoom, 2)
        size = round(max(layout.zoom, 5), 2)
        frame = Markup('<span class="r8-mark" style="left:{0}px;top:{1}px;width:{2}px;height:{2}px"></span>').format(
            left, top, size
        )
    return Markup(
        '<span class="r8-mosaic" style="width:{0}px"><img src="{1}" width="{0}" height="{2}" alt="{3}"{4}>{5}</span>'
    ).format(wide, drawn, tall, description, press, frame)
