"""How sums of products are held."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from ._codes import Overflow, wrap
from ._types import Array, Number


@dataclass(frozen=True)
class FirstStage:
    """How the integer sum is computed; the defaults are the standard's.

    Attributes
    ----------
    bits
        Width of the accumulator, 2 to 64; 32 is the standard's.
    overflow
        ``wrap`` (two's complement, what C and all hardware adders do), or ``saturate`` after each addition.
    pairs
        Products are added two by two into int16, saturating, before the accumulator: what ``vpmaddubsw`` does to
        unsigned activations times signed weights on x86 without VNNI.
    outside
        What a padded element holds: the ``zero_point``, so that it stands for real zero; ``code_zero`` is a mistake.
    pairs_outside
        Whether padded elements take part in pairs, as codes of the zero point; else they are left out.
    pairs_of_one_channel
        Whether convolutions of one input and one output channel a group, depthwise ones, add in pairs too.
    clamped_before_bias
        A mistake: the sum is clamped at 0, then the bias is added.
    """

    bits: int = 32
    overflow: Overflow = "wrap"
    pairs: bool = False
    outside: Literal["zero_point", "code_zero"] = "zero_point"
    pairs_outside: bool = True
    pairs_of_one_channel: bool = False
    clamped_before_bias: bool = False

    def held(self, total: Number) -> Array:
        """Return what the accumulator holds of an exact int64 sum: wrapped around, or saturated."""
        if self.overflow == "wrap":
            return wrap(total, self.bits)
        limit = 1 << (self.bits - 1)
        return np.asarray(np.clip(total, -limit, limit - 1))

    def with_bias(self, total: Array, bias: Array | None) -> Array:
        """Add an int32 bias in the same accumulator."""
        if bias is None:
            return total
        if self.clamped_before_bias:
            total = np.maximum(total, 0)
        return self.held(total + bias.astype(np.int64))

    def of_types(self, x_dtype: npt.DTypeLike, w_dtype: npt.DTypeLike) -> "FirstStage":
        """Return the stage for codes of these types: pairs meet in ``vpmaddubsw`` only as unsigned x signed."""
        if self.pairs and not (np.dtype(x_dtype) == np.uint8 and np.dtype(w_dtype) == np.int8):
            return replace(self, pairs=False)
        return self

    def outside_code(self, zero_point: int) -> int:
        """Return the code of a padded element."""
        return 0 if self.outside == "code_zero" else zero_point


class Adder:
    """An accumulator of one sum, in Python's integers, which never overflow by themselves."""

    def __init__(self, stage: FirstStage) -> None:
        self.bits = stage.bits
        self.saturating = stage.overflow == "saturate"
        self.value = 0

    def add(self, number: int) -> int:
        """Add, and wrap or saturate."""
        total, half = self.value + number, 1 << (self.bits - 1)
        self.value = min(max(total, -half), half - 1) if self.saturating else (total + half) % (2 * half) - half
        return self.value
