"""QLinearConcat: tensors of codes one behind the other, brought to one scale; ONNX Runtime's own."""

from collections.abc import Sequence
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


def qlinear_concat(
    Y_scale: Number, Y_zero_point: Number, *inputs: Any, axis: int, runtime: Runtime = ONNXRUNTIME_X86
) -> Array:
    r"""Join tensors of codes along an axis.

    A tensor whose scale and zero point are the output's is copied. Any other is brought to them:

    .. math:: y = \mathrm{saturate}\left(\mathrm{round}\left(\frac{(x - z_x) s_x}{s_y}\right) + z_y\right)

    product and quotient rounded to float32, ties to even.

    Parameters
    ----------
    Y_scale, Y_zero_point
        float32 scalar; scalar of the codes' type.
    *inputs
        Codes, scale, zero point; codes, scale, zero point; and so on.
    axis
        Along which to join.
    runtime
        Whose arithmetic.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/qlinear_concat.cc``.

    Examples
    --------
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> qlinear_concat(two, zero, np.array([7], np.int8), two, zero, np.array([3, 5], np.int8), one, zero, axis=0)
    array([7, 2, 2], dtype=int8)
    """
    runtime.refuse_others("QLinearConcat", PARTS)
    functions = runtime.own("QLinearConcat")
    if functions is not None:
        return np.asarray(functions.function(Y_scale, Y_zero_point, *inputs, axis=axis, runtime=runtime))
    y_scale, y_zero, parts = checked_concat(Y_scale, Y_zero_point, inputs)
    brought = []
    for x, scale, zero in parts:
        if scale == y_scale and zero == y_zero:
            brought.append(x)
            continue
        every = np.arange(256, dtype=np.uint8).view(x.dtype)
        real = np.subtract(every, zero, dtype=np.float32) * scale
        brought.append(runtime.finish.codes(real / y_scale, y_zero, y_zero.dtype)[x.view(np.uint8)])
    try:
        return np.concatenate(brought, axis)
    except ValueError as error:
        shapes = ", ".join(str(list(x.shape)) for x in brought)
        raise UserError(
            f"inputs have shapes {shapes}", f"shapes that differ only on axis {axis}", "Correct it."
        ) from error


def qlinear_concat_element(
    index: tuple[int, ...], Y_scale: Number, Y_zero_point: Number, inputs: Sequence[Any], *, axis: int,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:  # fmt: skip
    """Write down how ``qlinear_concat(...)[index]`` comes about.

    Examples
    --------
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> trace = qlinear_concat_element((1,), two, zero, [np.array([3, 5], np.int8), one, zero], axis=0)
    >>> [step.formula for step in trace.steps]
    ['(5 - 0) * 1.0', '5.0 / 2.0', 'round(2.5), half_even', '2 + 0', 'min(max(2, -128), 127)']
    """
    runtime.refuse_others("QLinearConcat", PARTS)
    functions = runtime.own("QLinearConcat")
    if functions is not None:
        return functions.element(index, Y_scale, Y_zero_point, inputs, axis=axis, runtime=runtime)
    y_scale, y_zero, parts = checked_concat(Y_scale, Y_zero_point, inputs)
    place, trace = list(index), Trace("QLinearConcat", tuple(index))
    for x, scale, zero in parts:
        if place[axis] >= x.shape[axis]:
            place[axis] -= x.shape[axis]
            continue
        code = x[tuple(place)]
        if scale == y_scale and zero == y_zero:
            trace.step("copied", "scale and zero point are the output's", int(code), str(x.dtype))
            break
        real = trace.step("dequantized", f"({code} - {zero}) * {scale}", np.float32(int(code) - int(zero)) * scale[()])
        quotient = trace.step("divided", f"{real} / {y_scale}", np.float32(real / y_scale[()]))
        runtime.finish.steps(trace, quotient, int(y_zero), y_zero.dtype)
        break
    return trace


def qlinear_concat_loops(
    Y_scale: Number, Y_zero_point: Number, *inputs: Any, axis: int, runtime: Runtime = ONNXRUNTIME_X86
) -> Array:
    """Compute what :func:`qlinear_concat` does, one output after another (the slow twin).

    Examples
    --------
    >>> two, zero = np.float32(2), np.int8(0)
    >>> qlinear_concat_loops(two, zero, np.array([3, 5], np.int8), np.float32(1), zero, axis=0)
    array([2, 2], dtype=int8)
    """
    y = np.empty_like(np.concatenate(inputs[::3], axis))
    for index in np.ndindex(y.shape):
        y[index] = qlinear_concat_element(index, Y_scale, Y_zero_point, inputs, axis=axis, runtime=runtime).output
    return y


def checked_concat(
    Y_scale: Number, Y_zero_point: Number, inputs: Sequence[Any]
) -> tuple[Array, Array, list[tuple[Array, Array, Array]]]:
    """Return the output's scale and zero point, and codes, scale and zero point of each input."""
    if not inputs or len(inputs) % 3:
        raise UserError(f"{len(inputs)} inputs follow", "codes, scale and zero point of each tensor", "Give all three.")
    y_zero = check.codes(Y_zero_point, "Y_zero_point")
    parts = []
    for number in range(0, len(inputs), 3):
        x, what = check.codes(inputs[number], f"input {number // 3}", (y_zero.dtype,)), f"of input {number // 3}"
        scale = check.scale(inputs[number + 1], f"the scale {what}")
        parts.append((x, scale, check.zero_point(inputs[number + 2], f"the zero point {what}", x.dtype, "the codes")))
    return check.scale(Y_scale, "Y_scale"), check.zero_point(y_zero, "Y_zero_point", y_zero.dtype, "Y"), parts


OPERATOR = Operator(
    "QLinearConcat", MICROSOFT, qlinear_concat, ("Y",), (1,), "codes", loops=qlinear_concat_loops,
    element=qlinear_concat_element, parts=PARTS, codes={"Y": Codes("Y_scale", "Y_zero_point")},
)  # fmt: skip
