"""Pow: powers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def pow(X: Array, Y: Array) -> Array:
    r"""Return :math:`x^y`, broadcast.

    For an exponent of 2 the runtime computes :math:`x x`, for 3 :math:`x x x`, each product rounded; so does this. Any
    other power is computed in float64 and rounded once.

    Parameters
    ----------
    X
        float32, int32 or int64, any shape.
    Y
        Numbers of any type; they broadcast against ``X``.

    References
    ----------
    ONNX, `Pow <https://onnx.ai/onnx/operators/onnx__Pow.html>`__; ONNX Runtime,
    ``core/providers/cpu/math/element_wise_ops.cc``.

    Examples
    --------
    >>> pow(np.array([1.5, 3], np.float32), np.float32(2))
    array([2.25, 9.  ], dtype=float32)
    """
    if np.size(Y) == 1 and np.ndim(Y) <= X.ndim and np.all(np.asarray(Y) == 2):
        return np.asarray(X * X).reshape(np.broadcast_shapes(X.shape, np.shape(Y)))
    if np.size(Y) == 1 and np.ndim(Y) <= X.ndim and np.all(np.asarray(Y) == 3):
        return np.asarray(X * X * X).reshape(np.broadcast_shapes(X.shape, np.shape(Y)))
    with np.errstate(all="ignore"):
        return np.asarray(np.power(X.astype(np.float64), np.asarray(Y, np.float64)).astype(X.dtype))


OPERATOR = Operator(
    "Pow",
    "",
    pow,
    ("Z",),
    (7, 12, 13, 15),
    "real",
    exact="the C library's power may miss the nearest number; by exponents 2 and 3 it is equal to the bit",
)
