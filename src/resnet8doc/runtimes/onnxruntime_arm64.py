r"""ONNX Runtime on 64-bit ARM: QLinearAdd is in integers, all else is as on x86-64.

With the two ratios :math:`r_A = s_A / s_C` and :math:`r_B = s_B / s_C` in float32, the larger one is held with 22 bits
and both share its shift:

.. math::
   S &= 21 - \lfloor \log_2 \max(r_A, r_B) \rfloor, \quad
   m_A = \mathrm{round}(r_A 2^S), \quad m_B = \mathrm{round}(r_B 2^S) \\
   C &= \mathrm{saturate}\left(\mathrm{round}\left(\frac{(A - z_A) m_A + (B - z_B) m_B}{2^S}\right) + z_C\right)

rounded once, ties away from zero. A ratio below :math:`2^{-14}`, or of 256 and more, and a larger one of which
:math:`m` would need 23 bits, are added in float32 by code that no record has run: these are refused.

Source: ONNX Runtime, ``core/mlas/lib/qladd.cpp``, the NEON form.
"""

import math
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime
from ..errors import UserError
from ..ops.parts import checked_add as checked
from ..trace import Trace


def multipliers(scales: tuple[float, float, float]) -> tuple[int, int, int]:
    """Return the two multipliers and their shift.

    Raises
    ------
    UserError
        If this runtime adds codes of such scales in float32.

    Examples
    --------
    >>> multipliers((0.5, 0.25, 1.0))
    (2097152, 1048576, 22)
    """
    single = np.float32
    with np.errstate(over="ignore", divide="ignore"):
        ratios = [float(single(scale) / single(scales[2])) for scale in scales[:2]]
    if not all(LEAST <= ratio < MOST for ratio in ratios):
        raise _refused(ratios)
    shift = BITS - math.frexp(max(ratios))[1]
    left, right = (int(np.rint(np.ldexp(ratio, shift))) for ratio in ratios)
    if max(left, right) >= 1 << BITS:
        raise _refused(ratios)
    return left, right, shift


LEAST, MOST, BITS = 2.0**-14, 256, 22
"""The least ratio, what all are below, and the bits of the larger multiplier."""


def _refused(ratios: list[float]) -> UserError:
    return UserError(
        f"the scales of A and B over that of the sum are {ratios[0]:.9g} and {ratios[1]:.9g}",
        "quotients from 2^-14 to below 256, the larger one of 22 bits: all others ONNX Runtime for 64-bit ARM adds in "
        "float32, which was not compared",
        "Run it as onnxruntime_x86, or quantize the model again, calibrated on real inputs.",
    )


def qlinear_add(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime,
) -> Array:  # fmt: skip
    """Add codes as ONNX Runtime does on 64-bit ARM; inputs as :func:`resnet8doc.ops.qlinear_add`.

    Examples
    --------
    >>> A, B, zero = np.array([10, 1], np.int8), np.array([4, 0], np.int8), np.int8(0)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> qlinear_add(A, half, zero, B, quarter, zero, one, zero, runtime=ONNXRUNTIME_ARM64)
    array([6, 1], dtype=int8)
    """
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    left, right, shift = multipliers(q.scales)
    a_zero, b_zero, c_zero = q.zeros
    total = (q.a.astype(np.int64) - a_zero) * left + (q.b.astype(np.int64) - b_zero) * right
    half = np.int64(1) << np.int64(max(shift - 1, 0))
    whole = np.where(total >= 0, (total + half) >> shift, -((half - total) >> shift)) if shift > 0 else total << -shift
    return runtime.finish.narrowed(whole + c_zero, np.asarray(c_zero, q.a.dtype), q.a.dtype)


def qlinear_add_element(
    index: tuple[int, ...], A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number,
    B_zero_point: Number | None, C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime,
) -> Trace:  # fmt: skip
    """Write down how one sum comes about, in Python's integers.

    Examples
    --------
    >>> A, B, zero = np.array([1], np.int8), np.array([0], np.int8), np.int8(0)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> trace = qlinear_add_element((0,), A, half, zero, B, quarter, zero, one, zero, runtime=ONNXRUNTIME_ARM64)
    >>> [(step.name, step.value) for step in trace.steps][-3:]
    [('rounded', 1), ('zero point added', 1), ('saturated', 1)]
    """
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a, b = (int(np.broadcast_to(codes, q.shape)[index]) for codes in (q.a, q.b))
    left, right, shift = multipliers(q.scales)
    a_zero, b_zero, c_zero = q.zeros
    trace = Trace("QLinearAdd", tuple(index))
    trace.step("shift", f"21 less the exponent of the larger ratio, of {q.scales}", shift, "int32")
    trace.step("multiplier A", f"round({q.scales[0]} / {q.scales[2]} * 2**{shift})", left, "int32")
    trace.step("multiplier B", f"round({q.scales[1]} / {q.scales[2]} * 2**{shift})", right, "int32")
    total = (a - a_zero) * left + (b - b_zero) * right
    trace.step("accumulator", f"({a} - {a_zero}) * {left} + ({b} - {b_zero}) * {right}", total, "int32")
    whole = _half_away(total, shift)
    trace.step("rounded", f"{total} / 2**{shift}, half away from zero", whole, "int32")
    whole = int(trace.step("zero point added", f"{whole} + {c_zero}", whole + c_zero, "int32"))
    runtime.finish.clamp_step(trace, whole, c_zero, q.a.dtype)
    return trace


def _half_away(total: int, shift: int) -> int:
    if shift <= 0:
        return total << -shift
    size = (abs(total) + (1 << (shift - 1))) >> shift
    return size if total >= 0 else -size


ARM64_FUNCTIONS: dict[str, Any] = {
    "QLinearAdd": Functions(qlinear_add, qlinear_add_element, frozenset({"overflow", "relu", "formula"})),
}

ONNXRUNTIME_ARM64 = Runtime("onnxruntime_arm64", "ONNX Runtime, 64-bit ARM", functions=ARM64_FUNCTIONS)
"""ONNX Runtime on 64-bit ARM."""
