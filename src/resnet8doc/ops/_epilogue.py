"""The second stage for float32 accumulators that are known to be exact, in place and in few passes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Number

Array = npt.NDArray[Any]

RUN = 8192
"""A bias or multiplier for each channel is repeated to rows of about so many floats: numpy adds fastest what is as long
as its own buffer."""


def epilogue(accumulator: Array, bias: Array | None, multiplier: Number, zero_point: Number) -> Array:
    """Add the bias, scale, round, add the zero point, clamp; return the codes, still as float32.

    ``accumulator``, contiguous ``[rows, channels]``, is overwritten. It holds whole numbers below 2^24. With a float32
    bias so does the sum: the addition is exact, and the conversion from int32 that the specification has is the
    identity. With a float64 bias the sum is exact in float64, and rounding it to float32 is that conversion.
    """
    limits = np.iinfo(zero_point.dtype)
    flat, repeats = _long_rows(accumulator)
    if bias is not None:
        np.add(flat, np.tile(bias, repeats), out=flat, casting="same_kind")
    flat *= np.tile(multiplier, repeats) if multiplier.ndim else multiplier
    np.rint(flat, out=flat)
    flat += np.float32(zero_point)
    np.clip(flat, np.float32(limits.min), np.float32(limits.max), out=flat)
    return accumulator


def with_bias(sums: Array, bias: Array) -> Array:
    """Return ``sums + bias``, exact: in place where the bias is float32, else as float64.

    Examples
    --------
    >>> with_bias(np.array([[1, 2], [3, 4]], np.float32), np.array([10, 20], np.float32)).tolist()
    [[11.0, 22.0], [13.0, 24.0]]
    """
    flat, repeats = _long_rows(sums)
    added = np.add(flat, np.tile(bias, repeats), out=flat if bias.dtype == sums.dtype else None)
    return np.asarray(added.reshape(sums.shape))


def _long_rows(sums: Array) -> tuple[Array, int]:
    """Return ``[rows, channels]`` as fewer and longer rows, and how often the channels are repeated in one."""
    rows, channels = sums.shape
    repeats = max(1, RUN // channels)
    while rows % repeats:
        repeats -= 1
    return sums.reshape(-1, repeats * channels), repeats
