r"""TensorFlow Lite's fixed point: a real factor as a 31-bit integer and a power of two, and the ways to multiply by it.

A factor :math:`M` is held as :math:`m \cdot 2^{e - 31}` with :math:`2^{30} \le m < 2^{31}`. Three ways to multiply an
accumulator by it are in use; :math:`\mathrm{high}(a) = \lfloor (a\,m + 2^{30}) / 2^{31} \rfloor` is the high half of
the doubled product, rounded, halves up:

- twice, the second time halves **away from zero**: :math:`\mathrm{away}(\mathrm{high}(a \cdot 2^{\max(e,0)}) /
  2^{\max(-e,0)})`. TensorFlow Lite's reference kernels, TensorFlow Lite Micro, CMSIS-NN.
- twice, the second time halves **up**. ruy, and so the built-in kernels, on x86 with AVX.
- once, halves up: :math:`\lfloor (a\,m + 2^{30-e}) / 2^{31-e} \rfloor`. ruy on ARM; ``TFLITE_SINGLE_ROUNDING``;
  ``CMSIS_NN_USE_SINGLE_ROUNDING``.

Source: TensorFlow Lite, ``kernels/internal/common.cc``, ``MultiplyByQuantizedMultiplier``, and
``kernels/internal/quantization_util.cc``, ``QuantizeMultiplier``; ruy, ``ruy/apply_multiplier.cc`` and
``ruy/kernel_avx.cc``.
"""

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, CodeType, Content, Finish, Number, SecondStage, code_type, half_away, not_a_number, wrap
from ..errors import UserError
from ..trace import Trace
from ._nearest import BITS, UNIT, Nearest, is_sure_of_most

Way = Literal["twice_away", "twice_up", "once"]
"""How a product with a fixed-point factor is rounded."""

ONE = np.int64(1)


LARGEST = 20
"""Exponents of factors up to which every kernel is followed; a layer's factor is below 1 nearly always."""

KEPT = 64
"""Layers whose coders are kept for the next call, 70 KB each."""


def quantized(real: Number, largest: int = LARGEST) -> tuple[Array, Array]:
    """Return ``m`` and ``e`` of positive factors, int64, of their shape; what is below 2**-32 becomes 0.

    Raises
    ------
    UserError
        If an exponent is above ``largest``: the shift then leaves 32 bits, in each kernel in another way.

    Examples
    --------
    >>> quantized(np.array([0.25, 0.003, 3.0]))
    (array([1073741824, 1649267442, 1610612736]), array([-1, -8,  2]))
    """
    mantissa, exponent = np.frexp(np.asarray(real, np.float64))
    m = np.floor(mantissa * 2.0**31 + 0.5).astype(np.int64)
    over = m == 1 << 31
    m, e = np.where(over, m >> 1, m), exponent.astype(np.int64) + over
    if e.size and e.max() > largest:
        raise UserError(
            f"a factor between scales is {np.max(real):g}", f"below 2^{largest}",
            "Quantize the model again, calibrated on real inputs: this output's scale is far too small for its inputs.",
        )  # fmt: skip
    vanishing = e < -31
    return np.where(vanishing, 0, m), np.where(vanishing, 0, e)


def high(value: Array, m: Number | int) -> Array:
    """Return the high half of the doubled product with a 31-bit integer, rounded, halves up.

    Examples
    --------
    >>> high(np.array([-3, -1, 1, 3]), 1 << 30)
    array([-1,  0,  1,  2])
    """
    product = np.asarray(value * m)
    product += 1 << 30
    product >>= 31
    return product


def away(value: Array, shift: Number | int) -> Array:
    """Divide integers by a power of two, halves away from zero.

    Examples
    --------
    >>> away(np.array([-6, -2, 2, 6]), 2)
    array([-2, -1,  1,  2])
    """
    shift = np.asarray(shift, np.int64)
    # The half, less 1 for negative numbers: then the floor of the shift goes away from zero.
    half = (ONE << shift) >> 1
    return np.asarray((value + half - ((value < 0) & (shift > 0))) >> shift)


def up(value: Array, shift: Number | int) -> Array:
    """Divide integers by a power of two, halves up.

    Examples
    --------
    >>> up(np.array([-6, -2, 2, 6]), 2)
    array([-1,  0,  1,  2])
    """
    shift = np.asarray(shift, np.int64)
    return np.asarray((value + ((ONE << shift) >> 1)) >> shift)


