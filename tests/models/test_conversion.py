"""The proof of the conversion, on random weights and on what the pipeline made."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from resnet8doc import models
from resnet8doc.files import read_json
from resnet8doc.models import ConversionError
from resnet8doc.schemas import validate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answers(converted: Path, images: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    from resnet8doc.evaluate import evaluate

    labels = np.zeros(len(images), np.uint8)
    names = ("resnet8.keras", "resnet8.onnx", "resnet8.pt")
    return {
        name: evaluate(converted / "models" / name, images.astype(np.uint8), labels, progress=False).probabilities
        for name in names
    }


def test_random_weights_convert(
    converted: Path, images: NDArray[np.float32], answers: dict[str, NDArray[np.float32]]
) -> None:
    found = models.verify_conversion(
        converted / "models", converted / "logs", images.astype(np.uint8), answers, progress=False
    )
    assert [item["images"] for item in found["comparisons"]] == [len(images)] * 4
    assert found["structure"]["keras"]["parameters"] == 78666
    assert found["structure"]["onnx"]["parameters"] == found["structure"]["pytorch"]["parameters"] == 77706


def test_other_answers_are_an_error(
    converted: Path, images: NDArray[np.float32], answers: dict[str, NDArray[np.float32]]
) -> None:
    wrong = answers | {"resnet8.pt": np.roll(answers["resnet8.pt"], 1, axis=1)}
    with pytest.raises(ConversionError, match=r"ONNX and PyTorch: \d+ images are predicted differently"):
        models.verify_conversion(
            converted / "models", converted / "logs", images.astype(np.uint8), wrong, progress=False
        )


def test_a_graph_of_another_opset_is_an_error(converted: Path, tmp_path: Path) -> None:
    model = onnx.load(converted / "models" / "resnet8.onnx")
    model.opset_import[0].version = 18
    onnx.save_model(model, tmp_path / "resnet8.onnx")
    with pytest.raises(ConversionError, match="opset: found 18, but Keras says 20"):
        models.structure(
            converted / "models" / "resnet8.keras", tmp_path / "resnet8.onnx", converted / "models" / "resnet8.pt"
        )


def test_a_constant_too_many_is_an_error(converted: Path, tmp_path: Path) -> None:
    model = onnx.load(converted / "models" / "resnet8.onnx")
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(5, np.float32), "left_over"))
    onnx.save_model(model, tmp_path / "resnet8.onnx")
    with pytest.raises(ConversionError, match="onnx's parameters: found 77711, but Keras says 77706"):
        models.structure(
            converted / "models" / "resnet8.keras", tmp_path / "resnet8.onnx", converted / "models" / "resnet8.pt"
        )


@pytest.mark.criterion("1.3")
@pytest.mark.criterion("3.2")
@pytest.mark.criterion("3.3")
def test_the_pipelines_proof_covers_every_test_image(
    artifact: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    found = read_json(artifact("results/conversion.json"))
    validate(found, "conversion")
    for item in found["comparisons"]:
        assert item["images"] == 10000
        assert item["same_prediction"] + item["different_near_ties"] == 10000
        assert item["max_abs_difference"] < 1e-4
    shapes = found["structure"]
    assert shapes["onnx"]["input"] == shapes["pytorch"]["input"] == ["batch", 32, 32, 3]
    assert shapes["onnx"]["output"] == shapes["pytorch"]["output"] == ["batch", 10]
    assert shapes["onnx"]["layers"] == shapes["keras"]["layers"] - 7  # the batch normalizations
    record_property(
        "evidence",
        f"input {tuple(shapes['onnx']['input'])}, output {tuple(shapes['onnx']['output'])}, "
        f"{shapes['onnx']['layers']} layers",
    )


def test_a_node_of_no_layer_stops_the_conversion(converted: Path) -> None:
    from resnet8doc.models._readable import readable

    with pytest.raises(ValueError, match="tf2onnx made a node that belongs to no layer: Transpose input_nchw"):
        readable(onnx.load(converted / "models" / "resnet8.onnx"))


def test_onnx_runtime_reads_the_ir_version(converted: Path) -> None:
    session = onnxruntime.InferenceSession(converted / "models" / "resnet8.onnx")
    assert session.get_modelmeta().producer_name == "tf2onnx"
