r"""From codes to codes, element by element: QUANTIZE, RELU, RELU6, LEAKY_RELU, LOGISTIC, MUL, SUB in TensorFlow Lite's
kernel sets.

With :math:`\mathrm{fix}(v, M)` the product by the fixed-point factor of :math:`M`, rounded twice, the second time
halves away from zero, in the reference kernels, the built-in ones and Micro:

- QUANTIZE: :math:`\mathrm{fix}(x - z_x,\ s_x / s_y) + z_y`, the quotient in float64. The built-in kernels round
  halves up both times, but for the last elements that fill no block of 16.
- RELU: the same of :math:`\max(x, z_x)`, the quotient in float32.
- RELU6: RELU, then no code above that of 6. Micro holds the input's codes from 0 to 6, :math:`z_x` to
  :math:`z_x + \mathrm{round}(6 / s_x)`, and leaves them at the input's scale.
- LEAKY_RELU: :math:`\mathrm{fix}(x - z_x,\ s_x / s_y)` or, below the zero point,
  :math:`\mathrm{fix}(x - z_x,\ s_x \alpha / s_y)`, products and quotients in float32.
- MUL: :math:`\mathrm{fix}((A - z_A)(B - z_B),\ s_A s_B / s_C)`, the factor in float32. The built-in kernels clamp it to
  16 bits and add the zero point in 16 bits, but for the last elements that fill no block of 16.
- SUB: as ADD of the reference kernels, with the second product subtracted.

XNNPACK: QUANTIZE :math:`\lfloor ((x - z_x)\,m + 2^7) / 2^8 \rfloor`, :math:`m = \mathrm{round}(2^8 s_x / s_y)`;
LEAKY_RELU the same with :math:`m = \mathrm{round}(2^8 \alpha s_x / s_y)` below the zero point; MUL
:math:`\mathrm{round}(\mathrm{float32}(a) M)`, to even; SUB as its ADD.

LOGISTIC is a table of 256 codes, halves away from zero, in all but Micro (:mod:`resnet8doc.runtimes.tflite_micro`);
XNNPACK adds the zero point, 0 or -128, before it rounds, halves to even:
:math:`\mathrm{round}(256 / (1 + e^{-s_x (x - z_x)}) + z_y)`, in float32. What XNNPACK does not take is computed by the
built-in kernels: :math:`s_x / s_y` outside 1/256 to 128, :math:`s_A s_B / s_C` outside 2^-16 to 256.

Source: TensorFlow Lite, ``kernels/internal/reference/{requantize,leaky_relu}.h``,
``reference/integer_ops/{mul,lut}.h``, ``kernels/{activations,mul,sub,quantize}.cc``; XNNPACK, ``src/qs8-vcvt``,
``src/qs8-vlrelu``, ``src/qs8-vmul``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime, half_away, wrap
from ..errors import UserError
from ..ops.parts import check
from ..ops.parts import checked_add as checked
from ..trace import Trace
from ._by_type import by_type
from ._leftovers import is_left_over, loop_of, with_leftover
from ._pairs import Formula, of_pairs
from .fixed_point import Way, half_away_step, quantized, scaled, scaled_step

PARTS = frozenset({"overflow", "relu"})

Unary = Callable[[Array, Any, Any, float], Array]
"""From centred int64 codes, the two scales and an attribute to centred results."""

UnarySteps = Callable[[Trace, int, Any, Any, float], int]
"""The same of one code, written down."""


TURNS = "QUANTIZE"
"""The operator that gives codes of the type that its output's zero point has: int8 of uint8, uint8 of int8."""

FIXED_OUTPUT = {
    "QLinearSigmoid": (1 / 256, -128), "TANH": (1 / 128, 0), "L2_NORMALIZATION": (1 / 128, 0),
    "LOG_SOFTMAX": (1 / 16, 127),
}  # fmt: skip
"""Operators of one output scale, and one zero point of int8; of uint8 it is 128 more."""


@dataclass(frozen=True)
class Unless:
    """Scales that a kernel does not take, and who computes then.

    Attributes
    ----------
    taken
        From the scales, as float32, and an attribute to whether the kernel takes them; it takes one type of codes only.
    other
        The operator otherwise.
    """

    taken: Callable[..., bool]
    other: Functions


