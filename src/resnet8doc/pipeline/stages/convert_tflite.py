"""The float network in TensorFlow Lite: what its quantized model is measured against."""

from collections.abc import Iterator
from pathlib import Path

from ... import models
from .._stage import Stage
from . import convert

TFLITE = "models/resnet8.tflite"
LOG = "logs/keras_to_tflite.log"


def stages() -> Iterator[Stage]:
    """Yield the stage that converts."""
    yield Stage("convert to tflite", run, reads=(convert.KERAS,), writes=(TFLITE, LOG))


def run(build: Path) -> None:
    """Convert the Keras model, batch normalization folded."""
    folded = models.fold(models.weights_of(models.load_keras(build / convert.KERAS)))
    models.to_tflite(models.keras_from_weights(folded), build / TFLITE, build / LOG)
