"""The second stage of float32 sums that are known to be exact, block after block: in place and in few passes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Coder, Number, Runtime, by_row, row_of

Array = npt.NDArray[Any]

BLOCK = 5 << 16
"""Sums that are worked on at a time (1.3 MB), as many as a convolution makes: more calls of numpy would take longer
than a smaller part of the cache saves."""


def coder_of(bias: Array, factor: Array, zero_point: Number, runtime: Runtime) -> Coder:
    """Return the fastest second stage of a runtime.

    Parameters
    ----------
    bias
        From :func:`~resnet8doc.ops._row_products.folded_bias`: float32 where no sum with it reaches 2^24.
    factor
        Of the runtime's second stage.
    zero_point
        Of the codes, in their type.
    runtime
        Whose arithmetic.
    """
    if runtime.plain:
        return Epilogue([(np.add, bias), (np.multiply, factor)], zero_point)
    own = runtime.second_stage.coder(bias, factor, zero_point, runtime.finish)
    return Applied(bias, factor, zero_point, runtime) if own is None else own


class Epilogue:
    """Steps in float32, each rounded once, then to the nearest integer, halves to even, and the clamp.

    Parameters
    ----------
    steps
        What is done to the sums, in order: an operation, and a number for each channel or one for all. A bias in
        float32 must not take a sum to 2^24: then the addition is exact, and the conversion from int32 that the
        specification has is the identity. With a bias in float64 the sum is exact in float64, and rounding it to
        float32 is that conversion.
    zero_point
        Of the codes, in their type; it is added after the rounding.
    inside
        Whether it is added before the rounding.

    Examples
    --------
    >>> codes = np.empty((1, 2), np.int8)
    >>> epilogue = Epilogue([(np.add, np.array([1, 5], np.float32)), (np.multiply, np.float32(0.5))], np.int8(1))
    >>> epilogue.put(np.array([[2, 300]], np.float32), codes)
    >>> codes
    array([[  3, 127]], dtype=int8)
    """

    def __init__(self, steps: Sequence[tuple[np.ufunc, Number]], zero_point: Number, inside: bool = False) -> None:
        self.zero_point, self.inside = zero_point, inside
        given = [(how, np.asarray(each)) for how, each in steps]
        channels = max((each.size for _, each in given), default=1)
        self.steps = [(how, row_of(each, channels, each.dtype) if each.ndim else each) for how, each in given]
        row = max((row.size for _, row in self.steps), default=1)
        self.block = max(1, BLOCK // row) * row  # whole rows, so that each block begins with the first channel

    def put(self, sums: Array, codes: Array) -> None:
        """Write the codes of contiguous ``[rows, channels]``, which are overwritten, into ``codes``."""
        limits, zero = np.iinfo(self.zero_point.dtype), np.float32(self.zero_point)
        lowest, highest = np.float32(limits.min), np.float32(limits.max)
        flat, out = np.reshape(sums, -1, copy=False), np.reshape(codes, -1, copy=False)
        for start in range(0, flat.size, self.block):
            block = flat[start : start + self.block]
            for how, row in self.steps:
                if row.ndim:
                    by_row(how, block, row, block)
                else:
                    how(block, row, out=block)
            if not self.inside:
                np.rint(block, out=block)
            block += zero
            if self.inside:
                np.rint(block, out=block)
            block.clip(lowest, highest, out=block)
            np.copyto(out[start : start + self.block], block, casting="unsafe")

    def settle(self) -> None:
        """Do nothing: all is written."""


class Applied:
    """Any runtime's: the bias is added, and what it does to accumulators is done."""

    def __init__(self, bias: Array, factor: Array, zero_point: Number, runtime: Runtime) -> None:
        self.bias, self.factor, self.zero_point, self.runtime = bias, factor, zero_point, runtime

    def put(self, sums: Array, codes: Array) -> None:
        """Write the codes of ``[rows, channels]``, which may be overwritten, into ``codes``."""
        stage, kind = self.runtime.second_stage, self.zero_point.dtype
        total = sums + self.bias
        if not stage.takes_floats:
            total = total.astype(np.int64)
        made = stage.apply(total, self.factor, self.zero_point, kind, self.runtime.finish)
        np.copyto(codes, made.reshape(codes.shape), casting="unsafe")

    def settle(self) -> None:
        """Do nothing: all is written."""
