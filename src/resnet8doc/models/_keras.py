"""ResNet8 as a Keras model, built from the architecture's table."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._tensorflow import keras
from ..architecture import BATCH_NORMALIZATION_EPSILON, FOLDED_WEIGHTS, IMAGE_SHAPE, LAYERS, WEIGHTS, Layer
from ..errors import UserError
from ..files import replacing
from ._fold import Weights


def _keras_layer(layer: Layer, input_shape: tuple[int, ...]) -> Any:
    match layer.kind:
        case "conv":
            filters, size = layer.kernel_shape[-1], layer.kernel_shape[:2]
            return keras.layers.Conv2D(filters, size, strides=layer.strides, padding="same", name=layer.name)
        case "batch_normalization":
            return keras.layers.BatchNormalization(epsilon=BATCH_NORMALIZATION_EPSILON, name=layer.name)
        case "relu":
            return keras.layers.ReLU(name=layer.name)
        case "add":
            return keras.layers.Add(name=layer.name)
        case "average_pool":
            return keras.layers.AveragePooling2D(input_shape[:2], name=layer.name)
        case "flatten":
            return keras.layers.Flatten(name=layer.name)
        case "dense":
            return keras.layers.Dense(layer.kernel_shape[-1], name=layer.name)
        case "softmax":
            return keras.layers.Softmax(name=layer.name)


def build_keras(folded: bool = False) -> Any:
    """Build the network with fresh random weights.

    Parameters
    ----------
    folded
        Leave out batch normalization, as after `fold`.

    Returns
    -------
    keras.Model
        Named ``resnet8``, its layers named as in `resnet8doc.architecture.LAYERS`. Input float32
        ``[N, 32, 32, 3]``, raw pixels 0 to 255; output float32 ``[N, 10]``, the softmax's probabilities.

    Examples
    --------
    >>> model = build_keras()
    >>> model.count_params(), model.output_shape
    (78666, (None, 10))
    """
    image = keras.Input(IMAGE_SHAPE, name="input", dtype="float32")
    tensors: dict[str, Any] = {"input": image}
    for layer in LAYERS.values():
        sources = [tensors[name] for name in layer.inputs]
        if folded and layer.kind == "batch_normalization":
            tensors[layer.name] = sources[0]
            continue
        call = _keras_layer(layer, tuple(sources[0].shape[1:]))
        tensors[layer.name] = call(sources if layer.kind == "add" else sources[0])
    return keras.Model(image, tensors["softmax"], name="resnet8")


def keras_from_weights(weights: Mapping[str, NDArray[np.float32]]) -> Any:
    """Build the network and load weights into it.

    Parameters
    ----------
    weights
        The arrays of `resnet8doc.architecture.WEIGHTS`, or of `FOLDED_WEIGHTS`: then the model has no batch
        normalization.

    Returns
    -------
    keras.Model
        As `build_keras` makes it.

    Raises
    ------
    UserError
        If an array is missing, or is one too many, or has another shape.
    """
    folded = not any(layer.kind == "batch_normalization" and f"{layer.name}/gamma" in weights for layer in _layers())
    expected = FOLDED_WEIGHTS if folded else WEIGHTS
    for name in [*expected, *weights]:
        found = weights[name].shape if name in weights else None
        if found != expected.get(name):
            raise UserError(
                f"{name} has the shape {found}" if found else f"the weights lack {name}",
                f"{name} of the shape {expected[name]}" if name in expected else "no such array",
                "Load the weights with resnet8doc.checkpoints.load.",
            )
    model = build_keras(folded)
    for layer in _layers():
        if layer.weights and not (folded and layer.kind == "batch_normalization"):
            model.get_layer(layer.name).set_weights([weights[f"{layer.name}/{name}"] for name in layer.weights])
    return model


def _layers() -> list[Layer]:
    return list(LAYERS.values())


def weights_of(model: Any) -> Weights:
    """Return the arrays of a model that `build_keras` built, by the architecture's names.

    Parameters
    ----------
    model : keras.Model
        Folded or not.

    Returns
    -------
    dict of str to numpy.ndarray
        float32, the layouts of Keras, in the order of `resnet8doc.architecture.WEIGHTS`.

    Examples
    --------
    >>> weights_of(build_keras(folded=True))["stack2_shortcut/kernel"].shape
    (1, 1, 16, 32)
    """
    present = {layer.name for layer in model.layers}
    return {
        f"{layer.name}/{name}": np.asarray(array, np.float32)
        for layer in _layers()
        if layer.name in present
        for name, array in zip(layer.weights, model.get_layer(layer.name).get_weights(), strict=True)
    }


def save_keras(model: Any, path: Path) -> None:
    """Write a model in Keras's own format, atomically.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    with replacing(path) as temporary, warnings.catch_warnings():
        # Keras 3.15.1's variables do not know the argument that numpy 2 added; numpy then copies, as Keras wants.
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
        model.save(temporary)


def load_keras(path: Path) -> Any:
    """Read a model that `save_keras` wrote; arbitrary code in the file is not run (Keras's safe mode).

    Raises
    ------
    UserError
        If the file is missing or is not a Keras model.
    """
    if not path.is_file():
        raise UserError(f"{path} does not exist", "a .keras file", "Make it first: python -m resnet8doc convert.")
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is not a Keras model ({str(error).splitlines()[0]})",
            "a .keras file that this project wrote",
            "Delete it and make it again: python -m resnet8doc convert.",
        ) from error
