r"""What is not a layer in PyTorch: ATen's own kernels, the same for every engine but qnnpack's additions and means.

Every step in float32, halves to even; codes of int8 are shifted by 128 first.

- **Addition**: :math:`A' = \mathrm{fma}(A, s_A, -s_A z_A)`, likewise :math:`B'`;
  :math:`C = \mathrm{round}((A' + B') \cdot (1 / s_C)) + z_C`. A fused ReLU is :math:`\max(C, z_C)`.
- **Mean** over the image, channels last in memory: each code is dequantized, :math:`(x - z) s`, and added in the order
  of ATen's cascade: 16 one after the other, then the sums of 16, and so on. The total is divided by :math:`n` and
  multiplied by :math:`1 / s`.
- **Average pools**, channels last: :math:`\mathrm{round}(\mathrm{float32}(\Sigma - n z) \cdot (1 / n)) + z`.
- Mean and pools keep scale and zero point; where a graph asks for others, the result is dequantized and quantized.
- **Quantizing**: :math:`\mathrm{round}(x \cdot (1 / s)) + z`.
- **Softmax** there is none of codes: it is dequantized, computed in float32, quantized. PyTorch's own exponential may
  differ from numpy's in the last bit of the real number.

Source: PyTorch, ``aten/src/ATen/native/quantized/cpu/kernels/QuantizedOpKernels.cpp``, ``native/cpu/SumKernel.cpp``,
``native/quantized/cpu/ReduceOps.cpp``; FBGEMM, ``include/fbgemm/QuantUtils.h``.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, Functions, Number, Runtime
from ..errors import UserError
from ..ops import fma
from ..ops.parts import Addends as Checked
from ..ops.parts import check, checked_mean, pair, pool_pads, window_sums
from ..ops.parts import checked_add as checked
from ..trace import Trace
from . import tflite_builtin, xnnpack
from ._pairs import Scales, Zeros, of_pairs
from ._pytorch_layer import HALF, back, back_step, flipped
from .documented import DOCUMENTED

PARTS = frozenset({"overflow"})

CASCADE = 16
"""So many numbers, or sums of one level, are added before the next level takes their sum."""


def sum_of_codes(a: Array, b: Array, scales: Scales, zeros: Zeros) -> Array:
    """Return the sum of uint8 codes before the clamp.

    Examples
    --------
    >>> sum_of_codes(np.array([10, 1]), np.array([4, 0]), (0.5, 0.25, 1.0), (0, 0, 0))
    array([6, 0])
    """
    single = np.float32
    s, z = [single(scale) for scale in scales], [single(zero) for zero in zeros]
    left, right = (fma(codes.astype(single), s[k], -(s[k] * z[k])) for k, codes in enumerate((a, b)))
    return np.asarray(np.rint((left + right) * (single(1) / s[2])).astype(np.int64) + zeros[2])


def _unsigned(q: Checked) -> Checked:
    """Return checked inputs as uint8, int8 shifted by 128."""
    return replace(q, a=flipped(q.a), b=flipped(q.b), zeros=_shifted(q.zeros, q.a.dtype))


def _shifted(zeros: Any, kind: npt.DTypeLike) -> Any:
    """Return zero points of codes of a type as those of the same codes in uint8."""
    return zeros if np.dtype(kind) == np.uint8 else tuple(zero + HALF for zero in zeros)


def qlinear_add(*inputs: Any, runtime: Runtime) -> Array:
    """Add codes; inputs as :func:`resnet8doc.ops.qlinear_add`."""
    q = checked(*inputs)
    return back(of_pairs(sum_of_codes, _unsigned(q), runtime.finish), q.a.dtype)


def qlinear_add_element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **named: Any) -> Trace:
    """Write down how one sum comes about."""
    given = checked(*inputs, **named)
    q, single = _unsigned(given), np.float32
    codes = [int(np.broadcast_to(each, q.shape)[index]) for each in (q.a, q.b)]
    trace, scales = Trace("QLinearAdd", tuple(index)), [single(scale) for scale in q.scales]
    real = []
    for name, code, scale, zero in zip("AB", codes, scales, q.zeros, strict=False):
        shifted = -(scale * single(zero))
        formula = f"fma({code}, {scale}, {shifted})"
        real.append(trace.step(f"{name} dequantized", formula, np.float32(fma(single(code), scale, shifted))))
    total = trace.step("added", f"{real[0]} + {real[1]}", np.float32(real[0] + real[1]))
    inverse = trace.step("reciprocal", f"1 / {scales[2]}", single(1) / scales[2])
    scaled = trace.step("scaled", f"{total} * {inverse}", np.float32(total * inverse))
    runtime.finish.steps(trace, scaled, int(q.zeros[2]), np.uint8)
    back_step(trace, given.a.dtype)
    return trace


def add(own: Functions) -> Functions:
    """Return ``quantized::add`` with its ReLU, of an engine's QLinearAdd."""

    def function(*inputs: Any, relu: int = 0, runtime: Runtime) -> Array:
        total = np.asarray(own.function(*inputs, runtime=runtime))
        return np.maximum(total, np.asarray(inputs[7], total.dtype)) if relu else total

    def element(index: tuple[int, ...], *inputs: Any, relu: int = 0, runtime: Runtime) -> Trace:
        trace = own.element(index, *inputs, runtime=runtime)
        if relu:
            code, zero = int(trace.output), int(inputs[7])
            trace.step("ReLU", f"max({code}, {zero})", max(code, zero), str(np.asarray(inputs[0]).dtype))
        return trace

    return Functions(function, element, PARTS)


