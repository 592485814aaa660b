"""QGemm: a fully connected layer of codes, with bias and transposes; ONNX Runtime's own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..requantize import RUNTIME, Arithmetic, Number, requantize, scale_multiplier
from . import _checks as check
from ._accumulate import accumulate, add_bias
from ._pairwise import accumulate_pairwise, effective

Array = npt.NDArray[Any]


def qgemm(
    A: Array,
    a_scale: Number,
    a_zero_point: Number,
    B: Array,
    b_scale: Number,
    b_zero_point: Number,
    C: Array | None = None,
    y_scale: Number | None = None,
    y_zero_point: Number | None = None,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    arithmetic: Arithmetic = RUNTIME,
) -> Array:
    r"""Multiply matrices of codes and add a bias.

    .. math::
       y = \mathrm{saturate}(\mathrm{round}(\mathrm{float32}(c_{ij} + C_j) \cdot M) + z_y), \quad
       c_{ij} = \sum_k (a_{ik} - z_a)(b_{kj} - z_b), \quad M = \frac{\alpha \cdot s_a \cdot s_b}{s_y}

    the sum in int32, the products and the quotient of :math:`M` rounded to float32 from left to right. Without
    ``y_scale`` and ``y_zero_point`` the result is real: :math:`\mathrm{float32}(c_{ij} + C_j) \cdot (\alpha s_a s_b)`.

    Parameters
    ----------
    A
        int8 or uint8 ``[M, K]``, or ``[K, M]`` with ``transA``.
    a_scale, a_zero_point
        float32 scalar; scalar of ``A``'s type.
    B
        int8 or uint8 ``[K, N]``, or ``[N, K]`` with ``transB``.
    b_scale, b_zero_point
        float32 and of ``B``'s type: scalars or ``[N]``.
    C
        int32 bias, quantized with scale ``alpha / beta * a_scale * b_scale``, that broadcasts to ``[M, N]``.
    y_scale, y_zero_point
        float32 scalar; scalar of the output's type; or None for both.
    alpha, transA, transB
        As in the documentation.
    arithmetic
        As for :func:`~resnet8doc.ops.qlinear_conv`; there is no padding.

    Returns
    -------
    numpy.ndarray
        ``y_zero_point``'s type, or float32 without it, ``[M, N]``.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not a finite number above 0.

    References
    ----------
    `com.microsoft.QGemm <https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QGemm>`__;
    ONNX Runtime, ``contrib_ops/cpu/quantization/quant_gemm.cc``.

    Examples
    --------
    >>> A, B = np.array([[2, 4]], np.int8), np.array([[3, -1], [10, 7]], np.int8)
    >>> one, zero, C = np.float32(1), np.int8(0), np.array([1, -4], np.int32)
    >>> qgemm(A, one, zero, B, one, zero, C, np.float32(2), zero, transB=1)
    array([[ 2, 22]], dtype=int8)
    """
    g = checked_gemm(
        A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point, alpha, transA, transB
    )
    arithmetic = effective(arithmetic, g.a.dtype, g.b.dtype)
    x, w = np.subtract(g.a, g.a_zero, dtype=np.float64), np.subtract(g.b, g.b_zero, dtype=np.float64)
    if arithmetic.pairwise_saturation:
        total = accumulate_pairwise(x, w, g.a_zero, g.b_zero, arithmetic)
    else:
        total = accumulate(x, w, arithmetic)
    total = add_bias(total, g.bias, arithmetic)
    if g.y_scale is None:
        return total.astype(np.float32) * np.asarray(g.left * g.b_scale, np.float32)
    return requantize(
        total, scale_multiplier(g.left, g.b_scale, g.y_scale, arithmetic), g.y_zero, g.y_zero.dtype, arithmetic
    )


@dataclass(frozen=True)
class CheckedGemm:
    """The inputs, checked; ``a`` and ``b`` transposed, ``left`` is ``alpha * a_scale``."""

    a: Array
    a_zero: Array
    b: Array
    b_scale: Array
    b_zero: Array
    bias: Array | None
    left: Any
    y_scale: Array | None
    y_zero: Array


def checked_gemm(
    A: Array,
    a_scale: Number,
    a_zero_point: Number,
    B: Array,
    b_scale: Number,
    b_zero_point: Number,
    C: Array | None = None,
    y_scale: Number | None = None,
    y_zero_point: Number | None = None,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> CheckedGemm:
    """Check types and shapes."""
    a, b = check.codes(A, "A"), check.codes(B, "B")
    check.rank(a, "A", "[M, K]")
    check.rank(b, "B", "[K, N]")
    a, b = a.T if transA else a, b.T if transB else b
    if a.shape[1] != b.shape[0]:
        raise UserError(
            f"A has {a.shape[1]} columns and B has {b.shape[0]} rows", "as many columns as rows", "Check transB."
        )
    n = b.shape[1]
    left = np.float32(alpha) * check.scale(a_scale, "a_scale")[()]
    if (y_scale is None) != (y_zero_point is None):
        missing = "y_scale" if y_scale is None else "y_zero_point"
        raise UserError(f"{missing} is missing", "both y_scale and y_zero_point, or neither", f"Give {missing}.")
    y_zero = np.zeros((), np.int8) if y_zero_point is None else check.codes(y_zero_point, "y_zero_point")
    return CheckedGemm(
        a,
        check.zero_point(a_zero_point, "a_zero_point", a.dtype, "A"),
        b,
        check.scale(b_scale, "b_scale", n),
        check.zero_point(b_zero_point, "b_zero_point", b.dtype, "B", n),
        _bias(C, (a.shape[0], n)),
        left,
        None if y_scale is None else check.scale(y_scale, "y_scale"),
        check.zero_point(y_zero, "y_zero_point", y_zero.dtype, "y"),
    )


def _bias(C: Array | None, shape: tuple[int, int]) -> Array | None:
    if C is None:
        return None
    array = np.asarray(C)
    if array.dtype != np.int32:
        raise UserError(f"C is {array.dtype}", "int32", "Quantize C with scale a_scale * b_scale to int32.")
    try:
        return np.broadcast_to(array, shape)
    except ValueError as error:
        raise UserError(
            f"C has shape {list(array.shape)}", f"one that broadcasts to {list(shape)}", "Reshape C."
        ) from error
