"""BatchNormalization: a factor and an offset for each channel."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def batch_normalization(
    X: Array, scale: Array, B: Array, input_mean: Array, input_var: Array, *, epsilon: float = 1e-5,
    momentum: float = 0.9, training_mode: int = 0,
) -> Array:  # fmt: skip
    r"""Normalize by stored means and variances, channel by channel.

    .. math:: f = \frac{1}{\sqrt{v + \epsilon}} \cdot g, \qquad y = x f + (b - m f)

    each operation rounded to float32: the root, its reciprocal, the product with the scale, then the offset, then
    product and sum.

    Parameters
    ----------
    X
        float32 ``[N, C, ...]``.
    scale, B, input_mean, input_var
        float32 ``[C]``: :math:`g, b, m, v`.
    epsilon
        :math:`\epsilon`.
    momentum, training_mode
        Of training, which is refused.

    Raises
    ------
    UserError
        If training is asked for, or types or shapes do not fit.

    References
    ----------
    ONNX, `BatchNormalization <https://onnx.ai/onnx/operators/onnx__BatchNormalization.html>`__; ONNX Runtime,
    ``core/providers/cpu/nn/batch_norm.h``.

    Examples
    --------
    >>> one = np.ones(1, np.float32)
    >>> batch_normalization(np.array([[3]], np.float32), 2 * one, one, one, 4 * one, epsilon=0)
    array([[3.]], dtype=float32)
    """
    if training_mode:
        raise UserError("training_mode is set", "inference", "Export the model for inference.")
    channels = X.shape[1] if X.ndim > 1 else 1
    if X.dtype not in (np.float32, np.float64):
        raise UserError(f"X is {X.dtype}", "float32 or float64", "Convert the model to float32.")
    for name, value in (("scale", scale), ("B", B), ("input_mean", input_mean), ("input_var", input_var)):
        if value.dtype != X.dtype:
            raise UserError(f"{name} is {value.dtype} and X {X.dtype}", "one type", "Convert the model to float32.")
        if value.shape != (channels,):
            raise UserError(f"{name} has shape {list(value.shape)}", f"[{channels}]", "Give one for each channel.")
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = X.dtype.type(1) / np.sqrt(input_var + X.dtype.type(np.float32(epsilon))) * scale
    offset = B - input_mean * factor
    shape = (1, -1, *(1,) * (X.ndim - 2)) if X.ndim > 1 else (-1,)
    return np.asarray(X * factor.reshape(shape) + offset.reshape(shape))


def batch_normalization_7(
    X: Array, scale: Array, B: Array, mean: Array, var: Array, *, epsilon: float = 1e-5, momentum: float = 0.9,
    spatial: int = 1,
) -> Array:  # fmt: skip
    """Normalize as :func:`batch_normalization` does: before opset 14, with statistics named ``mean`` and ``var``.

    Raises
    ------
    UserError
        If ``spatial`` is 0: a factor for each pixel is not computed.

    Examples
    --------
    >>> one = np.ones(1, np.float32)
    >>> batch_normalization_7(np.array([[3]], np.float32), one, one, one, one, epsilon=0)
    array([[3.]], dtype=float32)
    """
    if not spatial:
        raise UserError("spatial is 0", "1", "Convert the model to opset 9 or newer.")
    return batch_normalization(X, scale, B, mean, var, epsilon=epsilon)


OPERATOR = Operator(
    "BatchNormalization", "", batch_normalization, ("Y",), (7, 9, 14, 15), "real",
    older={7: batch_normalization_7, 14: batch_normalization},
)  # fmt: skip
