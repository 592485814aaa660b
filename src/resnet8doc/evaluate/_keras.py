"""Runs ``.keras`` files with Keras on TensorFlow."""

import zipfile
from pathlib import Path

from .._tensorflow import keras, tf
from ._runners import INPUT, OUTPUT, Float32, Runner, corrupt, wrong_shape


def open_model(path: Path) -> Runner:
    """Load a Keras model; its input and output are checked against ResNet8's."""
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise corrupt(path, "Keras model", error) from error
    if _shape(model.input_shape) != INPUT[1:]:
        raise wrong_shape(path, "input", model.input_shape, INPUT)
    if _shape(model.output_shape) != OUTPUT[1:]:
        raise wrong_shape(path, "output", model.output_shape, OUTPUT)
    forward = tf.function(
        lambda images: model(images, training=False),
        input_signature=[tf.TensorSpec(model.input_shape, tf.float32)],  # one trace, whatever the batch
    )

    def run(images: Float32) -> Float32:
        with tf.device("/CPU:0"):
            result: Float32 = forward(images).numpy()
        return result

    return Runner("keras", f"{keras.__version__} on TensorFlow {tf.__version__}", run, {"device": "CPU"})


def _shape(shape: object) -> tuple[object, ...]:
    """Return a shape without its batch axis, or nothing if the model has several inputs or a fixed batch."""
    if isinstance(shape, tuple) and shape and shape[0] is None:
        return shape[1:]
    return ()
