"""QLinearGlobalAveragePool in plain loops."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Adder, Number, Runtime
from ..trace import Term, Trace
from . import _checks as check

Array = npt.NDArray[Any]

PARTS = frozenset({"accumulator", "multiplier", "rounding", "zero_point", "overflow"})
"""Where a fault can be made."""


def qlinear_global_average_pool_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_global_average_pool` does, one output after another (the slow twin).

    Examples
    --------
    >>> X = np.array([[[[2, 3], [4, 5]]]], np.uint8)
    >>> qlinear_global_average_pool_loops(X, np.float32(1), np.uint8(1), np.float32(1), np.uint8(1))
    array([[[[3]]]], dtype=uint8)
    """
    x = np.asarray(inputs[0])
    ones = (1,) * (x.ndim - 2)
    shape = (x.shape[0], *ones, x.shape[-1]) if attributes.get("channels_last") else (*x.shape[:2], *ones)
    y = np.empty(shape, x.dtype)
    for index in np.ndindex(y.shape):
        y[index] = qlinear_global_average_pool_element(index, *inputs, runtime=runtime, **attributes).output
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
    runtime: Runtime = ONNXRUNTIME_X86,
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
    runtime.refuse_others("QLinearGlobalAveragePool", PARTS)
    functions = runtime.own("QLinearGlobalAveragePool")
    if functions is not None:
        inputs = (X, x_scale, x_zero_point, y_scale, y_zero_point)
        return functions.element(index, *inputs, channels_last=channels_last, runtime=runtime)
    x = check.codes(X, "X")
    n, channel = (index[0], index[-1]) if channels_last else index[:2]
    size = x.shape[1:-1] if channels_last else x.shape[2:]
    pixels = math.prod(size)
    x_zero = int(check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X"))
    y_zero = int(check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y"))
    trace, adder = Trace("QLinearGlobalAveragePool", tuple(index)), Adder(runtime.first_stage)
    for place in np.ndindex(*size):
        at = (n, *place, channel) if channels_last else (n, channel, *place)
        code = int(x[at])
        adder.add(code - x_zero)
        trace.terms.append(Term(place, at, code, code - x_zero, 1, 1, code - x_zero, adder.value))
    total = trace.step("accumulator", f"the sum of {pixels} codes less {x_zero}", adder.value, f"int{adder.bits}")
    factor = runtime.second_stage.mean_factor(check.scale(x_scale, "x_scale"), check.scale(y_scale, "y_scale"), pixels)[
        ()
    ]
    trace.step("multiplier", f"{x_scale} / ({y_scale} * {pixels})", factor)
    runtime.second_stage.explain(trace, total, factor, y_zero, x.dtype, runtime.finish)
    return trace