def checked_unary(
    op_type: str, x: Array, x_scale: Number, x_zero: Number | None, y_scale: Number, y_zero: Number | None = None
) -> tuple[Array, Any, Any, Any, Any]:
    """Return codes, both scales and both zero points of an operator of one input.

    Raises
    ------
    UserError
        If the operator has one output scale and zero point, and these are others.
    """
    codes = check.codes(x, "x")
    made = np.asarray(y_zero).dtype if op_type == TURNS and y_zero is not None else codes.dtype
    given = None if y_zero is None else check.codes(y_zero, "zero point")
    zeros = check.zero_point(x_zero, "zero point", codes.dtype, "x"), check.zero_point(given, "zero point", made, "y")
    scales = check.scale(x_scale, "x_scale")[()], check.scale(y_scale, "y_scale")[()]
    fixed_scale, fixed_zero = FIXED_OUTPUT.get(op_type, (float(scales[1]), None))
    expected = int(zeros[1]) if fixed_zero is None else fixed_zero + 128 * (codes.dtype == np.uint8)
    if (float(scales[1]), int(zeros[1])) != (fixed_scale, expected):
        raise UserError(
            f"the output of {op_type} has scale {scales[1]} and zero point {zeros[1]}", f"{fixed_scale} and {expected}",
            "TensorFlow Lite's kernels know no other.",
        )  # fmt: skip
    return codes, *scales, *zeros


def unary(op_type: str, formula: Unary, steps: UnarySteps, unless: Unless | None = None) -> Functions:
    """Return an operator of one input: inputs ``x, x_scale, x_zero_point, y_scale, y_zero_point``."""

    def given(*inputs: Any) -> Any:
        return checked_unary(op_type, *inputs)

    def function(*inputs: Any, runtime: Runtime, alpha: float = 0.0) -> Array:
        codes, x_scale, y_scale, x_zero, y_zero = given(*inputs)
        turned = codes.dtype != y_zero.dtype
        if unless is not None and (turned or not unless.taken(x_scale, y_scale, alpha)):
            return np.asarray(unless.other.function(*inputs, runtime=runtime, **_attribute(alpha)))
        whole = formula(codes.astype(np.int64) - int(x_zero), x_scale, y_scale, alpha) + int(y_zero)
        return runtime.finish.narrowed(whole, y_zero, y_zero.dtype)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, alpha: float = 0.0) -> Trace:
        codes, x_scale, y_scale, x_zero, y_zero = given(*inputs)
        turned = codes.dtype != y_zero.dtype
        if unless is not None and (turned or not unless.taken(x_scale, y_scale, alpha)):
            return unless.other.element(index, *inputs, runtime=runtime, **_attribute(alpha))
        trace, code, zero = Trace(op_type, tuple(index)), int(codes[index]), int(y_zero)
        centred = int(trace.step("centred", f"{code} - {int(x_zero)}", code - int(x_zero), "int32"))
        whole = steps(trace, centred, x_scale, y_scale, alpha)
        whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
        runtime.finish.clamp_step(trace, whole, zero, y_zero.dtype)
        return trace

    return Functions(function, element, PARTS)


def _attribute(alpha: float) -> dict[str, float]:
    return {"alpha": alpha} if alpha else {}


OF_ONE = 5
"""Inputs of an operator of one tensor; of two there are eight: both codes, each before its scale and zero point."""


def in_blocks(vector: Functions, scalar: Functions, block: int) -> Functions:
    """Return an operator whose last elements, fewer than a block, are computed in another way."""

    def run_of(inputs: tuple[Any, ...]) -> int:
        return loop_of(np.shape(inputs[0]), np.shape(inputs[3]))[0] if len(inputs) > OF_ONE else 0

    def function(*inputs: Any, runtime: Runtime, **attributes: Any) -> Array:
        ours = np.asarray(vector.function(*inputs, runtime=runtime, **attributes))
        theirs = np.asarray(scalar.function(*inputs, runtime=runtime, **attributes))
        return with_leftover(ours, theirs, block, run_of(inputs))

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: Any) -> Trace:
        codes = inputs[::3][:2] if len(inputs) > OF_ONE else inputs[:1]
        left_over = is_left_over(index, np.broadcast_shapes(*map(np.shape, codes)), block, run_of(inputs))
        return (scalar if left_over else vector).element(index, *inputs, runtime=runtime, **attributes)

    return Functions(function, element, PARTS)


