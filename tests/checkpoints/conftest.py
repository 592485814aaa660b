"""Random weights, and files that Keras itself writes of them."""

import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from resnet8doc.architecture import LAYERS, WEIGHTS
from resnet8doc.checkpoints import Weights


@pytest.fixture(scope="session")
def weights() -> Weights:
    rng = np.random.default_rng(11)
    return {
        name: (np.abs if name.endswith("variance") else np.asarray)(rng.normal(0, 1, shape)).astype(np.float32)
        for name, shape in WEIGHTS.items()
    }


@pytest.fixture(scope="session")
def keras_files(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the same weights in each of Keras's formats."""
    from resnet8doc.models import keras_from_weights, save_keras

    folder = tmp_path_factory.mktemp("keras")
    model = keras_from_weights(weights)
    save_keras(model, folder / "resnet8.keras")
    with warnings.catch_warnings():
        # Keras 3.15.1's variables do not know the argument that numpy 2 added.
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
        model.save_weights(folder / "resnet8.weights.h5")
        model.save(folder / "resnet8.h5")
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture(scope="session")
def write_keras2() -> Callable[[Path, Weights], None]:
    """Give a function that writes weights as Keras 2 did."""
    return _write_keras2


def _write_keras2(path: Path, weights: Weights) -> None:
    """Write weights as Keras 2 did, with its names: ``conv2d_4``, the shortcut after the convolutions beside it."""
    prefixes = {"conv": "conv2d", "batch_normalization": "batch_normalization", "dense": "dense"}
    counts: dict[str, int] = {}
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights")
        names = []
        for layer in LAYERS.values():
            if not layer.weights:
                continue
            prefix = prefixes[layer.kind]
            number = counts.get(prefix, 0)
            counts[prefix] = number + 1
            name = f"{prefix}_{number}" if number else prefix
            group = root.create_group(name)
            for key in layer.weights:
                group[f"{name}/{key}:0"] = weights[f"{layer.name}/{key}"]
            group.attrs["weight_names"] = [f"{name}/{key}:0".encode() for key in layer.weights]
            names.append(name.encode())
        root.attrs["layer_names"] = names
