"""GroupNormalization: groups of channels brought to mean 0 and variance 1."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator
from ._reduce_mean import reduce_mean

Array = npt.NDArray[Any]


def group_normalization(
    X: Array, scale: Array, bias: Array, *, num_groups: int, epsilon: float = 1e-5, stash_type: int = 1
) -> Array:
    r"""Return :math:`\gamma_c \frac{x - \mu_g}{\sqrt{\sigma_g^2 + \epsilon}} + \beta_c`, each group for itself.

    .. math:: \sigma_g^2 = \overline{x^2} - \mu_g^2

    each operation rounded to float32, the means as ReduceMean's: the standard writes the operator as a function of
    others, and the runtime runs that. Where the mean is large against the deviation, the difference has few digits.

    Parameters
    ----------
    X
        float32 ``[N, C, ...]``.
    scale, bias
        float32 ``[C]``.
    num_groups
        Into how many groups the channels are divided.
    epsilon, stash_type
        Added to the variance; the type of the computation, here always float32.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `GroupNormalization <https://onnx.ai/onnx/operators/onnx__GroupNormalization.html>`__.

    Examples
    --------
    >>> one = np.ones(2, np.float32)
    >>> group_normalization(np.array([[[1], [3]]], np.float32), 2 * one, one, num_groups=1, epsilon=0.0)
    array([[[-1.],
            [ 3.]]], dtype=float32)
    """
    x = float32(X, "X")
    if x.ndim < 3 or num_groups < 1 or x.shape[1] % num_groups:
        raise UserError(
            f"X has shape {list(x.shape)} and num_groups is {num_groups}", "[N, C, ...] and a divisor of C",
            "Correct num_groups.",
        )  # fmt: skip
    for name, value in (("scale", scale), ("bias", bias)):
        if float32(value, name).shape != x.shape[1:2]:
            raise UserError(
                f"{name} has shape {list(value.shape)}", f"[{x.shape[1]}]", f"Give one {name} for each channel."
            )
    groups, last = x.reshape(len(x), num_groups, math.prod(x.shape[1:]) // num_groups), np.array([2])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        mean = reduce_mean(groups, last)
        variance = reduce_mean(groups * groups, last) - mean * mean
        y = ((groups - mean) / np.sqrt(variance + np.float32(epsilon))).reshape(x.shape)
        each = (-1, *(1,) * (x.ndim - 2))
        return np.asarray(scale.reshape(each) * y + bias.reshape(each))


def group_normalization_18(X: Array, scale: Array, bias: Array, *, num_groups: int, epsilon: float = 1e-5) -> Array:
    """Return what GroupNormalization gave before opset 21: one scale and bias for each group.

    Examples
    --------
    >>> one = np.ones(1, np.float32)
    >>> group_normalization_18(np.array([[[1], [3]]], np.float32), 2 * one, one, num_groups=1, epsilon=0.0)
    array([[[-1.],
            [ 3.]]], dtype=float32)
    """
    for name, value in (("scale", scale), ("bias", bias)):
        if value.shape != (num_groups,):
            raise UserError(
                f"{name} has shape {list(value.shape)}", f"[{num_groups}]", f"Give one {name} for each group."
            )
    each = X.shape[1] // num_groups if num_groups else 0
    return group_normalization(X, np.repeat(scale, each), np.repeat(bias, each), num_groups=num_groups, epsilon=epsilon)


OPERATOR = Operator(
    "GroupNormalization", "", group_normalization, ("Y",), (18, 21), "real",
    older={18: group_normalization_18, 21: group_normalization},
)  # fmt: skip
