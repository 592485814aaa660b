"""HardSigmoid: the logistic function as a straight line."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def hard_sigmoid(X: Array, *, alpha: float = 0.2, beta: float = 0.5) -> Array:
    r"""Return :math:`\max(0, \min(1, \alpha x + \beta))`, product and sum rounded to float32.

    :math:`\alpha` and :math:`\beta` are float32 numbers.

    Parameters
    ----------
    X
        float32, any shape.
    alpha, beta
        Slope and offset.

    References
    ----------
    ONNX, `HardSigmoid <https://onnx.ai/onnx/operators/onnx__HardSigmoid.html>`__; ONNX Runtime,
    ``core/providers/cpu/activation/activations.h``.

    Examples
    --------
    >>> hard_sigmoid(np.array([-9, 1, 9], np.float32))
    array([0. , 0.7, 1. ], dtype=float32)
    """
    line = float32(X, "X") * np.float32(alpha) + np.float32(beta)
    return np.asarray(np.maximum(np.float32(0), np.minimum(np.float32(1), line)))


OPERATOR = Operator("HardSigmoid", "", hard_sigmoid, ("Y",), (6, 22), "real")
