"""Round: the nearest integer."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def round_(X: Array) -> Array:
    """Return the nearest integer, ties to even (ONNX, `Round <https://onnx.ai/onnx/operators/onnx__Round.html>`__).

    Examples
    --------
    >>> round_(np.array([0.5, 1.5, -2.5], np.float32))
    array([ 0.,  2., -2.], dtype=float32)
    """
    return np.rint(X)


OPERATOR = Operator("Round", "", round_, ("Y",), (11, 22), "real")
