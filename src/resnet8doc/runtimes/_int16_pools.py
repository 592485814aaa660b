"""Pools of int16 codes in TensorFlow Lite's kernel sets: AVERAGE_POOL_2D, halves away from zero, and MAX_POOL_2D.

Source: TensorFlow Lite, ``kernels/internal/reference/integer_ops/pooling.h``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import AutoPad, check, window_sums
from ..trace import Trace
from ._int16_sums import PARTS, SHORT, WIDE, centred, short

LOWEST = -(1 << 15)
"""The lowest code, which padding is for the largest of a window."""


def _window(x: Array, index: tuple[int, ...], kernel: Sequence[int], strides: Any, pads: Any) -> list[int]:
    """Return the codes inside one window."""
    n, c, i, j = index
    steps, edges = tuple(strides or (1, 1)), tuple(pads or (0, 0, 0, 0))
    top, left = i * steps[0] - edges[0], j * steps[1] - edges[1]
    rows, columns = slice(max(top, 0), top + kernel[0]), slice(max(left, 0), left + kernel[1])
    return [int(code) for code in x[n, c, rows, columns].ravel()]


def _pool_inputs(*inputs: Any, channels_last: int = 0, count_include_pad: int = 0) -> tuple[Array, Any]:
    X, x_scale, x_zero, y_scale, y_zero = inputs
    x = short(X, "X")
    check.rank(x, "X", "[N, C, H, W]")
    centred(x_zero, "x_zero_point")
    centred(y_zero, "y_zero_point")
    if channels_last or count_include_pad or check.scale(x_scale, "x_scale") != check.scale(y_scale, "y_scale"):
        raise UserError(
            f"channels_last is {channels_last}, count_include_pad {count_include_pad}, the scales {x_scale}, {y_scale}",
            "0, 0, one scale", "TensorFlow Lite knows no other.",
        )  # fmt: skip
    return x, np.asarray(y_zero)


def _average(
    *inputs: Any, runtime: Runtime, kernel_shape: Sequence[int], auto_pad: AutoPad = "NOTSET", ceil_mode: int = 0,
    pads: Any = None, strides: Any = None, **flags: int,
) -> Array:  # fmt: skip
    x, zero = _pool_inputs(*inputs, **flags)
    sums, counts = window_sums(x.astype(np.float64), kernel_shape, auto_pad, ceil_mode, 0, pads, strides, (1, 1))
    total, count = sums.astype(WIDE), counts.astype(WIDE)
    size = (np.abs(total) + count // 2) // count
    return runtime.finish.narrowed(np.where(total < 0, -size, size), zero, SHORT)


def _average_element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime, kernel_shape: Sequence[int], auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0, pads: Any = None, strides: Any = None, **flags: int,
) -> Trace:  # fmt: skip
    x, zero = _pool_inputs(*inputs, **flags)
    codes = _window(x, index, kernel_shape, strides, pads)
    trace = Trace("AVERAGE_POOL_2D_INT16", tuple(index))
    total = int(trace.step("sum", f"of {len(codes)} codes", sum(codes), "int32"))
    size = (abs(total) + len(codes) // 2) // len(codes)
    mean = size if total >= 0 else -size
    trace.step("mean", f"{total} / {len(codes)}, halves away from zero", mean, "int32")
    runtime.finish.clamp_step(trace, mean, int(zero), SHORT)
    return trace


def _largest(
    X: Any, *, runtime: Runtime, kernel_shape: Sequence[int], pads: Any = None, strides: Any = None, ceil_mode: int = 0
) -> Array:
    x, edges = short(X, "X"), tuple(pads or (0, 0, 0, 0))
    check.rank(x, "X", "[N, C, H, W]")
    if ceil_mode:
        raise UserError("ceil_mode is 1", "0", "TensorFlow Lite knows no other.")
    padded = np.pad(x, ((0, 0), (0, 0), edges[::2], edges[1::2]), constant_values=LOWEST)
    windows = np.lib.stride_tricks.sliding_window_view(padded, tuple(kernel_shape), axis=(2, 3))
    steps = tuple(strides or (1, 1))
    y = windows[:, :, :: steps[0], :: steps[1]].max(axis=(4, 5))
    return runtime.finish.narrowed(y.astype(WIDE), np.int16(0), SHORT)


def _largest_element(
    index: tuple[int, ...], X: Any, *, runtime: Runtime, kernel_shape: Sequence[int], pads: Any = None,
    strides: Any = None, ceil_mode: int = 0,
) -> Trace:  # fmt: skip
    codes = _window(short(X, "X"), index, kernel_shape, strides, pads)
    trace = Trace("MAX_POOL_2D_INT16", tuple(index))
    found = int(trace.step("largest", f"of {len(codes)} codes", max(codes), "int16"))
    runtime.finish.clamp_step(trace, found, 0, SHORT)
    return trace


AVERAGE_POOL = Functions(_average, _average_element, PARTS)
MAX_POOL = Functions(_largest, _largest_element, PARTS)
