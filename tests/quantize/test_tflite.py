"""TensorFlow Lite's quantizer, on a small calibration set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from resnet8doc.errors import UserError
from resnet8doc.quantize import VARIANTS, tflite
from resnet8doc.reading.tflite import read

FILE = "resnet8_int8.tflite"
Quantize = Callable[[str], tuple[Path, dict[str, Any]]]


def test_int8_in_every_layer_per_channel(quantized: Quantize) -> None:
    path, report = quantized(FILE)
    assert (report["weights"], report["activations"], report["granularity"]) == ("int8", "int8", "per channel")
    assert report["operators"] == {
        "DequantizeLinear": 1, "QGemm": 1, "QLinearAdd": 3, "QLinearAveragePool": 1, "QLinearConv": 9,
        "QLinearSoftmax": 1, "QuantizeLinear": 1, "Reshape": 1, "Transpose": 1,
    }  # fmt: skip
    assert report["bytes"] == path.stat().st_size < report["float_bytes"]
    assert [layer["scales"] for layer in report["layers"] if layer["op_type"] == "QGemm"] == [10]
    assert all(warning["reason"] for warning in report["warnings"])


def test_layers_have_the_architectures_names(quantized: Quantize) -> None:
    from resnet8doc.architecture import LAYERS

    nodes = read(quantized(FILE)[0]).operations["nodes"]
    assert all(node["layer"] in LAYERS or node["layer"] == "input" for node in nodes)
    assert {node["layer"] for node in nodes if node["op_type"] == "QLinearConv"} == {
        layer.name for layer in LAYERS.values() if layer.kind == "conv"
    }


def test_weights_are_those_of_the_float_model(quantized: Quantize, float_model: Path) -> None:
    from resnet8doc.models import load_keras, weights_of

    stored = read(quantized(FILE)[0]).tensors
    kernel = weights_of(load_keras(float_model.with_suffix(".keras")))["stack2_conv1/kernel"]
    scale = stored["stack2_conv1/kernel_scale"]
    back = stored["stack2_conv1/kernel_quantized"].transpose(2, 3, 1, 0) * scale
    np.testing.assert_allclose(back, kernel, atol=float(scale.max()) / 2 * 1.001)


def test_pixels_keep_their_scale(quantized: Quantize, images: NDArray[np.uint8]) -> None:
    """Random images reach 0 and 255, so a pixel is its code plus 128."""
    assert images.min() == 0
    assert images.max() == 255
    stored = read(quantized(FILE)[0]).tensors
    assert (float(stored["input_nchw_scale"]), int(stored["input_nchw_zero_point"])) == (1.0, -128)


def test_another_runtimes_variant_is_refused(float_model: Path, images: NDArray[np.uint8], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"resnet8_int8\.onnx is made by onnxruntime; expected a variant of tflite"):
        tflite.quantize(float_model, tmp_path / "x", images, VARIANTS["resnet8_int8.onnx"], tmp_path / "log")


def test_an_empty_calibration_set_is_refused(float_model: Path, images: NDArray[np.uint8], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the calibration set is empty"):
        tflite.quantize(
            float_model.with_suffix(".keras"), tmp_path / FILE, images[:0], VARIANTS[FILE], tmp_path / "log"
        )
    assert not (tmp_path / FILE).exists()
