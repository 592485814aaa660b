"""SkipLayerNormalization and SkipSimplifiedLayerNormalization: a sum of two, normalized; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._moments import mean_square, moments
from ._operator import MICROSOFT, Operator

Array = npt.NDArray[Any]


def skip_layer_normalization(
    input: Array, skip: Array, gamma: Array, beta: Array | None = None, bias: Array | None = None, *,
    epsilon: float = 1e-12,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    r"""Return :math:`\gamma \frac{t - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta` of :math:`t = x + \mathrm{skip} + b`.

    Mean and variance are those over the last axis.

    Parameters
    ----------
    input
        float32 ``[..., H]``.
    skip
        float32 that broadcasts to it.
    gamma, beta, bias
        float32 ``[H]``.
    epsilon
        Added to the variance.

    Returns
    -------
    tuple
        The result, the means, :math:`1 / \sqrt{\sigma^2 + \epsilon}` and the sum :math:`t`.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/skip_layer_norm.cc``.

    Examples
    --------
    >>> one = np.ones(2, np.float32)
    >>> skip_layer_normalization(np.array([[1, 2]], np.float32), np.array([[0, 1]], np.float32), one, one)[0]
    array([[0., 2.]], dtype=float32)
    """
    total = _sum(input, skip, gamma, bias)
    mean, inverse = moments(total, -1, epsilon)
    y = (total - mean) * inverse * gamma
    return np.asarray(y if beta is None else y + float32(beta, "beta")), mean, inverse, total


def skip_simplified_layer_normalization(
    input: Array, skip: Array, gamma: Array, bias: Array | None = None, *, epsilon: float = 1e-12
) -> tuple[Array, Array, Array, Array]:
    r"""Return :math:`\gamma \frac{t}{\sqrt{\overline{t^2} + \epsilon}}` of :math:`t = x + \mathrm{skip} + b`.

    Source: ONNX Runtime, ``contrib_ops/cpu/skip_layer_norm.cc``.

    Parameters
    ----------
    input, skip, gamma, bias, epsilon
        As for SkipLayerNormalization.

    Returns
    -------
    tuple
        The result, zeros, the factor, and the sum :math:`t`.

    Examples
    --------
    >>> one = np.ones(2, np.float32)
    >>> skip_simplified_layer_normalization(np.array([[3, 4]], np.float32), 0 * one, one)[0].round(4)
    array([[0.8485, 1.1314]], dtype=float32)
    """
    total = _sum(input, skip, gamma, bias)
    inverse = np.asarray(1 / np.sqrt(mean_square(total, -1) + np.float32(epsilon)))
    return np.asarray(total * inverse * gamma), np.zeros_like(inverse), inverse, total


def _sum(input: Array, skip: Array, gamma: Array, bias: Array | None) -> Array:
    x, other = float32(input, "input"), float32(skip, "skip")
    if not x.ndim or float32(gamma, "gamma").shape != x.shape[-1:] or other.shape[-1:] != x.shape[-1:]:
        raise UserError(
            f"input has shape {list(x.shape)}, skip {list(other.shape)} and gamma {list(gamma.shape)}",
            "one last axis, that of gamma", "Reshape one.",
        )  # fmt: skip
    total = x + other
    return np.asarray(total if bias is None else total + float32(bias, "bias"))


OUTPUTS = ("output", "mean", "inv_std_var", "input_skip_bias_sum")
ORDER = "the order in which mean and variance are added up differs between processors"
LAYER = Operator(
    "SkipLayerNormalization", MICROSOFT, skip_layer_normalization, OUTPUTS, (1,), "real", exact=ORDER,
    optional=frozenset({"beta"}),
)  # fmt: skip
SIMPLIFIED = Operator(
    "SkipSimplifiedLayerNormalization", MICROSOFT, skip_simplified_layer_normalization, OUTPUTS, (1,), "real",
    exact=ORDER,
)  # fmt: skip
