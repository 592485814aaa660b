"""QLinearAdd in plain loops; float32 fused multiply-add in exact rational arithmetic."""

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..requantize import RUNTIME, Arithmetic, Number
from ._qlinear_add import checked
from ._steps import clamp_step, round_step
from ._trace import Trace

Array = npt.NDArray[Any]


def fma_exact(a: Any, b: Any, c: Any) -> np.float32:
    """Return a * b + c of float32 numbers, rounded once to float32: computed as a fraction, then to the nearest.

    Examples
    --------
    >>> a = np.float32(1 + 2**-12)
    >>> float(fma_exact(a, a, np.float32(-1 - 2**-11)))
    5.960464477539063e-08
    """
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    guess = np.float32(float(exact))
    neighbours = [np.nextafter(guess, np.float32(-np.inf)), guess, np.nextafter(guess, np.float32(np.inf))]
    # The nearest one; of two equally near, the one whose last bit is 0.
    return min(neighbours, key=lambda v: (abs(Fraction(float(v)) - exact), int(v.view(np.int32)) & 1))


def qlinear_add_loops(*inputs: Any, arithmetic: Arithmetic = RUNTIME) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_add` does, one element after another (the slow twin).

    Examples
    --------
    >>> A, B = np.array([10, 127], np.int8), np.array([4, 127], np.int8)
    >>> half, quarter, one, zero = np.float32(0.5), np.float32(0.25), np.float32(1), np.int8(0)
    >>> qlinear_add_loops(A, half, zero, B, quarter, zero, one, np.int8(-1))
    array([ 5, 94], dtype=int8)
    """
    q = checked(*inputs, *(None,) * (8 - len(inputs)))
    y = np.empty(q.shape, q.a.dtype)
    for index in np.ndindex(y.shape):
        y[index] = qlinear_add_element(index, *inputs, arithmetic=arithmetic).output
    return y


def qlinear_add_element(
    index: tuple[int, ...],
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
) -> Trace:
    """Write down how ``qlinear_add(...)[index]`` comes about.

    Examples
    --------
    >>> A, B = np.array([10], np.int8), np.array([4], np.int8)
    >>> half, quarter, one, zero = np.float32(0.5), np.float32(0.25), np.float32(1), np.int8(0)
    >>> trace = qlinear_add_element((0,), A, half, zero, B, quarter, zero, one, np.int8(-1))
    >>> for step in trace.steps:
    ...     print(f"{step.name:12}{step.value!r:>6}  {step.formula}")
    ratio A        0.5  0.5 / 1.0
    ratio B       0.25  0.25 / 1.0
    fixed part    -1.0  -1 - fma(0.5, 0, 0.25 * 0)
    B added        0.0  fma(4, 0.25, -1.0)
    A added        5.0  fma(10, 0.5, 0.0)
    rounded          5  round(5.0), half_even
    saturated        5  min(max(5, -128), 127)
    """
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a, b = (int(np.broadcast_to(codes, q.shape)[index]) for codes in (q.a, q.b))
    (a_scale, b_scale, c_scale), (a_zero, b_zero, c_zero) = q.scales, q.zeros
    trace, single = Trace("QLinearAdd", tuple(index)), np.float32
    if arithmetic.form == "documented":
        left = trace.step(
            "A dequantized", f"({a} - {a_zero}) * {a_scale}", single(single(a - a_zero) * single(a_scale))
        )
        right = trace.step(
            "B dequantized", f"({b} - {b_zero}) * {b_scale}", single(single(b - b_zero) * single(b_scale))
        )
        total = trace.step("added", f"{left} + {right}", single(left + right))
        real = trace.step("divided", f"{total} / {c_scale}", single(total / single(c_scale)))
        if arithmetic.zero_point_added == "before_rounding":
            whole = round_step(
                trace, trace.step("zero point added", f"{real} + {c_zero}", single(real + single(c_zero))), arithmetic
            )
        else:
            rounded = round_step(trace, real, arithmetic)
            whole = trace.step("zero point added", f"{rounded} + {c_zero}", rounded + c_zero, "int32")
    else:
        ratio_a = trace.step("ratio A", f"{a_scale} / {c_scale}", single(single(a_scale) / single(c_scale)))
        ratio_b = trace.step("ratio B", f"{b_scale} / {c_scale}", single(single(b_scale) / single(c_scale)))
        inner = fma_exact(ratio_a, single(a_zero), single(ratio_b * single(b_zero)))
        fixed = trace.step(
            "fixed part", f"{c_zero} - fma({ratio_a}, {a_zero}, {ratio_b} * {b_zero})", single(single(c_zero) - inner)
        )
        with_b = trace.step("B added", f"fma({b}, {ratio_b}, {fixed})", fma_exact(b, ratio_b, fixed))
        with_a = trace.step("A added", f"fma({a}, {ratio_a}, {with_b})", fma_exact(a, ratio_a, with_b))
        whole = round_step(trace, with_a, arithmetic)
    clamp_step(trace, whole, c_zero, q.a.dtype, arithmetic)
    return trace
