r"""TensorFlow Lite's built-in kernels on x86-64 with AVX (``BUILTIN_WITHOUT_DEFAULT_DELEGATES``): ruy and optimized
loops.

**Convolutions and fully connected layers** requantize in fixed point, rounded twice, **both times halves up**. The
factor of a fully connected layer is the product of the scales, rounded to float32, over the output's, in float64.
**Depthwise convolutions** of int8 round so in blocks of 8 channels; the channels left over, and all of uint8, round
the second time halves away from zero.

**QLinearAdd** (ADD) shifts before it multiplies: with :math:`m, e` of the factors as in the reference kernels,
:math:`\mathrm{high}((A - z_A) 2^{20 + e_A}, m_A) + \mathrm{high}((B - z_B) 2^{20 + e_B}, m_B)`, then the output's
factor as there; of the sum with the zero point the low 16 bits count. Beside a single number it shifts after the
multiplication and rounds down, :math:`\lfloor \mathrm{high}((A - z_A) 2^{20}, m_A) 2^{e_A} \rfloor`. The last elements
that fill no block of 16 (of 8, beside a single number) are the reference kernels'.

**QLinearSoftmax** (SOFTMAX): a table of 256 float32 exponentials, summed one after another; the code is
:math:`e \cdot (1 / (\Sigma s_y))`, halves away from zero.

**QuantizeLinear** (QUANTIZE): :math:`x \cdot (1 / s)` in float32, halves to even; the last elements that fill no
block of 8 in float64, halves away from zero. **DequantizeLinear**: :math:`q s + (-z s)`, product and sum rounded to
float32.

Pools are the reference kernels'.

Source: TensorFlow Lite, ``kernels/internal/optimized/{optimized_ops,integer_ops/add,integer_ops/depthwise_conv}.h``;
ruy, ``ruy/kernel_avx*.cc``.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime, half_away, not_a_number, wrap
from ..ops import dequantize_linear as exact_dequantize
from ..ops import dequantize_linear_element as exact_element
from ..ops import qlinear_conv as convolve
from ..ops import qlinear_conv_element as convolve_element
from ..ops.parts import CONV_PARTS, check, checked_quantize, from_rows, softmax_rows
from ..ops.parts import checked_add as checked
from ..trace import Trace
from . import blocks, comparisons, int16, joins, logarithms, lookups, means, norms, quotients, resize, transposed
from . import tflite_reference as reference
from ._dense import dense, matrices
from ._leftovers import is_left_over, loop_of, with_leftover
from ._pairs import of_pairs
from ._requantized import OF_BUILTIN
from .curves import HARD_SWISH, TANH
from .fixed_point import Fixed, Way, half_away_step, high, scaled, scaled_step

ADD_BLOCK, BESIDE_ONE_BLOCK, QUANTIZE_BLOCK, DEPTHWISE_BLOCK = 16, 8, 8, 8
"""Elements, elements beside one number, elements, channels of a whole vector."""


def sum_of_codes(a: Array, b: Array, scales: tuple[float, ...], zeros: tuple[int, ...]) -> Array:
    """Return the sum before the clamp: shifts before the multiplication, the low 16 bits at the end.

    They are all there is unless the output's scale is a hundredth of the inputs'.

    Examples
    --------
    >>> sum_of_codes(np.array([10, 1]), np.array([4, 0]), (0.5, 0.25, 1.0), (0, 0, -1))
    array([5, 0])
    >>> sum_of_codes(np.array([100]), np.array([100]), (1.0, 1.0, 0.005), (0, 0, 0))  # 40,000 in 16 bits
    array([-25536])
    """
    (left, left_e), (right, right_e), out = reference.add_factors(scales)
    total = high(_shifted(a - zeros[0], left_e), left) + high(_shifted(b - zeros[1], right_e), right)
    return wrap(scaled(total, *out, "twice_away") + zeros[2], 16)


def sum_beside_one(a: Array, b: Array, scales: tuple[float, ...], zeros: tuple[int, ...]) -> Array:
    """Return what `sum_of_codes` does where one operand is one number: shifts after the multiplication, rounded down.

    Examples
    --------
    >>> sum_beside_one(np.array([10, 1]), np.array([4]), (0.5, 0.25, 1.0), (0, 0, -1))
    array([5, 1])
    """
    (left, left_e), (right, right_e), out = reference.add_factors(scales)
    ours = high((a - zeros[0]) << reference.LEFT, left) >> -left_e
    theirs = high((b - zeros[1]) << reference.LEFT, right) >> -right_e
    return wrap(scaled(ours + theirs, *out, "twice_away") + zeros[2], 16)


def _shifted(value: Any, exponent: int) -> Any:
    shift = reference.LEFT + exponent
    return value << shift if shift >= 0 else value >> -shift


def qlinear_add(*inputs: Any, runtime: Runtime) -> Array:
    """Add codes; inputs as :func:`resnet8doc.ops.qlinear_add`.

    Examples
    --------
    >>> A, B, zero = np.full(17, 1, np.int8), np.full(17, -2, np.int8), np.int8(0)
    >>> a_scale, b_scale, c_scale = np.float32(0.7), np.float32(0.25), np.float32(0.4)
    >>> qlinear_add(A, a_scale, zero, B, b_scale, zero, c_scale, zero, runtime=TFLITE_BUILTIN)[[0, 16]]
    array([1, 0], dtype=int8)
    """
    q = checked(*inputs)
    run, one = loop_of(q.a.shape, q.b.shape)
    block = BESIDE_ONE_BLOCK if one else ADD_BLOCK
    vector = of_pairs(sum_beside_one if one else sum_of_codes, q, runtime.finish)
    if run % block == 0:
        return vector
    return with_leftover(vector, of_pairs(reference.sum_of_codes, q, runtime.finish), block, run)


def qlinear_add_element(
    index: tuple[int, ...], A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number,
    B_zero_point: Number | None, C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime,
) -> Trace:  # fmt: skip
    """Write down how one sum comes about, in Python's integers."""
    given = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    q = checked(*given)
    run, one = loop_of(q.a.shape, q.b.shape)
    if is_left_over(index, q.shape, BESIDE_ONE_BLOCK if one else ADD_BLOCK, run):
        return reference.qlinear_add_element(index, *given, runtime=runtime)
    a, b = (int(np.broadcast_to(codes, q.shape)[index]) for codes in (q.a, q.b))
    trace, parts = Trace("QLinearAdd", tuple(index)), []
    factors = reference.add_factors(q.scales)
    for name, code, zero, (m, e) in zip("AB", (a, b), q.zeros, factors, strict=False):
        before, after = (0, e) if one else (e, 0)
        shifted = int(_shifted(code - zero, before))
        trace.step(f"{name} shifted", f"({code} - {zero}) << ({reference.LEFT} + {before})", shifted, "int32")
        part = (shifted * m + (1 << 30)) >> 31
        part = int(trace.step(f"{name} scaled", f"({shifted} * {m} + 2**30) >> 31", part, "int32"))
        if after:
            part = int(trace.step(f"{name} shifted back", f"{part} >> {-after}", part >> -after, "int32"))
        parts.append(part)
    total = int(trace.step("added", f"{parts[0]} + {parts[1]}", sum(parts), "int32"))
    whole = scaled_step(trace, "scaled", total, *factors[2], "twice_away")
    zero = q.zeros[2]
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    if whole != (low := int(wrap(np.asarray(whole), 16))):
        whole = int(trace.step("in 16 bits", f"{whole} in 16 bits", low, "int16"))
    runtime.finish.clamp_step(trace, whole, zero, q.a.dtype)
    return trace