def cascade(values: Array) -> Array:
    """Return the float32 sum over the last axis in the order of ATen's cascade.

    Examples
    --------
    >>> values = np.full(33, 0.1, np.float32)
    >>> cascade(values) == np.float32(np.float32(cascade(values[:16]) + cascade(values[16:32])) + values[32])
    np.True_
    """
    levels = [np.zeros(values.shape[:-1], np.float32) for _ in range(4)]
    count = values.shape[-1]
    whole = count // CASCADE * CASCADE
    for number in range(whole):
        levels[0] = levels[0] + values[..., number]
        done = number + 1
        for level in range(1, len(levels)):
            if done % CASCADE**level:
                break
            levels[level] = levels[level] + levels[level - 1]
            levels[level - 1] = np.zeros_like(levels[0])
    for number in range(whole, count):
        levels[0] = levels[0] + values[..., number]
    total = levels[0]
    for sums in levels[1:]:
        total = total + sums
    return np.asarray(total, np.float32)


LONGEST = CASCADE**3
"""Numbers that one cascade was seen to add so."""


def _other_scale(codes: Array, scales: tuple[Any, Any], zeros: tuple[int, int], runtime: Runtime) -> Array:
    """Return uint8 codes at another scale: dequantized, then quantized."""
    if (float(scales[0]), zeros[0]) == (float(scales[1]), zeros[1]):
        return codes
    real = (codes.astype(np.float32) - np.float32(zeros[0])) * np.float32(scales[0])
    return xnnpack.quantize_linear(real, np.float32(scales[1]), np.uint8(zeros[1]), runtime=runtime)


def _other_scale_step(trace: Trace, scales: tuple[Any, Any], zeros: tuple[int, int], runtime: Runtime) -> None:
    """Write that down."""
    if (float(scales[0]), zeros[0]) == (float(scales[1]), zeros[1]):
        return
    code, single = int(trace.output), np.float32
    real = trace.step(
        "dequantized", f"({code} - {zeros[0]}) * {scales[0]}", single(code - zeros[0]) * single(scales[0])
    )
    whole = tflite_builtin.reciprocal_steps(trace, real, single(scales[1]))
    whole = int(trace.step("zero point added", f"{whole} + {zeros[1]}", whole + zeros[1], "int32"))
    runtime.finish.clamp_step(trace, whole, zeros[1], np.uint8)


def _mean_inputs(inputs: tuple[Any, ...], axes: Sequence[int]) -> tuple[Array, tuple[Any, Any], tuple[int, int]]:
    """Return uint8 codes, scales and zero points."""
    given: Any = (*inputs, axes)
    x, scales, zeros = checked_mean(*given)
    if x.shape[2] * x.shape[3] > LONGEST:
        raise UserError(f"a mean of {x.shape[2] * x.shape[3]} codes", f"at most {LONGEST}", "Average over less.")
    return flipped(x), scales, _shifted(zeros, x.dtype)


