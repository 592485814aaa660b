"""The ONNX model: names, shapes, and what a file that is not this network is told."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from resnet8doc import models
from resnet8doc.architecture import LAYERS
from resnet8doc.errors import UserError
from resnet8doc.models import Weights, compare_predictions, fold, log_summary

pytestmark = pytest.mark.slow  # TensorFlow and a conversion take some seconds


@pytest.fixture
def model(converted: Path) -> onnx.ModelProto:
    return onnx.load(converted / "models" / "resnet8.onnx")


@pytest.mark.criterion("1.1")
def test_conversion_writes_the_file(converted: Path) -> None:
    assert [path.name for path in sorted((converted / "models").iterdir())] == [
        "resnet8.keras",
        "resnet8.onnx",
        "resnet8.pt",
    ]
    onnx.checker.check_model(converted / "models" / "resnet8.onnx", full_check=True)


@pytest.mark.criterion("1.1")
def test_the_pipeline_wrote_the_file(
    artifact: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    path = artifact("models/resnet8.onnx")
    models.check_is_resnet8(path)
    record_property("evidence", f"{path.name}, {path.stat().st_size:,} bytes")


@pytest.mark.criterion("1.2")
def test_the_log_shows_tf2onnx_without_an_error(
    artifact: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    path = artifact("logs/keras_to_onnx.log")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("INFO tf2onnx") and "Using opset <onnx, 18>" in line for line in lines)
    assert any(line.startswith("INFO tf2onnx.optimizer: After optimization") for line in lines)
    assert log_summary(path)["errors"] == []
    record_property("evidence", f"{len(lines)} lines, no error; {log_summary(path)['versions']}")


@pytest.mark.criterion("1.3")
def test_shapes_and_layer_count(converted: Path, images: NDArray[np.float32]) -> None:
    session = onnxruntime.InferenceSession(converted / "models" / "resnet8.onnx")
    ((given,), (result,)) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.type, given.shape) == ("input", "tensor(float)", ["batch", 32, 32, 3])
    assert (result.name, result.type, result.shape) == ("softmax", "tensor(float)", ["batch", 10])
    for count in (1, 3):
        assert session.run(None, {"input": images[:count]})[0].shape == (count, 10)
    graph = onnx.load(converted / "models" / "resnet8.onnx").graph
    layers = [layer.name for layer in LAYERS.values() if layer.kind != "batch_normalization"]
    assert [node.name for node in graph.node] == ["input_nchw", *layers[:-2], "dense_matmul", "dense", "softmax"]


@pytest.mark.criterion("1.4")
def test_warnings_of_a_conversion_are_logged(weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tf2onnx

    real = tf2onnx.convert.from_keras

    def warning(*args: object, **options: object) -> object:
        import warnings

        warnings.warn("an operator is\ndeprecated", FutureWarning, stacklevel=1)
        warnings.warn("an operator is\ndeprecated", FutureWarning, stacklevel=1)
        logging.getLogger("tf2onnx.tfonnx").warning("no such shape")
        return real(*args, **options)

    monkeypatch.setattr(tf2onnx.convert, "from_keras", warning)
    log = tmp_path / "logs" / "keras_to_onnx.log"
    models.to_onnx(models.keras_from_weights(fold(weights)), tmp_path / "resnet8.onnx", log)
    assert log_summary(log)["warnings"] == [
        {"message": "FutureWarning: an operator is deprecated", "count": 2},
        {"message": "tf2onnx.tfonnx: no such shape", "count": 1},
    ]


def test_a_failed_conversion_leaves_its_reason_in_the_log(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not callable"):
        models.to_onnx(object(), tmp_path / "resnet8.onnx", tmp_path / "x.log")
    assert len(log_summary(tmp_path / "x.log")["errors"]) == 1
    assert not (tmp_path / "resnet8.onnx").exists()


def test_every_number_is_the_folded_weights_to_the_bit(model: onnx.ModelProto, weights: Weights) -> None:
    folded = fold(weights)
    stored = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    assert list(stored) == list(folded)
    for name, array in folded.items():
        expected = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array
        np.testing.assert_array_equal(stored[name], expected)


def test_tensors_are_named_as_their_nodes(model: onnx.ModelProto) -> None:
    assert all(list(node.output) == [node.name] for node in model.graph.node)
    assert {item.name for item in model.graph.value_info} == {node.name for node in model.graph.node} - {"softmax"}


def test_zero_biases_survive(weights: Weights, tmp_path: Path, images: NDArray[np.float32]) -> None:
    folded = fold(weights)
    for name in ("stack2_shortcut/bias", "dense/bias"):  # tf2onnx drops additions of nothing but zeros
        folded[name][:] = 0
    keras_model = models.keras_from_weights(folded)
    models.to_onnx(keras_model, tmp_path / "resnet8.onnx", tmp_path / "x.log")
    models.check_is_resnet8(tmp_path / "resnet8.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "resnet8.onnx")
    np.testing.assert_allclose(
        session.run(None, {"input": images})[0], np.asarray(keras_model(images)), rtol=1e-3, atol=1e-5
    )


def test_the_same_weights_give_the_same_bytes(weights: Weights, converted: Path, tmp_path: Path) -> None:
    models.to_onnx(models.keras_from_weights(fold(weights)), tmp_path / "again.onnx", tmp_path / "again.log")
    assert (tmp_path / "again.onnx").read_bytes() == (converted / "models" / "resnet8.onnx").read_bytes()
    assert (tmp_path / "again.log").read_bytes() == (converted / "logs" / "keras_to_onnx.log").read_bytes()


def test_the_standards_reference_answers_alike(converted: Path, images: NDArray[np.float32]) -> None:
    path = converted / "models" / "resnet8.onnx"
    theirs = next(iter(ReferenceEvaluator(str(path)).run(None, {"input": images})))
    ours = onnxruntime.InferenceSession(path).run(None, {"input": images})[0]
    assert compare_predictions(np.asarray(theirs), ours)["max_abs_difference"] < 1e-4


def _rename(model: onnx.ModelProto) -> None:
    model.graph.node[3].name = "conv2d_1"


def _stride(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.name == "stack2_conv1")
    next(item for item in node.attribute if item.name == "strides").ints[:] = [1, 1]


def _rewire(model: onnx.ModelProto) -> None:
    next(node for node in model.graph.node if node.name == "stack1_add").input[0] = "stack1_relu1"


def _widen(model: onnx.ModelProto) -> None:
    bias = next(item for item in model.graph.initializer if item.name == "stem_conv/bias")
    bias.CopyFrom(numpy_helper.from_array(np.zeros(8, np.float32), "stem_conv/bias"))


def _classes(model: onnx.ModelProto) -> None:
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 100


def _extra(model: onnx.ModelProto) -> None:
    model.graph.node.insert(0, onnx.helper.make_node("Relu", ["input"], ["more"], "more"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_rename, r"no node is named stack1_conv1; expected Conv named stack1_conv1"),
        (_stride, r"stack2_conv1 has the strides \(1, 1\); expected \(2, 2\)"),
        (_rewire, r"stack1_add reads stack1_relu1, stack1_conv2; expected stem_relu, stack1_conv2"),
        (_widen, r"stem_conv/bias has the shape \(8,\); expected \(16,\)"),
        (_classes, r"output of the shape \('batch', 100\); expected one output"),
        (_extra, r"operators \{.*'Relu': 8.*\}; expected \{.*'Relu': 7"),
    ],
)
def test_another_network_is_refused_with_the_first_difference(
    model: onnx.ModelProto, tmp_path: Path, change: Callable[[onnx.ModelProto], None], message: str
) -> None:
    path = tmp_path / "other.onnx"
    change(model)
    onnx.save_model(model, path)
    with pytest.raises(UserError, match=rf"other\.onnx is not ResNet8: {message}"):
        models.check_is_resnet8(path)


def test_a_corrupt_or_missing_file_is_a_users_error(converted: Path, tmp_path: Path) -> None:
    good = (converted / "models" / "resnet8.onnx").read_bytes()
    for content in (b"", b"not a model", good[:1000], good[:-1]):
        path = tmp_path / "resnet8.onnx"
        path.write_bytes(content)
        with pytest.raises(UserError, match=r"resnet8\.onnx is not a valid ONNX model \(.+\); expected an ONNX file"):
            models.check_is_resnet8(path)
    with pytest.raises(UserError, match=r"none\.onnx does not exist; .* python -m resnet8doc convert"):
        models.check_is_resnet8(tmp_path / "none.onnx")
