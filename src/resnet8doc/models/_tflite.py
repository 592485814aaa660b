"""Keras to TensorFlow Lite, in float32 or quantized to int8 throughout."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._tensorflow import tf
from ..files import replacing
from ._log import logged


def to_tflite(model: Any, path: Path, log: Path, images: NDArray[np.float32] | None = None) -> None:
    """Convert a folded Keras model to TensorFlow Lite and write it, atomically.

    Parameters
    ----------
    model : keras.Model
        Made by `keras_from_weights` from folded weights.
    path
        The ``.tflite`` file. Its input is float32 ``[batch, 32, 32, 3]``, raw pixels 0 to 255, its output float32
        ``[batch, 10]``.
    log
        The log file: versions, what the converter's loggers said, Python's warnings.
    images
        Calibration images, float32 ``[N, 32, 32, 3]``: the converter notes the range of each activation on them, one
        image at a time, and makes every operator one of int8 codes. A QUANTIZE comes first and a DEQUANTIZE last, so
        that the interface stays real. Without images nothing is quantized.

    Raises
    ------
    UserError
        If a file cannot be written.
    """
    with logged(log, "absl", ("tensorflow", "keras", "numpy")) as said:
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if images is not None:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: _one_by_one(images)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            said.add("resnet8doc", "INFO", f"calibration: MinMax, {len(images)} samples, one at a time")
        printed = io.StringIO()  # Keras prints the signature of the SavedModel that it exports on the way
        with redirect_stdout(printed):
            content = converter.convert()
        said.add("resnet8doc", "INFO", f"wrote {len(content)} bytes")
        with replacing(path) as temporary:
            temporary.write_bytes(content)


def _one_by_one(images: NDArray[np.float32]) -> Iterator[list[NDArray[np.float32]]]:
    for image in images:
        yield [image[np.newaxis]]
