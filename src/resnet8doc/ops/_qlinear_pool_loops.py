"""QLinearAveragePool and QLinearGlobalAveragePool in plain loops."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..requantize import RUNTIME, Arithmetic, Number
from . import _checks as check
from ._qlinear_average_pool import qlinear_average_pool
from ._qlinear_global_average_pool import pool_multiplier, qlinear_global_average_pool
from ._steps import Adder, clamp_step, requantize_steps, round_step
from ._trace import Term, Trace
from ._windows import AutoPad, pair, resolve_pads

Array = npt.NDArray[Any]


def qlinear_global_average_pool_loops(*inputs: Any, arithmetic: Arithmetic = RUNTIME, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_global_average_pool` does, one output after another (the slow twin).

    Examples
    --------
    >>> X = np.array([[[[2, 3], [4, 5]]]], np.uint8)
    >>> qlinear_global_average_pool_loops(X, np.float32(1), np.uint8(1), np.float32(1), np.uint8(1))
    array([[[[3]]]], dtype=uint8)
    """
    y = np.empty_like(qlinear_global_average_pool(*inputs, **attributes))
    for index in np.ndindex(y.shape):
        y[index] = qlinear_global_average_pool_element(index, *inputs, arithmetic=arithmetic, **attributes).output
    return y


def qlinear_average_pool_loops(*inputs: Any, arithmetic: Arithmetic = RUNTIME, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_average_pool` does, one output after another (the slow twin).

    Examples
    --------
    >>> X = np.array([[[[2, 3, 9, 9], [4, 5, 9, 9]]]], np.uint8)
    >>> one, zero = np.float32(1), np.uint8(0)
    >>> qlinear_average_pool_loops(X, one, zero, one, zero, kernel_shape=(2, 2), strides=(2, 2))
    array([[[[4, 9]]]], dtype=uint8)
    """
    y = np.empty_like(qlinear_average_pool(*inputs, **attributes))
    for index in np.ndindex(y.shape):
        y[index] = qlinear_average_pool_element(index, *inputs, arithmetic=arithmetic, **attributes).output
    return y


def qlinear_global_average_pool_element(
    index: tuple[int, ...],
    X: Array,
    x_scale: Number,
    x_zero_point: Number | None,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    channels_last: int = 0,
    arithmetic: Arithmetic = RUNTIME,
) -> Trace:
    """Write down how ``qlinear_global_average_pool(...)[index]`` comes about.

    The terms are the pixels: each is multiplied by a weight of 1.

    Examples
    --------
    >>> X = np.array([[[[2, 3], [4, 5]]]], np.uint8)
    >>> scale, zero = np.float32(1), np.uint8(1)
    >>> trace = qlinear_global_average_pool_element((0, 0, 0, 0), X, scale, zero, scale, zero)
    >>> trace.value("accumulator"), trace.value("multiplier"), trace.value("scaled"), trace.output
    (10, 0.25, 2.5, 3)
    """
    arithmetic = replace(arithmetic, relu="saturation")
    x = check.codes(X, "X")
    n, channel = (index[0], index[3]) if channels_last else index[:2]
    height, width = x.shape[1:3] if channels_last else x.shape[2:]
    x_zero = int(check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X"))
    y_zero = int(check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y"))
    trace, adder = Trace("QLinearGlobalAveragePool", tuple(index)), Adder(arithmetic)
    for i in range(height):
        for j in range(width):
            at = (n, i, j, channel) if channels_last else (n, channel, i, j)
            code = int(x[at])
            adder.add(code - x_zero)
            trace.terms.append(Term((i, j), at, code, code - x_zero, 1, 1, code - x_zero, adder.value))
    total = trace.step(
        "accumulator", f"the sum of {height * width} codes less {x_zero}", adder.value, f"int{adder.bits}"
    )
    multiplier = pool_multiplier(
        check.scale(x_scale, "x_scale"), check.scale(y_scale, "y_scale"), height * width, arithmetic
    )[()]
    trace.step("multiplier", f"{x_scale} / ({y_scale} * {height * width})", multiplier)
    requantize_steps(trace, total, multiplier, y_zero, x.dtype, arithmetic)
    return trace


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
    arithmetic: Arithmetic = RUNTIME,
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
    arithmetic = replace(arithmetic, relu="saturation")
    x = check.codes(X, "X")
    image = x.transpose(0, 3, 1, 2) if channels_last else x
    kernel, steps = pair(kernel_shape, "kernel_shape"), pair(strides, "strides")
    size = image.shape[2:]
    edges = resolve_pads(size, kernel, steps, (1, 1), pads, auto_pad)
    if kernel == size and not any(edges) and arithmetic.form == "runtime":
        inputs = (X, x_scale, x_zero_point, y_scale, y_zero_point)
        return qlinear_global_average_pool_element(index, *inputs, channels_last=channels_last, arithmetic=arithmetic)
    n, channel, row, column = (index[0], index[3], *index[1:3]) if channels_last else index
    x_zero = int(check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X"))
    y_zero = int(check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y"))
    trace, single = Trace("QLinearAveragePool", tuple(index)), np.float32
    total, count = single(0), 0
    for k in range(kernel[0]):
        for l in range(kernel[1]):  # noqa: E741 - the formula's letter
            i, j = row * steps[0] - edges[0] + k, column * steps[1] - edges[1] + l
            inside = 0 <= i < size[0] and 0 <= j < size[1]
            count += inside or bool(count_include_pad)
            if inside:
                total = single(total + single(single(int(image[n, channel, i, j]) - x_zero) * single(x_scale)))
    trace.step("sum", f"of the window's codes less {x_zero} times {x_scale}, one by one", total)
    mean = trace.step("mean", f"{total} / {count}", single(total / single(count)))
    real = trace.step("divided", f"{mean} / {y_scale}", single(mean / single(y_scale)))
    if arithmetic.form == "runtime" or arithmetic.zero_point_added == "before_rounding":
        whole = round_step(
            trace, trace.step("zero point added", f"{real} + {y_zero}", single(real + single(y_zero))), arithmetic
        )
    else:
        rounded = round_step(trace, real, arithmetic)
        whole = trace.step("zero point added", f"{rounded} + {y_zero}", rounded + y_zero, "int32")
    clamp_step(trace, whole, y_zero, x.dtype, arithmetic)
    return trace
