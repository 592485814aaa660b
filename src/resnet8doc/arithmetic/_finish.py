"""From a number to a code: rounding, zero point, clamp. The last steps of every quantized operator."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..trace import Trace
from ._codes import CodeType, Overflow, code_type, narrow
from ._rounding import Rounding, round_to_integer
from ._types import Array, Number

FAR = 2.0**62
"""Beyond all codes, within int64."""


@dataclass(frozen=True)
class Finish:
    """How a real number becomes a code; the defaults are ONNX Runtime's.

    Attributes
    ----------
    rounding
        See :data:`~resnet8doc.arithmetic.Rounding`.
    zero_point_added
        ``after_rounding`` as the ONNX text and ONNX Runtime have it, or ``before_rounding`` as ``onnx.reference`` does:
        the two part on ties when the zero point is odd.
    overflow
        What becomes of a result outside the output type: ``saturate``, or ``wrap`` (keep the low bits).
    floor
        ``none``: the clamp to the type is all there is, a fused ReLU included. ``code_zero`` and ``zero_point`` are
        mistakes: codes below 0, or below the zero point, are set to it.

    Examples
    --------
    >>> Finish().codes(np.array([-1.5, 0.5, 2.5, 300], np.float32), np.int8(1), np.int8)
    array([ -1,   1,   3, 127], dtype=int8)
    >>> Finish(zero_point_added="before_rounding").codes(np.array([0.5, 2.5], np.float32), np.int8(1), np.int8)
    array([2, 4], dtype=int8)
    """

    rounding: Rounding = "half_even"
    zero_point_added: Literal["after_rounding", "before_rounding"] = "after_rounding"
    overflow: Overflow = "saturate"
    floor: Literal["none", "code_zero", "zero_point"] = "none"

    def codes(self, real: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType") -> Array:
        """Round, add the zero point, clamp.

        Parameters
        ----------
        real
            float32 or float64, in units of the output's scale.
        zero_point
            Broadcasts against ``real``.
        kind
            The output's type.
        """
        real = np.asarray(real)
        zero = np.asarray(zero_point).astype(real.dtype)
        if self.zero_point_added == "before_rounding":
            whole = round_to_integer(real + zero, self.rounding)
        else:
            whole = self.added(round_to_integer(real, self.rounding), zero_point)
        return self.narrowed(whole, zero_point, kind)

    def added(self, whole: Array, zero_point: Number) -> Array:
        """Add the zero point to whole numbers held in floats: as integers where the low bits are kept.

        Examples
        --------
        >>> whole = np.array([2.0**24], np.float32)
        >>> Finish().added(whole, np.int8(3)) - whole, Finish(overflow="wrap").added(whole, np.int8(3)) - (1 << 24)
        (array([4.], dtype=float32), array([3]))
        """
        zero = np.asarray(zero_point)
        if self.overflow == "saturate" or np.isnan(whole).any():
            return np.asarray(whole + zero.astype(np.asarray(whole).dtype))
        return np.clip(np.clip(whole, -FAR, FAR).astype(np.int64) + zero.astype(np.int64), -int(FAR), int(FAR))

    def narrowed(self, whole: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType") -> Array:
        """Bring whole numbers, zero point included, into the type."""
        if self.overflow == "wrap" and np.asarray(whole).dtype.kind == "f":
            whole = np.clip(whole, -FAR, FAR)
        result = narrow(whole, kind, self.overflow)
        if self.floor == "none":
            return result
        floor = np.asarray(0 if self.floor == "code_zero" else zero_point).astype(result.dtype)
        return np.asarray(np.maximum(result, floor))

    def steps(self, trace: Trace, real: Any, zero: int, kind: "npt.DTypeLike | CodeType") -> None:
        """Write down what :meth:`codes` does to one number, a numpy scalar float."""
        real_type = type(real)
        if self.zero_point_added == "before_rounding":
            whole = self.round_step(trace, trace.step("zero point added", f"{real} + {zero}", real + real_type(zero)))
        else:
            rounded = self.round_step(trace, real)
            whole = int(trace.step("zero point added", f"{rounded} + {zero}", rounded + zero, "int32"))
        self.clamp_step(trace, whole, zero, kind)

    def round_step(self, trace: Trace, real: Any) -> int:
        """Round one real number; Python's ``round`` is the independent judge of ties to even.

        What is beyond float32 is brought to a number that every type of codes clamps.
        """
        if not np.isfinite(real):
            real = type(real)(np.nan_to_num(real, nan=-FAR, posinf=FAR, neginf=-FAR))
        whole = round(float(real)) if self.rounding == "half_even" else int(round_to_integer(real, self.rounding))
        whole = min(max(whole, -int(FAR)), int(FAR))
        trace.step("rounded", f"round({real}), {self.rounding}", whole, "int32")
        return whole

    def clamp_step(self, trace: Trace, whole: int, zero: int, kind: "npt.DTypeLike | CodeType") -> None:
        """Bring one integer into the output's type."""
        codes = code_type(kind)
        if self.overflow == "wrap":
            result = int(narrow(np.asarray(min(max(whole, -int(FAR)), int(FAR))), codes, "wrap"))
            trace.step("wrapped", f"the low {codes.bits} bits of {whole}", result, codes.name)
        else:
            result = min(max(whole, codes.minimum), codes.maximum)
            trace.step("saturated", f"min(max({whole}, {codes.minimum}), {codes.maximum})", result, codes.name)
        if self.floor != "none":
            floor = 0 if self.floor == "code_zero" else zero
            where = "code 0" if floor == 0 else "the zero point"
            trace.step(f"clamped at {where}", f"max({result}, {floor})", max(result, floor), codes.name)
