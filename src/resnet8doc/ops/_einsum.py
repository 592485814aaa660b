"""Einsum: sums of products, written as an equation."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def einsum(*Inputs: Array, equation: str) -> Array:
    """Add up products as an equation says (ONNX, `Einsum <https://onnx.ai/onnx/operators/onnx__Einsum.html>`__).

    Parameters
    ----------
    *Inputs
        Numbers of one type, a term of the equation each.
    equation
        Letters for axes: ``"ij,jk->ik"`` is a product of matrices. What does not come after the arrow is added up.

    Raises
    ------
    UserError
        If equation and shapes do not fit.

    Examples
    --------
    >>> einsum(np.array([[1, 2]], np.float32), np.array([[3], [4]], np.float32), equation="ij,jk->ik")
    array([[11.]], dtype=float32)
    """
    try:
        return np.asarray(np.einsum(equation.replace(" ", ""), *Inputs, dtype=Inputs[0].dtype))
    except (ValueError, TypeError, IndexError) as error:
        raise UserError(
            f"the equation {equation!r} of shapes {[list(value.shape) for value in Inputs]}",
            "one letter for each axis",
            f"Correct the node: {error}.",
        ) from error  # fmt: skip


OPERATOR = Operator(
    "Einsum", "", einsum, ("Output",), (12,), "real",
    exact="the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