def binary(
    op_type: str, formula: Formula, steps: Callable[[Trace, int, int, Any], int], *, held: bool = False,
    unless: Unless | None = None,
) -> Functions:  # fmt: skip
    """Return an operator of two inputs, which are :func:`resnet8doc.ops.qlinear_add`'s.

    ``held`` says that the result is clamped to 16 bits and the zero point added in 16 bits, wherever the formula does.
    """

    def function(*inputs: Any, runtime: Runtime) -> Array:
        q = checked(*inputs)
        if unless is not None and not unless.taken(*map(np.float32, q.scales)):
            return np.asarray(unless.other.function(*inputs, runtime=runtime))
        return of_pairs(formula, q, runtime.finish)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **named: Any) -> Trace:
        q = checked(*inputs, **named)
        if unless is not None and not unless.taken(*map(np.float32, q.scales)):
            return unless.other.element(index, *inputs, runtime=runtime, **named)
        codes = zip((q.a, q.b), q.zeros, strict=False)
        a, b = (int(np.broadcast_to(each, q.shape)[index]) - zero for each, zero in codes)
        trace, zero = Trace(op_type, tuple(index)), q.zeros[2]
        whole = steps(trace, a, b, q.scales)
        if held and abs(whole) > LARGEST_SHORT:
            whole = int(trace.step("held in 16 bits", f"clamp({whole})", int(_short(np.asarray(whole))), "int16"))
        whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
        if held and whole != (low := int(wrap(np.asarray(whole), 16))):
            whole = int(trace.step("in 16 bits", f"{whole} in 16 bits", low, "int16"))
        runtime.finish.clamp_step(trace, whole, zero, q.a.dtype)
        return trace

    return Functions(function, element, PARTS)


def fixed(value: Array, factor: Any, way: Way = "twice_away") -> Array:
    """Return the product of integers by a real factor in TensorFlow Lite's fixed point.

    Examples
    --------
    >>> fixed(np.array([-6, -2, 1]), 0.25)
    array([-2, -1,  1])
    """
    return scaled(value, *quantized(np.asarray(factor, np.float64)), way)


def fixed_step(trace: Trace, value: int, factor: Any, way: Way = "twice_away") -> int:
    """Write down one such product."""
    m, e = (int(v) for v in quantized(np.asarray(factor, np.float64)))
    trace.step("multiplier as an integer", f"{factor} is {m} * 2**({e} - 31)", m, "int32")
    return scaled_step(trace, "scaled", value, m, e, way)


def _wide(x_scale: Any, y_scale: Any) -> Any:
    return np.float64(x_scale) / np.float64(y_scale)


def _leaky_factors(x_scale: Any, y_scale: Any, alpha: float) -> tuple[Any, Any]:
    return x_scale / y_scale, np.float32(x_scale * np.float32(alpha)) / y_scale


