"""QLinearWhere: codes of one tensor or another, by a condition, brought to one scale; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from . import _checks as check
from ._look_up import PARTS
from ._operator import MICROSOFT, Codes, Operator

Array = npt.NDArray[Any]


def qlinear_where(
    condition: Array,
    X: Array,
    x_scale: Number,
    x_zero_point: Number,
    Y: Array,
    y_scale: Number,
    y_zero_point: Number,
    z_scale: Number,
    z_zero_point: Number,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Take codes of ``X`` where a condition holds, of ``Y`` elsewhere.

    A tensor whose scale and zero point are the output's is copied. Any other is brought to them:

    .. math:: z = \mathrm{saturate}\left(\mathrm{round}\left(\frac{(x - z_x) s_x}{s_z}\right) + z_z\right)

    product and quotient rounded to float32, ties to even.

    Parameters
    ----------
    condition
        bool, any shape.
    X, Y
        int8 or uint8 that broadcast with it.
    x_scale, y_scale, z_scale
        float32 scalars.
    x_zero_point, y_zero_point, z_zero_point
        Scalars of the codes' type.
    runtime
        Whose arithmetic.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or the output's is 0.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/qlinear_where.cc``.

    Examples
    --------
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> x, y = np.array([3, 5], np.int8), np.array([7, 9], np.int8)
    >>> qlinear_where(np.array([True, False]), x, one, zero, y, two, zero, two, zero)
    array([2, 9], dtype=int8)
    """
    runtime.refuse_others("QLinearWhere", PARTS)
    parts = _checked(condition, X, x_scale, x_zero_point, Y, y_scale, y_zero_point, z_scale, z_zero_point)
    _, final_scale, final_zero = parts[2]
    brought = []
    for codes, scale, zero in parts[:2]:
        if scale == final_scale and zero == final_zero:
            brought.append(codes)
            continue
        every = np.arange(256, dtype=np.uint8).view(codes.dtype)
        real = np.subtract(every, zero, dtype=np.float32) * scale
        brought.append(runtime.finish.codes(real / final_scale, final_zero, final_zero.dtype)[codes.view(np.uint8)])
    return np.where(condition, *brought)


def qlinear_where_element(
    index: tuple[int, ...],
    condition: Array,
    X: Array,
    x_scale: Number,
    x_zero_point: Number,
    Y: Array,
    y_scale: Number,
    y_zero_point: Number,
    z_scale: Number,
    z_zero_point: Number,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:
    """Write down how ``qlinear_where(...)[index]`` comes about.

    Examples
    --------
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> codes = np.array([3, 5], np.int8)
    >>> trace = qlinear_where_element((1,), np.array([True]), codes, one, zero, codes, two, zero, two, zero)
    >>> [step.formula for step in trace.steps]
    ['(5 - 0) * 1.0', '5.0 / 2.0', 'round(2.5), half_even', '2 + 0', 'min(max(2, -128), 127)']
    """
    runtime.refuse_others("QLinearWhere", PARTS)
    parts = _checked(condition, X, x_scale, x_zero_point, Y, y_scale, y_zero_point, z_scale, z_zero_point)
    spread = np.broadcast_shapes(condition.shape, X.shape, Y.shape)
    holds = bool(np.broadcast_to(condition, spread)[tuple(index)])
    codes, scale, zero = parts[0 if holds else 1]
    _, final_scale, final_zero = parts[2]
    code, trace = np.broadcast_to(codes, spread)[tuple(index)], Trace("QLinearWhere", tuple(index))
    if scale == final_scale and zero == final_zero:
        trace.step("copied", "scale and zero point are the output's", int(code), str(codes.dtype))
        return trace
    real = trace.step("dequantized", f"({code} - {zero}) * {scale}", np.float32(int(code) - int(zero)) * scale[()])
    quotient = trace.step("divided", f"{real} / {final_scale}", np.float32(real / final_scale[()]))
    runtime.finish.steps(trace, quotient, int(final_zero), final_zero.dtype)
    return trace


def qlinear_where_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
    """Compute what :func:`qlinear_where` does, one output after another (the slow twin).

    Examples
    --------
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> x, y = np.array([3, 5], np.int8), np.array([7, 9], np.int8)
    >>> qlinear_where_loops(np.array([True, False]), x, one, zero, y, two, zero, two, zero)
    array([2, 9], dtype=int8)
    """
    z = np.empty(np.broadcast_shapes(*(np.shape(inputs[place]) for place in (0, 1, 4))), np.asarray(inputs[1]).dtype)
    for index in np.ndindex(z.shape):
        z[index] = qlinear_where_element(index, *inputs, runtime=runtime).output
    return z


def _checked(condition: Array, *given: Any) -> list[tuple[Array, Array, Array]]:
    """Return codes, scale and zero point of both tensors; scale and zero point of the output, behind its type."""
    X, x_scale, x_zero, Y, y_scale, y_zero, z_scale, z_zero = given
    x = check.codes(X, "X")
    y = check.codes(Y, "Y", (x.dtype,))
    try:
        np.broadcast_shapes(np.shape(condition), x.shape, y.shape)
    except ValueError as error:
        raise UserError(
            f"condition has shape {list(np.shape(condition))}, X {list(x.shape)} and Y {list(y.shape)}",
            "shapes that broadcast", "Reshape one.",
        ) from error  # fmt: skip
    if np.asarray(condition).dtype != bool:
        raise UserError(f"condition is {np.asarray(condition).dtype}", "bool", "Correct it.")
    return [
        (x, check.scale(x_scale, "x_scale"), check.zero_point(x_zero, "x_zero_point", x.dtype, "X")),
        (y, check.scale(y_scale, "y_scale", zero=True), check.zero_point(y_zero, "y_zero_point", x.dtype, "Y")),
        (x, check.scale(z_scale, "z_scale"), check.zero_point(z_zero, "z_zero_point", x.dtype, "Z")),
    ]


OPERATOR = Operator(
    "QLinearWhere", MICROSOFT, qlinear_where, ("Z",), (1,), "codes", loops=qlinear_where_loops,
    element=qlinear_where_element, parts=PARTS,
    codes={"X": Codes("x_scale", "x_zero_point"), "Y": Codes("y_scale", "y_zero_point"),
           "Z": Codes("z_scale", "z_zero_point")},
)  # fmt: skip
