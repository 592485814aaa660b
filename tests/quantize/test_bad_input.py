"""What the quantizers refuse, each with the message."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from resnet8doc.errors import UserError
from resnet8doc.quantize import VARIANTS, onnxruntime, pytorch

QUANTIZERS = [(onnxruntime, "resnet8_int8.onnx"), (pytorch, "resnet8_int8_qnnpack.pt")]
IMAGES = np.zeros((4, 32, 32, 3), np.uint8)


def quantize(quantizer: Any, file: str, model: Path, images: NDArray[Any], folder: Path) -> None:
    try:
        quantizer.quantize(model, folder / file, images, VARIANTS[file], folder / "log", progress=False)
    finally:
        assert not (folder / file).exists()


@pytest.mark.parametrize(("quantizer", "file"), QUANTIZERS)
@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES[:0], "the calibration set is empty; expected uint8 images"),
        (IMAGES / 255, "float64.*expected uint8"),
        (IMAGES.transpose(0, 3, 1, 2), r"4, 3, 32, 32.*expected"),
        (IMAGES[0], r"32, 32, 3.*expected"),
    ],
)
def test_images(
    quantizer: Any, file: str, images: NDArray[Any], message: str, float_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message):
        quantize(quantizer, file, float_model, images, tmp_path)


@pytest.mark.parametrize(("quantizer", "file"), QUANTIZERS)
def test_missing_model(quantizer: Any, file: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist; expected an ONNX file"):
        quantize(quantizer, file, tmp_path / "no.onnx", IMAGES, tmp_path)


@pytest.mark.parametrize(("quantizer", "file"), QUANTIZERS)
def test_corrupt_model(quantizer: Any, file: str, float_model: Path, tmp_path: Path) -> None:
    (tmp_path / "half.onnx").write_bytes(float_model.read_bytes()[:1000])
    with pytest.raises(UserError, match="not a valid ONNX model"):
        quantize(quantizer, file, tmp_path / "half.onnx", IMAGES, tmp_path)


@pytest.mark.parametrize(("quantizer", "file"), QUANTIZERS)
def test_model_of_another_network(quantizer: Any, file: str, float_model: Path, tmp_path: Path) -> None:
    model = onnx.load(float_model)
    next(node for node in model.graph.node if node.name == "stack2_conv1").name = "conv7"
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(UserError, match="is not ResNet8: no node is named stack2_conv1"):
        quantize(quantizer, file, tmp_path / "other.onnx", IMAGES, tmp_path)


@pytest.mark.parametrize(("quantizer", "file"), [(onnxruntime, "resnet8_int8.pt"), (pytorch, "resnet8_int8.onnx")])
def test_variant_of_the_other_runtime(quantizer: Any, file: str, float_model: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"{file} is made by"):
        quantize(quantizer, file, float_model, IMAGES, tmp_path)


@pytest.mark.parametrize(("quantizer", "file"), QUANTIZERS)
def test_unwritable_folder(quantizer: Any, file: str, float_model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot write"):
        quantizer.quantize(
            float_model, tmp_path / "file" / file, IMAGES, VARIANTS[file], tmp_path / "log", progress=False
        )
