"""The second stage for float32 accumulators that are known to be exact, in place and in few passes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..requantize import Number

Array = npt.NDArray[Any]

RUN = 8192
"""A bias or multiplier for each channel is repeated to rows of about so many floats: numpy adds fastest what is as long
as its own buffer."""


def epilogue(accumulator: Array, bias: Array | None, multiplier: Number, zero_point: Number) -> Array:
    """Add the bias, scale, round, add the zero point, clamp; return the codes, still as float32.

    ``accumulator``, contiguous ``[rows, channels]``, is overwritten. It holds whole numbers below 2^24, bias included,
    so that float32 addition is exact and the conversion from int32 that the specification has is the identity.
    """
    limits = np.iinfo(zero_point.dtype)
    rows, channels = accumulator.shape
    repeats = max(1, RUN // channels)
    while rows % repeats:
        repeats -= 1
    flat = accumulator.reshape(-1, repeats * channels)
    if bias is not None:
        flat += np.tile(bias.astype(np.float32), repeats)
    flat *= np.tile(multiplier, repeats) if multiplier.ndim else multiplier
    np.rint(flat, out=flat)
    flat += np.float32(zero_point)
    np.clip(flat, np.float32(limits.min), np.float32(limits.max), out=flat)
    return accumulator
