"""The bundled checkpoint has no dead filter."""

import numpy as np
import pytest

from resnet8doc import checkpoints, dataset
from resnet8doc.architecture import LAYERS
from resnet8doc.models import fold

IMAGES = 500
"""The fewer, the more is claimed."""


@pytest.mark.slow
def test_every_filter_of_every_layer_fires_on_some_training_image() -> None:
    """Its own finished sum is above zero somewhere and varies, and so does what the next ReLU lets through."""
    from resnet8doc.models import keras_from_weights

    model = keras_from_weights(checkpoints.load("bundled").weights)
    read_by = {layer.inputs[0]: layer.name for layer in LAYERS.values() if layer.kind == "batch_normalization"}
    watched = [read_by.get(name, name) for name, layer in LAYERS.items() if layer.kind == "conv"]
    watched += [name for name, layer in LAYERS.items() if layer.kind == "relu"]
    spy = type(model)(model.input, [model.get_layer(name).output for name in watched])
    images = dataset.load("train").images[:IMAGES]
    highest = {name: np.float32(-np.inf) for name in watched}
    lowest = {name: np.float32(np.inf) for name in watched}
    for start in range(0, IMAGES, 250):
        for name, values in zip(watched, spy(images[start : start + 250].astype(np.float32)), strict=True):
            highest[name] = np.maximum(highest[name], np.asarray(values).max((0, 1, 2)))
            lowest[name] = np.minimum(lowest[name], np.asarray(values).min((0, 1, 2)))
    silent = {name: np.flatnonzero(highest[name] <= 0).tolist() for name in watched}
    assert {name: channels for name, channels in silent.items() if channels} == {}
    spans = {name: highest[name] - lowest[name] for name in watched}
    still = {name: np.flatnonzero(span < 0.01 * span.mean()).tolist() for name, span in spans.items()}
    assert {name: channels for name, channels in still.items() if channels} == {}


def test_no_filter_has_next_to_no_weights() -> None:
    """A dead filter's weights decay; then its scale does too, and its bias outgrows every accumulator."""
    weights = fold(checkpoints.load("bundled").weights)
    for name, layer in LAYERS.items():
        if layer.kind == "conv":
            largest = np.abs(weights[f"{name}/kernel"]).max((0, 1, 2))
            assert largest.max() < 1000 * largest.min(), name
