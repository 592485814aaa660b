"""QGemm in plain loops."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from . import _checks as check
from ._dot import dot
from ._qlinear_conv_loops import bias_step
from ._qlinear_matmul_loops import PARTS as MATMUL_PARTS

Array = npt.NDArray[Any]

PARTS = MATMUL_PARTS | {"bias"}
"""Where a fault can be made."""


def qgemm_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.qgemm` does, one output after another (the slow twin).

    Examples
    --------
    >>> A, B = np.array([[2, 4]], np.int8), np.array([[3, -1], [10, 7]], np.int8)
    >>> one, zero, C = np.float32(1), np.int8(0), np.array([1, -4], np.int32)
    >>> qgemm_loops(A, one, zero, B, one, zero, C, np.float32(2), zero, transB=1)
    array([[ 2, 22]], dtype=int8)
    """
    names = ("A", "a_scale", "a_zero_point", "B", "b_scale", "b_zero_point", "C", "y_scale", "y_zero_point")
    given = dict(zip(names, inputs, strict=False))
    g = checked_gemm(**given, **attributes)
    y = np.empty((g.a.shape[0], g.b.shape[1]), np.float32 if g.y_scale is None else g.y_zero.dtype)
    for index in np.ndindex(y.shape):
        y[index] = qgemm_element(index, runtime=runtime, **given, **attributes).output
    return y


def qgemm_element(index: tuple[int, ...], *, runtime: Runtime = ONNXRUNTIME_X86, **given: Any) -> Trace:
    """Write down how ``qgemm(...)[index]`` comes about; inputs and attributes by name.

    Examples
    --------
    >>> A, B = np.array([[2, 4]], np.int8), np.array([[3, -1], [10, 7]], np.int8)
    >>> one, zero, C = np.float32(1), np.int8(0), np.array([1, -4], np.int32)
    >>> trace = qgemm_element((0, 1), A=A, a_scale=one, a_zero_point=zero, B=B, b_scale=one, b_zero_point=zero, C=C,
    ...                       y_scale=np.float32(2), y_zero_point=zero, transB=1)
    >>> trace.value("accumulator"), trace.value("bias added"), trace.output
    (48, 44, 22)
    """
    runtime.refuse_others("QGemm", PARTS)
    functions = runtime.own("QGemm")
    if functions is not None:
        return functions.element(index, **given, runtime=runtime)
    g = checked_gemm(**given)
    row, column = index
    trace = Trace("QGemm", (row, column))
    b_zero = int(g.b_zero[column] if g.b_zero.ndim else g.b_zero)
    pairs = [(int(g.a[row, k]), int(g.b[k, column])) for k in range(g.a.shape[1])]
    used = [(k, row) if given.get("transA") else (row, k) for k in range(g.a.shape[1])]
    stage = runtime.first_stage.of_types(g.a.dtype, g.b.dtype)
    adder = dot(trace, pairs, int(g.a_zero), b_zero, used, stage)
    if g.bias is not None:
        bias_step(trace, adder, int(g.bias[row, column]), stage)
    b_scale = g.b_scale[column] if g.b_scale.ndim else g.b_scale[()]
    if g.y_scale is None:
        left = np.float32(g.left * b_scale)
        trace.step("multiplier", f"{g.left} * {b_scale}", left)
        trace.step("scaled", f"float32({adder.value}) * {left}", np.float32(np.float32(adder.value) * left))
        return trace
    factor = runtime.second_stage.factor(g.left, g.b_scale, g.y_scale)
    own = factor[column] if factor.ndim else factor[()]
    trace.step("multiplier", f"{g.left} * {b_scale} / {g.y_scale[()]}", own)
    runtime.second_stage.explain(trace, adder.value, own, int(g.y_zero), g.y_zero.dtype, runtime.finish)
    return trace


@dataclass(frozen=True)
class CheckedGemm:
    """The inputs, checked; ``a`` and ``b`` transposed, ``left`` is ``alpha * a_scale``."""

    a: Array
    a_zero: Array
    b: Array
    b_scale: Array
    b_zero: Array
    bias: Array | None
    left: Any
    y_scale: Array | None
    y_zero: Array


def checked_gemm(
    A: Array,
    a_scale: Number,
    a_zero_point: Number,
    B: Array,
    b_scale: Number,
    b_zero_point: Number,
    C: Array | None = None,
    y_scale: Number | None = None,
    y_zero_point: Number | None = None,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> CheckedGemm:
    """Check types and shapes."""
    a, b = check.codes(A, "A"), check.codes(B, "B")
    check.rank(a, "A", "[M, K]")
    check.rank(b, "B", "[K, N]")
    a, b = a.T if transA else a, b.T if transB else b
    if a.shape[1] != b.shape[0]:
        raise UserError(
            f"A has {a.shape[1]} columns and B has {b.shape[0]} rows", "as many columns as rows", "Check transB."
        )
    n = b.shape[1]
    left = np.float32(alpha) * check.scale(a_scale, "a_scale")[()]
    if (y_scale is None) != (y_zero_point is None):
        missing = "y_scale" if y_scale is None else "y_zero_point"
        raise UserError(f"{missing} is missing", "both y_scale and y_zero_point, or neither", f"Give {missing}.")
    y_zero = np.zeros((), np.int8) if y_zero_point is None else check.codes(y_zero_point, "y_zero_point")
    return CheckedGemm(
        a,
        check.zero_point(a_zero_point, "a_zero_point", a.dtype, "A"),
        b,
        check.scale(b_scale, "b_scale", n),
        check.zero_point(b_zero_point, "b_zero_point", b.dtype, "B", n),
        _bias(C, (a.shape[0], n)),
        left,
        None if y_scale is None else check.scale(y_scale, "y_scale"),
        check.zero_point(y_zero, "y_zero_point", y_zero.dtype, "y"),
    )


def _bias(C: Array | None, shape: tuple[int, int]) -> Array | None:
    if C is None:
        return None
    array = np.asarray(C)
    if array.dtype != np.int32:
        raise UserError(f"C is {array.dtype}", "int32", "Quantize C with scale a_scale * b_scale to int32.")
    try:
        return np.broadcast_to(array, shape)
    except ValueError as error:
        raise UserError(
            f"C has shape {list(array.shape)}", f"one that broadcasts to {list(shape)}", "Reshape C."
        ) from error
