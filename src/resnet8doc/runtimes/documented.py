r"""QLinearAdd, pools and softmax by the formula of their documentation, every step in float32.

What a reader implements who has only the documentation. They part from what runtimes compute on rare inputs.
"""

from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime
from ..ops import dequantize_linear
from ..ops.parts import check, from_rows, softmax_rows, window_sums
from ..ops.parts import checked_add as checked
from ..trace import Trace

PARTS = frozenset({"rounding", "zero_point", "overflow"})


def qlinear_add(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime,
) -> Array:  # fmt: skip
    """Return ``((A - z_A) s_A + (B - z_B) s_B) / s_C``, finished."""
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    (a_scale, b_scale, c_scale), (a_zero, b_zero, c_zero) = q.scales, q.zeros
    single = np.float32
    left = (q.a.astype(single) - single(a_zero)) * single(a_scale)
    right = (q.b.astype(single) - single(b_zero)) * single(b_scale)
    return runtime.finish.codes((left + right) / single(c_scale), np.asarray(c_zero, q.a.dtype), q.a.dtype)


def qlinear_add_element(
    index: tuple[int, ...], A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number,
    B_zero_point: Number | None, C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime,
) -> Trace:  # fmt: skip
    """Write down how one sum comes about."""
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a, b = (int(np.broadcast_to(codes, q.shape)[index]) for codes in (q.a, q.b))
    (a_scale, b_scale, c_scale), (a_zero, b_zero, c_zero) = q.scales, q.zeros
    trace, single = Trace("QLinearAdd", tuple(index)), np.float32
    left = trace.step("A dequantized", f"({a} - {a_zero}) * {a_scale}", single(single(a - a_zero) * single(a_scale)))
    right = trace.step("B dequantized", f"({b} - {b_zero}) * {b_scale}", single(single(b - b_zero) * single(b_scale)))
    total = trace.step("added", f"{left} + {right}", single(left + right))
    real = trace.step("divided", f"{total} / {c_scale}", single(total / single(c_scale)))
    runtime.finish.steps(trace, real, c_zero, q.a.dtype)
    return trace


def qlinear_average_pool(
    X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime, channels_last: int = 0, kernel_shape: Any, auto_pad: Any = "NOTSET", ceil_mode: int = 0,
    count_include_pad: int = 0, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    """Dequantize, average, quantize."""
    x = check.codes(X, "X")
    check.rank(x, "X", "[N, H, W, C]" if channels_last else "[N, C, H, W]")
    zero = check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y")
    image = x.transpose(0, 3, 1, 2) if channels_last else x
    real = dequantize_linear(image, x_scale, check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X"))
    sums, counts = window_sums(real, kernel_shape, auto_pad, ceil_mode, count_include_pad, pads, strides, (1, 1))
    y = runtime.finish.codes(sums / counts / check.scale(y_scale, "y_scale"), zero, x.dtype)
    return y.transpose(0, 2, 3, 1) if channels_last else y


def qlinear_softmax(
    X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number, *,
    runtime: Runtime, opset: int, axis: int = -1,
) -> Array:  # fmt: skip
    """Dequantize, take the softmax in float32, quantize."""
    x = check.codes(X, "X")
    scale, y_scale = check.scale(X_scale, "X_scale"), check.scale(y_scale, "y_scale")
    check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X")
    zero = check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y")
    real = softmax_rows(x, axis, opset).astype(np.float32) * scale
    exponential = np.exp(real - real.max(axis=-1, keepdims=True))
    quotient = exponential / exponential.sum(axis=-1, keepdims=True) / y_scale
    return from_rows(runtime.finish.codes(quotient, zero, x.dtype), x.shape, axis, opset)


def _looked_up(op_type: str, function: Any, what: str) -> Any:
    """Return an element trace for a formula whose sum is too long to be written down: its result alone."""

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: Any) -> Trace:
        trace = Trace(op_type, tuple(index))
        trace.step("quantized", what, function(*inputs, runtime=runtime, **attributes)[tuple(index)])
        return trace

    return element


DOCUMENTED = {
    "QLinearAdd": Functions(qlinear_add, qlinear_add_element, PARTS | {"formula", "relu"}),
    "QLinearAveragePool": Functions(
        qlinear_average_pool,
        _looked_up("QLinearAveragePool", qlinear_average_pool, "dequantized, averaged in float32, quantized"),
        PARTS | {"formula"},
    ),
    "QLinearSoftmax": Functions(
        qlinear_softmax,
        _looked_up("QLinearSoftmax", qlinear_softmax, "dequantized, softmax in float32, quantized"),
        PARTS | {"formula"},
    ),
}
"""Whole functions by operator."""
