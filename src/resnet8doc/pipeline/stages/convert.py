"""The checkpoint in Keras, ONNX and PyTorch."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ... import models
from .._stage import Stage
from . import checkpoint

KERAS, ONNX, PYTORCH = "models/resnet8.keras", "models/resnet8.onnx", "models/resnet8.pt"
LOGS = ("logs/keras_to_onnx.log", "logs/onnx_to_pytorch.log")


def stages() -> Iterator[Stage]:
    """Yield the stage that converts."""
    yield Stage("convert", run, reads=(checkpoint.WEIGHTS,), writes=(KERAS, ONNX, PYTORCH, *LOGS))


def run(build: Path) -> None:
    """Convert the weights; every line that the converters say is in the logs."""
    with np.load(build / checkpoint.WEIGHTS) as weights:
        models.convert(dict(weights), build / "models", build / "logs")
