"""The Keras model is the architecture's table."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from resnet8doc import models
from resnet8doc.architecture import LAYERS, WEIGHTS
from resnet8doc.errors import UserError
from resnet8doc.models import Weights, fold


def test_every_layer_is_there_by_its_name_and_shape() -> None:
    model = models.build_keras()
    assert {layer.name: tuple(layer.output.shape[1:]) for layer in model.layers[1:]} == {
        layer.name: layer.output_shape for layer in LAYERS.values()
    }
    assert model.input_shape == (None, 32, 32, 3)
    assert {name: array.shape for name, array in models.weights_of(model).items()} == WEIGHTS


def test_weights_come_back_to_the_bit(weights: Weights, tmp_path: Path) -> None:
    path = tmp_path / "resnet8.keras"
    models.save_keras(models.keras_from_weights(weights), path)
    for name, array in models.weights_of(models.load_keras(path)).items():
        np.testing.assert_array_equal(array, weights[name])
    assert [item.name for item in tmp_path.iterdir()] == ["resnet8.keras"]  # no temporary file is left


def test_the_folded_network_answers_as_the_unfolded(weights: Weights, images: NDArray[np.float32]) -> None:
    ours = np.asarray(models.keras_from_weights(weights)(images))
    theirs = np.asarray(models.keras_from_weights(fold(weights))(images))
    np.testing.assert_allclose(ours.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)
    found = models.folding_differences(weights, images)
    assert [item["batch_normalization"] for item in found] == [
        layer.name for layer in LAYERS.values() if layer.kind == "batch_normalization"
    ]
    # float32 has 24 bits; sums of 27 to 576 products lose a few of them.
    assert all(0 < item["max_abs_difference"] < 1e-5 * item["max_abs_value"] for item in found)


def test_missing_and_misshapen_weights_are_named(weights: Weights) -> None:
    missing = {name: array for name, array in weights.items() if name != "dense/bias"}
    with pytest.raises(UserError, match=r"the weights lack dense/bias; expected dense/bias of the shape \(10,\)"):
        models.keras_from_weights(missing)
    with pytest.raises(UserError, match=r"stem_conv/bias has the shape \(3,\); expected stem_conv/bias of .* \(16,\)"):
        models.keras_from_weights(weights | {"stem_conv/bias": np.zeros(3, np.float32)})
    with pytest.raises(UserError, match=r"more/kernel has the shape \(1,\); expected no such array"):
        models.keras_from_weights(weights | {"more/kernel": np.zeros(1, np.float32)})


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x05\x06" + bytes(18)])
def test_a_corrupt_file_is_a_users_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "resnet8.keras"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"resnet8\.keras is not a Keras model"):
        models.load_keras(path)
    with pytest.raises(UserError, match=r"none\.keras does not exist"):
        models.load_keras(tmp_path / "none.keras")
