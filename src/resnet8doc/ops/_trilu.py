"""Trilu: the upper or the lower triangle of a matrix."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def trilu(input: Array, k: Array | None = None, *, upper: int = 1) -> Array:
    """Keep a triangle of the last two axes, 0 elsewhere (ONNX, `Trilu <https://onnx.ai/onnx/operators/onnx__Trilu.html>`__).

    Parameters
    ----------
    input
        Numbers of two axes or more.
    k
        int64, one number: the diagonal at which it begins; 0 without it.
    upper
        Whether the upper triangle is kept.

    Raises
    ------
    UserError
        If there are fewer than two axes.

    Examples
    --------
    >>> trilu(np.array([[1, 2], [3, 4]])), trilu(np.array([[1, 2], [3, 4]]), np.array(-1), upper=0)
    (array([[1, 2],
           [0, 4]]), array([[0, 0],
           [3, 0]]))
    """
    if input.ndim < 2:
        raise UserError(f"input has shape {list(input.shape)}", "two axes or more", "Reshape it.")
    diagonal = 0 if k is None else int(np.asarray(k).reshape(()))
    return np.asarray(np.triu(input, diagonal) if upper else np.tril(input, diagonal))


OPERATOR = Operator("Trilu", "", trilu, ("output",), (14,), "movement")
