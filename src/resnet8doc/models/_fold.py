"""Batch normalization folded into the convolution before it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..architecture import BATCH_NORMALIZATION_EPSILON, LAYERS, WEIGHTS
from ..errors import UserError

Weights = dict[str, NDArray[np.float32]]


def fold(weights: Mapping[str, NDArray[np.float32]]) -> Weights:
    r"""Fold every batch normalization into the convolution before it.

    A convolution with kernel :math:`w` and bias :math:`b`, followed by a batch normalization with its moving mean
    :math:`\mu` and variance :math:`\sigma^2`, computes for each output channel :math:`c`

    .. math:: y_c = \gamma_c \frac{(w_c * x) + b_c - \mu_c}{\sqrt{\sigma_c^2 + \varepsilon}} + \beta_c

    A convolution is linear, and all five numbers are constant after training. So the pair is one convolution:

    .. math::

        f_c = \frac{\gamma_c}{\sqrt{\sigma_c^2 + \varepsilon}} \qquad
        w'_c = f_c\, w_c \qquad
        b'_c = \beta_c + f_c\,(b_c - \mu_c)

    The zeros of "same" padding stay zeros under both, so the borders agree as well. Everything is computed in
    float64 and rounded once to float32.

    Parameters
    ----------
    weights
        The arrays that `resnet8doc.architecture.WEIGHTS` names: float32, kernels ``[height, width, in, out]``.

    Returns
    -------
    dict of str to numpy.ndarray
        The arrays that `resnet8doc.architecture.FOLDED_WEIGHTS` names, float32.

    Raises
    ------
    UserError
        If an array is missing, or if a moving variance plus epsilon is not positive.

    References
    ----------
    Jacob et al., *Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference*,
    section 3.2 and equation 14; epsilon is Keras's default, 0.001.

    Examples
    --------
    Gamma 2, variance 3.999, mean 1 and beta 5 make a factor of 1, so a zero kernel with bias 0.5 leaves 5 + (0.5 - 1):

    >>> weights = {name: np.zeros(shape, np.float32) for name, shape in WEIGHTS.items()}
    >>> for name, value in {"gamma": 2, "moving_variance": 3.999, "moving_mean": 1, "beta": 5}.items():
    ...     weights[f"stem_bn/{name}"][:] = value
    >>> weights["stem_conv/bias"][:] = 0.5
    >>> fold(weights)["stem_conv/bias"][0]
    np.float32(4.5)
    """
    if missing := [name for name in WEIGHTS if name not in weights]:
        raise UserError(
            f"the weights lack {missing[0]}",
            f"the {len(WEIGHTS)} arrays of the unfolded network",
            "Fold the weights of a checkpoint; folded weights cannot be folded again.",
        )
    folded: Weights = {}
    for layer in LAYERS.values():
        if layer.kind in ("conv", "dense"):
            for name in layer.weights:
                folded[f"{layer.name}/{name}"] = np.array(weights[f"{layer.name}/{name}"], np.float32)
    for layer in LAYERS.values():
        if layer.kind == "batch_normalization":
            gamma, beta, mean, variance = (
                np.asarray(weights[f"{layer.name}/{name}"], np.float64) for name in layer.weights
            )
            if not (variance + BATCH_NORMALIZATION_EPSILON > 0).all():
                raise UserError(
                    f"{layer.name}/moving_variance holds {variance.min()}",
                    "variances that are not negative",
                    "Use a checkpoint whose training converged.",
                )
            factor = gamma / np.sqrt(variance + BATCH_NORMALIZATION_EPSILON)
            kernel, bias = (f"{layer.inputs[0]}/{name}" for name in ("kernel", "bias"))
            folded[kernel] = (folded[kernel].astype(np.float64) * factor).astype(np.float32)
            folded[bias] = (beta + (folded[bias].astype(np.float64) - mean) * factor).astype(np.float32)
    return folded
