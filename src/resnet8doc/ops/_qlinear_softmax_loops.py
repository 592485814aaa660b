"""QLinearSoftmax in plain loops, and its table."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from . import _checks as check

Array = npt.NDArray[Any]

PARTS = frozenset({"rounding", "overflow", "formula"})
"""Where a fault can be made."""


def exponentials(scale: Number, length: int) -> Array:
    """Return the table ``t`` of :func:`qlinear_softmax`.

    Parameters
    ----------
    scale
        ``X_scale``.
    length
        Of the axis along which the probabilities sum to 1.

    Returns
    -------
    numpy.ndarray
        float32 ``[256]``; the last entry belongs to the largest code. Read-only.

    Examples
    --------
    >>> table = exponentials(np.float32(0.1), 10)
    >>> float(table[254] / table[255])  # about exp(-0.1)
    0.904837429523468
    """
    return _exponentials(float(np.float32(scale)), length)


@lru_cache(maxsize=64)
def _exponentials(step: float, length: int) -> Array:
    logarithm = float(np.float32(math.log(np.float32(np.finfo(np.float32).max) / np.float32(length))))
    shift = max(0.0, logarithm - 5.0) / step
    table = np.array([math.exp((i - 255 + shift) * step) for i in range(256)], np.float64).astype(np.float32)
    table.flags.writeable = False
    return table


def qlinear_softmax_element(
    index: tuple[int, ...],
    X: Array,
    X_scale: Number,
    x_zero_point: Number | None,
    y_scale: Number,
    y_zero_point: Number,
    *,
    opset: int,
    axis: int = -1,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:
    """Write down how ``qlinear_softmax(...)[index]`` comes about, by the runtime's form, in plain loops.

    Examples
    --------
    >>> X = np.array([[10, 20, 30]], np.int8)
    >>> quarter, zero = np.float32(1 / 256), np.int8(-128)
    >>> trace = qlinear_softmax_element((0, 1), X, np.float32(0.1), np.int8(0), quarter, zero, opset=19)
    >>> [(step.name, step.value) for step in trace.steps if step.name in ("table index", "rounded")]
    [('table index', 245), ('rounded', 63)]
    """
    runtime.refuse_others("QLinearSoftmax", PARTS)
    functions = runtime.own("QLinearSoftmax")
    if functions is not None:
        inputs = (X, X_scale, x_zero_point, y_scale, y_zero_point)
        return functions.element(index, *inputs, opset=opset, axis=axis, runtime=runtime)
    x, single = np.asarray(X), np.float32
    axis %= x.ndim
    lead, rest = tuple(index[:axis]), tuple(index[axis:])
    row = [int(v) for v in (x[lead].reshape(-1) if opset < 13 else np.moveaxis(x, axis, -1)[lead + rest[1:]])]
    own = row[int(np.ravel_multi_index(rest, x.shape[axis:]))] if opset < 13 else row[rest[0]]
    y_scale, zero = check.scale(y_scale, "y_scale"), int(check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y"))
    trace = Trace("QLinearSoftmax", tuple(index))
    table = exponentials(check.scale(X_scale, "X_scale"), len(row))
    largest = trace.step("largest code", f"max of {len(row)} codes", max(row), str(x.dtype))
    at = trace.step("table index", f"{own} - {largest} + 255", own - largest + 255, "int32")
    t = trace.step("exponential", f"table[{at}]", table[at])
    total = single(0)
    for code in row:
        total = single(total + table[code - largest + 255])
    trace.step("sum", "of the exponentials, one by one", total)
    levels = trace.step("levels", f"floor(1 / {y_scale})", single(np.floor(single(1) / single(y_scale))))
    real = trace.step("scaled", f"{t} * {levels} / {total}", np.float64(t) * np.float64(levels) / np.float64(total))
    runtime.finish.steps(trace, real, zero, x.dtype)
    return trace


def qlinear_softmax_loops(*inputs: Any, opset: int, axis: int = -1, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
    """Compute what :func:`qlinear_softmax` does, one element after another (the slow twin).

    Examples
    --------
    >>> X, zero = np.array([[10, 20, 30]], np.int8), np.int8(-128)
    >>> qlinear_softmax_loops(X, np.float32(0.1), np.int8(0), np.float32(1 / 256), zero, opset=19)
    array([[-105,  -65,   42]], dtype=int8)
    """
    y = np.empty(np.shape(inputs[0]), np.asarray(inputs[0]).dtype)
    for index in np.ndindex(y.shape):
        y[index] = qlinear_softmax_element(index, *inputs, opset=opset, axis=axis, runtime=runtime).output
    return y
