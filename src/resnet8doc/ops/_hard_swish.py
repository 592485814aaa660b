"""HardSwish: a number times its hard sigmoid."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._hard_sigmoid import hard_sigmoid
from ._operator import Operator

Array = npt.NDArray[Any]


def hard_swish(X: Array) -> Array:
    r"""Return :math:`x \cdot \max(0, \min(1, x / 6 + 1/2))`, each step rounded to float32.

    The sixth is the float32 number nearest to 1/6; it is multiplied, not divided.

    Parameters
    ----------
    X
        float32, any shape.

    References
    ----------
    ONNX, `HardSwish <https://onnx.ai/onnx/operators/onnx__HardSwish.html>`__; ONNX Runtime,
    ``core/providers/cpu/activation/activations.h``.

    Examples
    --------
    >>> hard_swish(np.array([-9, 3], np.float32))
    array([-0.,  3.], dtype=float32)
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(float32(X, "X") * hard_sigmoid(X, alpha=1 / 6, beta=0.5))


OPERATOR = Operator("HardSwish", "", hard_swish, ("Y",), (14, 22), "real")
