"""QLinearMatMul: a matrix product of codes, summed in int32, brought back to 8 bits."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..requantize import RUNTIME, Arithmetic, Number, requantize, scale_multiplier
from . import _checks as check
from ._accumulate import accumulate, accumulator_bound, add_bias, exact_float, largest_operand
from ._epilogue import epilogue
from ._pairwise import accumulate_pairwise, effective

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
    arithmetic: Arithmetic = RUNTIME,
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
    arithmetic
        As for :func:`~resnet8doc.ops.qlinear_conv`; there is no padding and no bias.

    Returns
    -------
    numpy.ndarray
        ``y_zero_point``'s type, ``[..., M, N]``.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not a finite number above 0.

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
    a, b, scales, zeros = checked(a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point)
    arithmetic = effective(arithmetic, a.dtype, b.dtype)
    w = np.subtract(b, zeros[1], dtype=np.float32)
    multiplier = scale_multiplier(*scales, arithmetic)
    fast = arithmetic.plain and exact_float(accumulator_bound(w, largest_operand(a.dtype, zeros[0]))) is np.float32
    if fast and zeros[2].ndim == 0 and multiplier.ndim < 2 and a.ndim == 2 == b.ndim:
        product = np.subtract(a, zeros[0], dtype=np.float32) @ w
        return epilogue(product, None, multiplier, zeros[2]).astype(zeros[2].dtype)
    x = np.subtract(a, zeros[0], dtype=np.float64)
    if arithmetic.pairwise_saturation:
        total = accumulate_pairwise(x, w, zeros[0], zeros[1], arithmetic)
    else:
        total = accumulate(x, w, arithmetic)
    return requantize(add_bias(total, None, arithmetic), multiplier, zeros[2], zeros[2].dtype, arithmetic)


def checked(
    a: Array, a_scale: Number, a_zero_point: Number, b: Array, b_scale: Number, b_zero_point: Number, y_scale: Number,
    y_zero_point: Number,
) -> tuple[Array, Array, tuple[Array, Array, Array], tuple[Array, Array, Array]]:  # fmt: skip
    """Check the eight inputs; return the codes, and scales and zero points that broadcast against ``[..., M, N]``."""
    a, b = check.codes(a, "a"), check.codes(b, "b")
    for name, value in (("a", a), ("b", b)):
        if value.ndim < 2:
            raise UserError(f"{name} has shape {list(value.shape)}", "2 or more axes", f"Reshape {name}.")
    if a.shape[-1] != b.shape[-2]:
        raise UserError(
            f"a has {a.shape[-1]} columns and b has {b.shape[-2]} rows",
            "as many columns as rows",
            "Give matching matrices.",
        )
    try:
        np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError as error:
        raise UserError(
            f"a has shape {list(a.shape)} and b {list(b.shape)}", "leading axes that broadcast", "Reshape a or b."
        ) from error
    rows, columns = a.shape[-2], b.shape[-1]
    y_zero = check.codes(y_zero_point, "y_zero_point")
    scales = (
        _scale(a_scale, "a_scale", rows, "row"), _scale(b_scale, "b_scale", columns, "column"),
        _scale(y_scale, "y_scale", rows, "row"),
    )  # fmt: skip
    zeros = (
        _zero(a_zero_point, "a_zero_point", a.dtype, "a", rows, "row"),
        _zero(b_zero_point, "b_zero_point", b.dtype, "b", columns, "column"),
        _zero(y_zero, "y_zero_point", y_zero.dtype, "y", rows, "row"),
    )
    return a, b, scales, zeros


def _aligned(value: Array, name: str, length: int, along: str) -> Array:
    """Return a scalar, or an array with the axes of ``[..., M, N]``."""
    if value.size == 1 and value.ndim <= 1:
        return value.reshape(())
    axis, other = (-2, -1) if along == "row" else (-1, -2)
    if value.ndim == 1 and value.shape[0] == length:
        return value[:, None] if along == "row" else value
    if value.ndim >= 2 and value.shape[axis] == length and value.shape[other] == 1:
        return value
    expected = f"a scalar, or one for each of the {length} {along}s"
    raise UserError(f"{name} has shape {list(value.shape)}", expected, f"Reshape {name}.")


def _scale(value: Number, name: str, length: int, along: str) -> Array:
    array = np.asarray(value)
    check.scale(array.reshape(-1), name, array.size)
    return _aligned(array, name, length, along)


def _zero(value: Number, name: str, dtype: npt.DTypeLike, of: str, length: int, along: str) -> Array:
    array = np.asarray(value)
    check.zero_point(array.reshape(-1), name, dtype, of, array.size)
    return _aligned(array, name, length, along)
