r"""MEAN and SUM over the image, in TensorFlow Lite's kernel sets; :math:`\Sigma` is the sum of :math:`n` codes.

- Reference kernels and Micro, and the built-in ones where the axes are not kept:
  :math:`\mathrm{fix}(\Sigma - n z_x)`, rounded twice, with the multiplier of :math:`s_x / s_y` shifted left as far as
  :math:`n` and 31 bits allow, divided by :math:`n`, cut off.
- Built-in kernels, axes kept: :math:`\mathrm{fix}(\Sigma) + b` with the float32 factor :math:`s_x / (n s_y)` and the
  zero points' share :math:`b = z_y - \mathrm{round}(z_x s_x / s_y)`; both roundings halves up in blocks of 16 channels,
  after them the second halves away from zero.
- XNNPACK: :math:`\mathrm{round}(\mathrm{float32}(\Sigma) m + z)`, to even, :math:`m = (s_x / s_y) \cdot (1 / n)`,
  :math:`z = z_y - n z_x m`, each step in float32.

SUM: Micro's is :math:`\mathrm{fix}(\Sigma - n z_x)` with the multiplier of :math:`s_x / s_y`. The built-in kernels
have :math:`\mathrm{round}(\mathrm{float32}(\Sigma) m - z_x m n) + z_y`, halves away from zero, :math:`m = s_x / s_y`,
each step in float32; XNNPACK as its MEAN, with that :math:`m`. The reference kernels' is Micro's of uint8: they take
the bits of int8 codes for uint8, clamp to 0 to 255, and write these bits, so that it is no sum of codes below 0; of
uint8 it is right.

Source: TensorFlow Lite, ``kernels/internal/reference/reduce.h``, ``optimized/integer_ops/mean.h``; XNNPACK,
``src/qs8-rdsum``, ``src/operators/reduce-nd.c``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime, half_away
from ..ops.parts import MEAN_PARTS as PARTS
from ..ops.parts import checked_mean as checked
from ..trace import Trace
from ._by_type import by_type
from ._requantized import fixed, fixed_step
from .fixed_point import half_away_step, quantized, scaled, scaled_step

CHANNELS = 16
"""Channels of a whole vector."""

LARGEST = 127
"""The largest int8."""

Scales = tuple[Any, Any]
Zeros = tuple[int, int]
Formula = Callable[[Array, int, Scales, Zeros], Array]
"""From sums ``[N, C]`` of so many codes to the result before the clamp."""

Steps = Callable[[Trace, int, int, Scales, Zeros, int, int], int]
"""The same of one sum, written down; its channel, and how many there are."""


def mean(
    formula: Formula, steps: Steps, flat: tuple[Formula, Steps] | None = None, op_type: str = "QLinearReduceMean",
    read: Callable[[Array], Array] = np.asarray,
) -> Functions:  # fmt: skip
    """Return QLinearReduceMean or SUM; ``flat`` is what is computed where the axes are not kept, if something else.

    ``read`` says how the kernel reads the codes.
    """

    def chosen(keepdims: int) -> tuple[Formula, Steps]:
        return (formula, steps) if keepdims or flat is None else flat

    def function(*inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime) -> Array:
        given: Any = (*inputs, axes)
        x, scales, zeros = checked(*given)
        count = x.shape[2] * x.shape[3]
        whole = chosen(keepdims)[0](read(x).sum(axis=(2, 3), dtype=np.int64), count, scales, zeros)
        y = runtime.finish.narrowed(whole, np.asarray(zeros[1], x.dtype), x.dtype)
        return y[:, :, None, None] if keepdims else y

    def element(
        index: tuple[int, ...], *inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime
    ) -> Trace:
        given: Any = (*inputs, axes)
        x, scales, zeros = checked(*given)
        n, channel = index[:2]
        trace, count = Trace(op_type, tuple(index)), x.shape[2] * x.shape[3]
        codes = [int(code) for code in read(x[n, channel]).ravel()]
        total = int(trace.step("sum", f"of {count} codes", sum(codes), "int32"))
        whole = chosen(keepdims)[1](trace, total, count, scales, zeros, channel, x.shape[1])
        runtime.finish.clamp_step(trace, whole, zeros[1], x.dtype)
        return trace

    return Functions(function, element, PARTS)


def divided(scales: Scales, count: int) -> tuple[int, int]:
    """Return ``m`` and ``e`` of the reference kernels: the integer multiplier divided by the number of codes.

    Examples
    --------
    >>> divided((np.float32(0.5), np.float32(1)), 64), divided((np.float32(0.5), np.float32(1)), 49)
    ((1073741824, -6), (701219150, -5))
    """
    m, e = (int(v) for v in quantized(np.float64(scales[0]) / np.float64(scales[1])))
    shift = min(count.bit_length() - 1, 32, 31 + e)
    return (m << shift) // count, e - shift


def _reference(total: Array, count: int, scales: Scales, zeros: Zeros) -> Array:
    return np.asarray(scaled(total - count * zeros[0], *divided(scales, count), "twice_away") + zeros[1])


def _reference_step(
    trace: Trace, total: int, count: int, scales: Scales, zeros: Zeros, channel: int, channels: int
) -> int:
    centred = int(trace.step("centred", f"{total} - {count} * {zeros[0]}", total - count * zeros[0], "int32"))
    m, e = divided(scales, count)
    trace.step("multiplier", f"of {scales[0]} / {scales[1]}, divided by {count}: {m} * 2**({e} - 31)", m, "int32")
    whole = scaled_step(trace, "scaled", centred, m, e, "twice_away")
    return int(trace.step("zero point added", f"{whole} + {zeros[1]}", whole + zeros[1], "int32"))


def _kept(scales: Scales, zeros: Zeros, count: int) -> tuple[int, int, int]:
    """Return ``m`` and ``e`` and what is added after: all of it in float32."""
    single = np.float32
    share = single(single(zeros[0]) * scales[0]) / scales[1]
    rounded = int(np.trunc(share + single(0.5) if share > 0 else share - single(0.5)))
    m, e = (int(v) for v in quantized(np.asarray(scales[0] / single(single(count) * scales[1]), np.float64)))
    return m, e, zeros[1] - rounded


def _builtin(total: Array, count: int, scales: Scales, zeros: Zeros) -> Array:
    m, e, bias = _kept(scales, zeros, count)
    filled = total.shape[1] // CHANNELS * CHANNELS
    parts = [scaled(total[:, :filled], m, e, "twice_up"), scaled(total[:, filled:], m, e, "twice_away")]
    return np.concatenate(parts, axis=1) + bias


def _builtin_step(
    trace: Trace, total: int, count: int, scales: Scales, zeros: Zeros, channel: int, channels: int
) -> int:
    m, e, bias = _kept(scales, zeros, count)
    trace.step("multiplier", f"of {scales[0]} / ({count} * {scales[1]}): {m} * 2**({e} - 31)", m, "int32")
    filled = channel < channels // CHANNELS * CHANNELS
    whole = scaled_step(trace, "scaled", total, m, e, "twice_up" if filled else "twice_away")
    return int(trace.step("zero points' share added", f"{whole} + {bias}", whole + bias, "int32"))


def _floats(scales: Scales, zeros: Zeros, count: int) -> tuple[Any, Any]:
    single = np.float32
    return _with_zero(single(single(scales[0] / scales[1]) * single(single(1) / single(count))), zeros, count)


def _with_zero(m: Any, zeros: Zeros, count: int) -> tuple[Any, Any]:
    single = np.float32
    return m, single(single(zeros[1]) - single(single(count * zeros[0]) * m))


def _xnnpack(total: Array, count: int, scales: Scales, zeros: Zeros) -> Array:
    m, added = _floats(scales, zeros, count)
    return np.asarray(np.rint(total.astype(np.float32) * m + added))


def _xnnpack_step(
    trace: Trace, total: int, count: int, scales: Scales, zeros: Zeros, channel: int, channels: int
) -> int:
    return _even_step(trace, total, *_floats(scales, zeros, count))


def _even_step(trace: Trace, total: int, m: Any, added: Any) -> int:
    product = trace.step("scaled", f"float32({total}) * {m}", np.float32(np.float32(total) * m))
    real = trace.step("zero points' share added", f"{product} + {added}", np.float32(product + added))
    return int(trace.step("rounded", f"round({real}), half_even", round(float(real)), "int32"))


def _sum(total: Array, count: int, scales: Scales, zeros: Zeros) -> Array:
    return np.asarray(fixed(total - count * zeros[0], scales[0] / scales[1]) + zeros[1])


def _sum_step(trace: Trace, total: int, count: int, scales: Scales, zeros: Zeros, channel: int, channels: int) -> int:
    centred = int(trace.step("centred", f"{total} - {count} * {zeros[0]}", total - count * zeros[0], "int32"))
    whole = fixed_step(trace, centred, scales[0] / scales[1])
    return int(trace.step("zero point added", f"{whole} + {zeros[1]}", whole + zeros[1], "int32"))


def _sum_floats(scales: Scales, zeros: Zeros, count: int) -> tuple[Any, Any]:
    m = np.float32(scales[0] / scales[1])
    return m, np.float32(np.float32(-zeros[0]) * m) * np.float32(count)


def _real_sum(total: Array, count: int, scales: Scales, zeros: Zeros) -> Array:
    m, added = _sum_floats(scales, zeros, count)
    return np.asarray(half_away(total.astype(np.float32) * m + added) + zeros[1])


def _real_sum_step(
    trace: Trace, total: int, count: int, scales: Scales, zeros: Zeros, channel: int, channels: int
) -> int:
    m, added = _sum_floats(scales, zeros, count)
    product = trace.step("scaled", f"float32({total}) * {m}", np.float32(np.float32(total) * m))
    whole = half_away_step(trace, trace.step("zero points' share added", f"{product} + {added}", product + added))
    return int(trace.step("zero point added", f"{whole} + {zeros[1]}", whole + zeros[1], "int32"))


def _xnnpack_sum(total: Array, count: int, scales: Scales, zeros: Zeros) -> Array:
    m, added = _with_zero(np.float32(scales[0] / scales[1]), zeros, count)
    return np.asarray(np.rint(total.astype(np.float32) * m + added))


def _xnnpack_sum_step(
    trace: Trace, total: int, count: int, scales: Scales, zeros: Zeros, channel: int, channels: int
) -> int:
    return _even_step(trace, total, *_with_zero(np.float32(scales[0] / scales[1]), zeros, count))


def _unsigned(codes: Array) -> Array:
    """Return what the bits of int8 codes are as uint8."""
    return np.asarray(codes.astype(np.int64) & 0xFF)


def _unsigned_sum(total: Array, count: int, scales: Scales, zeros: Zeros) -> Array:
    held = np.clip(_sum(total, count, scales, zeros), 0, 255)
    return np.where(held > LARGEST, held - 256, held)


def _unsigned_sum_step(
    trace: Trace, total: int, count: int, scales: Scales, zeros: Zeros, channel: int, channels: int
) -> int:
    whole = _sum_step(trace, total, count, scales, zeros, channel, channels)
    held = int(trace.step("held in uint8", f"clamp({whole}, 0, 255)", min(max(whole, 0), 255), "uint8"))
    return int(trace.step("its bits as int8", f"of {held}", held if held <= LARGEST else held - 256, "int8"))


REFERENCE = mean(_reference, _reference_step)
BUILTIN = mean(_builtin, _builtin_step, (_reference, _reference_step))
XNNPACK = mean(_xnnpack, _xnnpack_step)
SUM_OF_MICRO = mean(_sum, _sum_step, op_type="SUM")
SUM_OF_BUILTIN = mean(_real_sum, _real_sum_step, op_type="SUM")
SUM_OF_XNNPACK = mean(_xnnpack_sum, _xnnpack_sum_step, op_type="SUM")
SUM_OF_REFERENCE = by_type(
    mean(_unsigned_sum, _unsigned_sum_step, op_type="SUM", read=_unsigned), mean(_sum, _sum_step, op_type="SUM")
)