def mean(*inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime) -> Array:
    """Average codes over the image; inputs as ``qlinear_reduce_mean``."""
    x, scales, zeros = _mean_inputs(inputs, axes)
    single = np.float32
    values = (x.astype(single) - single(zeros[0])) * single(scales[0])
    total = cascade(values.reshape(*x.shape[:2], -1))
    real = total / single(x.shape[2] * x.shape[3]) * (single(1) / single(scales[0]))
    whole = np.rint(real).astype(np.int64) + zeros[0]
    codes = runtime.finish.narrowed(whole, np.uint8(zeros[0]), np.uint8)
    y = back(_other_scale(codes, scales, zeros, runtime), np.asarray(inputs[0]).dtype)
    return y[:, :, None, None] if keepdims else y


def mean_element(
    index: tuple[int, ...], *inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime
) -> Trace:
    """Write down how one mean comes about."""
    x, scales, zeros = _mean_inputs(inputs, axes)
    single, trace = np.float32, Trace("QLinearReduceMean", tuple(index))
    scale, count = single(scales[0]), x.shape[2] * x.shape[3]
    values = (x[index[:2]].ravel().astype(single) - single(zeros[0])) * scale
    total = trace.step(
        "sum", f"of {count} codes less {zeros[0]} times {scale}, {CASCADE} at a time", cascade(values)[()]
    )
    real = trace.step("mean", f"{total} / {count}", single(total / single(count)))
    inverse = trace.step("reciprocal", f"1 / {scale}", single(1) / scale)
    real = trace.step("scaled", f"{real} * {inverse}", single(real * inverse))
    runtime.finish.steps(trace, real, zeros[0], np.uint8)
    _other_scale_step(trace, scales, zeros, runtime)
    back_step(trace, np.asarray(inputs[0]).dtype)
    return trace


Multiplier = Callable[[Any, int], Any]
"""From a scale and a number of codes to what their sum is multiplied by, float32."""


def averages(multiplier: Multiplier) -> dict[str, Functions]:
    """Return mean and pools as one product of an integer sum."""
    pool, pool_element = _pools(multiplier)

    def global_pool(*inputs: Any, channels_last: int = 0, runtime: Runtime) -> Array:
        return np.asarray(pool(*inputs, channels_last=channels_last, kernel_shape=None, runtime=runtime))

    def global_element(index: tuple[int, ...], *inputs: Any, channels_last: int = 0, runtime: Runtime) -> Trace:
        return pool_element(index, *inputs, channels_last=channels_last, kernel_shape=None, runtime=runtime)

    def reduce(*inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime) -> Array:
        _mean_inputs(inputs, axes)
        y = np.asarray(pool(*inputs, kernel_shape=None, runtime=runtime))
        return y if keepdims else y[:, :, 0, 0]

    def reduce_element(
        index: tuple[int, ...], *inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime
    ) -> Trace:
        _mean_inputs(inputs, axes)
        return pool_element((*index[:2], 0, 0), *inputs, kernel_shape=None, runtime=runtime)

    return {
        "QLinearGlobalAveragePool": Functions(global_pool, global_element, PARTS),
        "QLinearReduceMean": Functions(reduce, reduce_element, PARTS),
        "QLinearAveragePool": Functions(pool, pool_element, PARTS),
    }


