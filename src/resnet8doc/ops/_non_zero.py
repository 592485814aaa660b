"""NonZero: where a tensor is not 0."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def non_zero(X: Array) -> Array:
    """Return the places of what is not 0, in order (ONNX, `NonZero <https://onnx.ai/onnx/operators/onnx__NonZero.html>`__).

    Parameters
    ----------
    X
        Numbers or truth values.

    Returns
    -------
    numpy.ndarray
        int64 ``[axes, places]``: a column for each.

    Examples
    --------
    >>> non_zero(np.array([[1, 0], [0, 3]]))
    array([[0, 1],
           [0, 1]])
    """
    found = np.nonzero(X.reshape(X.shape or (1,)))
    return np.stack(found).astype(np.int64)[: X.ndim] if X.ndim else np.zeros((1, found[0].size), np.int64)


OPERATOR = Operator("NonZero", "", non_zero, ("Y",), (9, 13), "real")