def scaled(value: Number, m: Number | int, e: Number | int, way: Way) -> Array:
    """Multiply integers by ``m * 2**(e - 31)``.

    Parameters
    ----------
    value
        int64 within int32's range. What a left shift takes out of int32 wraps around, as there.
    m, e
        From :func:`quantized`.
    way
        How the product is rounded.

    Examples
    --------
    >>> m, e = quantized(np.array(0.25))
    >>> for way in ("twice_away", "twice_up", "once"):
    ...     print(way, scaled(np.array([-6, -2, 1, 2, 6]), m, e, way))
    twice_away [-2 -1  1  1  2]
    twice_up [-1  0  1  1  2]
    once [-1  0  0  1  2]
    """
    value, e = np.asarray(value, np.int64), np.asarray(e)
    if way == "once":
        shift = 31 - e
        return np.asarray((value * m + (ONE << (shift - 1))) >> shift)
    if (e > 0).any():
        value = wrap(value << np.maximum(e, 0), 32)
    divide = away if way == "twice_away" else up
    right = np.maximum(-e, 0)
    return divide(high(value, m), right) if right.any() else high(value, m)


def scaled_step(trace: Trace, name: str, value: int, m: int, e: int, way: Way) -> int:
    """Write down one such product, in Python's integers."""
    if way == "once":
        shift = 31 - e
        result = (value * m + (1 << (shift - 1))) >> shift
        trace.step(name, f"({value} * {m} + 2**{shift - 1}) >> {shift}", result, "int32")
        return result
    if e > 0:
        shifted = (value * 2**e + 2**31) % 2**32 - 2**31
        value = int(trace.step("shifted left", f"{value} << {e}", shifted, "int32"))
    half = int(trace.step(f"{name}, high half", f"({value} * {m} + 2**30) >> 31", (value * m + 2**30) >> 31, "int32"))
    if e >= 0:
        return half
    size = (abs(half) + (1 << (-e - 1))) >> -e
    if way == "twice_away":
        result = size if half >= 0 else -size
        trace.step(name, f"{half} / 2**{-e}, halves away from zero", result, "int32")
    else:
        result = (half + (1 << (-e - 1))) >> -e
        trace.step(name, f"({half} + 2**{-e - 1}) >> {-e}", result, "int32")
    return result


