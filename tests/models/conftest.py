"""Random weights, and the three formats made from them once."""

from pathlib import Path

import numpy as np
import pytest

from resnet8doc.architecture import WEIGHTS
from resnet8doc.models import Weights


def random_weights(seed: int) -> Weights:
    """Draw weights that keep activations near 1, whatever the seed."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in WEIGHTS.items():
        kind = name.split("/")[1]
        if kind == "kernel":
            values = rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape)
        elif kind in ("gamma", "moving_variance"):
            values = rng.uniform(0.5, 2, shape)
        else:
            values = rng.normal(0, 0.1, shape)
        weights[name] = values.astype(np.float32)
    return weights


@pytest.fixture(scope="session")
def weights() -> Weights:
    return random_weights(7)


@pytest.fixture(scope="session")
def images() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(8).integers(0, 256, (20, 32, 32, 3)).astype(np.float32)


@pytest.fixture(scope="session")
def converted(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with models/ and logs/, made from random weights."""
    from resnet8doc.models import convert

    folder = tmp_path_factory.mktemp("converted")
    convert(weights, folder / "models", folder / "logs")
    return folder
