"""Det: determinants."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def det(X: Array) -> Array:
    """Return the determinant of each matrix, computed in float64 and rounded to float32.

    Source: ONNX, `Det <https://onnx.ai/onnx/operators/onnx__Det.html>`__.

    Parameters
    ----------
    X
        float32 ``[..., M, M]``.

    Raises
    ------
    UserError
        If the last two axes differ.

    Examples
    --------
    >>> det(np.array([[1, 2], [3, 4]], np.float32))
    array(-2., dtype=float32)
    """
    x = float32(X, "X")
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise UserError(f"X has shape {list(x.shape)}", "square matrices, [..., M, M]", "Reshape X.")
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.linalg.det(x.astype(np.float64))).astype(np.float32)


OPERATOR = Operator(
    "Det", "", det, ("Y",), (11, 22), "real",
    exact="how a matrix is taken apart is left to each implementation, and what a small determinant cancels with it",
)  # fmt: skip