def depthwise(convolutions: Fixed) -> Functions:
    """Return QLinearConv whose depthwise case rounds twice: halves up in blocks of 8 channels, away from 0 after them.

    Other groups run in the reference kernels, halves away from 0 for all channels; so do weights of uint8 in any group.
    Where a fault has replaced the runtime's second stage, the fault's holds for all.
    """
    vector, scalar = Fixed("twice_up"), Fixed("twice_away")

    def plain(runtime: Runtime, stage: Fixed | None = None) -> Runtime:
        functions = {name: own for name, own in runtime.functions.items() if name != "QLinearConv"}
        changed = stage is not None and runtime.second_stage == convolutions
        name = f"{runtime.name}, plain" + (f", {stage}" if changed else "")
        chosen = stage if stage is not None and changed else runtime.second_stage
        return replace(runtime, name=name, second_stage=chosen, functions=functions)

    def whole_blocks(w: Array, group: int, depthwise: int) -> int | None:
        """Return how many channels fill blocks, 0 where groups have several; None of a convolution of one group."""
        if group == 1 and not depthwise:
            return None
        if w.dtype == np.uint8:
            return 0
        return w.shape[0] // DEPTHWISE_BLOCK * DEPTHWISE_BLOCK if w.shape[1] == 1 else 0

    def function(*inputs: Any, runtime: Runtime, group: int = 1, depthwise: int = 0, **attributes: Any) -> Array:
        x, w = np.asarray(inputs[0]), np.asarray(inputs[3])
        whole = whole_blocks(w, group, depthwise)
        if whole is None:
            return convolve(*inputs, group=group, **attributes, runtime=plain(runtime))
        if not whole:
            return convolve(*inputs, group=group, **attributes, runtime=plain(runtime, scalar))
        parts, of_one = [], w.shape[0] // group
        for channels, stage in ((slice(0, whole), vector), (slice(whole, None), scalar)):
            given = [_part(value, position, channels) for position, value in enumerate(inputs)]
            used = np.arange(w.shape[0])[channels] // of_one
            if not len(used):
                continue
            given[0], per_channel = x[:, used], len(used)
            parts.append(convolve(*given, group=per_channel, **attributes, runtime=plain(runtime, stage)))
        y = np.concatenate([np.moveaxis(part, 1, -1) for part in parts], axis=-1)
        return np.moveaxis(y, -1, 1)

    def element(
        index: tuple[int, ...], *inputs: Any, runtime: Runtime, group: int = 1, depthwise: int = 0, **attributes: Any
    ) -> Trace:
        w = attributes["w"] if "w" in attributes else inputs[3]
        whole = whole_blocks(np.asarray(w), group, depthwise)
        stage = None if whole is None else vector if index[1] < whole else scalar
        return convolve_element(index, *inputs, group=group, **attributes, runtime=plain(runtime, stage))

    return Functions(function, element, CONV_PARTS)


