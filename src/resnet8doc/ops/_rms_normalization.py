"""RMSNormalization: numbers divided by their root mean square."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._moments import mean_square
from ._operator import Operator

Array = npt.NDArray[Any]


def rms_normalization(X: Array, scale: Array, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1) -> Array:
    r"""Return :math:`\gamma \frac{x}{\sqrt{\overline{x^2} + \epsilon}}`, the mean over the axes from ``axis`` on.

    Parameters
    ----------
    X
        float32, one axis or more.
    scale
        float32 that broadcasts against the normalized axes.
    axis, epsilon, stash_type
        As in the standard.

    Raises
    ------
    UserError
        If the type is another, or there is no such axis.

    References
    ----------
    ONNX, `RMSNormalization <https://onnx.ai/onnx/operators/onnx__RMSNormalization.html>`__.

    Examples
    --------
    >>> rms_normalization(np.array([3, 4], np.float32), np.float32(5) * np.ones(2, np.float32)).round(4)
    array([4.2426, 5.6569], dtype=float32)
    """
    x = float32(X, "X")
    if not -x.ndim <= axis < x.ndim:
        raise UserError(f"axis is {axis}", f"an axis of a tensor of {x.ndim}", "Correct axis.")
    over = tuple(range(axis % x.ndim, x.ndim))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        size = np.sqrt(mean_square(x, over) + np.float32(epsilon))
        return np.asarray(x / size * float32(scale, "scale"))


def simplified_layer_normalization(
    X: Array, scale: Array, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Array:
    """Return :func:`rms_normalization`: what ONNX Runtime's optimisers call it, in the standard's domain.

    Source: ONNX Runtime, ``core/providers/cpu/nn/layer_norm.cc``.

    Examples
    --------
    >>> simplified_layer_normalization(np.array([3, 4], np.float32), np.ones(2, np.float32)).round(4)
    array([0.8485, 1.1314], dtype=float32)
    """
    return rms_normalization(X, scale, axis=axis, epsilon=epsilon, stash_type=stash_type)


ORDER = "the order in which a real sum is added up is left to each implementation"
SIMPLIFIED = Operator(
    "SimplifiedLayerNormalization", "", simplified_layer_normalization, ("Y",), (1,), "real", exact=ORDER
)
OPERATOR = Operator(
    "RMSNormalization", "", rms_normalization, ("Y",), (23,), "real", exact=ORDER,
)  # fmt: skip
