"""QLinearAdd in plain loops; float32 fused multiply-add in exact rational arithmetic."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from . import _checks as check

Array = npt.NDArray[Any]

PARTS = frozenset({"rounding", "overflow", "relu", "formula"})
"""Where a fault can be made; there is no accumulator, no multiplier, and the zero point is inside what is rounded."""


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


def leads_with_one(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Tell whether the innermost loop of a sum has one number of A: ONNX Runtime exchanges A and B then.

    Examples
    --------
    >>> leads_with_one((3, 1), (3, 40)), leads_with_one((3, 40), (3, 1)), leads_with_one((3, 1, 1), (3, 40, 1))
    (True, False, True)
    >>> leads_with_one((1, 40), (3, 40)), leads_with_one((1, 1), (1,)), leads_with_one((3, 40), (3, 40))
    (False, True, False)
    """
    rank = max(len(a), len(b))
    a, b = ((1,) * (rank - len(shape)) + tuple(shape) for shape in (a, b))
    longer = [pair for pair in zip(a, b, strict=True) if pair != (1, 1)]
    return not longer or (longer[-1][0] == 1 != longer[-1][1])


def qlinear_add_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
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
        y[index] = qlinear_add_element(index, *inputs, runtime=runtime).output
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
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:
    """Write down how ``qlinear_add(...)[index]`` comes about.

    Examples
    --------
    >>> A, B = np.array([10, 127], np.int8), np.array([4, 127], np.int8)
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
    runtime.refuse_others("QLinearAdd", PARTS)
    functions = runtime.own("QLinearAdd")
    if functions is not None:
        inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
        return functions.element(index, *inputs, runtime=runtime)
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a, b = (int(np.broadcast_to(codes, q.shape)[index]) for codes in (q.a, q.b))
    c_scale, c_zero, trace, single = q.scales[2], q.zeros[2], Trace("QLinearAdd", tuple(index)), np.float32
    last, first = ("A", a, q.scales[0], q.zeros[0]), ("B", b, q.scales[1], q.zeros[1])
    if leads_with_one(q.a.shape, q.b.shape):
        last, first = first, last
    (x, x_code, x_scale, x_zero), (y, y_code, y_scale, y_zero) = last, first
    x_ratio = trace.step(f"ratio {x}", f"{x_scale} / {c_scale}", single(single(x_scale) / single(c_scale)))
    y_ratio = trace.step(f"ratio {y}", f"{y_scale} / {c_scale}", single(single(y_scale) / single(c_scale)))
    inner = fma_exact(x_ratio, single(x_zero), single(y_ratio * single(y_zero)))
    fixed = trace.step(
        "fixed part", f"{c_zero} - fma({x_ratio}, {x_zero}, {y_ratio} * {y_zero})", single(single(c_zero) - inner)
    )
    with_y = trace.step(f"{y} added", f"fma({y_code}, {y_ratio}, {fixed})", fma_exact(y_code, y_ratio, fixed))
    both = trace.step(f"{x} added", f"fma({x_code}, {x_ratio}, {with_y})", fma_exact(x_code, x_ratio, with_y))
    runtime.finish.clamp_step(trace, runtime.finish.round_step(trace, check.in_int32(both)), c_zero, q.a.dtype)
    return trace


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
