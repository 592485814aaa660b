"""The second stage on one accumulator, step by step, in Python's own integers and numpy's scalar float32."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..requantize import Arithmetic, fixed_point, multiply_by_fixed_point, narrow, round_to_integer
from ._trace import Trace

Array = npt.NDArray[Any]


def requantize_steps(
    trace: Trace, accumulator: int, multiplier: Any, zero: int, dtype: npt.DTypeLike, arithmetic: Arithmetic
) -> None:
    """Write down scaling, rounding, zero point and clamp of one accumulator."""
    if arithmetic.multiplier.startswith("fixed_point"):
        m, shift = (int(v) for v in fixed_point(np.asarray(multiplier)))
        trace.step("multiplier as an integer", f"{m} * 2**-{shift} for {multiplier}", m, "int32")
        trace.step("right shift", f"of the 64-bit product {accumulator} * {m}", shift, "int32")
        twice = arithmetic.multiplier == "fixed_point_double_rounding"
        product = multiply_by_fixed_point(
            np.asarray(accumulator), np.asarray(m), np.asarray(shift), double_rounding=twice
        )
        whole = trace.step(
            "rounded",
            f"({accumulator} * {m}) >> {shift}, rounded {'twice' if twice else 'half up'}",
            int(product),
            "int32",
        )
        whole = _zero_point_added(trace, whole, zero)
    else:
        if arithmetic.multiplier == "power_of_two":
            multiplier = np.exp2(np.rint(np.log2(multiplier)))
            trace.step("power of two", f"nearest to the multiplier: 2**{int(np.log2(multiplier))}", multiplier)
        kind = np.dtype(np.asarray(multiplier).dtype).type
        real = trace.step(
            "scaled", f"{kind.__name__}({accumulator}) * {multiplier}", kind(kind(accumulator) * kind(multiplier))
        )
        if arithmetic.zero_point_added == "before_rounding":
            real = trace.step("zero point added", f"{real} + {zero}", kind(real + kind(zero)))
            whole = round_step(trace, real, arithmetic)
        else:
            whole = _zero_point_added(trace, round_step(trace, real, arithmetic), zero)
    clamp_step(trace, whole, zero, dtype, arithmetic)


def round_step(trace: Trace, real: Any, arithmetic: Arithmetic) -> int:
    """Round one real number; Python's ``round`` is the independent judge of ties to even."""
    if arithmetic.rounding == "half_even":
        whole = round(float(real))
    else:
        whole = int(round_to_integer(np.asarray(real), arithmetic.rounding))
    trace.step("rounded", f"round({real}), {arithmetic.rounding}", whole, "int32")
    return whole


def _zero_point_added(trace: Trace, whole: int, zero: int) -> int:
    return int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))


def clamp_step(trace: Trace, whole: int, zero: int, dtype: npt.DTypeLike, arithmetic: Arithmetic) -> None:
    """Bring one integer into the output's type."""
    limits = np.iinfo(dtype)
    if arithmetic.overflow == "wrap":
        result = int(narrow(np.asarray(whole), dtype, "wrap"))
        trace.step("wrapped", f"the low 8 bits of {whole}", result, str(np.dtype(dtype)))
    else:
        result = min(max(whole, int(limits.min)), int(limits.max))
        trace.step("saturated", f"min(max({whole}, {limits.min}), {limits.max})", result, str(np.dtype(dtype)))
    if arithmetic.relu in ("code_zero", "zero_point"):
        floor = 0 if arithmetic.relu == "code_zero" else zero
        trace.step(
            "clamped at " + ("code 0" if floor == 0 else "the zero point"),
            f"max({result}, {floor})",
            max(result, floor),
            str(np.dtype(dtype)),
        )


class Adder:
    """An accumulator of a given width, in Python's integers, which never overflow by themselves."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.bits = arithmetic.accumulator_bits
        self.saturating = arithmetic.accumulator_overflow == "saturate"
        self.value = 0

    def add(self, number: int) -> int:
        """Add, and wrap or saturate."""
        total, half = self.value + number, 1 << (self.bits - 1)
        self.value = min(max(total, -half), half - 1) if self.saturating else (total + half) % (2 * half) - half
        return self.value
