"""LRN: a number divided by the size of its neighbours in other channels, as in AlexNet and GoogLeNet."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def lrn(X: Array, *, size: int, alpha: float = 0.0001, beta: float = 0.75, bias: float = 1.0) -> Array:
    r"""Normalize across channels: :math:`y_c = x_c \, (b + \frac{\alpha}{n} \sum_k x_k^2)^{-\beta}`.

    The sum goes over the :math:`n` channels around :math:`c`. From one channel to the next the runtime adds what enters
    and takes away what leaves: what a large number cancelled stays cancelled, what an infinite one made stays NaN.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``.
    size
        :math:`n`, odd: how many channels count, the middle one among them; outside there are zeros.
    alpha, beta, bias
        :math:`\alpha`, :math:`\beta`, :math:`b`.

    Raises
    ------
    UserError
        If the type is another, there are not four axes, or ``size`` is even.

    References
    ----------
    ONNX, `LRN <https://onnx.ai/onnx/operators/onnx__LRN.html>`__; ONNX Runtime takes four axes and odd sizes alone.

    Examples
    --------
    >>> lrn(np.array([3, 4], np.float32).reshape(1, 2, 1, 1), size=3, alpha=3.0, beta=0.5, bias=0.0).reshape(-1)
    array([0.6, 0.8], dtype=float32)
    """
    x = float32(X, "X")
    if x.ndim != 4 or size < 1 or size % 2 == 0:
        raise UserError(
            f"X has shape {list(x.shape)} and size is {size}",
            "[N, C, H, W] and an odd size, as the runtime does",
            "Reshape X before and after, or correct size.",
        )
    if not x.size:
        return x
    half = size // 2
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        squares = np.pad(x * x, [(0, 0), (half, half), *[(0, 0)] * (x.ndim - 2)])
        each = np.float32(alpha) / np.float32(size) * squares
        scale = np.full_like(x, bias)
        for channel in range(size):
            scale[:, 0] += each[:, channel]
        for channel in range(1, x.shape[1]):
            scale[:, channel] = scale[:, channel - 1] + each[:, channel + size - 1] - each[:, channel - 1]
        return np.asarray(x * np.power(scale, np.float32(-beta)))


OPERATOR = Operator(
    "LRN", "", lrn, ("Y",), (1, 13), "real",
    exact="the power is the C library's, and the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