def _part(value: Any, position: int, channels: slice) -> Any:
    """Return the part of QLinearConv's input that some output channels use: weights, their scales, the bias."""
    per_channel = position in (3, 4, 5, 8) and value is not None and np.ndim(value)
    return value[channels] if per_channel else value


@lru_cache(maxsize=64)
def exponentials(scale: float) -> Array:
    """Return the float32 exponentials of ``-scale * i``, i from 0 to 255; read-only.

    Examples
    --------
    >>> exponentials(0.1)[:3]
    array([1.       , 0.9048374, 0.8187308], dtype=float32)
    """
    arguments = np.float32(-np.float32(scale)) * np.arange(256, dtype=np.float32)
    table = np.exp(arguments.astype(np.float64)).astype(np.float32)
    table.flags.writeable = False
    return table


def qlinear_softmax(
    X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number, *,
    runtime: Runtime, opset: int, axis: int = -1,
) -> Array:  # fmt: skip
    """Turn codes into probabilities; inputs as :func:`resnet8doc.ops.qlinear_softmax`.

    Examples
    --------
    >>> X, scale, zero = np.array([[10, 20, 30]], np.int8), np.float32(0.1), np.int8(0)
    >>> qlinear_softmax(X, scale, zero, np.float32(1 / 256), np.int8(-128), opset=21, runtime=TFLITE_BUILTIN)
    array([[-105,  -65,   42]], dtype=int8)
    """
    x, scale = reference.checked_softmax(X, X_scale, x_zero_point, y_scale, y_zero_point)
    rows = softmax_rows(x, axis, opset).astype(np.int16)
    terms = exponentials(float(scale))[rows.max(axis=-1, keepdims=True) - rows]
    total = np.zeros(terms.shape[:-1], np.float32)
    for k in range(terms.shape[-1]):
        total = total + terms[..., k]
    share = terms * (np.float32(1) / (total * np.float32(y_scale)))[..., None]
    zero = np.asarray(y_zero_point)
    return from_rows(runtime.finish.narrowed(half_away(share) + int(zero), zero, x.dtype), x.shape, axis, opset)


