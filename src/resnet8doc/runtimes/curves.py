r"""HARD_SWISH and TANH of codes in TensorFlow Lite's kernel sets.

HARD_SWISH, :math:`x\,\min(\max(x + 3, 0), 6) / 6`, is the same in all of them: in 16 bits, the input shifted by 7.
With :math:`\mathrm{high}(a, b)` the product's upper 16 bits, doubled and rounded, and the factors
:math:`s_x / (128 s_y)` and :math:`32768 s_x / 384` as multipliers of 16 bits,

.. math:: y = \mathrm{round}\left(\lfloor r\,p / 2^{15} \rfloor / 2^{k}\right) + z_y, \quad
          p = \mathrm{high}(128 (x - z_x), m_y), \quad r = (\mathrm{relu}(x) + 2^{15}) / 2

where :math:`\mathrm{relu}(x)` is :math:`x / 3` in Q0.15, saturated.

TANH is a table of 256 codes, halves away from zero, made with the C library's ``tanhf``, in all but Micro. That has
gemmlowp's fixed point: the input in Q4.27, rounded twice, and :math:`\tanh(a) = (1 - e^{-2a}) / (1 + e^{-2a})` by
Newton's method.

Source: TensorFlow Lite, ``kernels/internal/reference/hard_swish.h``, ``kernels/activations.cc``,
``kernels/internal/reference/integer_ops/tanh.h``; gemmlowp, ``fixedpoint/fixedpoint.h``.
"""

from typing import Any

import numpy as np

from ..arithmetic import Array, half_away
from ..errors import UserError
from ..trace import Trace
from ._gemmlowp import tanh, tanh_step
from ._requantized import unary
from .fixed_point import away, half_away_step, quantized, scaled, scaled_step

SHORT = 2**15
"""Numbers of 16 bits end below it."""

UP = 7
"""By how many bits HARD_SWISH shifts its input to the left."""


