r"""int16 codes, int8 weights ("16x8") in TensorFlow Lite's kernel sets. All zero points of int16 codes are 0.

Sums are in :mod:`resnet8doc.runtimes._int16_sums`. Element by element, with :math:`\mathrm{fix}(v, M)` the product by
the fixed-point factor of :math:`M`, rounded twice, the second time halves away from zero, in every kernel set:

- ADD, SUB: as the reference kernels' of int8 codes, shifted by 15 bits where those are by 20. The built-in kernels add
  tensors of one shape in blocks of 16 codes, in which they shift before they multiply.
- MUL: :math:`\mathrm{fix}(AB, s_A s_B / s_C)`; LEAKY_RELU: :math:`\mathrm{fix}(x, s_x / s_y)`, below 0
  :math:`\mathrm{fix}(x, s_x \alpha / s_y)`. Products and quotients of scales in float32, but in float64 in Micro.
- QUANTIZE from or to int16 codes: :math:`\mathrm{fix}(x - z_x, s_x / s_y) + z_y`, the quotient in float64.
- LOGISTIC, TANH: a table of 256 values of the logistic function in steps of 1/24, and a line between neighbours. The
  built-in kernels leave it where the scale is :math:`2^{-12}`, of TANH also :math:`2^{-11}`; that is refused.
- SOFTMAX: tables of 513 values of :math:`e^x` from -10 to 0 and of :math:`1 / (1 + x)`, and lines between neighbours.
  Micro's second table is made in float32, which changes two of its values.

Source: TensorFlow Lite, ``kernels/internal/reference/{add,leaky_relu,softmax,requantize}.h``,
``reference/integer_ops/{mul,logistic,tanh}.h``, ``kernels/internal/common.h``, ``LUTPopulateInt16`` and
``sigmoid_table_uint16``, ``kernels/{activations,add,sub,mul}.cc``.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import check
from ..trace import Trace
from ._int16_curves import line, line_step, power_of_two, softmax, tables
from ._int16_pools import AVERAGE_POOL, MAX_POOL
from ._int16_sums import MEAN, PARTS, SHORT, centred, convolution, fully_connected, short
from ._int16_transposed import TRANSPOSED
from ._leftovers import is_left_over, with_leftover
from ._requantized import fixed, fixed_step
from .fixed_point import high, quantized

LEFT = 15
"""Bits by which the operands of a sum are shifted."""

BLOCK = 16
"""Codes that the built-in kernels add at once."""

Factor = Callable[..., float]
"""From scales to a real factor, in a kernel set's precision."""


def single(*scales: Any, over: Any) -> float:
    """Return a product of scales over another, each step in float32."""
    product = np.float32(1)
    for scale in scales:
        product = np.float32(product * np.float32(scale))
    return float(np.float32(product / np.float32(over)))


def double(*scales: Any, over: Any) -> float:
    """Return a product of scales over another in float64."""
    product = np.float64(1)
    for scale in scales:
        product = product * np.float64(np.float32(scale))
    return float(product / np.float64(np.float32(over)))


def _addends(A: Any, B: Any, zeros: Any) -> tuple[Array, Array]:
    a, b = short(A, "A"), short(B, "B")
    for zero, name in zip(zeros, "ABC", strict=True):
        centred(zero, f"{name}_zero_point")
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError as error:
        raise UserError(
            f"A has shape {list(a.shape)} and B {list(b.shape)}", "shapes that broadcast", "Reshape one."
        ) from error
    return a, b


def _scales(*named: tuple[Any, str]) -> list[Any]:
    return [check.scale(scale, name)[()] for scale, name in named]


def _sum_factors(scales: list[Any]) -> tuple[float, float, float]:
    a, b, c = (np.float64(scale) for scale in scales)
    twice = 2 * max(a, b)
    if twice >= (1 << LEFT) * c:
        raise UserError(
            f"the scale of the output is {c:g}, of the larger input {twice / 2:g}",
            f"an output's scale above 2^-{LEFT - 1} of that; with a smaller one TensorFlow Lite ends the process",
            "Quantize the model again, calibrated on real inputs.",
        )
    return float(a / twice), float(b / twice), float(twice / ((1 << LEFT) * c))


def pair(op_type: str, whole: Callable[..., Array], steps: Callable[..., int]) -> Functions:
    """Return an operator of two tensors, whose inputs are :func:`resnet8doc.ops.qlinear_add`'s."""

    def given(
        A: Any, A_scale: Any, A_zero: Any, B: Any, B_scale: Any, B_zero: Any, C_scale: Any, C_zero: Any = None
    ) -> tuple[Array, Array, list[Any]]:
        a, b = _addends(A, B, (A_zero, B_zero, C_zero))
        return a, b, _scales((A_scale, "A_scale"), (B_scale, "B_scale"), (C_scale, "C_scale"))

    def function(*inputs: Any, runtime: Runtime) -> Array:
        a, b, scales = given(*inputs)
        return runtime.finish.narrowed(whole(a.astype(np.int64), b.astype(np.int64), scales), np.int16(0), SHORT)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime) -> Trace:
        a, b, scales = given(*inputs)
        shape = np.broadcast_shapes(a.shape, b.shape)
        x, y = (int(np.broadcast_to(codes, shape)[index]) for codes in (a, b))
        trace = Trace(op_type, tuple(index))
        runtime.finish.clamp_step(trace, steps(trace, x, y, scales), 0, SHORT)
        return trace

    return Functions(function, element, PARTS)


