"""The second stage in integers: a 31-bit multiplier and a right shift, as TensorFlow Lite has it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..trace import Trace
from ._codes import CodeType
from ._finish import Finish
from ._second_stage import SecondStage
from ._types import Array, Number


def fixed_point(multiplier: Number) -> tuple[Array, Array]:
    r"""Write positive factors as :math:`m \cdot 2^{-shift}` with a 31-bit integer :math:`m`.

    Source: TensorFlow Lite, ``kernels/internal/quantization_util.cc``, ``QuantizeMultiplier`` (there the shift counts
    the other way and leaves out 31).

    Returns
    -------
    m : numpy.ndarray
        int64 in :math:`[2^{30}, 2^{31})`.
    shift : numpy.ndarray
        int64, the right shift of the 64-bit product.

    Examples
    --------
    >>> m, shift = fixed_point(np.array([0.25, 0.003]))
    >>> m, shift, m * 2.0 ** -shift
    (array([1073741824, 1649267442]), array([32, 39]), array([0.25 , 0.003]))
    """
    mantissa, exponent = np.frexp(np.asarray(multiplier, np.float64))
    m = np.floor(mantissa * 2.0**31 + 0.5).astype(np.int64)
    over = m == 1 << 31
    return np.where(over, m >> 1, m), 31 - (exponent.astype(np.int64) + over)


def multiply_by_fixed_point(accumulator: Number, m: Number, shift: Number, *, double_rounding: bool = False) -> Array:
    r"""Return :math:`\lfloor a m / 2^{shift} \rceil` in integers alone.

    Rounded once, half up: :math:`(a m + 2^{shift-1}) \gg shift`. Rounded twice: first the high half of the doubled
    product, :math:`(a m + n) / 2^{31}` with the nudge :math:`n = 2^{30}` (:math:`1 - 2^{30}` for negative products)
    truncated toward zero, then the rest of the shift with ties away from zero. Source: TensorFlow Lite,
    ``MultiplyByQuantizedMultiplier`` in ``kernels/internal/common.h``, with and without
    ``TFLITE_SINGLE_ROUNDING``, and gemmlowp's ``SaturatingRoundingDoublingHighMul``, ``RoundingDivideByPOT``.

    Parameters
    ----------
    accumulator
        int64 within int32's range, any shape.
    m, shift
        From :func:`fixed_point`.

    Returns
    -------
    numpy.ndarray
        int64.

    Examples
    --------
    >>> m, shift = fixed_point(np.array(0.25))
    >>> a = np.array([-6, -2, 2, 6])  # a / 4 is -1.5, -0.5, 0.5, 1.5
    >>> multiply_by_fixed_point(a, m, shift), multiply_by_fixed_point(a, m, shift, double_rounding=True)
    (array([-1,  0,  1,  2]), array([-2, -1,  1,  2]))
    """
    m, shift = np.asarray(m, np.int64), np.asarray(shift, np.int64)
    product = np.asarray(accumulator, np.int64) * m
    one = np.int64(1)
    if not double_rounding or np.any(shift < 31):
        shift = np.clip(shift, 1, 62)
        return np.asarray(np.right_shift(product + np.left_shift(one, shift - 1), shift))
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    high = np.where(nudged >= 0, nudged >> 31, -(-nudged >> 31))
    rest = np.clip(shift - 31, 0, 31)
    mask = np.left_shift(one, rest) - 1
    threshold = (mask >> 1) + (high < 0)
    return np.asarray(np.right_shift(high, rest) + ((high & mask) > threshold))


@dataclass(frozen=True)
class FixedPoint(SecondStage):
    """The factor as a 31-bit integer and a right shift.

    Attributes
    ----------
    twice
        Whether the product is rounded after the high multiply and again after the shift, or once, half up.

    Examples
    --------
    >>> stage = FixedPoint(twice=True)
    >>> stage.apply(np.array([-6, -2, 2, 6]), np.array(0.25), np.int8(0), np.int8, Finish())
    array([-2, -1,  1,  2], dtype=int8)
    """

    twice: bool = False
    rounds_itself: ClassVar[bool] = True

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return the real factor, float64."""
        wide = np.float64
        return np.asarray(np.asarray(x_scale, wide) * np.asarray(w_scale, wide) / np.asarray(y_scale, wide))

    def mean_factor(self, x_scale: Number, y_scale: Number, count: int) -> Array:
        """Return the real factor of a mean, float64."""
        return np.asarray(np.float64(x_scale) / (np.float64(y_scale) * count))

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Multiply and shift in 64 bits, then add the zero point and clamp."""
        m, shift = fixed_point(factor)
        whole = multiply_by_fixed_point(np.asarray(accumulator, np.int64), m, shift, double_rounding=self.twice)
        return finish.narrowed(whole + np.asarray(zero_point, np.int64), zero_point, kind)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down multiplier, shift, product and the rest."""
        m, shift = (int(v) for v in fixed_point(np.asarray(factor)))
        trace.step("multiplier as an integer", f"{m} * 2**-{shift} for {factor}", m, "int32")
        trace.step("right shift", f"of the 64-bit product {accumulator} * {m}", shift, "int32")
        product = multiply_by_fixed_point(
            np.asarray(accumulator), np.asarray(m), np.asarray(shift), double_rounding=self.twice
        )
        how = "twice" if self.twice else "half up"
        whole = trace.step("rounded", f"({accumulator} * {m}) >> {shift}, rounded {how}", int(product), "int32")
        total = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
        finish.clamp_step(trace, total, zero, kind)
