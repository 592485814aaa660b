"""QLinearMul: the product of two tensors of codes; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime, round_to_integer
from ..trace import Trace
from ._checks import in_int32
from ._operator import MICROSOFT, Codes, Operator
from ._qlinear_add_loops import checked

Array = npt.NDArray[Any]

PARTS = frozenset({"rounding", "overflow"})
"""Where a fault can be made."""


def qlinear_mul(
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
    r"""Multiply codes element by element.

    .. math::
       C = \mathrm{saturate}\left(\mathrm{round}\left((A - z_A)(B - z_B) \cdot \frac{s_A s_B}{s_C} + z_C\right)\right)

    The product of the differences is exact; the product of the scales, the quotient, the product of the two and the sum
    with the zero point are each rounded to float32. The zero point is inside what is rounded, ties to even.

    Parameters
    ----------
    A, B
        int8 or uint8, both of one type, shapes that broadcast.
    A_scale, B_scale, C_scale
        float32 scalars.
    A_zero_point, B_zero_point, C_zero_point
        Scalars of that type, or None for 0.
    runtime
        Whose arithmetic.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

    References
    ----------
    ONNX Runtime, ``core/mlas/lib/qlmul.cpp``.

    Examples
    --------
    3 * 5 * 0.5 + 1 = 8.5 is a tie and goes to 8; with the zero point added afterwards it would be 9.

    >>> one, zero = np.float32(1), np.int8(0)
    >>> A, B, half = np.array([3], np.int8), np.array([5], np.int8), np.float32(0.5)
    >>> qlinear_mul(A, half, zero, B, one, zero, one, np.int8(1))
    array([8], dtype=int8)
    """
    runtime.refuse_others("QLinearMul", PARTS)
    functions = runtime.own("QLinearMul")
    if functions is not None:
        inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
        return np.asarray(functions.function(*inputs, runtime=runtime))
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a_zero, b_zero, c_zero = (np.float32(zero) for zero in q.zeros)
    product = (q.a.astype(np.float32) - a_zero) * (q.b.astype(np.float32) - b_zero)
    with np.errstate(over="ignore", invalid="ignore"):
        real = product * _factor(q.scales) + c_zero
    whole = round_to_integer(in_int32(real), runtime.finish.rounding)
    return runtime.finish.narrowed(whole, np.asarray(q.zeros[2], q.a.dtype), q.a.dtype)


def qlinear_mul_element(
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
    """Write down how ``qlinear_mul(...)[index]`` comes about.

    Examples
    --------
    >>> one, zero = np.float32(1), np.int8(0)
    >>> A, B, half = np.array([3], np.int8), np.array([5], np.int8), np.float32(0.5)
    >>> [step.value for step in qlinear_mul_element((0,), A, half, zero, B, one, zero, one, np.int8(1)).steps]
    [15, 0.5, 7.5, 8.5, 8, 8]
    """
    runtime.refuse_others("QLinearMul", PARTS)
    functions = runtime.own("QLinearMul")
    if functions is not None:
        inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
        return functions.element(index, *inputs, runtime=runtime)
    q = checked(A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    a, b = (int(np.broadcast_to(codes, q.shape)[tuple(index)]) for codes in (q.a, q.b))
    trace, single = Trace("QLinearMul", tuple(index)), np.float32
    product = trace.step("product", f"({a} - {q.zeros[0]}) * ({b} - {q.zeros[1]})",
                         (a - q.zeros[0]) * (b - q.zeros[1]), "int32")  # fmt: skip
    scales = [single(scale) for scale in q.scales]
    factor = trace.step("multiplier", f"{scales[0]} * {scales[1]} / {scales[2]}", _factor(q.scales))
    scaled = trace.step("scaled", f"float32({product}) * {factor}", single(single(product) * factor))
    with_zero = trace.step("zero point added", f"{scaled} + {q.zeros[2]}", single(scaled + single(q.zeros[2])))
    runtime.finish.clamp_step(trace, runtime.finish.round_step(trace, in_int32(with_zero)), q.zeros[2], q.a.dtype)
    return trace


def qlinear_mul_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
    """Compute what :func:`qlinear_mul` does, one output after another (the slow twin).

    Examples
    --------
    >>> one, zero, A = np.float32(1), np.int8(0), np.array([3, -4], np.int8)
    >>> qlinear_mul_loops(A, one, zero, A, one, zero, one, zero)
    array([ 9, 16], dtype=int8)
    """
    y = np.empty(np.broadcast_shapes(np.shape(inputs[0]), np.shape(inputs[3])), np.asarray(inputs[0]).dtype)
    for index in np.ndindex(y.shape):
        y[index] = qlinear_mul_element(index, *inputs, runtime=runtime).output
    return y


def _factor(scales: tuple[float, float, float]) -> Any:
    a, b, c = (np.float32(scale) for scale in scales)
    return np.float32(np.float32(a * b) / c)


OPERATOR = Operator(
    "QLinearMul", MICROSOFT, qlinear_mul, ("C",), (1,), "codes", loops=qlinear_mul_loops, element=qlinear_mul_element,
    parts=PARTS,
    codes={"A": Codes("A_scale", "A_zero_point"), "B": Codes("B_scale", "B_zero_point"),
           "C": Codes("C_scale", "C_zero_point")},
    optional=frozenset({"A_zero_point", "B_zero_point"}),
)  # fmt: skip
