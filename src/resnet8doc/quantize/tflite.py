"""TensorFlow Lite's full integer quantization of the folded Keras model."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import models
from ..architecture import WEIGHTS
from ..errors import UserError
from ..files import sha256
from ..models import fold, log_summary
from ..reading.tflite import read
from ..schemas import write_result
from ._calibration_images import batches
from ._variants import Variant, of_runtime

__all__ = ["quantize", "quantize_all"]

EXPECTED = {
    "Statistics for quantized inputs were expected, but not specified": (
        "they are those of quantization-aware training; here the ranges come from the calibration images"
    ),
}
"""Why a warning of the converter may be ignored, by its first words."""


def quantize(
    float_model: Path, output: Path, images: NDArray[np.uint8], variant: Variant, log: Path, *, progress: bool = True
) -> dict[str, Any]:
    """Quantize to int8 throughout and write a TensorFlow Lite file, atomically.

    Parameters
    ----------
    float_model
        ``resnet8.keras``, as trained: its batch normalization is folded first, as for every other runtime. Or folded.
    output
        The ``.tflite`` file. It takes float32 ``[N, 32, 32, 3]``, raw pixels, and gives float32 ``[N, 10]``; between
        its QUANTIZE and its DEQUANTIZE everything is int8.
    images
        Calibration images, uint8 ``[N, 32, 32, 3]``, raw pixels 0 to 255.
    variant
        What to make; one of `resnet8doc.quantize.VARIANTS`.
    log
        The log file: versions, number of samples, what the converter said.
    progress
        Accepted as by the other quantizers; the converter shows none.

    Returns
    -------
    dict
        As `resnet8doc.quantize.pytorch.quantize` returns it; ``layers`` has for each layer of weights ``name``,
        ``op_type``, ``weight_type``, ``per_channel``, ``scales`` (how many) and ``scale`` (smallest, largest).

    Raises
    ------
    UserError
        If the images are empty or not uint8 ``[N, 32, 32, 3]``, the model is not this network, the result is not int8
        throughout, or a file cannot be written.
    """
    if variant.runtime != "tflite":
        raise UserError(f"{variant.file} is made by {variant.runtime}", "a variant of tflite", "Choose another.")
    inputs = np.concatenate(batches(images))
    weights = models.weights_of(models.load_keras(float_model))
    folded = fold(weights) if weights.keys() == WEIGHTS.keys() else weights
    models.to_tflite(models.keras_from_weights(folded), output, log, inputs)
    reading = read(output)  # refuses whatever is not int8
    layers = [_layer(node) for node in reading.operations["nodes"] if node["op_type"] in ("QLinearConv", "QGemm")]
    said = log_summary(log)["warnings"]
    return {
        "file": variant.file,
        "runtime": variant.runtime,
        "format": variant.format,
        "weights": ", ".join(sorted({layer["weight_type"] for layer in layers})),
        "activations": "int8",
        "granularity": "per channel" if all(layer["per_channel"] for layer in layers) else "per tensor",
        "calibration": variant.calibration,
        "samples": len(images),
        "engine": None,
        "asked": {
            "activation_type": variant.activation_type,
            "weight_type": variant.weight_type,
            "per_channel": variant.per_channel,
            "reduce_range": variant.reduce_range,
        },
        "why": variant.why,
        "operators": reading.operations["counts"],
        "layers": layers,
        "warnings": [warning | {"reason": _reason(warning["message"])} for warning in said],
        "log": log.name,
        "bytes": output.stat().st_size,
        "float_bytes": float_model.stat().st_size,
        "sha256": sha256(output),
    }


def quantize_all(
    float_model: Path, folder: Path, images: NDArray[np.uint8], logs: Path, report: Path, *, progress: bool = True
) -> dict[str, Any]:
    """Make every variant of TensorFlow Lite, and write the report about them.

    Parameters
    ----------
    float_model
        ``resnet8.keras``.
    folder
        Where the models go, under the names of `resnet8doc.quantize.VARIANTS`.
    images
        Calibration images, uint8 ``[N, 32, 32, 3]``.
    logs
        Where the logs go: ``quantize_resnet8_int8.tflite.log``.
    report
        ``results/quantization/tflite.json``.
    progress
        As for `quantize`.

    Returns
    -------
    dict
        What was written, by ``quantization.schema.json``: ``runtime`` and ``variants``, a list of what `quantize`
        returns.
    """
    variants = [
        quantize(float_model, folder / variant.file, images, variant, logs / f"quantize_{variant.file}.log")
        for variant in of_runtime("tflite")
    ]
    result = {"runtime": "tflite", "variants": variants}
    write_result(report, result, "quantization")
    return result


def _layer(node: dict[str, Any]) -> dict[str, Any]:
    given = {entry["formal"].lower(): entry for entry in node["inputs"]}
    letter = "w" if node["op_type"] == "QLinearConv" else "b"
    scales = np.ravel(given[f"{letter}_scale"]["value"])
    return {
        "name": node["name"],
        "op_type": node["op_type"],
        "weight_type": given[letter]["dtype"],
        "per_channel": scales.size > 1,
        "scales": int(scales.size),
        "scale": [float(scales.min()), float(scales.max())],
    }


def _reason(message: str) -> str | None:
    return next((reason for start, reason in EXPECTED.items() if start in message), None)
