"""InstanceNormalization: each channel of each picture brought to mean 0 and variance 1."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._float_sums import packet_sums, sums_of_computed
from ._operator import Operator

Array = npt.NDArray[Any]


def instance_normalization(input: Array, scale: Array, B: Array, *, epsilon: float = 1e-5) -> Array:
    r"""Return :math:`\gamma_c \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta_c`, each channel for itself.

    Sums are added up in the runtime's order, four at a time, and each operation is rounded to float32.

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
    length = math.prod(x.shape[2:])
    rows = np.ascontiguousarray(x).reshape(-1, length) if x.size else np.zeros((0, 1), np.float32)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        mean = packet_sums(rows) / np.float32(length)
        away = rows - mean[:, None]
        variance = sums_of_computed(away * away) / np.float32(length)
        factor = np.float32(1) / np.sqrt(variance + np.float32(epsilon)) * np.tile(scale, len(x))
        y = rows * factor[:, None] + (np.tile(B, len(x)) - mean * factor)[:, None]
    return np.asarray(y.reshape(x.shape))


OPERATOR = Operator("InstanceNormalization", "", instance_normalization, ("output",), (6, 22), "real")
