r"""TensorFlow Lite's built-in kernels on 64-bit ARM: **one rounding, halves up**, in convolutions and dense layers.

Depthwise convolutions round twice there too. **QLinearSoftmax** (SOFTMAX) is in integers: a table of 256 exponentials
of 16 bits, :math:`\lfloor 65535\, \mathrm{float32}(e^{s_x i}) + 1/2 \rfloor`, their integer sum, and one fixed-point
factor of :math:`1 / (\Sigma s_y)`, rounded twice, both halves up in blocks of 16 classes, the second time halves away
after them. **DequantizeLinear** is one fused multiply-add. All else is as on x86-64.

x86-64 without AVX has this convolution too. Seen under emulation (qemu-user 10) and not held to equality in the
build, which runs on x86-64.

Source: TensorFlow Lite, ``kernels/internal/optimized/optimized_ops.h``, ``SoftmaxInt8LUT``; ruy,
``ruy/kernel_arm64.cc``.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime
from ..ops import dequantize_linear as exact_dequantize
from ..ops.parts import from_rows, softmax_rows
from ..trace import Trace
from . import lookups
from . import tflite_builtin as builtin
from . import tflite_reference as reference
from ._leftovers import is_left_over, with_leftover
from .fixed_point import Fixed, quantized, scaled, scaled_step

SOFTMAX_BLOCK = 16
"""Classes of a whole vector."""


@lru_cache(maxsize=64)
def exponentials(scale: float) -> Array:
    """Return ``exp(scale * i)`` in 16 bits, int64, i from -255 to 0; read-only.

    Examples
    --------
    >>> exponentials(0.1)[-3:]
    array([53656, 59299, 65535])
    """
    arguments = np.float32(scale) * np.arange(-255, 1, dtype=np.float32)
    real = np.exp(arguments.astype(np.float64)).astype(np.float32)
    table = np.minimum((real * np.float32(65535) + 0.5).astype(np.int64), 65535)
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
    >>> qlinear_softmax(X, scale, zero, np.float32(1 / 256), np.int8(-128), opset=21, runtime=TFLITE_BUILTIN_ARM)
    array([[-105,  -65,   42]], dtype=int8)
    """
    x, scale = reference.checked_softmax(X, X_scale, x_zero_point, y_scale, y_zero_point)
    rows = softmax_rows(x, axis, opset).astype(np.int16)
    terms = exponentials(float(scale))[255 + rows - rows.max(axis=-1, keepdims=True)]
    total = terms.sum(axis=-1, keepdims=True).astype(np.float32)
    m, e = quantized(np.float32(1) / (total * np.float32(y_scale)))
    whole = scaled(terms, m, e, "twice_up")
    filled = rows.shape[-1] // SOFTMAX_BLOCK * SOFTMAX_BLOCK
    whole[..., filled:] = scaled(terms[..., filled:], m, e, "twice_away")
    zero = np.asarray(y_zero_point)
    return from_rows(runtime.finish.narrowed(whole + int(zero), zero, x.dtype), x.shape, axis, opset)


def qlinear_softmax_element(
    index: tuple[int, ...], X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number,
    y_zero_point: Number, *, runtime: Runtime, opset: int, axis: int = -1,
) -> Trace:  # fmt: skip
    """Write down how one probability comes about."""
    x, scale = reference.checked_softmax(X, X_scale, x_zero_point, y_scale, y_zero_point)
    own, row = reference.row_of(x, index, axis, opset)
    table, trace, largest = exponentials(float(scale)), Trace("QLinearSoftmax", tuple(index)), max(row)
    mine = int(
        trace.step("exponential", f"exp(-{float(scale)} * ({largest} - {own}))", int(table[255 + own - largest]))
    )
    total = int(trace.step("sum", f"of {len(row)} exponentials", sum(int(table[255 + code - largest]) for code in row)))
    real = trace.step("reciprocal", f"1 / ({total} / 256)", np.float32(1) / (np.float32(total) * np.float32(y_scale)))
    m, e = (int(v) for v in quantized(np.asarray(real)))
    position = index[axis] if opset >= 13 else int(np.ravel_multi_index(index, x.shape)) % len(row)
    filled = position < len(row) // SOFTMAX_BLOCK * SOFTMAX_BLOCK
    whole = scaled_step(trace, "scaled", mine, m, e, "twice_up" if filled else "twice_away")
    zero = int(y_zero_point)
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    runtime.finish.clamp_step(trace, whole, zero, x.dtype)
    return trace


def dequantize_linear(
    x: Array, x_scale: Number, x_zero_point: Number | None = None, *, runtime: Runtime, **attributes: Any
) -> Array:
    """Return real numbers; inputs as :func:`resnet8doc.ops.dequantize_linear`.

    Examples
    --------
    >>> dequantize_linear(np.full(9, 100, np.int8), np.float32(0.1), np.int8(99), runtime=TFLITE_BUILTIN_ARM)[[0, 8]]
    array([0.09999958, 0.1       ], dtype=float32)
    """
    exact = exact_dequantize(x, x_scale, x_zero_point, **attributes)
    if not builtin.of_activations(x, x_scale):
        return exact
    scale, offset = builtin.offset_of(x, x_scale, x_zero_point)
    # A code and a scale have 32 bits between them, so that float64 holds their product and, here, the sum exactly.
    fused = (np.asarray(x, np.float64) * np.float64(scale) + np.float64(offset)).astype(np.float32)
    return with_leftover(fused, exact, builtin.QUANTIZE_BLOCK)


def dequantize_linear_element(
    index: tuple[int, ...], x: Array, x_scale: Number, x_zero_point: Number | None = None, *, runtime: Runtime,
    **attributes: Any,
) -> Trace:  # fmt: skip
    """Write down how one real number comes about."""
    if not builtin.of_activations(x, x_scale) or is_left_over(index, np.shape(x), builtin.QUANTIZE_BLOCK):
        return builtin.dequantize_linear_element(index, x, x_scale, x_zero_point, **attributes, runtime=runtime)
    scale, offset = builtin.offset_of(x, x_scale, x_zero_point)
    code, trace = int(np.asarray(x)[index]), Trace("DequantizeLinear", tuple(index))
    trace.step("fused", f"fma({code}, {scale}, {offset})", np.float32(code * float(scale) + float(offset)))
    return trace


TFLITE_BUILTIN_ARM = Runtime(
    "tflite_builtin_arm", "TensorFlow Lite, built-in kernels, 64-bit ARM", second_stage=Fixed("once"),
    functions=builtin.functions("once") | {
        "QLinearSoftmax": Functions(qlinear_softmax, qlinear_softmax_element, frozenset({"overflow"})),
        "DequantizeLinear": Functions(dequantize_linear, dequantize_linear_element, builtin.NOTHING),
    },
    int8_only=reference.ARITHMETIC | lookups.OF_INT8 | {"DequantizeLinear"},
)  # fmt: skip
"""TensorFlow Lite's built-in kernels on 64-bit ARM. What they compute of uint8 was not compared, and is refused."""
