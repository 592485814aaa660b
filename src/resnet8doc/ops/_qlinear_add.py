"""QLinearAdd: the sum of two tensors of codes whose scales differ; ONNX Runtime's own."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Finish, Number, Runtime, round_to_integer
from ._checks import in_int32
from ._code_pairs import every_pair, of_each_pair
from ._fma import fma
from ._operator import MICROSOFT, Codes, Operator
from ._qlinear_add_loops import PARTS, checked, leads_with_one, qlinear_add_element, qlinear_add_loops

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
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Add codes of different scales.

    The documentation says :math:`C = ((A - z_A) s_A + (B - z_B) s_B) / s_C + z_C`. On x86 with AVX2, ONNX Runtime
    computes, each line rounded once to float32,

    .. math::
       r_A &= s_A / s_C, \qquad r_B = s_B / s_C \\
       k &= z_C - \mathrm{fma}(r_A, z_A, r_B z_B) \\
       v &= \mathrm{fma}(A, r_A, \mathrm{fma}(B, r_B, k)) \\
       C &= \mathrm{saturate}(\mathrm{round}(v))

    so the zero point is inside what is rounded, ties to even, and the two formulas part on rare inputs. Where a single
    number of :math:`A` is added to many of :math:`B` along the last axis, :math:`A` and :math:`B` change places.

    Parameters
    ----------
    A, B
        int8 or uint8, both of one type, shapes that broadcast.
    A_scale, B_scale, C_scale
        float32 scalars.
    A_zero_point, B_zero_point, C_zero_point
        Scalars of that type, or None for 0.
    runtime
        Whose formula, faults included.

    Returns
    -------
    numpy.ndarray
        Of the inputs' type.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

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
    runtime.refuse_others("QLinearAdd", PARTS)
    functions = runtime.own("QLinearAdd")
    if functions is not None:
        return np.asarray(
            functions.function(
                A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point, runtime=runtime
            )
        )
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a, b, scales, zeros = q.a, q.b, q.scales, q.zeros
    if leads_with_one(a.shape, b.shape):
        a, b, scales, zeros = b, a, (scales[1], scales[0], scales[2]), (zeros[1], zeros[0], zeros[2])
    key = (scales, zeros, a.dtype, runtime.finish)
    if math.prod(q.shape) < WORTH_A_TABLE:
        return _sum(a, b, *key)
    return of_each_pair(_table(*key), a, b)


WORTH_A_TABLE = 2048
"""Elements from which on a table of all pairs is made; it is kept for the next image."""


@lru_cache(maxsize=64)
def _table(scales: tuple[float, float, float], zeros: tuple[int, int, int], dtype: Any, finish: Finish) -> Array:
    """Return the result for every pair of codes."""
    table = _sum(*every_pair(dtype), scales, zeros, dtype, finish).ravel()
    table.flags.writeable = False
    return table


def _sum(
    a: Array, b: Array, scales: tuple[float, float, float], zeros: tuple[int, int, int], dtype: Any, finish: Finish
) -> Array:
    (a_scale, b_scale, c_scale), (a_zero, b_zero, c_zero) = scales, zeros
    single = np.float32
    ratio_a, ratio_b = np.asarray([a_scale, b_scale], single) / single(c_scale)
    inner = fma(ratio_a, np.asarray(a_zero, single), ratio_b * single(b_zero))
    fixed = single(c_zero) - inner  # what is the same for all elements
    v = fma(a.astype(single), ratio_a, fma(b.astype(single), ratio_b, fixed))
    return finish.narrowed(round_to_integer(in_int32(v), finish.rounding), np.asarray(c_zero, dtype), dtype)


OPERATOR = Operator(
    "QLinearAdd", MICROSOFT, qlinear_add, ("C",), (1,), "codes",
    loops=qlinear_add_loops, element=qlinear_add_element, parts=PARTS,
    codes={"A": Codes("A_scale", "A_zero_point"), "B": Codes("B_scale", "B_zero_point"),
           "C": Codes("C_scale", "C_zero_point")},
    optional=frozenset({"A_zero_point", "B_zero_point"}),
)  # fmt: skip
