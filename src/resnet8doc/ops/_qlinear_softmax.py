"""QLinearSoftmax: probabilities from codes by a table of exponentials; ONNX Runtime's own."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..requantize import RUNTIME, Arithmetic, Number, narrow, round_to_integer
from . import _checks as check
from ._steps import clamp_step, round_step
from ._trace import Trace

Array = npt.NDArray[Any]


def qlinear_softmax(
    X: Array,
    X_scale: Number,
    x_zero_point: Number | None,
    y_scale: Number,
    y_zero_point: Number,
    *,
    opset: int,
    axis: int = -1,
    arithmetic: Arithmetic = RUNTIME,
) -> Array:
    r"""Turn codes into codes of probabilities.

    The softmax does not change when a number is added to all its inputs, so the zero point drops out and the largest
    code can be moved to the top of a table of 256 exponentials, computed in float64 and stored as float32:

    .. math::
       t_i = \exp\left((i - 255 + b) s_x\right), \quad b = \max(0, \ln(\mathrm{FLT\_MAX} / n) - 5) / s_x

    with :math:`n` the length of the axis and the logarithm rounded to float32; :math:`b` uses the range of float32, so
    that the smallest do not vanish. Then, with :math:`i = x - \max x + 255`, with :math:`\Sigma` the sum of the row's
    :math:`t_i`, added one after another in float32, and with product and quotient in float64,

    .. math::
       y = \mathrm{saturate}(\mathrm{round}(t_i \cdot \lfloor 1 / s_y \rfloor / \Sigma) + z_y) .

    Parameters
    ----------
    X
        int8 or uint8, any shape.
    X_scale, y_scale
        float32 scalars.
    x_zero_point, y_zero_point
        Scalars of ``X``'s type.
    axis
        Along which the probabilities sum to 1.
    opset
        Of the Softmax that it replaces: before 13 all axes from ``axis`` on are taken as one.
    arithmetic
        ``form="documented"`` dequantizes, takes the softmax in float32 and quantizes.

    Returns
    -------
    numpy.ndarray
        Of ``X``'s type and shape.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not a finite number above 0.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/qlinear_softmax.cc``.

    Examples
    --------
    >>> X = np.array([[10, 20, 30]], np.int8)
    >>> qlinear_softmax(X, np.float32(0.1), np.int8(0), np.float32(1 / 256), np.int8(-128), opset=19)
    array([[-105,  -65,   42]], dtype=int8)
    """
    x = check.codes(X, "X")
    scale, y_scale = check.scale(X_scale, "X_scale"), check.scale(y_scale, "y_scale")
    check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X")
    zero = check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y")
    if not -x.ndim <= axis < x.ndim:
        raise UserError(f"axis is {axis}", f"an axis of X, which has {x.ndim}", "Correct axis.")
    axis %= x.ndim
    rows = x.reshape(-1, math.prod(x.shape[axis:])) if opset < 13 else np.moveaxis(x, axis, -1)
    whole = (
        _documented(rows, scale, y_scale, zero, arithmetic)
        if arithmetic.form == "documented"
        else _runtime(rows, scale, y_scale, zero, arithmetic)
    )
    y = narrow(whole, x.dtype, arithmetic.overflow)
    return y.reshape(x.shape) if opset < 13 else np.moveaxis(y, -1, axis)


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


def _runtime(rows: Array, scale: Array, y_scale: Array, zero: Array, arithmetic: Arithmetic) -> Array:
    table = exponentials(scale, rows.shape[-1])
    wide = rows.astype(np.int16)
    t = table[wide - wide.max(axis=-1, keepdims=True) + 255]
    total = np.zeros(t.shape[:-1], np.float32)
    for k in range(t.shape[-1]):
        total = total + t[..., k]
    levels = np.floor(np.float32(1) / y_scale)
    quotient = t.astype(np.float64) * np.float64(levels) / total[..., None].astype(np.float64)
    return np.asarray(round_to_integer(quotient, arithmetic.rounding) + zero.astype(np.float64))


def _documented(rows: Array, scale: Array, y_scale: Array, zero: Array, arithmetic: Arithmetic) -> Array:
    real = rows.astype(np.float32) * scale
    exponential = np.exp(real - real.max(axis=-1, keepdims=True))
    quotient = exponential / exponential.sum(axis=-1, keepdims=True) / y_scale
    if arithmetic.zero_point_added == "before_rounding":
        return round_to_integer(quotient + zero.astype(np.float32), arithmetic.rounding)
    return round_to_integer(quotient, arithmetic.rounding) + zero.astype(np.float32)


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
    arithmetic: Arithmetic = RUNTIME,
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
    arithmetic = replace(arithmetic, relu="saturation")
    x, single = np.asarray(X), np.float32
    axis %= x.ndim
    lead, rest = tuple(index[:axis]), tuple(index[axis:])
    row = [int(v) for v in (x[lead].reshape(-1) if opset < 13 else np.moveaxis(x, axis, -1)[lead + rest[1:]])]
    own = row[int(np.ravel_multi_index(rest, x.shape[axis:]))] if opset < 13 else row[rest[0]]
    zero = int(check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y"))
    trace = Trace("QLinearSoftmax", tuple(index))
    if arithmetic.form == "documented":
        y = qlinear_softmax(
            X, X_scale, x_zero_point, y_scale, y_zero_point, opset=opset, axis=axis, arithmetic=arithmetic
        )
        trace.step("quantized probability", "softmax in float32, quantized", y[tuple(index)])
        return trace
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
    rounded = round_step(trace, real, arithmetic)
    whole = trace.step("zero point added", f"{rounded} + {zero}", rounded + zero, "int32")
    clamp_step(trace, whole, zero, x.dtype, arithmetic)
    return trace


def qlinear_softmax_loops(*inputs: Any, opset: int, axis: int = -1, arithmetic: Arithmetic = RUNTIME) -> Array:
    """Compute what :func:`qlinear_softmax` does, one element after another (the slow twin).

    Examples
    --------
    >>> X, zero = np.array([[10, 20, 30]], np.int8), np.int8(-128)
    >>> qlinear_softmax_loops(X, np.float32(0.1), np.int8(0), np.float32(1 / 256), zero, opset=19)
    array([[-105,  -65,   42]], dtype=int8)
    """
    y = np.empty(np.shape(inputs[0]), np.asarray(inputs[0]).dtype)
    for index in np.ndindex(y.shape):
        y[index] = qlinear_softmax_element(index, *inputs, opset=opset, axis=axis, arithmetic=arithmetic).output
    return y
