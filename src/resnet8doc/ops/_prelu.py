"""PRelu: numbers below 0 are multiplied by a slope."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def prelu(X: Array, slope: Array) -> Array:
    r"""Return :math:`x` where it is 0 or above, else :math:`slope \cdot x`.

    The product is rounded to the type's precision.

    Parameters
    ----------
    X
        float32 or float64, any shape.
    slope
        Of the same type; it broadcasts against ``X``.

    References
    ----------
    ONNX, `PRelu <https://onnx.ai/onnx/operators/onnx__PRelu.html>`__; ONNX Runtime,
    ``core/providers/cpu/math/element_wise_ops.cc``.

    Examples
    --------
    >>> prelu(np.array([-1, 2], np.float32), np.float32(0.25))
    array([-0.25,  2.  ], dtype=float32)
    """
    with np.errstate(invalid="ignore"):
        return np.where(X >= 0, X, X * slope)


OPERATOR = Operator("PRelu", "", prelu, ("Y",), (7, 9, 16), "real")
