"""QLinearMatMul: a matrix product of codes, summed in int32, brought back to 8 bits."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, FirstStage, Number, Runtime
from ._accumulate import accumulate, accumulator_bound, exact_float, largest_operand
from ._epilogue import Epilogue
from ._matmul_integer import result_shape
from ._operator import Codes, Operator
from ._pairwise import accumulate_pairwise
from ._qlinear_matmul_loops import PARTS, checked, qlinear_matmul_element, qlinear_matmul_loops

Array = npt.NDArray[Any]


def qlinear_matmul(
    a: Array,
    a_scale: Number,
    a_zero_point: Number,
    b: Array,
    b_scale: Number,
    b_zero_point: Number,
    y_scale: Number,
    y_zero_point: Number,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Multiply matrices of codes.

    Stage 1, 8 x 8 to 32 bits: :math:`c_{ij} = \sum_k (a_{ik} - z_a)(b_{kj} - z_b)` in int32. Stage 2, 32 to 8 bits:

    .. math::
       y = \mathrm{saturate}(\mathrm{round}(\mathrm{float32}(c) \cdot M) + z_y), \qquad M = \frac{s_a \cdot s_b}{s_y}

    with the product :math:`s_a s_b`, the quotient and :math:`c M` each rounded to float32, then ties to even, then the
    zero point, then the clamp.

    Parameters
    ----------
    a
        int8 or uint8 ``[..., M, K]``.
    a_scale, a_zero_point
        float32 and of ``a``'s type: scalars, or one for each row as ``[M]`` or ``[..., M, 1]`` (ONNX Runtime refuses
        per-row parameters; the standard has them).
    b
        int8 or uint8 ``[..., K, N]``; the leading axes broadcast against ``a``'s.
    b_scale, b_zero_point
        float32 and of ``b``'s type: scalars, or one for each column as ``[N]`` or ``[..., 1, N]``.
    y_scale, y_zero_point
        float32 and int8 or uint8: scalars, or one for each row as ``a_scale``.
    runtime
        As for :func:`~resnet8doc.ops.qlinear_conv`; there is no padding and no bias.

    Returns
    -------
    numpy.ndarray
        ``y_zero_point``'s type, ``[..., M, N]``.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

    References
    ----------
    ONNX, `QLinearMatMul <https://onnx.ai/onnx/operators/onnx__QLinearMatMul.html>`__; ONNX Runtime,
    ``core/providers/cpu/quantization/quantize_linear_matmul.cc``.

    Examples
    --------
    (2 - 1) * 3 + (4 - 1) * -1 = 0 and (2 - 1) * 10 + (4 - 1) * 7 = 31; 31 * 0.5 = 15.5 is a tie and goes to 16.

    >>> a, b = np.array([[2, 4]], np.uint8), np.array([[3, 10], [-1, 7]], np.int8)
    >>> half, one = np.float32(0.5), np.float32(1)
    >>> qlinear_matmul(a, half, np.uint8(1), b, one, np.int8(0), one, np.uint8(128))
    array([[128, 144]], dtype=uint8)
    """
    runtime.refuse_others("QLinearMatMul", PARTS)
    if np.ndim(a) == 1 or np.ndim(b) == 1:  # a row or a column
        whole = qlinear_matmul(
            a[None] if np.ndim(a) == 1 else a, a_scale, a_zero_point, b[:, None] if np.ndim(b) == 1 else b, b_scale,
            b_zero_point, y_scale, y_zero_point, runtime=runtime,
        )  # fmt: skip
        return whole.reshape(result_shape(np.shape(a), np.shape(b)))
    functions = runtime.own("QLinearMatMul")
    if functions is not None:
        inputs = (a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point)
        return np.asarray(functions.function(*inputs, runtime=runtime))
    a, b, scales, zeros = checked(a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point)
    stage = runtime.first_stage.of_types(a.dtype, b.dtype)
    w = np.subtract(b, zeros[1], dtype=np.float32)
    factor = runtime.second_stage.factor(*scales)
    exact = exact_float(accumulator_bound(w, largest_operand(a.dtype, zeros[0]))) is np.float32
    fast = exact and stage == FirstStage() and runtime.plain
    if fast and zeros[2].ndim == 0 and factor.ndim < 2 and a.ndim == 2 == b.ndim:
        product = np.subtract(a, zeros[0], dtype=np.float32) @ w
        codes = np.empty(product.shape, zeros[2].dtype)
        Epilogue([(np.multiply, factor)], zeros[2]).put(product, codes)
        return codes
    x = np.subtract(a, zeros[0], dtype=np.float64)
    total = accumulate_pairwise(x, w, zeros[0], zeros[1], stage) if stage.pairs else accumulate(x, w, stage)
    return runtime.second_stage.apply(total, factor, zeros[2], zeros[2].dtype, runtime.finish)


OPERATOR = Operator(
    "QLinearMatMul", "", qlinear_matmul, ("y",), (10, 21), "codes",
    loops=qlinear_matmul_loops, element=qlinear_matmul_element, parts=PARTS,
    codes={"a": Codes("a_scale", "a_zero_point", 0), "b": Codes("b_scale", "b_zero_point", 1),
           "y": Codes("y_scale", "y_zero_point", 0)},
    weights="b",
)  # fmt: skip
