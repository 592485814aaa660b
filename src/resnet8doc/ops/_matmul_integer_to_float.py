"""MatMulIntegerToFloat and DynamicQuantizeMatMul: products of codes, given back as real numbers; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from . import _checks as check
from ._dynamic_quantize_linear import dynamic_quantize_linear
from ._matmul_integer import PARTS, checked, result_shape, sums
from ._operator import MICROSOFT, Operator

Array = npt.NDArray[Any]


def matmul_integer_to_float(
    A: Array,
    B: Array,
    a_scale: Number,
    b_scale: Number,
    a_zero_point: Number | None = None,
    b_zero_point: Number | None = None,
    bias: Array | None = None,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Multiply matrices of codes and give real numbers.

    .. math:: y_{ij} = \mathrm{float32}(a_{ij}) \cdot (s_a s_{b,j}) + \mathrm{bias}_j

    with the int32 sums :math:`a` of :func:`~resnet8doc.ops.matmul_integer`; the product of the scales, the product and
    the sum are each rounded to float32.

    Parameters
    ----------
    A, B, a_zero_point, b_zero_point
        As for MatMulInteger.
    a_scale, b_scale
        float32 scalars; ``b_scale`` also ``[N]``.
    bias
        float32 ``[N]``, or None.
    runtime
        Whose arithmetic: how sums are held.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/dynamic_quantize_matmul.cc``.

    Examples
    --------
    >>> a, b = np.array([[2, 4]], np.uint8), np.array([[3], [-1]], np.int8)
    >>> matmul_integer_to_float(a, b, np.float32(0.5), np.float32(0.25), bias=np.array([10], np.float32))
    array([[10.25]], dtype=float32)
    """
    runtime.refuse_others("MatMulIntegerToFloat", PARTS)
    a, b, a_zero, b_zero = checked(A, B, a_zero_point, b_zero_point)
    factor = check.scale(a_scale, "a_scale") * check.scale(b_scale, "b_scale", b.shape[-1])
    y = np.asarray(sums(a, b, a_zero, b_zero, runtime).astype(np.float32) * factor)
    return (y if bias is None else y + check.float32(bias, "bias")).reshape(result_shape(np.shape(A), np.shape(B)))


def dynamic_quantize_matmul(
    A: Array,
    B: Array,
    b_scale: Number,
    b_zero_point: Number | None = None,
    bias: Array | None = None,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    """Quantize ``A`` by its own range, then multiply as :func:`matmul_integer_to_float` does.

    Source: ONNX Runtime, ``contrib_ops/cpu/quantization/dynamic_quantize_matmul.cc``.

    Parameters
    ----------
    A
        float32 ``[..., M, K]``; quantized as :func:`~resnet8doc.ops.dynamic_quantize_linear` does.
    B, b_scale, b_zero_point, bias, runtime
        As for MatMulIntegerToFloat.

    Examples
    --------
    >>> A, B = np.array([[0, 2.55]], np.float32), np.array([[3], [-1]], np.int8)
    >>> dynamic_quantize_matmul(A, B, np.float32(1))
    array([[-2.55]], dtype=float32)
    """
    runtime.refuse_others("DynamicQuantizeMatMul", PARTS)
    a, a_scale, a_zero = dynamic_quantize_linear(A)
    return matmul_integer_to_float(a, B, a_scale, b_scale, a_zero, b_zero_point, bias, runtime=runtime)


OPERATOR = Operator(
    "MatMulIntegerToFloat", MICROSOFT, matmul_integer_to_float, ("Y",), (1,), "boundary", parts=PARTS, weights="B",
    optional=frozenset({"a_zero_point", "b_zero_point"}),
)  # fmt: skip
DYNAMIC = Operator(
    "DynamicQuantizeMatMul", MICROSOFT, dynamic_quantize_matmul, ("Y",), (1,), "boundary", parts=PARTS, weights="B",
    optional=frozenset({"b_zero_point"}),
)  # fmt: skip
