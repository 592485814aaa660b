"""The data set is what it is said to be, and the public functions give it whole."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from resnet8doc import dataset
from resnet8doc.errors import UserError

from .conftest import pieces


def test_every_array_has_its_recorded_hash(arrays: dict[str, np.ndarray]) -> None:
    """A fact of the data set itself, so it holds on every machine."""
    found = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in arrays.items()}
    assert found == {
        "train_images": "47af8b02cfcfb6cdf3dbbd1969ad7f1b70f4413f6f80f437b020ee4e5bc8304a",
        "train_labels": "2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253",
        "test_images": "f9b1e2130bab680db56eb06d886f7f1ad0f1183907ceff4659d1735c890f5b04",
        "test_labels": "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5",
    }
    assert found == dataset.SHA256


def test_splits_are_memory_mapped_and_cannot_be_written(arrays: dict[str, np.ndarray]) -> None:
    train = dataset.load("train")
    assert train.images.shape == (50_000, 32, 32, 3)
    assert train.labels.shape == (50_000,)
    assert train.images.dtype == train.labels.dtype == np.uint8
    assert isinstance(train.images.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        train.images[0] = 0


def test_description_agrees_with_plain_numpy(arrays: dict[str, np.ndarray]) -> None:
    facts = dataset.describe(progress=False)
    assert json.loads(json.dumps(facts)) == facts
    for split in ("train", "test"):
        images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
        described = facts["splits"][split]
        assert described["images"]["shape"] == list(images.shape)
        assert described["images"]["sha256"] == dataset.SHA256[f"{split}_images"]
        assert list(described["per_class"].values()) == np.bincount(labels).tolist()
        channels = [images[piece].reshape(-1, 3).T.copy() for piece in pieces(images)]  # all pieces have the same size
        means = np.array([piece.mean(1, np.float64) for piece in channels])
        variances = np.array([piece.var(1, np.float64) for piece in channels])
        np.testing.assert_allclose(described["pixel_mean"], means.mean(0), rtol=1e-12)
        np.testing.assert_allclose(described["pixel_deviation"], np.sqrt(variances.mean(0) + means.var(0)), rtol=1e-9)
    assert set(facts["splits"]["train"]["per_class"].values()) == {5000}
    assert np.round(facts["splits"]["train"]["pixel_mean"], 3).tolist() == [125.307, 122.95, 113.865]


def test_unknown_split_is_named() -> None:
    with pytest.raises(UserError, match=r"split is 'validation'; expected train or test\."):
        dataset.load("validation")  # type: ignore[arg-type] # the mistake under test


def test_warm_load_imports_nothing_that_fetches(arrays: dict[str, np.ndarray]) -> None:
    program = (
        "import sys, resnet8doc.dataset as d; d.load('test');"
        "print({'PIL', 'pooch', 'requests', 'tqdm', 'filelock', 'tensorflow', 'torch'} & set(sys.modules) or 'none')"
    )
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "none\n"
    )
