"""A float model of random weights, a few random images, and what the quantizers make of them, once."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from resnet8doc.architecture import FOLDED_WEIGHTS
from resnet8doc.quantize import VARIANTS

Quantize = Callable[[str], tuple[Path, dict[str, Any]]]


@pytest.fixture(scope="session")
def images() -> NDArray[np.uint8]:
    """Twenty images, uint8 ``[20, 32, 32, 3]``."""
    return np.random.default_rng(5).integers(0, 256, (20, 32, 32, 3), np.uint8)


@pytest.fixture(scope="session")
def float_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ResNet8 with folded weights drawn at random, converted as every checkpoint is."""
    from resnet8doc.models import keras_from_weights, save_keras, to_onnx

    rng = np.random.default_rng(6)
    weights = {}
    for name, shape in FOLDED_WEIGHTS.items():
        deviation = np.sqrt(2 / np.prod(shape[:-1])) if name.endswith("kernel") else 0.1
        weights[name] = rng.normal(0, deviation, shape).astype(np.float32)
    weights["stem_conv/kernel"] /= 128  # pixels reach 255
    folder = tmp_path_factory.mktemp("float")
    to_onnx(keras_from_weights(weights), folder / "resnet8.onnx", folder / "log.txt")
    save_keras(keras_from_weights(weights), folder / "resnet8.keras")
    return folder / "resnet8.onnx"


@pytest.fixture(scope="session")
def quantized(float_model: Path, images: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Quantize:
    """Give the path and the report of a variant, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("quantized")
    made: dict[str, tuple[Path, dict[str, Any]]] = {}

    def get(file: str) -> tuple[Path, dict[str, Any]]:
        if file not in made:
            variant = VARIANTS[file]
            quantizer = importlib.import_module(f"resnet8doc.quantize.{variant.runtime}")  # no other is imported
            source = float_model.with_suffix(".keras") if variant.runtime == "tflite" else float_model
            report = quantizer.quantize(source, folder / file, images, variant, folder / f"{file}.log", progress=False)
            made[file] = (folder / file, report)
        return made[file]

    return get
