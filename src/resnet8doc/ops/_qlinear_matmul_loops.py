"""QLinearMatMul in plain loops."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from . import _checks as check
from ._dot import dot
from ._matmul_integer import result_shape

Array = npt.NDArray[Any]

PARTS = frozenset({"accumulator", "pairs", "channels", "multiplier", "rounding", "zero_point", "overflow", "relu"})
"""Where a fault can be made."""


def qlinear_matmul_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_matmul` does, one output after another (the slow twin).

    Examples
    --------
    >>> a, b = np.array([[2, 4]], np.uint8), np.array([[3, 10], [-1, 7]], np.int8)
    >>> half, one = np.float32(0.5), np.float32(1)
    >>> qlinear_matmul_loops(a, half, np.uint8(1), b, one, np.int8(0), one, np.uint8(128))
    array([[128, 144]], dtype=uint8)
    """
    a, b = (np.asarray(inputs[at]) for at in (0, 3))
    if a.ndim == 1 or b.ndim == 1:
        a, b = a[None] if a.ndim == 1 else a, b[:, None] if b.ndim == 1 else b
        whole = qlinear_matmul_loops(a, *inputs[1:3], b, *inputs[4:], runtime=runtime)
        return whole.reshape(result_shape(np.shape(inputs[0]), np.shape(inputs[3])))
    a, b, _, zeros = checked(*inputs)
    shape = (*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1])
    y = np.empty(shape, zeros[2].dtype)
    for index in np.ndindex(shape):
        y[index] = qlinear_matmul_element(index, *inputs, runtime=runtime).output
    return y


def qlinear_matmul_element(
    index: tuple[int, ...],
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
) -> Trace:
    """Write down how ``qlinear_matmul(...)[index]`` comes about.

    Examples
    --------
    >>> a, b = np.array([[2, 4]], np.uint8), np.array([[3], [-1]], np.int8)
    >>> one = np.float32(1)
    >>> trace = qlinear_matmul_element((0, 0), a, one, np.uint8(0), b, one, np.int8(0), one, np.uint8(128))
    >>> [term.product for term in trace.terms], trace.value("accumulator"), trace.output
    ([6, -4], 2, 130)
    """
    runtime.refuse_others("QLinearMatMul", PARTS)
    if np.ndim(a) == 1:
        index, a = (*index[:-1], 0, *index[-1:]) if np.ndim(b) > 1 else (*index, 0), a[None]
    if np.ndim(b) == 1:
        index, b = (*index, 0), b[:, None]
    functions = runtime.own("QLinearMatMul")
    if functions is not None:
        inputs = (a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point)
        return functions.element(index, *inputs, runtime=runtime)
    a, b, scales, zeros = checked(a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point)
    trace = Trace("QLinearMatMul", tuple(index))
    rows, columns, inner = a.shape[-2], b.shape[-1], a.shape[-1]
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    full = (*batch, rows, columns)
    a_all, b_all = np.broadcast_to(a, (*batch, *a.shape[-2:])), np.broadcast_to(b, (*batch, *b.shape[-2:]))
    a_zero, b_zero, y_zero = (int(np.broadcast_to(zero, full)[index]) for zero in zeros)
    own = np.broadcast_to(runtime.second_stage.factor(*scales), full)[index]
    lead, row, column = index[:-2], index[-2], index[-1]
    pairs = [(int(a_all[(*lead, row, k)]), int(b_all[(*lead, k, column)])) for k in range(inner)]
    used = [(*lead[len(lead) - (a.ndim - 2) :], row, k) for k in range(inner)]
    stage = runtime.first_stage.of_types(a.dtype, b.dtype)
    total = dot(trace, pairs, a_zero, b_zero, used, stage).value
    formula = " * ".join(str(np.broadcast_to(scale, full)[index]) for scale in scales[:2])
    trace.step("multiplier", f"{formula} / {np.broadcast_to(scales[2], full)[index]}", own)
    runtime.second_stage.explain(trace, total, own, y_zero, zeros[2].dtype, runtime.finish)
    return trace


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
