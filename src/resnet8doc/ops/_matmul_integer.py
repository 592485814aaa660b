"""MatMulInteger: a matrix product of codes, left as int32."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, FirstStage, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from . import _checks as check
from ._accumulate import accumulate, accumulator_bound, exact_float, largest_operand
from ._dot import dot
from ._operator import Operator
from ._pairwise import accumulate_pairwise

Array = npt.NDArray[Any]

PARTS = frozenset({"accumulator", "pairs"})
"""Where a fault can be made."""


def matmul_integer(
    A: Array,
    B: Array,
    a_zero_point: Number | None = None,
    b_zero_point: Number | None = None,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Multiply matrices of codes: :math:`y_{ij} = \sum_k (a_{ik} - z_a)(b_{kj} - z_{b,j})` in int32.

    Parameters
    ----------
    A, B
        int8 or uint8 ``[..., M, K]`` and ``[..., K, N]``; one axis is a row or a column, as in numpy.
    a_zero_point, b_zero_point
        Of the codes' types: scalars, ``b_zero_point`` also ``[N]``. 0 without them.
    runtime
        Whose arithmetic: how sums are held.

    Returns
    -------
    numpy.ndarray
        int32 ``[..., M, N]``.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `MatMulInteger <https://onnx.ai/onnx/operators/onnx__MatMulInteger.html>`__; ONNX Runtime,
    ``core/providers/cpu/quantization/matmul_integer.cc``.

    Examples
    --------
    (2 - 1) * 3 + (4 - 1) * -1 = 0 and (2 - 1) * 10 + (4 - 1) * 7 = 31:

    >>> a, b = np.array([[2, 4]], np.uint8), np.array([[3, 10], [-1, 7]], np.int8)
    >>> matmul_integer(a, b, np.uint8(1))
    array([[ 0, 31]], dtype=int32)
    """
    runtime.refuse_others("MatMulInteger", PARTS)
    a, b, a_zero, b_zero = checked(A, B, a_zero_point, b_zero_point)
    y = sums(a, b, a_zero, b_zero, runtime)
    return y.reshape(result_shape(np.shape(A), np.shape(B)))


def sums(a: Array, b: Array, a_zero: Array, b_zero: Array, runtime: Runtime) -> Array:
    """Return the sums of products of checked codes, int32 ``[..., M, N]``."""
    stage = runtime.first_stage.of_types(a.dtype, b.dtype)
    w = np.subtract(b, b_zero, dtype=np.float32)
    exact = exact_float(accumulator_bound(w, largest_operand(a.dtype, a_zero))) is np.float32
    if stage == FirstStage() and exact:
        return np.asarray((np.subtract(a, a_zero, dtype=np.float32) @ w).astype(np.int32))
    x = np.subtract(a, a_zero, dtype=np.float64)
    total = accumulate_pairwise(x, w, a_zero, b_zero, stage) if stage.pairs else accumulate(x, w, stage)
    return total.astype(np.int32)


def matmul_integer_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
    """Compute what :func:`matmul_integer` does, one output after another (the slow twin).

    Examples
    --------
    >>> matmul_integer_loops(np.array([[2, 4]], np.uint8), np.array([[3], [-1]], np.int8))
    array([[2]], dtype=int32)
    """
    y = np.empty(result_shape(np.shape(inputs[0]), np.shape(inputs[1])), np.int32)
    for index in np.ndindex(y.shape):
        y[index] = matmul_integer_element(index, *inputs, runtime=runtime).output
    return y


def matmul_integer_element(
    index: tuple[int, ...],
    A: Array,
    B: Array,
    a_zero_point: Number | None = None,
    b_zero_point: Number | None = None,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:
    """Write down how ``matmul_integer(...)[index]`` comes about.

    Examples
    --------
    >>> trace = matmul_integer_element((0, 0), np.array([[2, 4]], np.uint8), np.array([[3], [-1]], np.int8))
    >>> [term.product for term in trace.terms], trace.output
    ([6, -4], 2)
    """
    runtime.refuse_others("MatMulInteger", PARTS)
    a, b, a_zero, b_zero = checked(A, B, a_zero_point, b_zero_point)
    trace, place = Trace("MatMulInteger", tuple(index)), list(index)
    row = 0 if np.ndim(A) == 1 else place[-1 if np.ndim(B) == 1 else -2]
    column = 0 if np.ndim(B) == 1 else place[-1]
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    lead = tuple(place[: len(batch)])
    a_all, b_all = np.broadcast_to(a, (*batch, *a.shape[-2:])), np.broadcast_to(b, (*batch, *b.shape[-2:]))
    inner = range(a.shape[-1])
    codes = [(int(a_all[(*lead, row, k)]), int(b_all[(*lead, k, column)])) for k in inner]
    used = [(k,) if np.ndim(A) == 1 else (*lead[len(lead) - (a.ndim - 2) :], row, k) for k in inner]
    stage = runtime.first_stage.of_types(a.dtype, b.dtype)
    zeros = int(a_zero), int(np.broadcast_to(b_zero, b.shape[-1:])[column])
    dot(trace, codes, *zeros, used, stage)
    return trace


def result_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a product, as numpy has it: the row or column of one axis leaves none."""
    batch = np.broadcast_shapes(a[:-2], b[:-2])
    return (*batch, *(a[-2:-1] if len(a) > 1 else ()), *(b[-1:] if len(b) > 1 else ()))


def checked(
    A: Array, B: Array, a_zero_point: Number | None, b_zero_point: Number | None
) -> tuple[Array, Array, Array, Array]:
    """Check types and shapes; a row or a column becomes a matrix."""
    a, b = check.codes(A, "A"), check.codes(B, "B")
    if not a.ndim or not b.ndim:
        raise UserError("A or B is a scalar", "matrices", "Reshape it.")
    a, b = a[None] if a.ndim == 1 else a, b[:, None] if b.ndim == 1 else b
    if a.shape[-1] != b.shape[-2]:
        raise UserError(
            f"A has {a.shape[-1]} columns and B has {b.shape[-2]} rows", "as many columns as rows", "Transpose one."
        )
    try:
        np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError as error:
        raise UserError(
            f"A has shape {list(a.shape)} and B {list(b.shape)}", "leading axes that broadcast", "Reshape A or B."
        ) from error
    a_zero = check.zero_point(a_zero_point, "a_zero_point", a.dtype, "A")
    return a, b, a_zero, check.zero_point(b_zero_point, "b_zero_point", b.dtype, "B", b.shape[-1])


OPERATOR = Operator(
    "MatMulInteger", "", matmul_integer, ("Y",), (10,), "codes", loops=matmul_integer_loops,
    element=matmul_integer_element, parts=PARTS, weights="B", optional=frozenset({"a_zero_point"}),
)  # fmt: skip
