"""MatMul and Gemm: products of real matrices."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def matmul(A: Array, B: Array) -> Array:
    """Return the matrix product (ONNX, `MatMul <https://onnx.ai/onnx/operators/onnx__MatMul.html>`__).

    Parameters
    ----------
    A
        float32 ``[..., M, K]``.
    B
        float32 ``[..., K, N]``.

    Raises
    ------
    UserError
        If the shapes do not fit.

    Examples
    --------
    >>> matmul(np.array([[1, 2]], np.float32), np.array([[3], [4]], np.float32))
    array([[11.]], dtype=float32)
    """
    try:
        return np.asarray(A @ B)
    except ValueError as error:
        raise UserError(
            f"A has shape {list(A.shape)} and B {list(B.shape)}", "[..., M, K] and [..., K, N]", "Reshape one."
        ) from error


def gemm(
    A: Array,
    B: Array,
    C: Array | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Array:
    """Return ``alpha * A @ B + beta * C`` (ONNX, `Gemm <https://onnx.ai/onnx/operators/onnx__Gemm.html>`__).

    Parameters
    ----------
    A, B
        float32 ``[M, K]`` and ``[K, N]``, transposed first with ``transA``, ``transB``.
    C
        float32 that broadcasts to ``[M, N]``, or None.
    alpha, beta, transA, transB
        As in the standard.

    Raises
    ------
    UserError
        If the shapes do not fit.

    Examples
    --------
    >>> A, B = np.array([[1, 2]], np.float32), np.array([[3, 4]], np.float32)
    >>> gemm(A, B, np.array([0.5], np.float32), transB=1)
    array([[11.5]], dtype=float32)
    """
    kind = A.dtype.type
    product = kind(alpha) * matmul(A.T if transA else A, B.T if transB else B)
    return product if C is None else np.asarray(product + kind(beta) * C)


SUMS = "the order in which a real sum is added up is left to each implementation"
MATMUL = Operator("MatMul", "", matmul, ("Y",), (1, 9, 13), "real", weights="B", exact=SUMS)
GEMM = Operator("Gemm", "", gemm, ("Y",), (7, 9, 11, 13), "real", weights="B", bias="C", exact=SUMS)
