"""QuantizeLinear in plain loops."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, CodeType, Number, Runtime, code_type
from ..errors import UserError
from ..trace import Trace
from ._axis import along_axis

Array = npt.NDArray[Any]

PARTS = frozenset({"rounding", "zero_point", "overflow"})
"""Where a fault can be made."""

OUTPUT_TYPES = {
    2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 21: "uint4", 22: "int4", 25: "uint2", 26: "int2",
}  # fmt: skip
"""The types of codes by ONNX's numbers."""


def quantize_linear_loops(
    x: Array, y_scale: Number, y_zero_point: Number | None = None, *, axis: int = 1, block_size: int = 0,
    output_dtype: int = 0, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    """Compute what :func:`quantize_linear` does, one element after another (the slow twin).

    Examples
    --------
    >>> quantize_linear_loops(np.array([0.5, 1.5, 300.0], np.float32), np.float32(1), np.uint8(3))
    array([  3,   5, 255], dtype=uint8)
    """
    *_, kind = checked(x, y_scale, y_zero_point, axis, block_size, output_dtype, 0)
    y = np.empty(np.shape(x), kind.stored)
    for index in np.ndindex(y.shape):
        y[index] = quantize_linear_element(
            index,
            x,
            y_scale,
            y_zero_point,
            axis=axis,
            block_size=block_size,
            output_dtype=output_dtype,
            runtime=runtime,
        ).output
    return y


def quantize_linear_element(
    index: tuple[int, ...],
    x: Array,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
    **_: Any,
) -> Trace:
    """Write down how ``quantize_linear(...)[index]`` comes about.

    Examples
    --------
    >>> trace = quantize_linear_element((0,), np.array([2.5], np.float32), np.float32(1), np.int8(-128))
    >>> [step.formula for step in trace.steps]
    ['2.5 / 1.0', 'round(2.5), half_even', '2 + -128', 'min(max(-126, -128), 127)']
    """
    x, y_scale = in_scales_type(x, y_scale, axis, block_size)
    given: dict[str, Any] = {"axis": axis, "block_size": block_size, "output_dtype": output_dtype}
    return quantize_linear_element_10(index, x, y_scale, y_zero_point, **given, runtime=runtime)


def quantize_linear_element_10(
    index: tuple[int, ...],
    x: Array,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
    **_: Any,
) -> Trace:
    """Write down how ``quantize_linear_10(...)[index]`` comes about: before opset 23.

    Examples
    --------
    >>> quantize_linear_element_10((0,), np.array([2.5], np.float32), np.float32(1), np.int8(-128)).output
    -126
    """
    runtime.refuse_others("QuantizeLinear", PARTS)
    functions = runtime.own("QuantizeLinear")
    if functions is not None:
        given = {"axis": axis, "output_dtype": output_dtype}
        return functions.element(index, x, y_scale, y_zero_point, **given, runtime=runtime)
    x, scales, zeros, kind = checked(x, y_scale, y_zero_point, axis, block_size, output_dtype, 0)
    scale, zero = np.float32(np.broadcast_to(scales, x.shape)[index]), int(np.broadcast_to(zeros, x.shape)[index])
    trace = Trace("QuantizeLinear", index)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        quotient = trace.step("divided", f"{x[index]} / {scale}", np.float32(x[index] / scale))
    if np.isnan(quotient):
        trace.step("saturated", "not a number: the lowest code", kind.minimum, kind.name)
        return trace
    runtime.finish.steps(trace, np.clip(quotient, -(2.0**62), 2.0**62).astype(np.float32), zero, kind)
    return trace


def checked(
    x: Array, y_scale: Number, y_zero_point: Number | None, axis: int, block_size: int, output_dtype: int,
    precision: int,
) -> tuple[Array, Array, Array, CodeType]:  # fmt: skip
    """Check the inputs; return scale and zero point so that they broadcast, and the output's type."""
    x = np.asarray(x)
    if x.dtype not in (np.float32, np.float16):
        raise UserError(f"x is {x.dtype}", "float32 or float16", "Convert x with x.astype(numpy.float32).")
    x = x.astype(np.float32, copy=False)
    if precision:
        raise UserError(f"precision is {precision}", "0", "Quantize without precision.")
    if output_dtype and output_dtype not in OUTPUT_TYPES:
        known = ", ".join(f"{number} ({kind})" for number, kind in OUTPUT_TYPES.items())
        raise UserError(f"output_dtype is {output_dtype}", f"0 or one of {known}", "Quantize to one of these.")
    if y_zero_point is None:
        kind = code_type(OUTPUT_TYPES[output_dtype or 2])
        return (
            x,
            *along_axis(x, "x", y_scale, "y_scale", np.zeros((), kind.stored), "y_zero_point", axis, block_size),
            kind,
        )
    zero_point = np.asarray(y_zero_point)
    if str(zero_point.dtype) not in OUTPUT_TYPES.values():
        raise UserError(f"y_zero_point is {zero_point.dtype}", "int8, uint8, int16 or uint16", "Change its type.")
    kind = code_type(OUTPUT_TYPES.get(output_dtype, str(zero_point.dtype)))
    if kind.stored != zero_point.dtype:
        raise UserError(
            f"output_dtype is {output_dtype} ({kind.name}) and y_zero_point is {zero_point.dtype}", "one type for both",
            f"Give y_zero_point as {kind.stored}, or leave output_dtype out.",
        )  # fmt: skip
    return x, *along_axis(x, "x", y_scale, "y_scale", zero_point, "y_zero_point", axis, block_size), kind


def in_scales_type(x: Array, y_scale: Number, axis: int, block_size: int) -> tuple[Array, Number]:
    """Return quotients of float16, where the scale is, and scales of 1; else what was given.

    Since opset 23 the type of the scale is that of the division; before, everything is divided in float32.

    Examples
    --------
    >>> in_scales_type(np.array([25.42], np.float32), np.float16(0.15), 1, 0)
    (array([169.5], dtype=float32), array(1., dtype=float32))
    """
    scale = np.asarray(y_scale)
    if scale.dtype != np.float16:
        return x, y_scale
    x = np.asarray(x)
    spread, _ = along_axis(x, "x", scale, "y_scale", np.zeros(scale.shape, np.int8), "y_zero_point", axis, block_size)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        quotients = x.astype(np.float16) / spread.astype(np.float16)
    return quotients.astype(np.float32), np.ones(scale.shape, np.float32)
