"""Elu: what is below zero runs into a limit."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._eigen_exp import LANES, eigen_exp
from ._operator import Operator

Array = npt.NDArray[Any]


def elu(X: Array, *, alpha: float = 1.0) -> Array:
    r"""Return :math:`x` for :math:`x \ge 0`, else :math:`\alpha (e^x - 1)`, with Eigen's exponential (``eigen_exp``).

    :math:`e^x` is rounded to float32 before 1 is taken from it: near 0 few bits are left. Four elements at a time; of
    the up to three that are left at the end the exponential is the C library's, here the nearest float32.

    Parameters
    ----------
    X
        float32, any shape.
    alpha
        The limit, with its sign turned; float32.

    Raises
    ------
    UserError
        If the type is another.

    References
    ----------
    ONNX, `Elu <https://onnx.ai/onnx/operators/onnx__Elu.html>`__; ONNX Runtime,
    ``core/providers/cpu/activation/activations.h``.

    Examples
    --------
    >>> elu(np.array([2, -1, -200], np.float32), alpha=0.5)
    array([ 2.        , -0.31606027, -0.5       ], dtype=float32)
    """
    x = float32(X, "X")
    flat = np.minimum(x, 0).reshape(-1)
    fours = flat.size // LANES * LANES
    exponential = np.concatenate([eigen_exp(flat[:fours]), np.exp(flat[fours:], dtype=np.float64).astype(np.float32)])
    below = np.float32(alpha) * (exponential.reshape(x.shape) - np.float32(1))
    return np.asarray(np.where(x >= 0, x, below))


OPERATOR = Operator(
    "Elu", "", elu, ("Y",), (6, 22), "real",
    exact="up to three elements at the end of each thread's share are computed by the machine's C library",
)  # fmt: skip
