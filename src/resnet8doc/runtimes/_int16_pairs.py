"""ADD, SUB and MUL of int16 codes in TensorFlow Lite's kernel sets: see :mod:`resnet8doc.runtimes.int16`."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import check
from ..trace import Trace
from ._int16_sums import PARTS, SHORT, centred, short
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


def scales_of(*named: tuple[Any, str]) -> list[Any]:
    """Return float32 scales, or refuse one by its name."""
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
        return a, b, scales_of((A_scale, "A_scale"), (B_scale, "B_scale"), (C_scale, "C_scale"))

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


def product(factor: Factor) -> Functions:
    """Return MUL, with the factor in a kernel set's precision."""
    return pair("MUL_INT16", partial(_product, factor), partial(_product_step, factor))