@dataclass(frozen=True)
class Fixed(SecondStage):
    """The second stage in TensorFlow Lite's fixed point.

    Attributes
    ----------
    way
        How the product is rounded.
    single_product
        Whether the product of two scalar scales is rounded to float32 before the quotient is taken in float64: so it is
        in FULLY_CONNECTED, and in convolutions of uint8 weights. In those of int8 all is float64.

    Examples
    --------
    >>> codes = np.array([-6, -2, 1, 2, 6])
    >>> for way in ("twice_away", "twice_up", "once"):
    ...     print(way, Fixed(way).apply(codes, np.array(0.25), np.int8(0), np.int8, Finish()))
    twice_away [-2 -1  1  1  2]
    twice_up [-1  0  1  1  2]
    once [-1  0  0  1  2]
    """

    way: Way
    single_product: bool = False
    rounds_itself: ClassVar[bool] = True
    takes_floats: ClassVar[bool] = True

    def of_weights(self, kind: npt.DTypeLike) -> SecondStage:
        """Return the stage whose product of scales is rounded to float32 for uint8 weights.

        Source: TensorFlow Lite, ``kernels/kernel_util.cc``, ``GetQuantizedConvolutionMultipler``.

        Examples
        --------
        >>> Fixed("once").of_weights(np.uint8).single_product, Fixed("once").of_weights(np.int8).single_product
        (True, False)
        """
        return replace(self, single_product=True) if np.dtype(kind) == np.uint8 else self

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return the real factor, float64."""
        wide = np.float64
        if self.single_product and np.ndim(w_scale) == 0:
            product = np.asarray(np.float32(x_scale) * np.float32(w_scale), wide)
        else:
            product = np.asarray(x_scale, wide) * np.asarray(w_scale, wide)
        return np.asarray(product / np.asarray(y_scale, wide))

    def mean_factor(self, x_scale: Number, y_scale: Number, count: int) -> Array:
        """Return the real factor of a mean, float64."""
        return np.asarray(np.float64(x_scale) / (np.float64(y_scale) * count))

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Multiply and shift in integers, then add the zero point and clamp."""
        total = np.asarray(accumulator)
        real = total.dtype if total.dtype in UNIT else np.dtype(np.float64)
        nearest = self.nearest(real, None, factor, zero_point, kind, finish)
        if nearest is None:
            m, e = quantized(factor)
            return finish.narrowed(scaled(total, m, e, self.way) + np.int64(zero_point), zero_point, kind)
        codes = np.empty(total.shape, nearest.kind.stored)
        nearest.put(total, codes)
        nearest.settle()
        return codes if finish.floor == "none" else finish.narrowed(codes, zero_point, kind)

    def coder(self, bias: Array, factor: Array, zero_point: Number, finish: Finish) -> Nearest | None:
        """Return what codes blocks of float32 sums, where floats are sure of nearly all."""
        found = _kept(self, Content.of(bias), Content.of(factor), Content.of(zero_point), finish)
        return None if found is None else found.fresh()

    def nearest(
        self, real: Any, bias: Array | None, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType",
        finish: Finish,
    ) -> Nearest | None:  # fmt: skip
        """Return what codes accumulators of a float type, ``real``, by floats; None where these are of no use."""
        (m, e), codes = quantized(factor), code_type(kind)
        if finish.overflow != "saturate" or codes.bits > BITS or not is_sure_of_most(m, e):
            return None
        # Where codes below the zero point are clamped to it, a sign makes no difference.
        by_sign = self.way == "twice_away" and int(zero_point) != codes.minimum
        added = None if by_sign else np.where(m == 0, 0, np.exp2(e - 1.0)) * (self.way != "once")
        return Nearest(real, m, e, added, partial(scaled, way=self.way), int(zero_point), codes, bias)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down multiplier, exponent, product and the rest."""
        m, e = (int(v) for v in quantized(np.asarray(factor)))
        trace.step("multiplier as an integer", f"{factor} is {m} * 2**({e} - 31)", m, "int32")
        trace.step("exponent", f"of {factor}", e, "int32")
        whole = scaled_step(trace, "scaled", accumulator, m, e, self.way)
        whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
        finish.clamp_step(trace, whole, zero, kind)


@lru_cache(KEPT)
def _kept(stage: Fixed, bias: Content, factor: Content, zero_point: Content, finish: Finish) -> Nearest | None:
    """Return what :meth:`Fixed.coder` does, not to be used but to be made fresh."""
    if finish.floor != "none":
        return None
    real = np.dtype(np.float32)
    found = stage.nearest(real, bias.array, factor.array, zero_point.array, zero_point.dtype, finish)
    return found if found is not None and found.is_worth_it else None


@dataclass(frozen=True)
class Float64Away(SecondStage):
    """A float64 product, rounded halves away from zero: FULLY_CONNECTED in TensorFlow Lite's reference kernels.

    Examples
    --------
    >>> Float64Away().apply(np.array([-6, -2, 1, 2, 6]), np.array(0.25), np.int8(0), np.int8, Finish())
    array([-2, -1,  0,  1,  2], dtype=int8)
    """

    rounds_itself: ClassVar[bool] = True

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return the factor, float64."""
        return Fixed("once").factor(x_scale, w_scale, y_scale)

    def mean_factor(self, x_scale: Number, y_scale: Number, count: int) -> Array:
        """Return the factor of a mean, float64."""
        return Fixed("once").mean_factor(x_scale, y_scale, count)

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Multiply, round, add the zero point, clamp."""
        whole = half_away(np.asarray(accumulator, np.float64) * np.asarray(factor))
        if np.any(np.abs(whole) >= 2.0**31):
            raise UserError(
                f"a fully connected layer's product is {whole.flat[np.argmax(np.abs(whole))]:g}",
                "an int32; the kernel leaves others undefined",
                "Quantize the model again, calibrated on real inputs: this output's scale is far too small.",
            )
        return finish.narrowed(whole + np.float64(zero_point), zero_point, kind)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down product and rounding."""
        real = trace.step("scaled", f"float64({accumulator}) * {factor}", np.float64(accumulator) * np.float64(factor))
        whole = half_away_step(trace, real)
        whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
        finish.clamp_step(trace, whole, zero, kind)


def half_away_step(trace: Trace, real: Any) -> int:
    """Write down such a rounding; what is beyond all codes is brought to a number that each type of them clamps."""
    if np.isnan(real):
        raise not_a_number()
    far = min(abs(float(real)), 2.0**62)
    size = int(far)
    size += far - size >= 0.5  # what is left of a float is a float
    return int(trace.step("rounded", f"round({real}), halves away from zero", size if real >= 0 else -size, "int32"))
