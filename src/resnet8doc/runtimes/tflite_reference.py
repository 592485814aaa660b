r"""TensorFlow Lite's reference kernels (``BUILTIN_REF``): integers throughout, but for fully connected layers.

**Convolutions** requantize by the fixed-point factor of :math:`s_x s_w / s_y`, all in float64, rounded twice, the
second time halves away from zero. **Fully connected layers** multiply by the float64 factor and round halves away
from zero.

**QLinearAdd** (ADD). With :math:`t = 2\max(s_A, s_B)` and :math:`\mathrm{fix}(v, M)` the product by the fixed-point
factor of :math:`M`, rounded twice,

.. math:: C = \mathrm{saturate}\left(\mathrm{fix}\left(\mathrm{fix}((A - z_A) 2^{20}, s_A / t) +
          \mathrm{fix}((B - z_B) 2^{20}, s_B / t),\ t / (2^{20} s_C)\right) + z_C\right)

**QLinearAveragePool** (AVERAGE_POOL_2D). The sum of the codes in the image over their number, an integer division
with halves away from zero. Input and output have one scale.

**QLinearSoftmax** (SOFTMAX). In gemmlowp's fixed point: differences to the row's largest code in Q5.26, exponentials
in Q0.31, their sum in Q12.19, its reciprocal by Newton's method.

**QuantizeLinear** (QUANTIZE). The quotient :math:`x / s` rounded to float32, then halves away from zero.

Source: TensorFlow Lite, ``kernels/internal/reference/integer_ops/{add,pooling,fully_connected}.h``,
``reference/softmax.h``, ``reference/quantize.h``, ``kernels/{add,fully_connected}.cc``.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime, half_away
from ..errors import UserError
from ..ops.parts import AutoPad, check, checked_quantize, from_rows, in_parts, softmax_rows, window_sums
from ..ops.parts import checked_add as checked
from ..trace import Trace
from . import blocks, comparisons, int16, joins, logarithms, lookups, means, norms, quotients, resize, transposed
from ._dense import dense
from ._gemmlowp import exp_of_negative, exp_of_negative_step, reciprocal_of_one_plus, reciprocal_of_one_plus_step
from ._pairs import of_pairs
from ._requantized import FIXED, binary
from .curves import HARD_SWISH, TANH
from .fixed_point import Fixed, Float64Away, half_away_step, high, quantized, scaled, scaled_step

LEFT = 20
"""By how many bits ADD shifts its inputs to the left."""

PROBABILITY = 1 / 256
"""Scale of every softmax's output; its zero point is the lowest code."""

Scales = tuple[float, ...]
Zeros = tuple[int, ...]


def add_factors(scales: Scales) -> tuple[tuple[int, int], ...]:
    """Return ``m`` and ``e`` of the three factors of an addition: of A, of B, of the sum.

    Examples
    --------
    >>> add_factors((0.5, 0.25, 1.0))
    ((1073741824, 0), (1073741824, -1), (1073741824, -19))
    """
    a, b, c = (float(np.float32(scale)) for scale in scales)
    twice = 2 * max(a, b)
    refuse_fine_output(twice, c)
    factors = (a / twice, b / twice, twice / ((1 << LEFT) * c))
    return tuple((int(m), int(e)) for m, e in map(quantized, map(np.asarray, factors)))


def refuse_fine_output(twice: float, c: float) -> None:
    """Refuse an output so fine that TensorFlow Lite ends the process: its last factor would be 1 or more.

    Examples
    --------
    >>> refuse_fine_output(2.0, 2.0**-18)
    """
    if twice >= (1 << LEFT) * c:
        raise UserError(
            f"the scale of the output is {c:g}, of the larger input {twice / 2:g}",
            f"an output's scale above 2^-{LEFT - 1} of that; with a smaller one TensorFlow Lite ends the process",
            "Quantize the model again, calibrated on real inputs.",
        )


