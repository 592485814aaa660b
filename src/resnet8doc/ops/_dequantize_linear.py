"""DequantizeLinear: the boundary from codes back to real numbers."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from ._axis import along_axis
from ._cast import TYPES
from ._operator import MICROSOFT, Codes, Operator

Array = npt.NDArray[Any]

INPUT_TYPES = (np.int8, np.uint8, np.int16, np.uint16, np.int32)


def dequantize_linear(
    x: Array,
    x_scale: Number,
    x_zero_point: Number | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
    **_: Any,
) -> Array:
    r"""Dequantize codes: :math:`y = (x - x_{zero\_point}) \cdot x_{scale}`.

    In order: the difference in int32; converted to float32 (rounded to even above 2^24, so for an int32 bias only);
    the product, rounded to float32.

    Parameters
    ----------
    x
        int8, uint8, int16, uint16 or int32, any shape.
    x_scale
        float32 or float16: a scalar, ``[x.shape[axis]]``, or with ``block_size`` of ``x``'s shape, the axis shorter.
    x_zero_point
        Of ``x``'s type and ``x_scale``'s shape, or None for 0.
    axis
        The axis along which ``x_scale`` runs, if it is not a scalar.
    block_size
        How many neighbours along the axis share one scale; 0: a scale for each, or for all.
    output_dtype
        ONNX's number of the output's type, which must be the scale's; 0: as the scale.
    runtime
        Whose formula; no fault can be made in it.

    Returns
    -------
    numpy.ndarray
        Of the scale's type and ``x``'s shape; float16 is computed in float32 and rounded.

    Raises
    ------
    UserError
        If a scale is not finite, or an output's is 0, or types or shapes do not fit.

    References
    ----------
    ONNX, `DequantizeLinear <https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html>`__; ONNX Runtime,
    ``core/providers/cpu/quantization/quantize_linear.cc``.

    Examples
    --------
    >>> dequantize_linear(np.array([-128, 0, 127], np.int8), np.float32(1 / 256), np.int8(-128))
    array([0.        , 0.5       , 0.99609375], dtype=float32)
    """
    runtime.refuse_others("DequantizeLinear", frozenset())
    x, scale, zero_point = _checked(x, x_scale, x_zero_point, axis, block_size, output_dtype)
    functions = runtime.own("DequantizeLinear")
    if functions is not None:
        if block_size:
            raise UserError(
                f"block_size is {block_size}, in the arithmetic of {runtime.title}", "0: it has no scales of blocks",
                "Compute in ONNX Runtime's arithmetic.",
            )  # fmt: skip
        return np.asarray(functions.function(x, x_scale, x_zero_point, axis=axis, runtime=runtime))
    kind = np.asarray(x_scale).dtype
    if x.dtype == np.int32:
        real = (x - zero_point).astype(np.float32) * scale
    else:  # codes of 16 bits and fewer, and their differences, are exact in float32
        real = np.subtract(x, zero_point, dtype=np.float32) * scale
    with np.errstate(over="ignore"):
        return np.asarray(real.astype(kind, copy=False))


def dequantize_linear_loops(
    x: Array,
    x_scale: Number,
    x_zero_point: Number | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    """Compute what :func:`dequantize_linear` does, one element after another (the slow twin).

    Examples
    --------
    >>> dequantize_linear_loops(np.array([0, 255], np.uint8), np.float32(0.5), np.uint8(3))
    array([ -1.5, 126. ], dtype=float32)
    """
    y = np.empty(np.shape(x), np.asarray(x_scale).dtype)
    for index in np.ndindex(y.shape):
        y[index] = dequantize_linear_element(
            index, x, x_scale, x_zero_point, axis=axis, block_size=block_size, runtime=runtime
        ).output
    return y


def dequantize_linear_element(
    index: tuple[int, ...], x: Array, x_scale: Number, x_zero_point: Number | None = None, *, axis: int = 1,
    block_size: int = 0, runtime: Runtime = ONNXRUNTIME_X86, **_: Any,
) -> Trace:  # fmt: skip
    """Write down how ``dequantize_linear(...)[index]`` comes about.

    Examples
    --------
    >>> trace = dequantize_linear_element((0,), np.array([127], np.int8), np.float32(0.5), np.int8(-128))
    >>> [(step.formula, step.value) for step in trace.steps]
    [('127 - -128', 255), ('float32(255) * 0.5', 127.5)]
    """
    functions = runtime.own("DequantizeLinear")
    if functions is not None:
        return functions.element(index, x, x_scale, x_zero_point, axis=axis, runtime=runtime)
    x, scales, zeros = _checked(x, x_scale, x_zero_point, axis, block_size, 0)
    scale, zero = np.float32(np.broadcast_to(scales, x.shape)[index]), int(np.broadcast_to(zeros, x.shape)[index])
    trace = Trace("DequantizeLinear", index)
    difference = trace.step("centred", f"{x[index]} - {zero}", int(x[index]) - zero, "int32")
    scaled = trace.step("scaled", f"float32({difference}) * {scale}", np.float32(np.float32(difference) * scale))
    if np.asarray(x_scale).dtype == np.float16:
        with np.errstate(over="ignore"):
            trace.step("rounded", f"float16({scaled})", np.float16(scaled), "float16")
    return trace


def _checked(
    x: Array, x_scale: Number, x_zero_point: Number | None, axis: int, block_size: int, output_dtype: int
) -> tuple[Array, Array, Array]:
    x = np.asarray(x)
    if x.dtype not in INPUT_TYPES:
        raise UserError(f"x is {x.dtype}", "int8, uint8, int16, uint16 or int32", "Give x as quantized codes.")
    if output_dtype and TYPES.get(output_dtype) != np.asarray(x_scale).dtype:
        raise UserError(
            f"output_dtype is {output_dtype} and x_scale is {np.asarray(x_scale).dtype}",
            "one type for both",
            "Change one.",
        )
    zero_point = np.zeros((), x.dtype) if x_zero_point is None else np.asarray(x_zero_point)
    if zero_point.dtype != x.dtype:
        raise UserError(f"x_zero_point is {zero_point.dtype} and x is {x.dtype}", "one type for both", "Change one.")
    return x, *along_axis(x, "x", x_scale, "x_scale", zero_point, "x_zero_point", axis, block_size)


OPERATOR = Operator(
    "DequantizeLinear", "", dequantize_linear, ("y",), (10, 13, 19, 21, 23, 24, 25, 28), "boundary",
    loops=dequantize_linear_loops, element=dequantize_linear_element,
    codes={"x": Codes("x_scale", "x_zero_point", "axis")},
)  # fmt: skip
OWN = replace(OPERATOR, domain=MICROSOFT, since_versions=(1,))
"""ONNX Runtime's own form of it: the same kernel. It had 16-bit codes before the standard did."""
