"""QLinearAdd: the sum of two tensors of codes whose scales differ; ONNX Runtime's own."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..requantize import RUNTIME, Arithmetic, Number, narrow, round_to_integer
from . import _checks as check
from ._fma import fma

Array = npt.NDArray[Any]


def qlinear_add(
    A: Array,
    A_scale: Number,
    A_zero_point: Number | None,
    B: Array,
    B_scale: Number,
    B_zero_point: Number | None,
    C_scale: Number,
    C_zero_point: Number | None = None,
    *,
    arithmetic: Arithmetic = RUNTIME,
) -> Array:
    r"""Add codes of different scales.

    The documentation says :math:`C = ((A - z_A) s_A + (B - z_B) s_B) / s_C + z_C`. On x86 with AVX2, ONNX Runtime
    computes, each line rounded once to float32,

    .. math::
       r_A &= s_A / s_C, \qquad r_B = s_B / s_C \\
       k &= z_C - \mathrm{fma}(r_A, z_A, r_B z_B) \\
       v &= \mathrm{fma}(A, r_A, \mathrm{fma}(B, r_B, k)) \\
       C &= \mathrm{saturate}(\mathrm{round}(v))

    so the zero point is inside what is rounded, ties to even, and the two formulas part on rare inputs.

    Parameters
    ----------
    A, B
        int8 or uint8, both of one type, shapes that broadcast.
    A_scale, B_scale, C_scale
        float32 scalars.
    A_zero_point, B_zero_point, C_zero_point
        Scalars of that type, or None for 0.
    arithmetic
        ``form`` chooses the formula; ``rounding``, ``overflow``, ``zero_point_added`` (of the documented form) and
        ``relu`` are used.

    Returns
    -------
    numpy.ndarray
        Of the inputs' type.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not a finite number above 0.

    References
    ----------
    `com.microsoft.QLinearAdd <https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.QLinearAdd>`__;
    ONNX Runtime, ``core/mlas/lib/intrinsics/avx2/qladd_avx2.cpp``.

    Examples
    --------
    >>> A, B = np.array([10, 127], np.int8), np.array([4, 127], np.int8)
    >>> qlinear_add(A, np.float32(0.5), np.int8(0), B, np.float32(0.25), np.int8(0), np.float32(1), np.int8(-1))
    array([ 5, 94], dtype=int8)
    """
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    key = (q.scales, q.zeros, q.a.dtype, arithmetic)
    if math.prod(q.shape) < WORTH_A_TABLE:
        return _sum(q.a, q.b, *key)
    # Each pair of codes is computed once, by the same formula, and looked up.
    index = np.left_shift(q.a.view(np.uint8), 8, dtype=np.uint16)
    return _look_up(_table(*key), np.bitwise_or(index, q.b.view(np.uint8)))


@dataclass(frozen=True)
class Checked:
    """The inputs, checked; scales and zero points as Python numbers in the order A, B, C."""

    a: Array
    b: Array
    scales: tuple[float, float, float]
    zeros: tuple[int, int, int]
    shape: tuple[int, ...]


def checked(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None,
) -> Checked:  # fmt: skip
    """Check types and shapes."""
    a, b = check.codes(A, "A"), check.codes(B, "B")
    if a.dtype != b.dtype:
        raise UserError(f"A is {a.dtype} and B is {b.dtype}", "one type for both", "Requantize one of them.")
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError as error:
        raise UserError(
            f"A has shape {list(a.shape)} and B {list(b.shape)}", "shapes that broadcast", "Reshape one."
        ) from error
    a_scale, b_scale, c_scale = (
        float(check.scale(value, name))
        for value, name in ((A_scale, "A_scale"), (B_scale, "B_scale"), (C_scale, "C_scale"))
    )
    a_zero, b_zero, c_zero = (
        int(check.zero_point(value, f"{of}_zero_point", a.dtype, of))
        for value, of in ((A_zero_point, "A"), (B_zero_point, "B"), (C_zero_point, "C"))
    )
    return Checked(a, b, (a_scale, b_scale, c_scale), (a_zero, b_zero, c_zero), shape)


CODES = 256

WORTH_A_TABLE = 2048
"""Elements from which on a table of all pairs is made; it is kept for the next image."""


def _look_up(table: Array, index: Array) -> Array:
    """Return ``table[index]`` in the memory order of ``index``; ``take`` is faster but knows row-major order only."""
    order = sorted(range(index.ndim), key=lambda axis: -index.strides[axis])
    return table.take(index.transpose(order)).transpose(np.argsort(order))


@lru_cache(maxsize=64)
def _table(
    scales: tuple[float, float, float], zeros: tuple[int, int, int], dtype: Any, arithmetic: Arithmetic
) -> Array:
    """Return the result for every pair of codes, ``a`` in the high byte, codes taken as unsigned bytes."""
    every = np.arange(CODES, dtype=np.uint8).view(dtype)
    table = _sum(every[:, None], every[None, :], scales, zeros, dtype, arithmetic).ravel()
    table.flags.writeable = False
    return table


def _sum(
    a: Array,
    b: Array,
    scales: tuple[float, float, float],
    zeros: tuple[int, int, int],
    dtype: Any,
    arithmetic: Arithmetic,
) -> Array:
    (a_scale, b_scale, c_scale), (a_zero, b_zero, c_zero) = scales, zeros
    single = np.float32
    if arithmetic.form == "documented":
        left = (a.astype(single) - single(a_zero)) * single(a_scale)
        right = (b.astype(single) - single(b_zero)) * single(b_scale)
        v = (left + right) / single(c_scale)
        if arithmetic.zero_point_added == "before_rounding":
            whole = round_to_integer(v + single(c_zero), arithmetic.rounding)
        else:
            whole = round_to_integer(v, arithmetic.rounding) + single(c_zero)
    else:
        ratio_a, ratio_b = np.asarray([a_scale, b_scale], single) / single(c_scale)
        fixed = fixed_part(ratio_a, ratio_b, a_zero, b_zero, c_zero)
        v = fma(a.astype(single), ratio_a, fma(b.astype(single), ratio_b, fixed))
        whole = round_to_integer(v, arithmetic.rounding)
    if arithmetic.overflow == "wrap":
        whole = np.clip(whole, -(2.0**62), 2.0**62)
    result = narrow(whole, dtype, arithmetic.overflow)
    if arithmetic.relu in ("code_zero", "zero_point"):
        result = np.maximum(result, np.asarray(0 if arithmetic.relu == "code_zero" else c_zero, dtype))
    return result


def fixed_part(ratio_a: Any, ratio_b: Any, a_zero: int, b_zero: int, c_zero: int) -> Any:
    """Return ``k``: what is the same for all elements."""
    single = np.float32
    return single(c_zero) - fma(ratio_a, np.asarray(a_zero, single), ratio_b * single(b_zero))