def _leaky(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    plain, shrunk = _leaky_factors(x_scale, y_scale, alpha)
    return np.where(x >= 0, fixed(x, plain), fixed(x, shrunk))


def _leaky_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    plain, shrunk = _leaky_factors(x_scale, y_scale, alpha)
    return fixed_step(trace, x, plain if x >= 0 else shrunk)


def _eighths(ratio: Any) -> int:
    """Return a ratio with 8 fractional bits, as XNNPACK holds it."""
    return int(np.rint(np.float32(256) * np.float32(ratio)))


def _times_eighths(x: Array, m: Any) -> Array:
    return np.asarray((x * m + 128) >> 8)


def _eighths_step(trace: Trace, x: int, ratio: Any) -> int:
    m = int(trace.step("multiplier", f"round(256 * {ratio})", _eighths(ratio), "int32"))
    return int(trace.step("scaled", f"({x} * {m} + 128) >> 8", (x * m + 128) // 256, "int32"))


def _xnnpack_leaky(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    ratio = x_scale / y_scale
    return _times_eighths(x, np.where(x >= 0, _eighths(ratio), _eighths(ratio * np.float32(alpha))))


def _xnnpack_leaky_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    ratio = x_scale / y_scale
    return _eighths_step(trace, x, ratio if x >= 0 else ratio * np.float32(alpha))


def _logistic(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    real = x_scale * x.astype(np.float32)
    with np.errstate(over="ignore"):  # an exponential beyond float32 is an infinity, whose probability is 0
        exponential = np.exp(-real.astype(np.float64)).astype(np.float32)
    return np.asarray(np.float32(1) / (np.float32(1) + exponential) * np.float32(256))


def _logistic_away(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    return np.asarray(half_away(_logistic(x, x_scale, y_scale, alpha)), np.int64)


def _logistic_even(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    return np.asarray(np.rint(_logistic(x, x_scale, y_scale, alpha) - np.float32(128)), np.int64) + 128


def _logistic_of_uint8(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    return np.asarray(np.rint(_logistic(x, x_scale, y_scale, alpha)), np.int64)


def _logistic_of_uint8_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    real = _logistic_step(trace, x, x_scale, y_scale, alpha)
    return int(trace.step("rounded", f"round({real}), half_even", round(float(real)), "int32"))


def _logistic_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> Any:
    single = np.float32
    real = trace.step("dequantized", f"{x_scale} * {x}", single(x_scale * single(x)))
    with np.errstate(over="ignore"):
        exponential = trace.step("exponential", f"exp(-{real})", single(np.exp(-np.float64(real))))
    share = trace.step("probability", f"1 / (1 + {exponential})", single(1) / single(single(1) + exponential))
    return trace.step("times 256", f"{share} * 256", single(share * single(256)))


def _logistic_away_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    return half_away_step(trace, _logistic_step(trace, x, x_scale, y_scale, alpha))


def _logistic_even_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    real = _logistic_step(trace, x, x_scale, y_scale, alpha)
    lower = trace.step("zero point added", f"{real} - 128", np.float32(real - np.float32(128)))
    rounded = int(trace.step("rounded", f"round({lower}), half_even", round(float(lower)), "int32"))
    return int(trace.step("zero point taken off", f"{rounded} + 128", rounded + 128, "int32"))


def _product(a: Array, b: Array, scales: Any, zeros: Any) -> Array:
    return np.asarray(fixed((a - zeros[0]) * (b - zeros[1]), _product_factor(scales)) + zeros[2])


LARGEST_SHORT = 2**15 - 1


def _short(value: Array) -> Array:
    return np.clip(value, -LARGEST_SHORT - 1, LARGEST_SHORT)


def _held_product(a: Array, b: Array, scales: Any, zeros: Any) -> Array:
    product = fixed((a - zeros[0]) * (b - zeros[1]), _product_factor(scales))
    return np.asarray(wrap(_short(product) + zeros[2], 16))


def _product_factor(scales: Any) -> Any:
    a, b, c = (np.float32(scale) for scale in scales)
    return np.float32(a * b) / c


def _product_step(trace: Trace, a: int, b: int, scales: Any) -> int:
    return fixed_step(trace, int(trace.step("product", f"{a} * {b}", a * b, "int32")), _product_factor(scales))


def _xnnpack_product(a: Array, b: Array, scales: Any, zeros: Any) -> Array:
    product = ((a - zeros[0]) * (b - zeros[1])).astype(np.float32)
    return np.asarray(np.rint(product * _product_factor(scales)).astype(np.int64) + zeros[2])


def _xnnpack_product_step(trace: Trace, a: int, b: int, scales: Any) -> int:
    product, factor = int(trace.step("product", f"{a} * {b}", a * b, "int32")), _product_factor(scales)
    real = trace.step("scaled", f"float32({product}) * {factor}", np.float32(np.float32(product) * factor))
    return int(trace.step("rounded", f"round({real}), half_even", round(float(real)), "int32"))


def _six(scale: Any) -> int:
    return int(half_away(np.float32(6) / scale))


def _relu6(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    return np.minimum(fixed(np.maximum(x, 0), x_scale / y_scale), _six(y_scale))


def _relu6_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    positive = int(trace.step("at least 0", f"max({x}, 0)", max(x, 0), "int32"))
    whole, six = fixed_step(trace, positive, x_scale / y_scale), _six(y_scale)
    return int(trace.step("at most 6", f"min({whole}, {six})", min(whole, six), "int32"))


def _held_codes() -> Functions:
    """Return Micro's RELU6: the codes that it is given, held, whatever the output's scale is."""

    def function(*inputs: Any, runtime: Runtime) -> Array:
        codes, x_scale, _, x_zero, _ = checked_unary("RELU6", *inputs)
        whole = np.clip(codes.astype(np.int64) - int(x_zero), 0, _six(x_scale)) + int(x_zero)
        return runtime.finish.narrowed(whole, x_zero, codes.dtype)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime) -> Trace:
        codes, x_scale, _, x_zero, _ = checked_unary("RELU6", *inputs)
        trace, code, zero = Trace("RELU6", tuple(index)), int(codes[index]), int(x_zero)
        top = zero + _six(x_scale)
        held = int(trace.step("from 0 to 6", f"min(max({code}, {zero}), {top})", min(max(code, zero), top), "int32"))
        runtime.finish.clamp_step(trace, held, zero, codes.dtype)
        return trace

    return Functions(function, element, PARTS)


RELU6_OF_MICRO = _held_codes()

FIXED = {
    "QUANTIZE": unary(
        "QUANTIZE", lambda x, sx, sy, _: fixed(x, _wide(sx, sy)),
        lambda t, x, sx, sy, _: fixed_step(t, x, _wide(sx, sy)),
    ),
    "RELU": unary(
        "RELU", lambda x, sx, sy, _: fixed(np.maximum(x, 0), sx / sy),
        lambda t, x, sx, sy, _: fixed_step(t, int(t.step("at least 0", f"max({x}, 0)", max(x, 0), "int32")), sx / sy),
    ),
    "RELU6": unary("RELU6", _relu6, _relu6_step),
    "QLinearLeakyRelu": unary("QLinearLeakyRelu", _leaky, _leaky_step),
    "QLinearSigmoid": unary("QLinearSigmoid", _logistic_away, _logistic_away_step),
    "QLinearMul": binary("QLinearMul", _product, _product_step),
}  # fmt: skip
"""Of the reference kernels and, but for RELU6, Micro."""

QUANTIZE_BLOCK = 16
"""Elements of a whole vector of the built-in kernels' QUANTIZE of codes and MUL."""

OF_BUILTIN = FIXED | {
    "QUANTIZE": in_blocks(
        unary(
            "QUANTIZE", lambda x, sx, sy, _: fixed(x, _wide(sx, sy), "twice_up"),
            lambda t, x, sx, sy, _: fixed_step(t, x, _wide(sx, sy), "twice_up"),
        ),
        FIXED["QUANTIZE"],
        QUANTIZE_BLOCK,
    ),
    "QLinearMul": in_blocks(
        binary("QLinearMul", _held_product, _product_step, held=True), FIXED["QLinearMul"], QUANTIZE_BLOCK
    ),
}  # fmt: skip
"""Of the built-in kernels on x86-64: in blocks of 16 QUANTIZE of codes goes halves up, MUL holds results in 16 bits."""


def _takes_quantize(x_scale: Any, y_scale: Any, alpha: float = 0.0) -> bool:
    return bool(1 / 256 <= x_scale / y_scale <= 128)


def _takes_leaky(x_scale: Any, y_scale: Any, alpha: float) -> bool:
    below = x_scale / y_scale * np.float32(alpha)
    return _takes_quantize(x_scale, y_scale) and bool(-127.99609375 <= below <= 128 and abs(below) >= 1 / 256)


def _takes_product(a_scale: Any, b_scale: Any, c_scale: Any) -> bool:
    return bool(1 / 65536 <= a_scale * b_scale / c_scale < 256)


OF_XNNPACK = {
    "QUANTIZE": unary(
        "QUANTIZE", lambda x, sx, sy, _: _times_eighths(x, _eighths(sx / sy)),
        lambda t, x, sx, sy, _: _eighths_step(t, x, sx / sy), Unless(_takes_quantize, OF_BUILTIN["QUANTIZE"]),
    ),
    "RELU": FIXED["RELU"],
    "RELU6": FIXED["RELU6"],
    "QLinearLeakyRelu": unary(
        "QLinearLeakyRelu", _xnnpack_leaky, _xnnpack_leaky_step, Unless(_takes_leaky, OF_BUILTIN["QLinearLeakyRelu"])
    ),
    "QLinearSigmoid": by_type(
        unary("QLinearSigmoid", _logistic_even, _logistic_even_step),
        unary("QLinearSigmoid", _logistic_of_uint8, _logistic_of_uint8_step),
    ),
    "QLinearMul": binary(
        "QLinearMul", _xnnpack_product, _xnnpack_product_step,
        unless=Unless(_takes_product, OF_BUILTIN["QLinearMul"]),
    ),
}  # fmt: skip
"""Of XNNPACK; RELU and RELU6 it leaves to the built-in kernels, and ratios of scales that it does not take."""