def _pools(multiplier: Multiplier) -> tuple[Callable[..., Array], Callable[..., Trace]]:
    def function(
        X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
        kernel_shape: Any, channels_last: int = 0, auto_pad: Any = "NOTSET", ceil_mode: int = 0,
        count_include_pad: int = 0, pads: Any = None, strides: Any = None, runtime: Runtime,
    ) -> Array:  # fmt: skip
        image, scales, zeros = _pool_inputs(X, x_scale, x_zero_point, y_scale, y_zero_point, channels_last)
        centred = image.astype(np.float32) - np.float32(zeros[0])
        kernel = image.shape[2:] if kernel_shape is None else kernel_shape
        sums, counts = window_sums(
            centred, kernel, auto_pad, ceil_mode, count_include_pad, pads, strides, (1,) * (image.ndim - 2)
        )
        factors = np.empty(counts.shape, np.float32)
        for count in np.unique(counts):
            factors[counts == count] = multiplier(scales[0], int(count))
        codes = runtime.finish.narrowed(np.rint(sums * factors) + zeros[0], np.uint8(zeros[0]), np.uint8)
        y = back(_other_scale(codes, scales, zeros, runtime), np.asarray(X).dtype)
        return np.moveaxis(y, 1, -1) if channels_last else y

    def element(
        index: tuple[int, ...], X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number,
        y_zero_point: Number | None = None, *, kernel_shape: Any, channels_last: int = 0, auto_pad: Any = "NOTSET",
        count_include_pad: int = 0, pads: Any = None, strides: Any = None, runtime: Runtime, **_: Any,
    ) -> Trace:  # fmt: skip
        image, scales, zeros = _pool_inputs(X, x_scale, x_zero_point, y_scale, y_zero_point, channels_last)
        size, axes = image.shape[2:], image.ndim - 2
        n, channel, *place = (index[0], index[-1], *index[1:-1]) if channels_last else index
        kernel, steps = pair(size if kernel_shape is None else kernel_shape, "kernel_shape", axes), strides
        steps = pair(steps, "strides", axes)
        edges = pool_pads(size, kernel, steps, (1,) * axes, pads, auto_pad)
        total = count = 0
        for tap in np.ndindex(*kernel):
            at = [i * step - edge + k for i, step, edge, k in zip(place, steps, edges, tap, strict=False)]
            inside = all(0 <= i < length for i, length in zip(at, size, strict=True))
            count += inside or bool(count_include_pad)
            total += int(image[(n, channel, *at)]) - zeros[0] if inside else 0
        trace = Trace("QLinearAveragePool", tuple(index))
        trace.step("sum", f"of the window's codes less {zeros[0]}", total, "int32")
        factor = trace.step("multiplier", f"of {count} codes", multiplier(scales[0], count))
        real = trace.step("scaled", f"float32({total}) * {factor}", np.float32(np.float32(total) * factor))
        runtime.finish.steps(trace, real, zeros[0], np.uint8)
        _other_scale_step(trace, scales, zeros, runtime)
        back_step(trace, np.asarray(X).dtype)
        return trace

    return function, element


def _pool_inputs(
    X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None,
    channels_last: int,
) -> tuple[Array, tuple[Any, Any], tuple[int, int]]:  # fmt: skip
    x = check.codes(X, "X")
    zeros = tuple(
        int(check.zero_point(zero, name, x.dtype, "X"))
        for zero, name in ((x_zero_point, "x_zero_point"), (y_zero_point, "y_zero_point"))
    )
    scales = check.scale(x_scale, "x_scale")[()], check.scale(y_scale, "y_scale")[()]
    image = flipped(x)
    return np.moveaxis(image, -1, 1) if channels_last else image, scales, _shifted(zeros, x.dtype)


def inverse_count(scale: Any, count: int) -> Any:
    """Return what ATen multiplies the sum of a window by.

    Examples
    --------
    >>> inverse_count(np.float32(0.1), 64)
    np.float32(0.015625)
    """
    return np.float32(1) / np.float32(count)


def refused(op_type: str) -> Functions:
    """Return an operator that none of PyTorch's engines is known to compute so: it is refused by name."""

    def function(*inputs: Any, runtime: Runtime, **attributes: Any) -> Array:
        raise UserError(
            f"{runtime.title} is not known to compute {op_type}", "layers, additions, means, average pools, quantizing",
            "Run it under another runtime: python -m resnet8doc probes lists them.",
        )  # fmt: skip

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: Any) -> Trace:
        function(*inputs, runtime=runtime, **attributes)
        return Trace(op_type, index)

    return Functions(function, element, applies=lambda runtime, stored, attributes: False)


ADD = Functions(qlinear_add, qlinear_add_element, PARTS)

ATEN = {
    **{op_type: refused(op_type) for op_type in ("QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu")},
    **averages(inverse_count),
    "QLinearAdd": ADD,
    "add": add(ADD),
    "QLinearReduceMean": Functions(mean, mean_element, PARTS),
    "QLinearSoftmax": DOCUMENTED["QLinearSoftmax"],
    "QuantizeLinear": Functions(xnnpack.quantize_linear, xnnpack.quantize_linear_element, PARTS),
}
"""Of every engine."""