def _sum(sign: int, a: Array, b: Array, scales: list[Any]) -> Array:
    left, right, out = _sum_factors(scales)
    return fixed(fixed(a << LEFT, left) + sign * fixed(b << LEFT, right), out)


def _sum_step(sign: int, trace: Trace, a: int, b: int, scales: list[Any]) -> int:
    left, right, out = _sum_factors(scales)
    shifted = [int(trace.step(f"{name} shifted", f"{code} << {LEFT}", code * 2**LEFT, "int32"))
               for name, code in (("A", a), ("B", b))]  # fmt: skip
    first, second = fixed_step(trace, shifted[0], left), fixed_step(trace, shifted[1], right)
    total = int(trace.step("added", f"{first} {'+' if sign > 0 else '-'} {second}", first + sign * second, "int32"))
    return fixed_step(trace, total, out)


def _product(factor: Factor, a: Array, b: Array, scales: list[Any]) -> Array:
    return fixed(a * b, factor(*scales[:2], over=scales[2]))


def _product_step(factor: Factor, trace: Trace, a: int, b: int, scales: list[Any]) -> int:
    product = int(trace.step("product", f"{a} * {b}", a * b, "int32"))
    return fixed_step(trace, product, factor(*scales[:2], over=scales[2]))


def _shifted_first(factor: float) -> tuple[int, int]:
    """Return ``m`` of a factor of at most a half, and the bits by which the built-in kernels shift a code before."""
    m, e = quantized(np.asarray(factor))
    return int(m), LEFT + int(e)


def _vector_sum(a: Array, b: Array, scales: list[Any]) -> Array:
    left, right, out = _sum_factors(scales)
    (m, up), (n, other) = _shifted_first(left), _shifted_first(right)
    return fixed(high(_shifted(a, up), m) + high(_shifted(b, other), n), out)


def _shifted(value: Any, up: int) -> Any:
    return value << up if up >= 0 else value >> -up


def _vector_sum_step(trace: Trace, a: int, b: int, scales: list[Any]) -> int:
    left, right, out = _sum_factors(scales)
    parts = []
    for name, code, factor in (("A", a, left), ("B", b, right)):
        m, up = _shifted_first(factor)
        shifted = int(trace.step(f"{name} shifted", f"{code} << {up}", _shifted(code, up), "int32"))
        part = (shifted * m + (1 << 30)) >> 31
        parts.append(int(trace.step(f"{name} scaled", f"({shifted} * {m} + 2**30) >> 31", part, "int32")))
    total = int(trace.step("added", f"{parts[0]} + {parts[1]}", sum(parts), "int32"))
    return fixed_step(trace, total, out)


ADD = pair("ADD_INT16", partial(_sum, 1), partial(_sum_step, 1))
SUB = pair("SUB_INT16", partial(_sum, -1), partial(_sum_step, -1))


_VECTOR_ADD = pair("ADD_INT16", _vector_sum, _vector_sum_step)


def _builtin_add(*inputs: Any, runtime: Runtime) -> Array:
    if np.shape(inputs[0]) != np.shape(inputs[3]):
        return np.asarray(ADD.function(*inputs, runtime=runtime))
    vector, scalar = (np.asarray(each.function(*inputs, runtime=runtime)) for each in (_VECTOR_ADD, ADD))
    return with_leftover(vector, scalar, BLOCK)


def _builtin_add_element(index: tuple[int, ...], *inputs: Any, runtime: Runtime) -> Trace:
    alike = np.shape(inputs[0]) == np.shape(inputs[3])
    vector = alike and not is_left_over(index, np.shape(inputs[0]), BLOCK)
    return (_VECTOR_ADD if vector else ADD).element(index, *inputs, runtime=runtime)


BUILTIN_ADD = Functions(_builtin_add, _builtin_add_element, PARTS)


def _mul(factor: Factor) -> Functions:
    return pair("MUL_INT16", partial(_product, factor), partial(_product_step, factor))


