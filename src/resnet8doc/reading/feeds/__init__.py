"""What a network is fed: arrays and pictures brought to its inputs' types, shapes and ranges; else seeded values."""

from ._arrays import read_arrays
from ._pictures import PICTURES, as_feed, picture_shape
from ._range import channel_axis, is_bright, real_range
from ._seeded import seeded

__all__ = [
    "PICTURES",
    "as_feed",
    "channel_axis",
    "is_bright",
    "picture_shape",
    "read_arrays",
    "real_range",
    "seeded",
]
