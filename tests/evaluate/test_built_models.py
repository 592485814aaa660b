"""The models and results that the pipeline made, all 10,000 test images each."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from resnet8doc import dataset
from resnet8doc.architecture import CLASSES
from resnet8doc.evaluate import BASELINE, DROP, Evaluation, compare, evaluate, load, open_model, recommend
from resnet8doc.files import read_json, sha256
from resnet8doc.quantize import VARIANTS
from resnet8doc.schemas import validate

pytestmark = pytest.mark.slow

Artifact = Callable[[str], Path]
FLOATS = ("resnet8.keras", "resnet8.onnx", "resnet8.pt", "resnet8.tflite")


def loaded(artifact: Artifact, model: str) -> Evaluation:
    return load(artifact(f"results/evaluation/{model}.json"))


@pytest.fixture(scope="module")
def comparison(artifact: Artifact) -> dict[str, Any]:
    value: dict[str, Any] = read_json(artifact("results/comparison.json"))
    validate(value, "comparison")
    return value


@pytest.fixture(scope="module")
def rows(comparison: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["file"]: row for row in comparison["rows"]}


def check_all_test_images(artifact: Artifact, model: str, backend: str) -> None:
    evaluation, test = loaded(artifact, model), dataset.load("test")
    assert evaluation.backend == backend
    assert evaluation.images_sha256 == dataset.SHA256["test_images"]
    assert evaluation.total == 10_000
    assert evaluation.labels.tobytes() == test.labels.tobytes()
    assert evaluation.model_sha256 == sha256(artifact(f"models/{model}"))


def check_every_class(artifact: Artifact, model: str) -> None:
    value = read_json(artifact(f"results/evaluation/{model}.json"))
    assert [row["class"] for row in value["per_class"]] == list(CLASSES)
    assert [row["total"] for row in value["per_class"]] == [1000] * 10
    assert [row["accuracy"] for row in value["per_class"]] == [row["correct"] / 10 for row in value["per_class"]]
    assert sum(row["correct"] for row in value["per_class"]) == value["correct"]


def check_totals(artifact: Artifact, model: str) -> None:
    value = read_json(artifact(f"results/evaluation/{model}.json"))
    probabilities = loaded(artifact, model).probabilities
    right = np.count_nonzero(probabilities.argmax(axis=1) == dataset.load("test").labels)
    assert (value["correct"], value["total"], value["accuracy"]) == (right, 10_000, right / 100)


@pytest.mark.criterion("2.1")
def test_onnx_saw_all_test_images(artifact: Artifact) -> None:
    check_all_test_images(artifact, "resnet8.onnx", "onnxruntime")


@pytest.mark.criterion("4.1")
def test_pytorch_saw_all_test_images(artifact: Artifact) -> None:
    check_all_test_images(artifact, "resnet8.pt", "pytorch")


@pytest.mark.criterion("2.2")
def test_onnx_accuracy_of_every_class(artifact: Artifact) -> None:
    check_every_class(artifact, "resnet8.onnx")


@pytest.mark.criterion("4.2")
def test_pytorch_accuracy_of_every_class(artifact: Artifact) -> None:
    check_every_class(artifact, "resnet8.pt")


@pytest.mark.criterion("2.3")
def test_onnx_reaches_85_percent(artifact: Artifact) -> None:
    assert loaded(artifact, "resnet8.onnx").accuracy >= BASELINE == 85.0


@pytest.mark.criterion("4.3")
def test_pytorch_reaches_85_percent(artifact: Artifact) -> None:
    assert loaded(artifact, "resnet8.pt").accuracy >= BASELINE


@pytest.mark.criterion("2.4")
def test_onnx_total_correct_and_percentage(artifact: Artifact) -> None:
    check_totals(artifact, "resnet8.onnx")


@pytest.mark.criterion("4.4")
def test_pytorch_total_correct_and_percentage(artifact: Artifact) -> None:
    check_totals(artifact, "resnet8.pt")


def test_float_models_differ_at_near_ties_alone(artifact: Artifact) -> None:
    reference, *others = (loaded(artifact, model) for model in FLOATS)
    for other in others:
        best = np.sort(reference.probabilities, axis=1)[:, -2:]
        clear = best[:, 1] - best[:, 0] >= 1e-4
        assert np.array_equal(other.predictions[clear], reference.predictions[clear])


@pytest.mark.criterion("6.2")
@pytest.mark.parametrize("model", ["resnet8_int8.onnx", "resnet8_uint8.onnx"])
def test_quantized_onnx_models_are_evaluated_by_the_same_evaluator(artifact: Artifact, model: str) -> None:
    check_all_test_images(artifact, model, "onnxruntime")
    check_every_class(artifact, model)
    check_totals(artifact, model)
    images, labels = dataset.load("test").images[:200], dataset.load("test").labels[:200]
    again = evaluate(artifact(f"models/{model}"), images, labels, progress=False)
    assert again.probabilities.tobytes() == loaded(artifact, model).probabilities[:200].tobytes()


def check_delta(rows: dict[str, dict[str, Any]], artifact: Artifact, model: str, baseline: str) -> None:
    quantized, full = loaded(artifact, model), loaded(artifact, baseline)
    row = rows[model]
    assert row["baseline"] == baseline
    assert row["delta"] == pytest.approx((quantized.correct - full.correct) / 100)
    assert row["gained"] - row["lost"] == quantized.correct - full.correct
    assert row["changed"] == np.count_nonzero(quantized.predictions != full.predictions)


@pytest.mark.criterion("6.3")
def test_delta_of_onnx_int8(rows: dict[str, dict[str, Any]], artifact: Artifact) -> None:
    check_delta(rows, artifact, "resnet8_int8.onnx", "resnet8.onnx")


@pytest.mark.criterion("6.4")
def test_delta_of_onnx_uint8(rows: dict[str, dict[str, Any]], artifact: Artifact) -> None:
    check_delta(rows, artifact, "resnet8_uint8.onnx", "resnet8.onnx")


@pytest.mark.criterion("7.3")
def test_quantized_pytorch_model_is_evaluated(artifact: Artifact) -> None:
    check_all_test_images(artifact, "resnet8_int8.pt", "pytorch")
    check_every_class(artifact, "resnet8_int8.pt")
    check_totals(artifact, "resnet8_int8.pt")
    assert loaded(artifact, "resnet8_int8.pt").options["quantized_engine"] == "fbgemm"


@pytest.mark.criterion("7.4")
def test_delta_of_pytorch_int8(rows: dict[str, dict[str, Any]], artifact: Artifact) -> None:
    check_delta(rows, artifact, "resnet8_int8.pt", "resnet8.pt")


@pytest.mark.criterion("7.5")
def test_no_pytorch_model_is_called_uint8(rows: dict[str, dict[str, Any]]) -> None:
    ours = [row for row in rows.values() if row["framework"] == "PyTorch" and row["quantized"]]
    assert ours
    assert {row["weights"] for row in ours} == {"int8"}
    assert not any("uint8" in row["file"] for row in ours)


@pytest.mark.criterion("8.1")
def test_table_has_every_model_with_type_accuracy_and_delta(rows: dict[str, dict[str, Any]]) -> None:
    assert set(rows) == {*FLOATS, *VARIANTS}
    for row in rows.values():
        assert row["framework"] in ("Keras", "ONNX Runtime", "PyTorch", "TensorFlow Lite")
        assert row["weights"] in ("float32", "int8", "uint8", "int4", "int8, uint8")
        assert row["accuracy"] == pytest.approx(row["correct"] / 100)
        assert row["delta"] == pytest.approx(row["accuracy"] - rows[row["baseline"]]["accuracy"])


@pytest.mark.criterion("8.2")
def test_drops_over_five_points_are_flagged(rows: dict[str, dict[str, Any]]) -> None:
    assert DROP == 5.0
    for row in rows.values():
        assert row["flagged"] == (row["correct"] < rows[row["baseline"]]["correct"] - 500)


@pytest.mark.criterion("8.3")
def test_sizes_of_all_models(rows: dict[str, dict[str, Any]], artifact: Artifact) -> None:
    for file, row in rows.items():
        size, baseline = (artifact(f"models/{name}").stat().st_size for name in (file, row["baseline"]))
        assert row["bytes"] == size
        assert row["size_ratio"] == pytest.approx(baseline / size, abs=1e-4)
        assert not row["quantized"] or row["size_ratio"] > 2


@pytest.mark.criterion("8.4")
def test_recommendation_follows_from_the_rows(comparison: dict[str, Any], rows: dict[str, dict[str, Any]]) -> None:
    assert comparison["recommendation"] == recommend(list(reversed(comparison["rows"])))
    assert rows[comparison["recommendation"]["file"]]["quantized"]
    assert set(comparison["recommendations"]) == {"ONNX Runtime", "PyTorch", "TensorFlow Lite"}


def test_comparison_follows_from_the_results_alone(comparison: dict[str, Any], artifact: Artifact) -> None:
    reports = [
        read_json(artifact(f"results/quantization/{name}.json")) for name in ("onnxruntime", "pytorch", "tflite")
    ]
    evaluations = [loaded(artifact, row["file"]) for row in comparison["rows"]]
    made = compare(evaluations, reports, checkpoint=comparison["checkpoint"])
    assert json.loads(json.dumps(made)) == comparison


@pytest.mark.parametrize("model", ["resnet8.onnx", "resnet8_int8.onnx", "resnet8_int8_qoperator.onnx"])
def test_result_does_not_depend_on_the_number_of_threads(artifact: Artifact, model: str) -> None:
    pixels = dataset.preprocess(dataset.load("test").images[:100])
    path = artifact(f"models/{model}")
    answers = [open_model(path).run(pixels)]
    for threads in (1, 2, 3):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        answers.append(session.run(None, {session.get_inputs()[0].name: pixels})[0])
    assert all(answer.tobytes() == answers[0].tobytes() for answer in answers)