def hard_swish_factors(x_scale: Any, y_scale: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return multiplier of 16 bits and exponent of the output's factor, and of the factor of x / 3 in Q0.15.

    Raises
    ------
    UserError
        If a scale is so small or large that the kernel's shifts leave 16 bits.

    Examples
    --------
    >>> hard_swish_factors(np.float32(0.125), np.float32(0.25))
    ((16384, -7), (21845, 4))
    """
    single = np.float32
    fine = single(single(1 / 128) * single(x_scale))
    of_output, of_third = (_short(fine / single(unit)) for unit in (y_scale, 3 / SHORT))
    if not -15 <= of_output[1] <= 0 or not -15 <= of_third[1] <= 16:
        raise UserError(
            f"HARD_SWISH has the scales {float(x_scale):g} and {float(y_scale):g}",
            "an input's scale from 2^-21 to 2^9, and at most 128 times the output's",
            "Quantize the model again, calibrated on real inputs.",
        )  # fmt: skip
    return of_output, of_third


def _short(factor: Any) -> tuple[int, int]:
    m, e = (int(v) for v in quantized(np.asarray(float(factor)), 31))
    return min((m + SHORT) >> 16, SHORT - 1), e


def _high(a: Array, b: int) -> Array:
    """Return the doubled product's upper 16 bits, rounded: halves up."""
    return np.asarray((a * b + (SHORT >> 1)) >> 15)


def _saturated(value: Array) -> Array:
    return np.clip(value, -SHORT, SHORT - 1)


def _hard_swish(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    (of_output, down), (of_third, exponent) = hard_swish_factors(x_scale, y_scale)
    fine = x << UP
    product = _high(fine, of_output)
    third = _high(_saturated(fine << max(exponent - 1, 0)), of_third)
    third = _saturated(third << 1) if exponent > 0 else away(third, -exponent)
    weighted = product * ((third + SHORT) >> 1)
    cut = np.sign(weighted) * (np.abs(weighted) >> 15)
    return np.asarray(away(cut, -down))


def _hard_swish_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    (of_output, down), (of_third, exponent) = hard_swish_factors(x_scale, y_scale)
    fine = int(trace.step("shifted", f"{x} << {UP}", x * 2**UP, "int16"))
    product = int(trace.step("on the output's scale", f"high({fine}, {of_output})", _high_of(fine, of_output), "int16"))
    shifted = min(max(fine * 2 ** max(exponent - 1, 0), -SHORT), SHORT - 1)
    third = int(trace.step("a third", f"high({shifted}, {of_third})", _high_of(shifted, of_third), "int16"))
    if exponent > 0:
        third = min(max(third * 2, -SHORT), SHORT - 1)
        trace.step("a third in Q0.15", "doubled, saturated", third, "int16")
    elif exponent < 0:
        third = int(trace.step("a third in Q0.15", f"/ 2**{-exponent}", _away_of(third, -exponent), "int16"))
    share = int(trace.step("share", f"({third} + 2**15) >> 1", (third + SHORT) >> 1, "int16"))
    weighted = share * product
    cut = abs(weighted) // SHORT * (1 if weighted >= 0 else -1)
    trace.step("weighted", f"{share} * {product} / 2**15, cut off", cut, "int16")
    return int(trace.step("rounded", f"{cut} / 2**{-down}", _away_of(cut, -down), "int16"))


def _high_of(a: int, b: int) -> int:
    return (a * b + (SHORT >> 1)) // SHORT


def _away_of(value: int, bits: int) -> int:
    size = (2 * abs(value) + (1 << bits)) >> (bits + 1)
    return size if value >= 0 else -size


def times_128(x: Array, x_scale: Any) -> Array:
    """Return 128 tanh of centred codes, each step rounded to float32.

    The kernels take the hyperbolic tangent from the C library, which may be off by 2 units in the last place (glibc
    before 2.41). Where that decides between two codes, no code is right on every machine.

    Raises
    ------
    UserError
        If a code lies there.

    Examples
    --------
    >>> times_128(np.array([0, 1]), np.float32(0.5))
    array([ 0.      , 59.150997], dtype=float32)
    """
    single = np.float32
    curve = np.tanh((x_scale * x.astype(np.float32)).astype(np.float64)).astype(np.float32)
    whole = curve * single(128)
    undecided = near_tie(curve)
    if undecided.any():
        raise UserError(
            f"TANH of {int(x[undecided].flat[0])} steps of {float(x_scale):g} is {float(whole[undecided].flat[0])} of "
            "128, so close to the middle of two codes that C libraries disagree",
            "a scale at which every code is decided",
            "Run it as tflite_micro, whose TANH is in integers, or quantize with another scale.",
        )  # fmt: skip
    return np.asarray(whole)


def near_tie(curve: Array) -> Array:
    """Tell where 128 times a float32 lies within 3 units in the last place of the middle between two integers.

    Examples
    --------
    >>> near_tie(np.float32([0.25, 0.50390625, 0.5039063, 0.504]))
    array([False,  True,  True, False])
    """
    middle = np.abs(curve.astype(np.float64) * 128)
    return np.asarray(np.abs(middle - np.floor(middle) - 0.5) <= 3 * 128 * np.spacing(np.abs(curve)).astype(np.float64))


def _tanh(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    return np.asarray(half_away(times_128(x, x_scale)), np.int64)


def _tanh_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    single = np.float32
    real = trace.step("dequantized", f"{x_scale} * {x}", single(x_scale * single(x)))
    curve = trace.step("tanh", f"tanh({real})", single(np.tanh(np.float64(real))))
    whole = trace.step("times 128", f"{curve} * 128", times_128(np.array([x]), x_scale)[0])
    return int(half_away_step(trace, whole))


def q4_factor(kind: str, scale: Any) -> tuple[int, int, int]:
    """Return ``m`` and ``e`` that bring a centred code to Q4.27, and from which code on the result is held.

    Raises
    ------
    UserError
        If the scale is so small or large that the kernel's shifts leave their words.

    Examples
    --------
    >>> q4_factor("TANH", np.float32(0.125))
    (1073741824, 25, 60)
    """
    real = float(scale) * (1 << 27)
    if not 1 <= real < 1 << 40:
        raise UserError(
            f"the scale of {kind}'s input is {float(scale):g}", "from 2^-27 to 2^13", "Quantize the model again."
        )
    m, e = (int(v) for v in quantized(np.asarray(real), 41))
    return m, e, (15 << 27) >> max(e, 0)


def _fixed_tanh(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    m, e, radius = q4_factor("TANH", x_scale)
    inner = np.where(np.abs(x) < radius, x, 0)  # what lies outside is never shifted
    curve = np.minimum(away(tanh(scaled(inner, m, e, "twice_away")), 24), 127)
    return np.where(x <= -radius, -128, np.where(x >= radius, 127, curve))


def _fixed_tanh_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    m, e, radius = q4_factor("TANH", x_scale)
    if abs(x) >= radius:
        held = -128 if x <= -radius else 127
        return int(trace.step("held", f"|{x}| is {radius} or more", held, "int32"))
    trace.step("multiplier as an integer", f"2**27 * {x_scale} is {m} * 2**({e} - 31)", m, "int32")
    real = scaled_step(trace, "in Q4.27", x, m, e, "twice_away")
    curve = int(trace.step("tanh in Q0.31", f"tanh({real} / 2**27)", tanh_step(real), "int32"))
    return int(trace.step("times 128", f"{curve} / 2**24", min(_away_of(curve, 24), 127), "int32"))


HARD_SWISH = unary("HARD_SWISH", _hard_swish, _hard_swish_step)
TANH = unary("TANH", _tanh, _tanh_step)
FIXED_TANH = unary("TANH", _fixed_tanh, _fixed_tanh_step)
