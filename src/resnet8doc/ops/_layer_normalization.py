"""LayerNormalization: mean 0, variance 1 over the last axes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._moments import moments
from ._operator import Operator

Array = npt.NDArray[Any]


def layer_normalization(
    X: Array, Scale: Array, B: Array | None = None, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> tuple[Array, Array, Array]:
    r"""Normalize over the axes from ``axis`` on, then scale and shift.

    .. math:: y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \, g + b, \qquad \sigma^2 = \overline{(x - \mu)^2}

    Sums are computed in float64; they and the squares are rounded to float32.

    Parameters
    ----------
    X
        float32, any shape.
    Scale, B
        float32 that broadcast against the normalized axes.
    axis, epsilon, stash_type
        As in the standard.

    Returns
    -------
    tuple
        The result; the means and :math:`1 / \sqrt{\sigma^2 + \epsilon}`, with lengths of 1 in the axes normalized.

    References
    ----------
    ONNX, `LayerNormalization <https://onnx.ai/onnx/operators/onnx__LayerNormalization.html>`__; ONNX Runtime,
    ``core/providers/cpu/nn/layer_norm_impl.cc``.

    Examples
    --------
    >>> layer_normalization(np.array([1, 3], np.float32), np.float32(2), epsilon=0)[0]
    array([-2.,  2.], dtype=float32)
    """
    X = float32(X, "X")
    over = tuple(range(axis % X.ndim, X.ndim))
    mean, inverse = moments(X, over, epsilon)
    with np.errstate(over="ignore", invalid="ignore"):
        y = (X - mean) * inverse * Scale
        return np.asarray(y if B is None else y + B), mean, inverse


OPERATOR = Operator(
    "LayerNormalization", "", layer_normalization, ("Y", "Mean", "InvStdDev"), (17,), "real",
    exact="the order in which mean and variance are added up differs between processors",
)  # fmt: skip