def qlinear_softmax_element(
    index: tuple[int, ...], X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number,
    y_zero_point: Number, *, runtime: Runtime, opset: int, axis: int = -1,
) -> Trace:  # fmt: skip
    """Write down how one probability comes about."""
    x, scale = reference.checked_softmax(X, X_scale, x_zero_point, y_scale, y_zero_point)
    own, row = reference.row_of(x, index, axis, opset)
    table, trace, single = exponentials(float(scale)), Trace("QLinearSoftmax", tuple(index)), np.float32
    largest = max(row)
    mine = trace.step("exponential", f"exp(-{float(scale)} * ({largest} - {own}))", table[largest - own])
    total = single(0)
    for code in row:
        total = single(total + table[largest - code])
    trace.step("sum", f"of {len(row)} exponentials, one after another", total)
    factor = trace.step("reciprocal", f"1 / ({total} / 256)", single(1) / single(total * single(y_scale)))
    share = trace.step("product", f"{mine} * {factor}", single(mine * factor))
    whole = half_away_step(trace, share)
    zero = int(y_zero_point)
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    runtime.finish.clamp_step(trace, whole, zero, x.dtype)
    return trace


def quantize_linear(
    x: Array, y_scale: Number, y_zero_point: Number | None = None, *, runtime: Runtime, **attributes: Any
) -> Array:
    """Quantize real numbers; inputs as :func:`resnet8doc.ops.quantize_linear`.

    Examples
    --------
    >>> x = np.full(9, 0.5, np.float32)
    >>> quantize_linear(x, np.float32(1), np.int8(0), runtime=TFLITE_BUILTIN)
    array([0, 0, 0, 0, 0, 0, 0, 0, 1], dtype=int8)
    """
    x, scale, zero, kind = checked_quantize(x, y_scale, y_zero_point, **reference.plain(attributes))
    vector = times_reciprocal(x, scale)
    if x.size % QUANTIZE_BLOCK:
        vector = with_leftover(vector, half_away(x.astype(np.float64) / scale.astype(np.float64)), QUANTIZE_BLOCK)
    return runtime.finish.narrowed(runtime.finish.added(np.clip(vector, -(2.0**62), 2.0**62), zero), zero, kind)


def times_reciprocal(x: Array, scale: Array) -> Array:
    """Return ``rint(x * (1 / scale))``, product and reciprocal rounded to float32, as float64.

    Examples
    --------
    >>> times_reciprocal(np.array([0.5, 1.5, 3], np.float32), np.float32(1))
    array([0., 2., 3.])
    """
    with np.errstate(over="ignore"):  # beyond float32 is an infinity, which the clamp takes
        return np.asarray(np.rint(x * (np.float32(1) / scale)), np.float64)


def quantize_linear_element(
    index: tuple[int, ...], x: Array, y_scale: Number, y_zero_point: Number | None = None, *, runtime: Runtime,
    **attributes: Any,
) -> Trace:  # fmt: skip
    """Write down how one code comes about."""
    x, scales, zeros, kind = checked_quantize(x, y_scale, y_zero_point, **reference.plain(attributes))
    scale, zero = np.float32(np.broadcast_to(scales, x.shape)[index]), int(np.broadcast_to(zeros, x.shape)[index])
    trace = Trace("QuantizeLinear", tuple(index))
    if is_left_over(index, x.shape, QUANTIZE_BLOCK):
        real = np.float64(x[index]) / np.float64(scale)
        whole = half_away_step(trace, trace.step("divided", f"float64({x[index]}) / {scale}", real))
    else:
        whole = reciprocal_steps(trace, x[index], scale)
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    runtime.finish.clamp_step(trace, whole, zero, kind)
    return trace


def reciprocal_steps(trace: Trace, x: Any, scale: Any) -> int:
    """Write down the product with a reciprocal, and its rounding to even."""
    reciprocal = trace.step("reciprocal", f"1 / {scale}", np.float32(1) / scale)
    with np.errstate(over="ignore"):
        product = trace.step("product", f"{x} * {reciprocal}", np.float32(x * reciprocal))
    if np.isnan(product):
        raise not_a_number()
    size = round(min(max(float(product), -(2.0**62)), 2.0**62))
    return int(trace.step("rounded", f"round({product}), half_even", size, "int32"))


