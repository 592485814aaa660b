"""QuantizeLinear: the boundary from real numbers to codes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..requantize import RUNTIME, Arithmetic, Number, narrow, round_to_integer
from ._axis import along_axis
from ._steps import round_step
from ._trace import Trace

Array = npt.NDArray[Any]

OUTPUT_TYPES = (np.int8, np.uint8, np.int16, np.uint16)


def quantize_linear(
    x: Array,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    saturate: int = 1,
    precision: int = 0,
    arithmetic: Arithmetic = RUNTIME,
) -> Array:
    r"""Quantize real numbers: :math:`y = \mathrm{saturate}(\mathrm{round}(x / y_{scale}) + y_{zero\_point})`.

    In order: the quotient, rounded to float32; rounded to an integer, ties to even; the zero point added; clamped to
    the output type. NaN becomes the type's lowest code, as on x86 (``maxps`` returns its second operand).

    Parameters
    ----------
    x
        float32, any shape.
    y_scale
        float32 scalar, or ``[x.shape[axis]]``.
    y_zero_point
        int8, uint8, int16 or uint16, of ``y_scale``'s shape; it decides the output's type. Without it uint8 and 0.
    axis
        The axis along which ``y_scale`` runs, if it is not a scalar.
    block_size, output_dtype, saturate, precision
        Of later versions of the standard; any value but the default is refused (``saturate`` concerns float8 only).
    arithmetic
        ``rounding``, ``zero_point_added`` and ``overflow`` are used.

    Returns
    -------
    numpy.ndarray
        Codes, of ``x``'s shape.

    Raises
    ------
    UserError
        If a scale is not a finite number above 0, or types or shapes do not fit.

    References
    ----------
    ONNX, `QuantizeLinear <https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html>`__; ONNX Runtime,
    ``core/mlas/lib/quantize.cpp``, ``MlasQuantizeLinearKernel``.

    Examples
    --------
    A pixel of 200 and some ties (quotients 0.5, 1.5, 2.5), with an odd zero point:

    >>> x = np.array([200.0, 0.5, 1.5, 2.5, -1000.0], np.float32)
    >>> quantize_linear(x, np.float32(1), np.int8(-128))
    array([  72, -128, -126, -126, -128], dtype=int8)
    >>> quantize_linear(x, np.float32(1), np.int8(-127))
    array([  73, -127, -125, -125, -128], dtype=int8)
    """
    x, scale, zero_point = _checked(x, y_scale, y_zero_point, axis, block_size, output_dtype, precision)
    with np.errstate(over="ignore"):  # a quotient beyond float32 is an infinity, which the clamp takes
        quotient = x / scale
    if arithmetic.zero_point_added == "before_rounding":
        whole = round_to_integer(quotient + zero_point.astype(np.float32), arithmetic.rounding)
    else:
        whole = round_to_integer(quotient, arithmetic.rounding)
        whole += zero_point
    if np.isnan(np.min(whole, initial=0)):
        whole = np.where(np.isnan(whole), np.float32(np.iinfo(zero_point.dtype).min), whole)
    if arithmetic.overflow == "wrap":
        whole = np.clip(whole, -(2.0**62), 2.0**62)
    return narrow(whole, zero_point.dtype, arithmetic.overflow)


def quantize_linear_loops(
    x: Array, y_scale: Number, y_zero_point: Number | None = None, *, axis: int = 1, arithmetic: Arithmetic = RUNTIME
) -> Array:
    """Compute what :func:`quantize_linear` does, one element after another (the slow twin).

    Examples
    --------
    >>> quantize_linear_loops(np.array([0.5, 1.5, 300.0], np.float32), np.float32(1), np.uint8(3))
    array([  3,   5, 255], dtype=uint8)
    """
    _, _, zero_point = _checked(x, y_scale, y_zero_point, axis, 0, 0, 0)
    y = np.empty(np.shape(x), zero_point.dtype)
    for index in np.ndindex(y.shape):
        y[index] = quantize_linear_element(index, x, y_scale, y_zero_point, axis=axis, arithmetic=arithmetic).output
    return y


def quantize_linear_element(
    index: tuple[int, ...],
    x: Array,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    axis: int = 1,
    arithmetic: Arithmetic = RUNTIME,
    **_: Any,
) -> Trace:
    """Write down how ``quantize_linear(...)[index]`` comes about.

    Examples
    --------
    >>> trace = quantize_linear_element((0,), np.array([2.5], np.float32), np.float32(1), np.int8(-128))
    >>> [step.formula for step in trace.steps]
    ['2.5 / 1.0', 'round(2.5), half_even', '2 + -128', 'saturate(-126)']
    """
    x, scales, zeros = _checked(x, y_scale, y_zero_point, axis, 0, 0, 0)
    scale, zero = np.float32(np.broadcast_to(scales, x.shape)[index]), int(np.broadcast_to(zeros, x.shape)[index])
    trace = Trace("QuantizeLinear", index)
    with np.errstate(over="ignore"):
        quotient = trace.step("divided", f"{x[index]} / {scale}", np.float32(x[index] / scale))
    if np.isnan(quotient):
        trace.step("saturated", "not a number: the lowest code", int(np.iinfo(zeros.dtype).min), str(zeros.dtype))
        return trace
    quotient = np.clip(quotient, -(2.0**62), 2.0**62).astype(np.float32)
    if arithmetic.zero_point_added == "before_rounding":
        total = trace.step("zero point added", f"{quotient} + {zero}", np.float32(quotient + np.float32(zero)))
        whole = round_step(trace, total, arithmetic)
    else:
        whole = round_step(trace, quotient, arithmetic)
        whole = trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32")
    trace.step(
        "saturated" if arithmetic.overflow == "saturate" else "wrapped",
        f"{arithmetic.overflow}({whole})",
        narrow(np.asarray(whole), zeros.dtype, arithmetic.overflow),
    )
    return trace


def _checked(
    x: Array,
    y_scale: Number,
    y_zero_point: Number | None,
    axis: int,
    block_size: int,
    output_dtype: int,
    precision: int,
) -> tuple[Array, Array, Array]:
    x = np.asarray(x)
    if x.dtype != np.float32:
        raise UserError(f"x is {x.dtype}", "float32", "Convert x with x.astype(numpy.float32).")
    for name, value in (("block_size", block_size), ("output_dtype", output_dtype), ("precision", precision)):
        if value:
            raise UserError(f"{name} is {value}", "0", f"Quantize without {name}.")
    zero_point = np.zeros((), np.uint8) if y_zero_point is None else np.asarray(y_zero_point)
    if zero_point.dtype not in OUTPUT_TYPES:
        raise UserError(f"y_zero_point is {zero_point.dtype}", "int8, uint8, int16 or uint16", "Change its type.")
    return x, *along_axis(x, "x", y_scale, "y_scale", zero_point, "y_zero_point", axis)
