"""QGemm: a fully connected layer of codes, with bias and transposes; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ._accumulate import accumulate
from ._operator import MICROSOFT, Codes, Operator
from ._pairwise import accumulate_pairwise
from ._qgemm_loops import PARTS, checked_gemm, qgemm_element, qgemm_loops

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
    runtime: Runtime = ONNXRUNTIME_X86,
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
    runtime
        As for :func:`~resnet8doc.ops.qlinear_conv`; there is no padding.

    Returns
    -------
    numpy.ndarray
        ``y_zero_point``'s type, or float32 without it, ``[M, N]``.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

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
    runtime.refuse_others("QGemm", PARTS)
    functions = runtime.own("QGemm")
    if functions is not None:
        inputs = (A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point)
        given = {"alpha": alpha, "transA": transA, "transB": transB}
        return np.asarray(functions.function(*inputs, **given, runtime=runtime))
    g = checked_gemm(
        A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point, alpha, transA, transB
    )
    stage = runtime.first_stage.of_types(g.a.dtype, g.b.dtype)
    x, w = np.subtract(g.a, g.a_zero, dtype=np.float64), np.subtract(g.b, g.b_zero, dtype=np.float64)
    total = accumulate_pairwise(x, w, g.a_zero, g.b_zero, stage) if stage.pairs else accumulate(x, w, stage)
    total = stage.with_bias(total, g.bias)
    if g.y_scale is None:
        return total.astype(np.float32) * np.asarray(g.left * g.b_scale, np.float32)
    factor = runtime.second_stage.factor(g.left, g.b_scale, g.y_scale)
    return runtime.second_stage.apply(total, factor, g.y_zero, g.y_zero.dtype, runtime.finish)


OPERATOR = Operator(
    "QGemm", MICROSOFT, qgemm, ("Y",), (1,), "codes", loops=qgemm_loops, element=qgemm_element, parts=PARTS,
    codes={"A": Codes("a_scale", "a_zero_point"), "B": Codes("b_scale", "b_zero_point", "transB"),
           "Y": Codes("y_scale", "y_zero_point")},
    weights="B", bias="C", ranks={"A": (2,), "B": (2,)},
)  # fmt: skip