def dequantize_linear(
    x: Array, x_scale: Number, x_zero_point: Number | None = None, *, runtime: Runtime, **attributes: Any
) -> Array:
    """Return real numbers; inputs as :func:`resnet8doc.ops.dequantize_linear`.

    Examples
    --------
    >>> codes = np.full(9, 100, np.int8)
    >>> found = dequantize_linear(codes, np.float32(0.1), np.int8(99), runtime=TFLITE_BUILTIN)
    >>> found[0], found[8]
    (np.float32(0.09999943), np.float32(0.1))
    """
    exact = exact_dequantize(x, x_scale, x_zero_point, **attributes)
    if not of_activations(x, x_scale):
        return exact
    scale, offset = offset_of(x, x_scale, x_zero_point)
    return with_leftover(np.asarray(x).astype(np.float32) * scale + offset, exact, QUANTIZE_BLOCK)


def of_activations(x: Array, x_scale: Number) -> bool:
    """Tell whether these are codes of an activation: of one scale. Weights and biases are no DEQUANTIZE's."""
    return np.asarray(x).dtype in (np.int8, np.uint8) and np.ndim(x_scale) == 0


def offset_of(x: Array, x_scale: Number, x_zero_point: Number | None) -> tuple[Any, Any]:
    """Return the scale and what is added after the product: the zero point's share, rounded to float32."""
    codes = check.codes(x, "x")
    scale = check.scale(x_scale, "x_scale")[()]
    zero = check.zero_point(x_zero_point, "x_zero_point", codes.dtype, "x")
    return scale, np.float32(-int(zero) * float(scale))


def dequantize_linear_element(
    index: tuple[int, ...], x: Array, x_scale: Number, x_zero_point: Number | None = None, *, runtime: Runtime,
    **attributes: Any,
) -> Trace:  # fmt: skip
    """Write down how one real number comes about."""
    if not of_activations(x, x_scale):
        return exact_element(index, x, x_scale, x_zero_point, **attributes)
    scale, offset = offset_of(x, x_scale, x_zero_point)
    code, trace = int(np.asarray(x)[index]), Trace("DequantizeLinear", tuple(index))
    if is_left_over(index, np.shape(x), QUANTIZE_BLOCK):
        zero = 0 if x_zero_point is None else int(x_zero_point)
        trace.step("scaled", f"({code} - {zero}) * {scale}", np.float32(np.float32(code - zero) * scale))
        return trace
    product = trace.step("scaled", f"float32({code}) * {scale}", np.float32(np.float32(code) * scale))
    trace.step("zero point's share added", f"{product} + {offset}", np.float32(product + offset))
    return trace


NOTHING: frozenset[str] = frozenset()


def functions(way: Way) -> dict[str, Functions]:
    """Return the built-in kernels' own functions, around convolutions that round in one way."""
    convolutions = Fixed(way)
    return {
        **OF_BUILTIN,
        **quotients.OF_LITE,
        **comparisons.IN_ALL,
        **norms.IN_ALL,
        **lookups.OF_BUILTIN,
        "LOG_SOFTMAX": logarithms.IN_FLOATS,
        "QLinearConcat": joins.OF_UINT8,
        "SUB": reference.SUB,
        "HARD_SWISH": HARD_SWISH,
        "TANH": TANH,
        "SPACE_TO_BATCH_ND": blocks.TO_ZERO_POINT,
        "RESIZE_BILINEAR": resize.BUILTIN,
        "QLinearReduceMean": means.BUILTIN,
        "QLinearConv": depthwise(convolutions),
        "QLinearMatMul": matrices(Fixed("twice_away"), convolutions),
        "QGemm": dense(Fixed(way, single_product=True), convolutions),
        "QLinearAdd": Functions(qlinear_add, qlinear_add_element, reference.INTEGER_PARTS),
        "QLinearAveragePool": reference.REFERENCE_FUNCTIONS["QLinearAveragePool"],
        "QLinearSoftmax": Functions(qlinear_softmax, qlinear_softmax_element, frozenset({"overflow"})),
        "QuantizeLinear": Functions(quantize_linear, quantize_linear_element, frozenset({"overflow"})),
        "DequantizeLinear": Functions(dequantize_linear, dequantize_linear_element, NOTHING),
    }


TFLITE_BUILTIN = Runtime(
    "tflite_builtin", "TensorFlow Lite, built-in kernels, x86-64", second_stage=Fixed("twice_up"),
    functions=functions("twice_up") | int16.OF_BUILTIN
    | {"SUM": means.SUM_OF_BUILTIN, "TRANSPOSE_CONV": transposed.IN_BLOCKS},
    int8_only=lookups.OF_INT8,
)  # fmt: skip
"""TensorFlow Lite's built-in kernels on x86-64 with AVX."""
