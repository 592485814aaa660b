"""Sqrt: the square root."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def sqrt(X: Array) -> Array:
    r"""Return :math:`\sqrt x`, correctly rounded as IEEE 754 demands.

    Below 0 the result is not a number.

    Parameters
    ----------
    X
        float32 or float64, any shape.

    References
    ----------
    ONNX, `Sqrt <https://onnx.ai/onnx/operators/onnx__Sqrt.html>`__; ONNX Runtime,
    ``core/providers/cpu/math/element_wise_ops.cc``.

    Examples
    --------
    >>> sqrt(np.array([2, 9], np.float32))
    array([1.4142135, 3.       ], dtype=float32)
    """
    with np.errstate(invalid="ignore"):
        return np.sqrt(X)


OPERATOR = Operator("Sqrt", "", sqrt, ("Y",), (6, 13), "real")
