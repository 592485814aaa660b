"""LeakyRelu: numbers below 0 are shrunk."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def leaky_relu(X: Array, *, alpha: float = 0.01) -> Array:
    r"""Return :math:`x` where it is 0 or above, else :math:`\alpha x`.

    :math:`\alpha` is a float32 number; the product is rounded to float32.

    Parameters
    ----------
    X
        float32, any shape.
    alpha
        The factor below 0.

    References
    ----------
    ONNX, `LeakyRelu <https://onnx.ai/onnx/operators/onnx__LeakyRelu.html>`__; ONNX Runtime,
    ``core/providers/cpu/activation/activations.h``.

    Examples
    --------
    >>> leaky_relu(np.array([-1, 2], np.float32), alpha=0.5)
    array([-0.5,  2. ], dtype=float32)
    """
    X = float32(X, "X")
    return np.where(X >= 0, X, np.float32(alpha) * X)


OPERATOR = Operator("LeakyRelu", "", leaky_relu, ("Y",), (6, 16), "real")