def one(
    op_type: str, whole: Callable[..., Array], steps: Callable[..., int], *, turns: bool = False,
    made: tuple[float, int] | None = None,
) -> Functions:  # fmt: skip
    """Return an operator of one tensor: inputs ``x, x_scale, x_zero_point, y_scale, y_zero_point``.

    ``turns`` says that one of both tensors may hold int8 codes, ``made`` the one output scale and zero point.
    """

    def given(
        x: Any, x_scale: Any, x_zero: Any, y_scale: Any, y_zero: Any = None
    ) -> tuple[Array, int, list[Any], Array]:
        codes = check.codes(x, "x", (SHORT, np.dtype(np.int8)) if turns else (SHORT,))
        out = np.asarray(np.int16(0) if y_zero is None else y_zero)
        for name, zero, kind in (("x_zero_point", x_zero, codes.dtype), ("y_zero_point", out, out.dtype)):
            if kind == SHORT:
                centred(zero, name)
        scales = _scales((x_scale, "x_scale"), (y_scale, "y_scale"))
        if made is not None and (float(scales[1]), int(out)) != made:
            raise UserError(
                f"the output has scale {scales[1]} and zero point {out}", f"{made[0]} and {made[1]}",
                "TensorFlow Lite's kernels know no other.",
            )  # fmt: skip
        return codes, 0 if x_zero is None else int(x_zero), scales, out

    def function(*inputs: Any, runtime: Runtime, **attributes: Any) -> Array:
        codes, zero, scales, out = given(*inputs)
        found = whole(codes.astype(np.int64) - zero, scales, **attributes)
        return runtime.finish.narrowed(found + int(out), out, out.dtype)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: Any) -> Trace:
        codes, zero, scales, out = given(*inputs)
        trace = Trace(op_type, tuple(index))
        code = int(trace.step("centred", f"{int(codes[index])} - {zero}", int(codes[index]) - zero, "int32"))
        found = steps(trace, code, scales, **attributes)
        found = int(trace.step("zero point added", f"{found} + {int(out)}", found + int(out), "int32"))
        runtime.finish.clamp_step(trace, found, int(out), out.dtype)
        return trace

    return Functions(function, element, PARTS)


def _leaky(factor: Factor, x: Array, scales: list[Any], alpha: float) -> Array:
    above, below = factor(scales[0], over=scales[1]), factor(scales[0], alpha, over=scales[1])
    return np.where(x >= 0, fixed(x, above), fixed(x, below))


def _leaky_step(factor: Factor, trace: Trace, x: int, scales: list[Any], alpha: float) -> int:
    given = (scales[0],) if x >= 0 else (scales[0], alpha)
    return fixed_step(trace, x, factor(*given, over=scales[1]))


def _quantize(x: Array, scales: list[Any]) -> Array:
    return fixed(x, double(scales[0], over=scales[1]))


def _quantize_step(trace: Trace, x: int, scales: list[Any]) -> int:
    return fixed_step(trace, x, double(scales[0], over=scales[1]))


QUANTIZE = one("QUANTIZE_INT16", _quantize, _quantize_step, turns=True)


def _curve(op_type: str, refused: tuple[int, ...]) -> Functions:
    def held(scales: list[Any]) -> None:
        power = power_of_two(scales[0])
        if power in refused:
            raise UserError(
                f"the input of {op_type} has the scale 2^{power}",
                "another; there the built-in kernels compute in 16 bits, which is not followed",
                "Run it as tflite_reference or tflite_micro.",
            )

    def whole(x: Array, scales: list[Any]) -> Array:
        held(scales)
        return line(op_type, x, scales[0])

    def steps(trace: Trace, x: int, scales: list[Any]) -> int:
        held(scales)
        return line_step(trace, op_type, x, scales[0])

    return one(op_type, whole, steps, made=(1 / (1 << 15), 0))


def _functions(
    layers: dict[str, Any], dense: dict[str, Any], factor: Factor, builtin: bool, of_micro: bool
) -> dict[str, Functions]:
    return {
        "CONV_2D_INT16": convolution(layers),
        "FULLY_CONNECTED_INT16": fully_connected(dense),
        "TRANSPOSE_CONV_INT16": TRANSPOSED,
        "AVERAGE_POOL_2D_INT16": AVERAGE_POOL,
        "MAX_POOL_2D_INT16": MAX_POOL,
        "MEAN_INT16": MEAN,
        "ADD_INT16": BUILTIN_ADD if builtin else ADD,
        "SUB_INT16": SUB,
        "MUL_INT16": _mul(factor),
        "LEAKY_RELU_INT16": one("LEAKY_RELU_INT16", partial(_leaky, factor), partial(_leaky_step, factor)),
        "QUANTIZE_INT16": QUANTIZE,
        "LOGISTIC_INT16": _curve("LOGISTIC_INT16", (-12,) if builtin else ()),
        "TANH_INT16": _curve("TANH_INT16", (-12, -11) if builtin else ()),
        "SOFTMAX_INT16": softmax(partial(tables, of_micro)),
    }


OF_REFERENCE = _functions(
    {"int64": "reduced", "int32": "twice_away"},
    dict.fromkeys(("int64", "int32", "none"), "float64"), single, False, False,
)  # fmt: skip
OF_BUILTIN = _functions(
    {"int64": "reduced", "int32": "twice_up"},
    {"int64": "float64", "int32": "twice_up", "none": "twice_up"}, single, True, False,
)  # fmt: skip
OF_MICRO = _functions(
    {"int64": "reduced", "int32": "twice_away"},
    {"int64": "reduced", "int32": "twice_away", "none": "reduced"}, double, False, True,
)  # fmt: skip
