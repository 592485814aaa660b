"""QuantizeLinear: the boundary from real numbers to codes."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, CodeType, Finish, Number, Runtime, round_to_integer
from ._in_parts import in_parts
from ._operator import MICROSOFT, Codes, Operator
from ._quantize_linear_loops import (
    PARTS,
    checked,
    in_scales_type,
    quantize_linear_element,
    quantize_linear_element_10,
    quantize_linear_loops,
)  # fmt: skip

Array = npt.NDArray[Any]


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
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Quantize real numbers: :math:`y = \mathrm{saturate}(\mathrm{round}(x / y_{scale}) + y_{zero\_point})`.

    In order: the quotient, rounded to the type of the scale (before opset 23 to float32); rounded to an integer, ties
    to even; the zero point added; clamped to the output type. NaN becomes the type's lowest code, as on x86 (``maxps``
    returns its second operand).

    Parameters
    ----------
    x
        float32 or float16, any shape.
    y_scale
        float32 or float16: a scalar, ``[x.shape[axis]]``, or with ``block_size`` of ``x``'s shape, the axis shorter.
    y_zero_point
        int8, uint8, int16 or uint16, of ``y_scale``'s shape; it decides the output's type. Without it 0, and uint8 or
        what ``output_dtype`` says.
    axis
        The axis along which ``y_scale`` runs, if it is not a scalar.
    output_dtype
        The output's type by ONNX's number (``TensorProto``): 2 uint8, 3 int8, 4 uint16, 5 int16, and of types that
        numpy has not 21 uint4, 22 int4, 25 uint2, 26 int2. Codes of these are stored in bytes, and so is their zero
        point: the graph gives the number where the model has such a zero point. 0: as the zero point says.
    block_size
        How many neighbours along the axis share one scale; 0: a scale for each, or for all.
    saturate, precision
        Of later versions of the standard; ``saturate`` concerns float8 only, ``precision`` is refused.
    runtime
        Whose formula, faults included.

    Returns
    -------
    numpy.ndarray
        Codes, of ``x``'s shape.

    Raises
    ------
    UserError
        If a scale is not finite, or types or shapes do not fit.

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
    x, y_scale = in_scales_type(x, y_scale, axis, block_size)
    given: dict[str, Any] = {"axis": axis, "block_size": block_size, "output_dtype": output_dtype}
    return quantize_linear_10(x, y_scale, y_zero_point, **given, precision=precision, runtime=runtime)


def quantize_linear_10(
    x: Array,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    saturate: int = 1,
    precision: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    """Quantize as :func:`quantize_linear` does, before opset 23: what is float16 is divided in float32.

    Examples
    --------
    >>> x, scale, zero = np.array([25.42], np.float16), np.float16(0.15), np.uint8(0)
    >>> quantize_linear_10(x, scale, zero), quantize_linear(x, scale, zero)
    (array([169], dtype=uint8), array([170], dtype=uint8))
    """
    runtime.refuse_others("QuantizeLinear", PARTS)
    functions = runtime.own("QuantizeLinear")
    if functions is not None:
        given = {"axis": axis, "block_size": block_size, "output_dtype": output_dtype, "precision": precision}
        return np.asarray(functions.function(x, y_scale, y_zero_point, **given, runtime=runtime))
    x, scale, zero_point, kind = checked(x, y_scale, y_zero_point, axis, block_size, output_dtype, precision)

    def codes(part: Array) -> Array:
        return _quantized(part, scale, zero_point, kind, runtime.finish)

    return in_parts(codes, x, kind.stored, scale, zero_point)


def _quantized(x: Array, scale: Array, zero_point: Array, kind: CodeType, finish: Finish) -> Array:
    # a quotient beyond float32, or by a scale of 0, is an infinity, which the clamp takes, or not a number
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        quotient = x / scale
    if finish.zero_point_added == "before_rounding":
        whole = round_to_integer(quotient + zero_point.astype(np.float32), finish.rounding)
    else:
        whole = round_to_integer(quotient, finish.rounding)
        if finish.overflow == "wrap":
            lost = np.isnan(whole)
            whole = finish.added(np.where(lost, np.float32(0), whole), zero_point)
            return finish.narrowed(np.where(lost, kind.minimum, whole), zero_point, kind)
        whole += zero_point
    if np.isnan(np.min(whole, initial=0)):
        whole = np.where(np.isnan(whole), np.float32(kind.minimum), whole)
    return finish.narrowed(whole, zero_point, kind)


OPERATOR = Operator(
    "QuantizeLinear", "", quantize_linear, ("y",), (10, 13, 19, 21, 23, 24, 25, 28), "boundary",
    older={10: quantize_linear_10, 23: quantize_linear}, loops=quantize_linear_loops, element=quantize_linear_element,
    older_elements={10: quantize_linear_element_10, 23: quantize_linear_element}, parts=PARTS,
    codes={"y": Codes("y_scale", "y_zero_point", "axis")},
)  # fmt: skip
OWN = replace(OPERATOR.at(10), domain=MICROSOFT, since_versions=(1,))
"""ONNX Runtime's own form of it: the same kernel. It had 16-bit codes before the standard did."""
