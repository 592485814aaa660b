"""From a layer's sums to codes, as a channel's word holds it: in float32's product, or in fixed point."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ..integers import WAYS, FixedPoint, mantissa_and_shift, requantize_without_float
from ._words import ALIGN_BITS, FIXED_POINT, POINT

Array = npt.NDArray[Any]


class SecondStage(Protocol):
    """What the generator asks of a layer's."""

    def codes(self, sums: Array, zero: int) -> Array:
        """Return the codes of one sum a channel, int64 ``[channels]``."""

    def word(self, channel: int, name: str) -> dict[str, int]:
        """Return the fields of a channel's word; ``name`` is the layer's, for the message."""


@dataclass(frozen=True, eq=False)
class Float32Stage:
    """ONNX Runtime's: float32 multipliers ``[channels]``."""

    multipliers: Array

    def codes(self, sums: Array, zero: int) -> Array:
        """Requantize."""
        sums = np.clip(sums, -(2**31), 2**31 - 1)
        return requantize_without_float(sums, *mantissa_and_shift(self.multipliers), zero)

    def word(self, channel: int, name: str) -> dict[str, int]:
        """Return mantissa and alignment.

        Raises
        ------
        UserError
            If the multiplier lies outside of what the requantizer can align.
        """
        mantissa, shift = (int(number) for number in mantissa_and_shift(self.multipliers[channel]))
        align = POINT - shift
        if not 0 <= align < 1 << ALIGN_BITS:
            raise UserError(
                f"layer {name}, channel {channel}: the multiplier is {self.multipliers[channel]:.3g}",
                f"2^{24 - POINT - 1} to 2^{23 - POINT + (1 << ALIGN_BITS)}",
                "Widen ALIGN_BITS or POINT in resnet8_pkg.sv and _words.py.",
            )  # fmt: skip
        return {"mantissa": mantissa, "align": align}


@dataclass(frozen=True)
class FixedStage:
    """TensorFlow Lite's: one factor a channel."""

    factors: Sequence[FixedPoint]

    def codes(self, sums: Array, zero: int) -> Array:
        """Requantize."""
        return np.array([int(f.codes(int(a), zero)) for f, a in zip(self.factors, sums, strict=True)], np.int64)

    def word(self, channel: int, name: str) -> dict[str, int]:
        """Return multiplier, shift and way."""
        found = self.factors[channel]
        return {"multiplier": found.multiplier, "shift": found.shift, "way": WAYS.index(found.way)}


def codes_of_word(arithmetic: int, word: Mapping[str, int], sums: Array) -> Array:
    """Return what the gates make of a channel's sums, whose bias is the word's: int64.

    Parameters
    ----------
    arithmetic
        ``resnet8``'s parameter.
    word
        Of :meth:`SecondStage.word`, unpacked, with ``bias`` and ``zero``.
    sums
        Integers, any shape.
    """
    total = np.asarray(sums, np.int64) + word["bias"]
    if arithmetic == FIXED_POINT:
        found = FixedPoint(word["multiplier"], word["shift"], WAYS[word["way"]])
        return found.codes(total, word["zero"])
    return requantize_without_float(total, word["mantissa"], POINT - word["align"], word["zero"])
