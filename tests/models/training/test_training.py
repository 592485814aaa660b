"""The training network is the architecture, learns, and resumes exactly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from resnet8doc.architecture import WEIGHTS
from resnet8doc.models.training import RECIPE, held_out_indices, train
from resnet8doc.models.training._augment import crop_and_flip
from resnet8doc.models.training._muon import orthogonalize
from resnet8doc.models.training._network import Network

SMALL = replace(RECIPE, crop_epochs=2, full_epochs=1, batch_size=8)


def toy(count: int = 16) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images whose brightness is their label."""
    labels = np.arange(count, dtype=np.uint8) % 10
    noise = np.random.default_rng(0).integers(0, 20, (count, 32, 32, 3), dtype=np.uint8)
    return noise + labels.reshape(-1, 1, 1, 1) * np.uint8(23), labels


@pytest.mark.slow
def test_a_resumed_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    images, labels = toy()
    whole = train(images, labels, SMALL, tmp_path / "whole.pt", compiled=False, progress=False)
    state = tmp_path / "parts.pt"

    class Stop(Exception):  # noqa: N818  # not an error: where the run is cut
        pass

    def cut(curve: list[dict[str, float]]) -> None:
        if len(curve) == 2:
            raise Stop

    with pytest.raises(Stop):
        train(images, labels, SMALL, state, compiled=False, progress=False, after_epoch=cut)
    resumed = train(images, labels, SMALL, state, compiled=False, progress=False)
    assert [entry["loss"] for entry in resumed.curve] == [entry["loss"] for entry in whole.curve]
    for name, value in whole.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], value)


@pytest.mark.slow
def test_the_exported_weights_compute_what_was_trained(tmp_path: Path) -> None:
    """Raw pixels into Keras give the probabilities that the standardizing network gives."""
    from resnet8doc.models import keras_from_weights

    torch.manual_seed(1)
    network = Network()
    for layer in network.layers.values():
        if isinstance(layer, torch.nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_()
            layer.running_var.uniform_(0.5, 2)
    network.eval()
    weights = network.weights()
    assert {name: value.shape for name, value in weights.items()} == WEIGHTS
    images, _ = toy()
    with torch.inference_mode():
        logits = network(torch.from_numpy(images.astype(np.float32)).permute(0, 3, 1, 2))
    expected = torch.softmax(logits, 1).numpy()
    found = np.asarray(keras_from_weights(weights)(images.astype(np.float32)))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_held_out_images_are_balanced_and_always_the_same() -> None:
    labels = np.repeat(np.arange(10, dtype=np.uint8), 600)
    chosen = held_out_indices(labels)
    assert np.bincount(labels[chosen]).tolist() == [500] * 10
    assert len(np.unique(chosen)) == 5000
    np.testing.assert_array_equal(chosen, held_out_indices(labels))


@given(seed=st.integers(0, 1000), size=st.sampled_from([20, 24, 32]))
def test_a_crop_is_a_window_of_its_image_or_of_its_mirror(seed: int, size: int) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    crops = crop_and_flip(images, size, np.random.default_rng(seed))
    grown = np.pad(images, ((0, 0), (4, 4), (4, 4), (0, 0)), "reflect") if size == 32 else images
    for crop, image in zip(crops, grown, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), (0, 1)).transpose(0, 1, 3, 4, 2)
        assert any((windows == side).all((2, 3, 4)).any() for side in (crop, crop[:, ::-1]))


@given(rows=st.integers(2, 12), columns=st.integers(2, 40), seed=st.integers(0, 100))
def test_orthogonalization_brings_every_singular_value_near_one(rows: int, columns: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    left, _, right = torch.linalg.svd(torch.randn(rows, columns, generator=generator), full_matrices=False)
    spectrum = torch.linspace(1, 0.1, min(rows, columns))
    values = torch.linalg.svdvals(orthogonalize(left @ torch.diag(spectrum) @ right))
    assert float(values.min()) > 0.5
    assert float(values.max()) < 1.4
