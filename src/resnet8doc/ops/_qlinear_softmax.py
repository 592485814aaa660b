"""QLinearSoftmax: probabilities from codes by a table of exponentials; ONNX Runtime's own."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime, round_to_integer
from ..errors import UserError
from . import _checks as check
from ._operator import MICROSOFT, Codes, Operator
from ._qlinear_softmax_loops import PARTS, exponentials, qlinear_softmax_element, qlinear_softmax_loops

Array = npt.NDArray[Any]

MOST = 2.0**31


def qlinear_softmax(
    X: Array,
    X_scale: Number,
    x_zero_point: Number | None,
    y_scale: Number,
    y_zero_point: Number,
    *,
    opset: int,
    axis: int = -1,
    runtime: Runtime = ONNXRUNTIME_X86,
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
    runtime
        Whose formula, faults included.

    Returns
    -------
    numpy.ndarray
        Of ``X``'s type and shape.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/qlinear_softmax.cc``.

    Examples
    --------
    >>> X = np.array([[10, 20, 30]], np.int8)
    >>> qlinear_softmax(X, np.float32(0.1), np.int8(0), np.float32(1 / 256), np.int8(-128), opset=19)
    array([[-105,  -65,   42]], dtype=int8)
    """
    runtime.refuse_others("QLinearSoftmax", PARTS)
    functions = runtime.own("QLinearSoftmax")
    if functions is not None:
        inputs = (X, X_scale, x_zero_point, y_scale, y_zero_point)
        return np.asarray(functions.function(*inputs, opset=opset, axis=axis, runtime=runtime))
    x = check.codes(X, "X")
    scale, y_scale = check.scale(X_scale, "X_scale"), check.scale(y_scale, "y_scale")
    check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X")
    zero = check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y")
    rows = softmax_rows(x, axis, opset)
    table = exponentials(scale, rows.shape[-1])
    wide = rows.astype(np.int16)
    t = table[wide - wide.max(axis=-1, keepdims=True) + 255]
    total = np.zeros(t.shape[:-1], np.float32)
    for k in range(t.shape[-1]):
        total = total + t[..., k]
    with np.errstate(over="ignore"):
        levels = np.floor(np.float32(1) / y_scale)
    if not abs(levels) < MOST:
        raise UserError(f"y_scale is {y_scale}", "at least 2^-31", "Quantize the model again: 1/256 is usual.")
    quotient = t.astype(np.float64) * np.float64(levels) / total[..., None].astype(np.float64)
    whole = round_to_integer(quotient, runtime.finish.rounding) + zero.astype(np.float64)
    return from_rows(runtime.finish.narrowed(whole, zero, x.dtype), x.shape, axis, opset)


def softmax_rows(x: Array, axis: int, opset: int) -> Array:
    """Return ``x`` so that its last axis is the one along which probabilities sum to 1.

    Raises
    ------
    UserError
        If there is no such axis.
    """
    if not -x.ndim <= axis < x.ndim:
        raise UserError(f"axis is {axis}", f"an axis of X, which has {x.ndim}", "Correct axis.")
    if opset < 13:
        return x.reshape(-1, math.prod(x.shape[axis % x.ndim :]))
    return np.moveaxis(x, axis, -1)


def from_rows(y: Array, shape: tuple[int, ...], axis: int, opset: int) -> Array:
    """Return what :func:`softmax_rows` made rows of in its own shape."""
    return y.reshape(shape) if opset < 13 else np.moveaxis(y, -1, axis)


OPERATOR = Operator(
    "QLinearSoftmax", MICROSOFT, qlinear_softmax, ("Y",), (1,), "codes",
    loops=qlinear_softmax_loops, element=qlinear_softmax_element, parts=PARTS,
    codes={"X": Codes("X_scale", "x_zero_point"), "Y": Codes("y_scale", "y_zero_point")},
    optional=frozenset({"x_zero_point"}),
)  # fmt: skip