def sum_of_codes(a: Array, b: Array, scales: Scales, zeros: Zeros) -> Array:
    """Return the sum before the clamp.

    Examples
    --------
    >>> sum_of_codes(np.array([10, 1]), np.array([4, 0]), (0.5, 0.25, 1.0), (0, 0, -1))
    array([5, 0])
    """
    left, right, out = add_factors(scales)
    total = scaled((a - zeros[0]) << LEFT, *left, "twice_away") + scaled((b - zeros[1]) << LEFT, *right, "twice_away")
    return scaled(total, *out, "twice_away") + zeros[2]


def qlinear_add(*inputs: Any, runtime: Runtime) -> Array:
    """Add codes; inputs as :func:`resnet8doc.ops.qlinear_add`.

    Examples
    --------
    >>> A, B, zero = np.array([10, 1], np.int8), np.array([4, 0], np.int8), np.int8(0)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> qlinear_add(A, half, zero, B, quarter, zero, one, zero, runtime=TFLITE_REFERENCE)
    array([6, 1], dtype=int8)
    """
    return of_pairs(sum_of_codes, checked(*inputs), runtime.finish)


def qlinear_add_element(
    index: tuple[int, ...], A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number,
    B_zero_point: Number | None, C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime,
) -> Trace:  # fmt: skip
    """Write down how one sum comes about, in Python's integers."""
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a, b = (int(np.broadcast_to(codes, q.shape)[index]) for codes in (q.a, q.b))
    trace, parts = Trace("QLinearAdd", tuple(index)), []
    factors = add_factors(q.scales)
    for name, code, zero, (m, e) in zip("AB", (a, b), q.zeros, factors, strict=False):
        shifted = (code - zero) << LEFT
        trace.step(f"{name} shifted", f"({code} - {zero}) << {LEFT}", shifted, "int32")
        parts.append(scaled_step(trace, f"{name} scaled", shifted, m, e, "twice_away"))
    total = int(trace.step("added", f"{parts[0]} + {parts[1]}", sum(parts), "int32"))
    whole = scaled_step(trace, "scaled", total, *factors[2], "twice_away")
    zero = q.zeros[2]
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    runtime.finish.clamp_step(trace, whole, zero, q.a.dtype)
    return trace


def difference_of_codes(a: Array, b: Array, scales: Scales, zeros: Zeros) -> Array:
    """Return the difference before the clamp: as the sum, but that the second product is subtracted.

    Examples
    --------
    >>> difference_of_codes(np.array([10, 1]), np.array([4, 0]), (0.5, 0.25, 1.0), (0, 0, -1))
    array([3, 0])
    """
    left, right, out = add_factors(scales)
    total = scaled((a - zeros[0]) << LEFT, *left, "twice_away") - scaled((b - zeros[1]) << LEFT, *right, "twice_away")
    return scaled(total, *out, "twice_away") + zeros[2]


def difference_step(trace: Trace, a: int, b: int, scales: Scales) -> int:
    """Write down one difference of centred codes."""
    factors, parts = add_factors(scales), []
    for name, code, (m, e) in zip("AB", (a, b), factors, strict=False):
        shifted = int(trace.step(f"{name} shifted", f"{code} << {LEFT}", code << LEFT, "int32"))
        parts.append(scaled_step(trace, f"{name} scaled", shifted, m, e, "twice_away"))
    total = int(trace.step("subtracted", f"{parts[0]} - {parts[1]}", parts[0] - parts[1], "int32"))
    return scaled_step(trace, "scaled", total, *factors[2], "twice_away")


