r"""From an int32 accumulator to 8 bits: the one step in which implementations differ.

The second stage of every quantized layer takes an integer accumulator and makes a byte of it,

.. math:: q = \mathrm{saturate}(\mathrm{round}(a \cdot M) + z), \qquad M = \frac{s_x s_w}{s_y},

and each of its four operations is a choice: how :math:`M` is stored, how the product is rounded, when the zero point
:math:`z` is added, and what happens to a result outside the type. :class:`Arithmetic` names these choices. Its defaults
are what ONNX Runtime does on x86-64; every other value is something that real hardware, another runtime, or a bug does.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from .errors import UserError

Array = npt.NDArray[Any]
Number = npt.NDArray[Any] | np.generic
"""A numpy scalar, or an array of numbers: what a scale or a zero point may be."""

Rounding = Literal["half_even", "half_up", "half_away_from_zero", "truncate", "floor", "shift"]
Multiplier = Literal["float32", "float64", "float16", "fixed_point", "fixed_point_double_rounding", "power_of_two"]
Overflow = Literal["saturate", "wrap"]


@dataclass(frozen=True)
class Arithmetic:
    """How quantized operators compute; the defaults are ONNX Runtime's on x86-64.

    Attributes
    ----------
    rounding
        What becomes of a real result between two integers: ``half_even`` (IEEE 754's default, ONNX Runtime's),
        ``half_up`` (toward +infinity on ties), ``half_away_from_zero`` (C's ``round``), ``truncate`` (C's cast),
        ``floor`` (an arithmetic right shift alone), ``shift`` (the familiar ``(v >= 0 ? v + half : v - half) >> bits``
        as printed, which is wrong for negative numbers). The two fixed-point multipliers carry their own rounding.
    zero_point_added
        ``after_rounding`` as the ONNX text and ONNX Runtime have it, or ``before_rounding`` as ``onnx.reference`` does:
        the two part on ties when the zero point is odd.
    overflow
        What becomes of a result outside the output type: ``saturate``, or ``wrap`` (keep the low 8 bits).
    accumulator_bits
        Width of the accumulator, 2 to 64; 32 is the standard's.
    accumulator_overflow
        ``wrap`` (two's complement, what C and all hardware adders do), or ``saturate`` after each addition.
    multiplier
        How ``M`` is held: ``float32``; ``float64``; ``float16``; ``fixed_point`` (31-bit integer and a right shift,
        rounded once, half up) or ``fixed_point_double_rounding`` (the same, rounded after the high multiply and
        again after the shift), both as in TensorFlow Lite; ``power_of_two`` (the nearest one: a bare shift).
    channel_scale
        ``own``: output channel ``c`` uses ``w_scale[c]``. Two bugs: ``first`` (all use ``w_scale[0]``) and
        ``neighbour`` (channel ``c`` uses ``w_scale[c + 1]``, the last one the first).
    padding
        ``zero_point``: padded elements stand for real zero. A bug: ``zero_code`` (they hold the code 0).
    relu
        Of QLinearConv, QLinearMatMul, QGemm and QLinearAdd. ``saturation``: a fused ReLU is the clamp at the output's
        lowest code, nothing more. Three bugs: ``code_zero``
        (codes below 0 are set to 0, wherever the zero point is), ``zero_point`` (codes below the zero point are set
        to it, in layers that have no ReLU too), ``before_bias`` (the accumulator is clamped at 0, then a bias added).
    pairwise_saturation
        Add products two by two into int16, saturating, before the int32 accumulator: what ``vpmaddubsw`` does to
        unsigned activations times signed weights on x86 without VNNI.
    form
        ``runtime``: QLinearAdd, QLinearAveragePool and QLinearSoftmax as ONNX Runtime computes them. ``documented``:
        by the formula of their documentation, every step in float32.

    Raises
    ------
    UserError
        If a value is none of those listed.

    Examples
    --------
    >>> Arithmetic() == RUNTIME
    True
    >>> Arithmetic(rounding="half_up", accumulator_bits=16).describe()
    'accumulator_bits=16, rounding=half_up'
    >>> Arithmetic(rounding="nearest")
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: rounding is 'nearest'; expected one of 'half_even', 'half_up', ...
    """

    rounding: Rounding = "half_even"
    zero_point_added: Literal["after_rounding", "before_rounding"] = "after_rounding"
    overflow: Overflow = "saturate"
    accumulator_bits: int = 32
    accumulator_overflow: Overflow = "wrap"
    multiplier: Multiplier = "float32"
    channel_scale: Literal["own", "first", "neighbour"] = "own"
    padding: Literal["zero_point", "zero_code"] = "zero_point"
    relu: Literal["saturation", "code_zero", "zero_point", "before_bias"] = "saturation"
    pairwise_saturation: bool = False
    form: Literal["runtime", "documented"] = "runtime"

    def __post_init__(self) -> None:
        """Refuse a value that is not one of the choices."""
        for field in fields(self):
            value, choices = getattr(self, field.name), get_args(field.type)
            if choices and value not in choices:
                listed = ", ".join(map(repr, choices))
                raise UserError(f"{field.name} is {value!r}", f"one of {listed}", "Choose one of these.")
        flag: object = self.pairwise_saturation
        if not isinstance(flag, bool):
            raise UserError(f"pairwise_saturation is {flag!r}", "True or False", "Choose one of these.")
        if not 2 <= self.accumulator_bits <= 64:
            raise UserError(f"accumulator_bits is {self.accumulator_bits}", "2 to 64", "Choose a width in that range.")

    def describe(self) -> str:
        """Return what differs from ONNX Runtime's arithmetic, as ``name=value`` in alphabetical order."""
        changed = [
            f"{field.name}={getattr(self, field.name)}"
            for field in sorted(fields(self), key=lambda field: field.name)
            if getattr(self, field.name) != field.default
        ]
        return ", ".join(changed) or "as ONNX Runtime"

    @property
    def plain(self) -> bool:
        """Whether the fast kernels may be used: nothing differs from ONNX Runtime's arithmetic."""
        return self == RUNTIME


RUNTIME = Arithmetic()
"""ONNX Runtime's arithmetic on x86-64 (int8 x int8 anywhere; unsigned x signed where the CPU has VNNI)."""

ONNX_REFERENCE = Arithmetic(zero_point_added="before_rounding", form="documented")
"""What ``onnx.reference`` computes."""


def round_to_integer(value: Number, rounding: Rounding = "half_even") -> Array:
    r"""Round real numbers to integers.

    .. math::
       \text{half\_up} = \lfloor r + \tfrac12 \rfloor, \quad
       \text{shift} = \begin{cases} \lfloor r + \tfrac12 \rfloor & r \ge 0 \\ \lfloor r - \tfrac12 \rfloor & r < 0
       \end{cases}

    Parameters
    ----------
    value
        float32 or float64, any shape.
    rounding
        See :class:`Arithmetic`.

    Returns
    -------
    numpy.ndarray
        Integers in the same float type. The half is added in float64: in float32, 0.49999997 + 0.5 is 1.

    Examples
    --------
    >>> ties = np.array([-2.5, -1.5, -1.25, -0.5, 0.5, 1.5, 2.5], np.float32)
    >>> for name in get_args(Rounding):
    ...     print(f"{name:20}", *(f"{value:3.0f}" for value in round_to_integer(ties, name) + 0.0))
    half_even             -2  -2  -1   0   0   2   2
    half_up               -2  -1  -1   0   1   2   3
    half_away_from_zero   -3  -2  -1  -1   1   2   3
    truncate              -2  -1  -1   0   0   1   2
    floor                 -3  -2  -2  -1   0   1   2
    shift                 -3  -2  -2  -1   1   2   3
    """
    value = np.asarray(value)
    if rounding == "half_even":
        return np.rint(value)
    if rounding == "truncate":
        return np.trunc(value)
    if rounding == "floor":
        return np.floor(value)
    wide = value.astype(np.float64)
    if rounding == "half_up":
        result = np.floor(wide + 0.5)
    elif rounding == "half_away_from_zero":
        result = np.copysign(np.floor(np.abs(wide) + 0.5), wide)
    else:
        result = np.where(wide >= 0, np.floor(wide + 0.5), np.floor(wide - 0.5))
    return result.astype(value.dtype)


def narrow(value: Number, dtype: npt.DTypeLike, overflow: Overflow = "saturate") -> Array:
    """Bring integers, held in any type, into an integer type.

    Parameters
    ----------
    value
        Whole numbers as integers or floats.
    dtype
        The integer type to reach.
    overflow
        ``saturate`` clamps, ``wrap`` keeps the low bits.

    Examples
    --------
    >>> narrow(np.array([-200, 130]), np.int8), narrow(np.array([-200, 130]), np.int8, "wrap")
    (array([-128,  127], dtype=int8), array([  56, -126], dtype=int8))
    """
    limits = np.iinfo(dtype)
    if overflow == "saturate":
        return np.clip(value, limits.min, limits.max).astype(dtype)
    return wrap(np.asarray(value).astype(np.int64), limits.bits).astype(np.int64).astype(dtype)


def wrap(value: Number, bits: int) -> Array:
    """Keep the low ``bits`` of int64 numbers and read them as two's complement.

    Examples
    --------
    >>> int(wrap(np.int64(40_000), 16)), int(wrap(np.int64(-40_000), 16))
    (-25536, 25536)
    """
    shift = np.int64(64 - bits)
    return np.right_shift(np.left_shift(np.asarray(value, np.int64), shift), shift)


def scale_multiplier(x_scale: Number, w_scale: Number, y_scale: Number, arithmetic: Arithmetic = RUNTIME) -> Array:
    r"""Return the factor of requantization, :math:`M = (s_x \cdot s_w) / s_y`.

    The product is taken first and rounded to float32, then the quotient, rounded to float32 again: ONNX Runtime's order
    (``qlinearconv.cc``, ``ComputeOutputScale``). Another order gives another last bit.

    Parameters
    ----------
    x_scale, y_scale
        float32 scalars (or arrays that broadcast).
    w_scale
        float32 scalar or ``[channels]``.
    arithmetic
        ``multiplier`` and ``channel_scale`` are used.

    Returns
    -------
    numpy.ndarray
        float32, or float64 for every ``multiplier`` but ``float32`` and ``float16``.

    Examples
    --------
    >>> scale_multiplier(np.float32(0.1), np.array([0.02, 0.5], np.float32), np.float32(0.3))
    array([0.00666667, 0.16666666], dtype=float32)
    """
    w_scale = np.asarray(w_scale)
    if arithmetic.channel_scale != "own" and np.size(w_scale) > 1:
        w_scale = (
            np.broadcast_to(w_scale[:1], w_scale.shape) if arithmetic.channel_scale == "first" else np.roll(w_scale, -1)
        )
    if arithmetic.multiplier in ("float32", "float16"):
        single = np.float32
        exact = np.asarray(np.asarray(x_scale, single) * np.asarray(w_scale, single) / np.asarray(y_scale, single))
        return exact.astype(np.float16).astype(single) if arithmetic.multiplier == "float16" else exact
    wide = np.float64
    return np.asarray(np.asarray(x_scale, wide) * np.asarray(w_scale, wide) / np.asarray(y_scale, wide))


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


def requantize(
    accumulator: Number, multiplier: Number, zero_point: Number, dtype: npt.DTypeLike, arithmetic: Arithmetic = RUNTIME
) -> Array:
    r"""Turn accumulators into bytes: :math:`\mathrm{saturate}(\mathrm{round}(a M) + z)`.

    In order: the int32 accumulator is converted to float32 (rounded to even above 2^24); multiplied by ``multiplier``,
    rounded to float32; rounded to an integer, ties to even; the zero point is added; the sum is clamped to the type.

    Parameters
    ----------
    accumulator
        Integers, as int32, int64 or exact in a float type.
    multiplier
        From :func:`scale_multiplier`; broadcasts against ``accumulator``.
    zero_point
        Of the output, of type ``dtype``.
    dtype
        int8 or uint8.
    arithmetic
        ``rounding``, ``zero_point_added``, ``overflow``, ``multiplier`` and ``relu`` are used.

    Returns
    -------
    numpy.ndarray
        Of type ``dtype`` and ``accumulator``'s shape.

    References
    ----------
    ONNX Runtime, ``core/mlas/lib/quantize.cpp``, ``MlasRequantizeOutput`` (it clamps in float32 before it rounds, to
    bounds that are integers: the same result).

    Examples
    --------
    >>> requantize(np.array([-3, 1, 3, 5]), np.float32(0.5), np.int8(1), np.int8)
    array([-1,  1,  3,  3], dtype=int8)
    >>> requantize(np.array([-3, 1, 3, 5]), np.float32(0.5), np.int8(1), np.int8, ONNX_REFERENCE)
    array([0, 2, 2, 4], dtype=int8)
    """
    z = np.asarray(zero_point).astype(np.float64)
    if arithmetic.multiplier.startswith("fixed_point"):
        m, shift = fixed_point(multiplier)
        twice = arithmetic.multiplier == "fixed_point_double_rounding"
        whole = multiply_by_fixed_point(np.asarray(accumulator, np.int64), m, shift, double_rounding=twice) + z.astype(
            np.int64
        )
    else:
        if arithmetic.multiplier == "power_of_two":
            multiplier = np.exp2(np.rint(np.log2(multiplier)))
        real = np.asarray(accumulator).astype(multiplier.dtype) * multiplier
        if arithmetic.zero_point_added == "before_rounding":
            whole = round_to_integer(real + z.astype(real.dtype), arithmetic.rounding)
        else:
            whole = round_to_integer(real, arithmetic.rounding) + z.astype(real.dtype)
    result = narrow(whole, dtype, arithmetic.overflow)
    if arithmetic.relu == "code_zero":
        return np.maximum(result, np.zeros((), dtype))
    return np.maximum(result, np.asarray(zero_point, dtype)) if arithmetic.relu == "zero_point" else result
