"""Numbers to colours, legible on light and dark and in greyscale."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Dark to light through one family of hues, so that greyscale keeps the order (after matplotlib's viridis).
_SEQUENTIAL = np.array(
    [[68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142], [31, 158, 137], [53, 183, 121],
     [110, 206, 88], [181, 222, 43], [253, 231, 37]], float,
)  # fmt: skip
# Blue below zero, white at zero, red above.
_DIVERGING = np.array([[24, 62, 140], [96, 147, 205], [245, 245, 245], [222, 128, 96], [150, 24, 36]], float)


def _ramp(anchors: Array, position: Array) -> Array:
    places = np.linspace(0, 1, len(anchors))
    return np.stack([np.interp(position, places, anchors[:, n]) for n in range(3)], axis=-1).astype(np.uint8)


_GREY = np.array([[24, 24, 24], [250, 250, 250]], float)

_TABLES = {name: _ramp(anchors, np.linspace(0, 1, 256)) for name, anchors in
           (("sequential", _SEQUENTIAL), ("diverging", _DIVERGING), ("grey", _GREY))}  # fmt: skip


def colours(values: Array, low: float, high: float, kind: str = "sequential") -> Array:
    """Return uint8 colours ``[..., 3]`` of values between ``low`` and ``high``; outside, those of the ends.

    Examples
    --------
    >>> colours(np.array([-1.0, 0.0, 1.0]), -1, 1, "diverging").tolist()
    [[24, 62, 140], [243, 244, 244], [150, 24, 36]]
    """
    span = high - low if high > low else 1.0
    position = np.clip((np.asarray(values, float) - low) / span, 0, 1)
    return np.asarray(_TABLES[kind][(position * 255).astype(np.uint8)])


def css(value: float, low: float, high: float, kind: str = "sequential") -> tuple[str, str]:
    """Return a background colour and the text colour (black or white) that is legible on it."""
    red, green, blue = (int(part) for part in colours(np.array(value), low, high, kind))
    bright = 0.299 * red + 0.587 * green + 0.114 * blue > 128
    return f"rgb({red},{green},{blue})", "#000" if bright else "#fff"