def qlinear_average_pool(
    X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime, channels_last: int = 0, kernel_shape: Sequence[int], auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0, count_include_pad: int = 0, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    """Average codes over windows; inputs as :func:`resnet8doc.ops.qlinear_average_pool`.

    Examples
    --------
    >>> X = np.array([[[[-2, -3, 9, 9], [-2, -3, 9, 9]]]], np.int8)
    >>> one, zero = np.float32(1), np.int8(0)
    >>> qlinear_average_pool(X, one, zero, one, zero, kernel_shape=(2, 2), strides=(2, 2), runtime=TFLITE_REFERENCE)
    array([[[[-3,  9]]]], dtype=int8)
    """
    x, zero = checked_pool(X, x_scale, x_zero_point, y_scale, y_zero_point, channels_last, count_include_pad)
    image = x.transpose(0, 3, 1, 2) if channels_last else x
    if tuple(kernel_shape) == image.shape[2:] and auto_pad == "NOTSET" and not any(pads or ()):
        sums, counts = image.sum(axis=(2, 3), keepdims=True, dtype=np.int64), np.array(math.prod(kernel_shape))
    else:
        # Sums of fewer than 2**16 codes are exact in float32.
        real = image.astype(np.float32)
        sums, counts = window_sums(real, kernel_shape, auto_pad, ceil_mode, 0, pads, strides, (1, 1))
    y = runtime.finish.narrowed(half_away_division(sums.astype(np.int64), counts.astype(np.int64)), zero, x.dtype)
    return np.asarray(y.transpose(0, 2, 3, 1) if channels_last else y)


def half_away_division(total: Array, count: Array) -> Array:
    """Divide integers, halves away from zero: half the divisor is added to the size, and C's division cuts off.

    Examples
    --------
    >>> half_away_division(np.array([-10, -9, 9, 10, 11]), np.array(4))
    array([-3, -2,  2,  3,  3])
    """
    size = (np.abs(total) + count // 2) // count
    return np.asarray(np.where(total < 0, -size, size))


def qlinear_average_pool_element(
    index: tuple[int, ...], X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number,
    y_zero_point: Number | None = None, *, runtime: Runtime, channels_last: int = 0, kernel_shape: Sequence[int],
    count_include_pad: int = 0, auto_pad: AutoPad = "NOTSET", ceil_mode: int = 0, pads: Any = None, strides: Any = None,
) -> Trace:  # fmt: skip
    """Write down how one mean comes about, in Python's integers."""
    x, zero = checked_pool(X, x_scale, x_zero_point, y_scale, y_zero_point, channels_last, count_include_pad)
    if auto_pad != "NOTSET" or ceil_mode:
        raise UserError(
            f"auto_pad is {auto_pad} and ceil_mode {ceil_mode}", "NOTSET and 0 in a trace", "Give pads as numbers."
        )
    n, c, i, j = (index[0], index[3], index[1], index[2]) if channels_last else index
    image = x.transpose(0, 3, 1, 2) if channels_last else x
    steps, edges = tuple(strides or (1, 1)), tuple(pads or (0, 0, 0, 0))
    codes = [
        int(image[n, c, row, column])
        for row in range(i * steps[0] - edges[0], i * steps[0] - edges[0] + kernel_shape[0])
        for column in range(j * steps[1] - edges[1], j * steps[1] - edges[1] + kernel_shape[1])
        if 0 <= row < image.shape[2] and 0 <= column < image.shape[3]
    ]
    trace = Trace("QLinearAveragePool", tuple(index))
    total = int(trace.step("sum", f"of {len(codes)} codes", sum(codes), "int32"))
    size = (abs(total) + len(codes) // 2) // len(codes)
    mean = size if total >= 0 else -size
    trace.step("mean", f"{total} / {len(codes)}, halves away from zero", mean, "int32")
    runtime.finish.clamp_step(trace, mean, int(zero), x.dtype)
    return trace


def checked_pool(
    X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None,
    channels_last: int, count_include_pad: int,
) -> tuple[Array, Array]:  # fmt: skip
    """Return codes and zero point; refuse two scales, and padding that counts: TensorFlow Lite knows neither."""
    x = check.codes(X, "X")
    check.rank(x, "X", "[N, H, W, C]" if channels_last else "[N, C, H, W]")
    scales = check.scale(x_scale, "x_scale"), check.scale(y_scale, "y_scale")
    zeros = [check.zero_point(z, name, x.dtype, "X") for z, name in ((x_zero_point, "x"), (y_zero_point, "y"))]
    if scales[0] != scales[1] or zeros[0] != zeros[1]:
        raise UserError(
            f"X has scale {scales[0]} and zero point {zeros[0]}, Y {scales[1]} and {zeros[1]}", "the same for both",
            "Run it in a runtime that requantizes: ONNX Runtime.",
        )  # fmt: skip
    if count_include_pad:
        raise UserError("count_include_pad is 1", "0", "TensorFlow Lite leaves padding out of the mean.")
    return x, zeros[0]


def qlinear_softmax(
    X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number, *,
    runtime: Runtime, opset: int, axis: int = -1,
) -> Array:  # fmt: skip
    """Turn codes into probabilities; inputs as :func:`resnet8doc.ops.qlinear_softmax`.

    Examples
    --------
    >>> X, scale, zero = np.array([[10, 20, 30]], np.int8), np.float32(0.1), np.int8(0)
    >>> qlinear_softmax(X, scale, zero, np.float32(1 / 256), np.int8(-128), opset=21, runtime=TFLITE_REFERENCE)
    array([[-105,  -65,   42]], dtype=int8)
    """
    x, scale = checked_softmax(X, X_scale, x_zero_point, y_scale, y_zero_point)
    rows = softmax_rows(x, axis, opset).astype(np.int64)
    m, e, least = softmax_factor(scale)
    difference = rows - rows.max(axis=-1, keepdims=True)
    used = difference >= least
    exponential = exp_of_negative(high(np.where(used, difference, 0) << e, m))
    terms = np.where(used, (exponential + (1 << 11)) >> 12, 0)  # in Q12.19; none is negative
    total = terms.sum(axis=-1, keepdims=True)
    lead = 31 - np.floor(np.log2(total.astype(np.float64))).astype(np.int64)  # leading zeros of 32 bits
    share = reciprocal_of_one_plus((total << lead) - (1 << 31))
    right = 12 - lead + 31 - 8
    refuse_long_shifts(total)
    zero = np.asarray(y_zero_point)
    whole = ((high(share, exponential) + (np.int64(1) << (right - 1))) >> right) + int(zero)
    whole = np.where(used, whole, int(zero))
    return from_rows(runtime.finish.narrowed(whole, zero, x.dtype), x.shape, axis, opset)


def softmax_factor(scale: Number) -> tuple[int, int, int]:
    """Return ``m`` and ``e`` that bring a difference of codes to Q5.26, and the least difference that counts.

    Examples
    --------
    >>> softmax_factor(np.float32(0.1))
    (1717986944, 23, -248)
    """
    real = float(np.float32(scale)) * (1 << 26)
    if real <= 1:
        raise UserError(
            f"the scale of softmax's input is {float(np.float32(scale)):g}",
            "more than 2^-26; with a smaller one these kernels of TensorFlow Lite end the process",
            "Quantize the model again, calibrated on real inputs, or choose the built-in kernels.",
        )
    m, e = (int(v) for v in quantized(np.asarray(min(real, (1 << 31) - 1.0)), 31))
    return m, e, -math.floor(((1 << 5) - 1) * (1 << 26) / (1 << e))


def refuse_long_shifts(totals: Array) -> None:
    """Refuse sums of exponentials, in Q12.19, from 512 on: a shift of 32 bits follows, which ends the process.

    Examples
    --------
    >>> refuse_long_shifts(np.array([511 << 19]))
    """
    if totals.size and totals.max() >= 512 << 19:
        raise UserError(
            f"the exponentials of a row of softmax add up to {float(totals.max()) / (1 << 19):g}",
            "less than 512; from there on these kernels of TensorFlow Lite end the process",
            "Shorten the rows, or choose the built-in kernels.",
        )


def qlinear_softmax_element(
    index: tuple[int, ...], X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number,
    y_zero_point: Number, *, runtime: Runtime, opset: int, axis: int = -1,
) -> Trace:  # fmt: skip
    """Write down how one probability comes about, in Python's integers."""
    x, scale = checked_softmax(X, X_scale, x_zero_point, y_scale, y_zero_point)
    own, row = row_of(x, index, axis, opset)
    m, e, least = softmax_factor(scale)
    trace, largest = Trace("QLinearSoftmax", tuple(index)), max(row)
    trace.step("multiplier", f"brings differences to Q5.26: {m} * 2**({e} - 31) for {float(scale)} * 2**26", m, "int32")
    difference = int(trace.step("difference", f"{own} - {largest}", own - largest, "int32"))
    if difference < least:
        trace.step("saturated", f"a difference below {least} is no probability", int(y_zero_point), str(x.dtype))
        return trace

    def exponential(d: int) -> int:
        return exp_of_negative_step((d * 2**e * m + (1 << 30)) // (1 << 31))

    mine = int(trace.step("exponential", f"of {difference}, in Q0.31", exponential(difference), "int32"))
    terms = [(exponential(code - largest) + (1 << 11)) >> 12 for code in row if code - largest >= least]
    total = int(trace.step("sum", f"of {len(terms)} exponentials, in Q12.19", sum(terms), "int32"))
    lead = 32 - total.bit_length()
    share = reciprocal_of_one_plus_step((total << lead) - (1 << 31))
    refuse_long_shifts(np.array(total))
    trace.step("reciprocal", f"of {total} << {lead}, in Q0.31", share, "int32")
    product = (share * mine + (1 << 30)) // (1 << 31)
    trace.step("product", f"({share} * {mine} + 2**30) >> 31", product, "int32")
    right = 12 - lead + 31 - 8
    whole = (product + (1 << (right - 1))) >> right
    trace.step("rounded", f"{product} / 2**{right}", whole, "int32")
    zero = int(y_zero_point)
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    runtime.finish.clamp_step(trace, whole, zero, x.dtype)
    return trace


def row_of(x: Array, index: tuple[int, ...], axis: int, opset: int) -> tuple[int, list[int]]:
    """Return the code at an index, and all codes of its row, as Python's integers."""
    rows = softmax_rows(x, axis, opset)
    if opset < 13:
        place = [int(i) for i in np.unravel_index(int(np.ravel_multi_index(index, x.shape)), rows.shape)]
    else:
        place = [*(i for number, i in enumerate(index) if number != axis % x.ndim), index[axis % x.ndim]]
    row = rows[tuple(place[:-1])]
    return int(row[place[-1]]), [int(code) for code in row]


def checked_softmax(
    X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number
) -> tuple[Array, Array]:
    """Return codes and scale; refuse an output of another scale than 1/256: TensorFlow Lite knows no other."""
    x = check.codes(X, "X")
    scale = check.scale(X_scale, "X_scale")
    check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X")
    out, zero = check.scale(y_scale, "y_scale"), check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y")
    lowest = int(np.iinfo(x.dtype).min)
    if (float(out), int(zero)) != (PROBABILITY, lowest):
        raise UserError(
            f"y_scale is {out} and y_zero_point {zero}",
            f"1/256 and {lowest}",
            "TensorFlow Lite's softmax has no other output scale.",
        )
    return x, scale


def quantize_linear(
    x: Array, y_scale: Number, y_zero_point: Number | None = None, *, runtime: Runtime, **attributes: Any
) -> Array:
    """Quantize real numbers; inputs as :func:`resnet8doc.ops.quantize_linear`.

    Examples
    --------
    >>> x = np.array([-2.5, -0.5, 0.5, 1.5], np.float32)
    >>> quantize_linear(x, np.float32(1), np.int8(0), runtime=TFLITE_REFERENCE)
    array([-3, -1,  1,  2], dtype=int8)
    """
    x, scale, zero, kind = checked_quantize(x, y_scale, y_zero_point, **plain(attributes))

    def codes(part: Array) -> Array:
        with np.errstate(over="ignore"):  # a quotient beyond float32 is an infinity, which the clamp takes
            whole = half_away(np.clip(part / scale, -(2.0**62), 2.0**62))
        return runtime.finish.narrowed(runtime.finish.added(whole, zero), zero, kind)

    return in_parts(codes, x, kind.stored, scale, zero)


def quantize_linear_element(
    index: tuple[int, ...], x: Array, y_scale: Number, y_zero_point: Number | None = None, *, runtime: Runtime,
    **attributes: Any,
) -> Trace:  # fmt: skip
    """Write down how one code comes about."""
    x, scales, zeros, kind = checked_quantize(x, y_scale, y_zero_point, **plain(attributes))
    scale, zero = np.float32(np.broadcast_to(scales, x.shape)[index]), int(np.broadcast_to(zeros, x.shape)[index])
    trace = Trace("QuantizeLinear", tuple(index))
    with np.errstate(over="ignore"):
        quotient = trace.step("divided", f"{x[index]} / {scale}", np.float32(x[index] / scale))
    whole = half_away_step(trace, quotient)
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    runtime.finish.clamp_step(trace, whole, zero, kind)
    return trace


def plain(attributes: Any) -> dict[str, Any]:
    """Return QuantizeLinear's attributes with their defaults."""
    return {"axis": 1, "block_size": 0, "output_dtype": 0, "precision": 0, **attributes}


INTEGER_PARTS = frozenset({"overflow", "relu"})
"""Where a fault can be made in functions that round integers."""

CONVOLUTIONS = Fixed("twice_away")

IN_FLOAT64 = Float64Away()
"""The second stage of fully connected layers."""

FULLY_CONNECTED = dense(IN_FLOAT64, CONVOLUTIONS)

SUB = binary("SUB", difference_of_codes, difference_step)

REFERENCE_FUNCTIONS = {
    **FIXED,
    **quotients.OF_LITE,
    **comparisons.IN_ALL,
    **norms.IN_ALL,
    **lookups.OF_LITE,
    **int16.OF_REFERENCE,
    "LOG_SOFTMAX": logarithms.IN_INTEGERS,
    "QLinearConcat": joins.OF_UINT8,
    "SUM": means.SUM_OF_REFERENCE,
    "TRANSPOSE_CONV": transposed.AS_CONVOLUTION,
    "SUB": SUB,
    "HARD_SWISH": HARD_SWISH,
    "TANH": TANH,
    "SPACE_TO_BATCH_ND": blocks.TO_ZERO_POINT,
    "RESIZE_BILINEAR": resize.REFERENCE,
    "QLinearReduceMean": means.REFERENCE,
    "QGemm": FULLY_CONNECTED,
    "QLinearAdd": Functions(qlinear_add, qlinear_add_element, INTEGER_PARTS),
    "QLinearAveragePool": Functions(qlinear_average_pool, qlinear_average_pool_element),  # no mean is beyond its codes
    "QLinearSoftmax": Functions(qlinear_softmax, qlinear_softmax_element, frozenset({"overflow"})),
    "QuantizeLinear": Functions(quantize_linear, quantize_linear_element, frozenset({"overflow"})),
}

ARITHMETIC = frozenset({
    *REFERENCE_FUNCTIONS, "QLinearConv", "QLinearMatMul",
}) - {"QUANTIZE"}  # fmt: skip
"""Operators of TensorFlow Lite that compute codes."""

TFLITE_REFERENCE = Runtime(
    "tflite_reference",
    "TensorFlow Lite, reference kernels",
    second_stage=CONVOLUTIONS,
    functions=REFERENCE_FUNCTIONS,
    int8_only=lookups.OF_INT8,
)
"""TensorFlow Lite's reference kernels."""
