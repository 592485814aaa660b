"""InstanceNormalization: each channel of each picture brought to mean 0 and variance 1."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._moments import moments
from ._operator import Operator

Array = npt.NDArray[Any]


def instance_normalization(input: Array, scale: Array, B: Array, *, epsilon: float = 1e-5) -> Array:
    r"""Return :math:`\gamma_c \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta_c`, each channel for itself.

    Parameters
    ----------
    input
        float32 ``[N, C, ...]``.
    scale, B
        float32 ``[C]``: :math:`\gamma` and :math:`\beta`.
    epsilon
        Added to the variance.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `InstanceNormalization <https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html>`__.

    Examples
    --------
    >>> one = np.ones(1, np.float32)
    >>> instance_normalization(np.array([[[1, 3]]], np.float32), 2 * one, one, epsilon=0.0)
    array([[[-1.,  3.]]], dtype=float32)
    """
    x = float32(input, "input")
    channels = list(x.shape[1:2])
    for name, value in (("scale", scale), ("B", B)):
        if list(float32(value, name).shape) != channels or x.ndim < 3:
            raise UserError(
                f"input has shape {list(x.shape)} and {name} {list(value.shape)}", "[N, C, ...] and [C]",
                f"Give one {name} for each channel.",
            )  # fmt: skip
    axes = tuple(range(2, x.ndim))
    each = (-1, *(1,) * len(axes))
    mean, inverse = moments(x, axes, epsilon)
    with np.errstate(over="ignore", invalid="ignore"):
        factor = scale.reshape(each) * inverse
        return np.asarray(x * factor + (B.reshape(each) - mean * factor))


OPERATOR = Operator(
    "InstanceNormalization", "", instance_normalization, ("output",), (6, 22), "real",
    exact="the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
