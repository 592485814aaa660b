"""QLinearAveragePool in plain loops."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from . import _checks as check
from ._qlinear_global_average_pool_loops import PARTS as GLOBAL_PARTS
from ._qlinear_global_average_pool_loops import qlinear_global_average_pool_element
from ._windows import AutoPad, channels_first, output_size, pair, pool_pads, spatial

Array = npt.NDArray[Any]

PARTS = GLOBAL_PARTS | {"formula"}
"""Where a fault can be made; some of them only where the window covers the whole image."""


def qlinear_average_pool_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_average_pool` does, one output after another (the slow twin).

    Examples
    --------
    >>> X = np.array([[[[2, 3, 9, 9], [4, 5, 9, 9]]]], np.uint8)
    >>> one, zero = np.float32(1), np.uint8(0)
    >>> qlinear_average_pool_loops(X, one, zero, one, zero, kernel_shape=(2, 2), strides=(2, 2))
    array([[[[4, 9]]]], dtype=uint8)
    """
    x = np.asarray(inputs[0])
    last = bool(attributes.get("channels_last"))
    size = pooled_size(x.shape[1:-1] if last else x.shape[2:], **attributes)
    y = np.empty((x.shape[0], *size, x.shape[-1]) if last else (*x.shape[:2], *size), x.dtype)
    for index in np.ndindex(y.shape):
        y[index] = qlinear_average_pool_element(index, *inputs, runtime=runtime, **attributes).output
    return y


def qlinear_average_pool_element(
    index: tuple[int, ...],
    X: Array,
    x_scale: Number,
    x_zero_point: Number | None,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad = "NOTSET",
    channels_last: int = 0,
    count_include_pad: int = 0,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
    runtime: Runtime = ONNXRUNTIME_X86,
    **_: Any,
) -> Trace:
    """Write down how ``qlinear_average_pool(...)[index]`` comes about.

    Examples
    --------
    >>> X = np.array([[[[2, 3, 9, 9], [4, 5, 9, 9]]]], np.uint8)
    >>> one, zero = np.float32(1), np.uint8(0)
    >>> trace = qlinear_average_pool_element((0, 0, 0, 0), X, one, zero, one, zero, kernel_shape=(2, 2), strides=(2, 2))
    >>> [(step.name, step.value) for step in trace.steps]
    [('sum', 14.0), ('mean', 3.5), ('divided', 3.5), ('zero point added', 3.5), ('rounded', 4), ('saturated', 4)]
    """
    runtime.refuse_others("QLinearAveragePool", PARTS)
    functions = runtime.own("QLinearAveragePool")
    if functions is not None:
        given = {"kernel_shape": kernel_shape, "auto_pad": auto_pad, "channels_last": channels_last, "pads": pads,
                 "count_include_pad": count_include_pad, "strides": strides}  # fmt: skip
        return functions.element(index, X, x_scale, x_zero_point, y_scale, y_zero_point, **given, runtime=runtime)
    x = check.codes(X, "X")
    image = channels_first(x) if channels_last else x
    size, axes = image.shape[2:], spatial(x.ndim, "X")
    kernel, steps = pair(kernel_shape, "kernel_shape", axes), pair(strides, "strides", axes)
    edges = pool_pads(size, kernel, steps, (1,) * axes, pads, auto_pad)
    if kernel == size and not any(edges):
        runtime = runtime.limited_to("QLinearGlobalAveragePool", GLOBAL_PARTS)
        inputs = (X, x_scale, x_zero_point, y_scale, y_zero_point)
        return qlinear_global_average_pool_element(index, *inputs, channels_last=channels_last, runtime=runtime)
    x_scale, y_scale = check.scale(x_scale, "x_scale"), check.scale(y_scale, "y_scale")
    n, channel, *place = (index[0], index[-1], *index[1:-1]) if channels_last else index
    x_zero = int(check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X"))
    y_zero = int(check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y"))
    trace, single = Trace("QLinearAveragePool", tuple(index)), np.float32
    total, count = single(0), 0
    for tap in np.ndindex(*kernel):
        at = [i * step - edge + k for i, step, edge, k in zip(place, steps, edges, tap, strict=False)]
        inside = all(0 <= i < length for i, length in zip(at, size, strict=True))
        count += inside or bool(count_include_pad)
        if inside:
            total = single(total + single(single(int(image[(n, channel, *at)]) - x_zero) * single(x_scale)))
    trace.step("sum", f"of the window's codes less {x_zero} times {x_scale}, one by one", total)
    mean = trace.step("mean", f"{total} / {count}", single(total / single(count)))
    real = trace.step("divided", f"{mean} / {y_scale}", single(mean / single(y_scale)))
    total_with_zero = trace.step("zero point added", f"{real} + {y_zero}", single(real + single(y_zero)))
    runtime.finish.clamp_step(trace, runtime.finish.round_step(trace, check.in_int32(total_with_zero)), y_zero, x.dtype)
    return trace


def pooled_size(
    image: Sequence[int], *, kernel_shape: Sequence[int], auto_pad: AutoPad = "NOTSET", ceil_mode: int = 0,
    pads: Sequence[int] | None = None, strides: Sequence[int] | None = None, **_: Any,
) -> tuple[int, ...]:  # fmt: skip
    """Return rows and columns of the output."""
    axes = len(image)
    kernel, steps = pair(kernel_shape, "kernel_shape", axes), pair(strides, "strides", axes)
    edges = pool_pads(image, kernel, steps, (1,) * axes, pads, auto_pad)
    return output_size(image, kernel, steps, (1,) * axes, edges, ceil_mode)
