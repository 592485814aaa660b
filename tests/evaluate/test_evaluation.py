"""Counting, and the file in which the counts are kept."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from resnet8doc import dataset
from resnet8doc.errors import UserError
from resnet8doc.evaluate import Evaluation, evaluate, load, overhead, require_baseline, save
from resnet8doc.schemas import validate


def answers_of(images: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Labels and probabilities in eighths, so that ties are common."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 10, images, np.uint8), (rng.integers(0, 9, (images, 10)) / 8).astype(np.float32)


ANSWERS = st.builds(answers_of, st.integers(1, 40), st.integers(0, 2**32 - 1))


def made_of(labels: NDArray[np.uint8], probabilities: NDArray[np.float32], model: str = "m.onnx") -> Evaluation:
    return Evaluation(
        model, 1000, "0" * 64, "onnxruntime", "1.32.0", {"device": "CPU"}, "1" * 64, labels, probabilities, 0.25
    )


@given(ANSWERS)
def test_counts_agree_with_one_another(answers: tuple[NDArray[np.uint8], NDArray[np.float32]]) -> None:
    labels, probabilities = answers
    found = made_of(labels, probabilities).as_json()
    confusion = np.array(found["confusion"])
    assert confusion.sum() == found["total"] == len(labels)
    assert np.trace(confusion) == found["correct"]
    assert confusion.sum(axis=1).tolist() == [row["total"] for row in found["per_class"]]
    assert confusion.sum(axis=1).tolist() == [int((labels == label).sum()) for label in range(10)]
    assert confusion.diagonal().tolist() == [row["correct"] for row in found["per_class"]]
    assert sum(row["correct"] for row in found["per_class"]) == found["correct"]
    assert found["accuracy"] == pytest.approx(100 * found["correct"] / found["total"])


@given(ANSWERS, st.randoms(use_true_random=False))
def test_order_of_the_images_does_not_matter(
    answers: tuple[NDArray[np.uint8], NDArray[np.float32]], random: Any
) -> None:
    labels, probabilities = answers
    order = list(range(len(labels)))
    random.shuffle(order)
    assert made_of(labels, probabilities).as_json() == made_of(labels[order], probabilities[order]).as_json()


@given(ANSWERS)
def test_prediction_is_the_first_of_the_most_probable(
    answers: tuple[NDArray[np.uint8], NDArray[np.float32]],
) -> None:
    evaluation = made_of(*answers)
    for row, prediction in zip(evaluation.probabilities.tolist(), evaluation.predictions.tolist(), strict=True):
        assert prediction == row.index(max(row))
    ties = sum(sorted(row)[-1] - sorted(row)[-2] < 1e-4 for row in evaluation.probabilities.tolist())
    assert evaluation.near_ties == ties


def test_file_keeps_everything(tmp_path: Path, models: dict[str, Path], images: Any, labels: Any) -> None:
    before = evaluate(models[".onnx"], images, labels, progress=False)
    path = save(before, tmp_path)
    after = load(path)
    assert path.name == "tiny.onnx.json"
    assert after.as_json() == before.as_json()
    assert after.probabilities.tobytes() == before.probabilities.tobytes()
    assert after.labels.tobytes() == labels.tobytes()
    assert 0 < after.correct < after.total == 57
    assert after.model_bytes == models[".onnx"].stat().st_size
    assert sorted(file.name for file in tmp_path.iterdir()) == ["tiny.onnx.json", "tiny.onnx.npz"]


@given(answers=ANSWERS)
def test_written_json_is_by_the_published_schema(
    tmp_path_factory: pytest.TempPathFactory, answers: tuple[NDArray[np.uint8], NDArray[np.float32]]
) -> None:
    path = save(made_of(*answers), tmp_path_factory.mktemp("evaluation"))
    validate(json.loads(path.read_text()), "evaluation")


def test_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = save(made_of(np.zeros(3, np.uint8), np.eye(10, dtype=np.float32)[:3]), tmp_path)
    value = json.loads(path.read_text())
    for change, message in (
        ({"correct": "one"}, r"'one' is not of type 'integer' at \$\.correct; expected what evaluation\.schema\.json"),
        ({"surprise": 1}, "Additional properties are not allowed"),
        ({"correct": 2}, "does not agree with its own probabilities; expected figures computed from them"),
    ):
        path.write_text(json.dumps(value | change))
        with pytest.raises(UserError, match=message):
            load(path)


def test_arrays_of_another_run_are_refused(tmp_path: Path) -> None:
    path = save(made_of(np.zeros(3, np.uint8), np.eye(10, dtype=np.float32)[:3]), tmp_path)
    (tmp_path / "m.onnx.npz").write_bytes(b"of another run")
    with pytest.raises(UserError, match=r"m\.onnx\.npz is missing or not the file .*Evaluate the model again"):
        load(path)


def test_missing_evaluation_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.json does not exist"):
        load(tmp_path / "none.json")


def test_unwritable_folder_keeps_what_was_there(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(UserError, match=r"cannot write .*a folder that can be written"):
        save(made_of(np.zeros(1, np.uint8), np.ones((1, 10), np.float32)), blocked)
    assert blocked.read_text() == "in the way"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((2, 32, 32, 3), np.float32)}, r"images are float32 \(2, 32, 32, 3\); expected uint8"),
        ({"images": np.zeros((0, 32, 32, 3), np.uint8)}, r"images are uint8 \(0, 32, 32, 3\)"),
        ({"labels": np.zeros(3, np.uint8)}, r"labels are uint8 \(3,\), the largest 0; expected uint8 \(2,\)"),
        ({"labels": np.array([1, 10], np.uint8)}, "the largest 10; expected .*each below 10"),
        ({"batch_size": 0}, "the batch size is 0; expected 1 or more"),
    ],
)
def test_images_and_labels_that_do_not_fit(models: dict[str, Path], change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "images": np.zeros((2, 32, 32, 3), np.uint8),
        "labels": np.zeros(2, np.uint8),
        "batch_size": 2,
    }
    with pytest.raises(UserError, match=message):
        evaluate(models[".onnx"], progress=False, **(arguments | change))


def test_model_that_answers_nan_is_refused(tmp_path: Path, weights: Any, write: Any, images: Any, labels: Any) -> None:
    path = write.onnx(tmp_path / "nan.onnx", (np.full_like(weights[0], np.nan), weights[1]))
    with pytest.raises(UserError, match=r"nan\.onnx returns NaN or infinity"):
        evaluate(path, images, labels, progress=False)


def test_evaluator_feeds_what_preprocess_gives(
    models: dict[str, Path], images: Any, labels: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def watched(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        seen.append(len(batch))
        return 255 - dataset.preprocess(batch)

    plain = evaluate(models[".onnx"], images, labels, progress=False)
    monkeypatch.setattr("resnet8doc.evaluate._evaluator.preprocess", watched)
    negative = evaluate(models[".onnx"], images, labels, batch_size=20, progress=False)
    monkeypatch.undo()
    inverted = evaluate(models[".onnx"], 255 - images, labels, batch_size=20, progress=False)
    assert seen == [20, 20, 17]
    assert negative.probabilities.tobytes() == inverted.probabilities.tobytes() != plain.probabilities.tobytes()


@pytest.mark.criterion("2.3")
@pytest.mark.criterion("4.3")
def test_float_model_below_85_percent_stops_the_build() -> None:
    right = np.eye(10, dtype=np.float32)[np.zeros(10_000, int)]
    labels = np.zeros(10_000, np.uint8)
    labels[:1500] = 1
    require_baseline(made_of(labels, right))
    labels[1500] = 1
    with pytest.raises(
        UserError, match=r"classifies 8499 of 10000 images correctly \(84\.99 %\); expected at least 85 %"
    ):
        require_baseline(made_of(labels, right))


def test_overhead_tells_a_slow_evaluator(models: dict[str, Path], images: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = overhead(models[".onnx"], images, batch_size=20, repetitions=3)

    def slow(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        time.sleep(0.5)
        return dataset.preprocess(batch)

    monkeypatch.setattr("resnet8doc.evaluate._evaluator.preprocess", slow)
    assert overhead(models[".onnx"], images, batch_size=20, repetitions=3) > as_it_is > 0.5
