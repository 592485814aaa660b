"""How far folding moves each tensor."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._tensorflow import keras
from ..architecture import LAYERS
from ._fold import fold
from ._keras import keras_from_weights


def folding_differences(
    weights: Mapping[str, NDArray[np.float32]], images: NDArray[np.float32]
) -> list[dict[str, Any]]:
    """Measure, for each batch normalization, how its output differs from the folded convolution's.

    Parameters
    ----------
    weights
        The arrays of `resnet8doc.architecture.WEIGHTS`.
    images
        float32 ``[N, 32, 32, 3]``, raw pixels.

    Returns
    -------
    list of dict
        ``layer`` (the convolution), ``batch_normalization``, ``max_abs_difference`` and ``max_abs_value``, the largest
        value in the unfolded tensor. What the layers before have added is in the difference.
    """
    normalizations = [layer for layer in LAYERS.values() if layer.kind == "batch_normalization"]
    folded, unfolded = keras_from_weights(fold(weights)), keras_from_weights(weights)
    before = _outputs(unfolded, [layer.name for layer in normalizations], images)
    after = _outputs(folded, [layer.inputs[0] for layer in normalizations], images)
    return [
        {
            "layer": layer.inputs[0],
            "batch_normalization": layer.name,
            "max_abs_difference": float(np.abs(ours - theirs).max()),
            "max_abs_value": float(np.abs(ours).max()),
        }
        for layer, ours, theirs in zip(normalizations, before, after, strict=True)
    ]


def _outputs(model: Any, names: list[str], images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    inspected = keras.Model(model.input, [model.get_layer(name).output for name in names])
    return [np.asarray(tensor) for tensor in inspected(images, training=False)]
