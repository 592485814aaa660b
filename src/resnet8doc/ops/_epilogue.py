"""The second stage for float32 accumulators that are known to be exact, in place and in few passes."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def epilogue(accumulator: Array, bias: Array | None, multiplier: Array, zero_point: Array) -> Array:
    """Add the bias, scale, round, add the zero point, clamp; ``accumulator`` is overwritten.

    ``accumulator`` holds whole numbers below 2^24, bias included, so that float32 addition is exact and the conversion
    from int32 that the specification has is the identity.
    """
    dtype = zero_point.dtype
    limits = np.iinfo(dtype)
    if bias is not None:
        accumulator += bias.astype(np.float32)
    accumulator *= multiplier
    np.rint(accumulator, out=accumulator)
    accumulator += np.float32(zero_point)
    np.clip(accumulator, np.float32(limits.min), np.float32(limits.max), out=accumulator)
    return accumulator.astype(dtype)
