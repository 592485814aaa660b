"""The table, its flags, its recommendation and the record of it: laws on made-up evaluations."""

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet8doc.architecture import CLASSES
from resnet8doc.errors import UserError
from resnet8doc.evaluate import (
    DROP,
    ELSEWHERE,
    SAMPLE,
    SIZE_CLASS,
    WITHIN,
    Evaluation,
    compare,
    differences,
    is_drop,
    recommend,
    record,
)
from resnet8doc.schemas import validate

TOTAL = 1000
LABELS = (np.arange(TOTAL) % 10).astype(np.uint8)
CHECKPOINT = {"name": "made-up", "sha256": "a" * 64}
ENVIRONMENT = {
    "python": "3.11.7",
    "packages": {"onnxruntime": "1.32.0"},
    "cpu": "made-up",
    "architecture": "x86_64",
    "instruction_sets": ["avx2"],
    "cores": 2,
}


def evaluation(model: str, wrong: int, size: int = 100_000, backend: str = "onnxruntime") -> Evaluation:
    """Answer every image right but the first ``wrong``, which are taken for the next class."""
    answers = (LABELS + (np.arange(TOTAL) < wrong)) % 10
    probabilities = np.eye(10, dtype=np.float32)[answers]
    return Evaluation(model, size, "b" * 64, backend, "1", {}, "c" * 64, LABELS, probabilities, 1.0)


def variant(file: str, **more: Any) -> dict[str, Any]:
    return {
        "file": file, "weights": "int8", "activations": "int8", "format": "QDQ", "granularity": "per channel",
        "calibration": "MinMax", "samples": 1000, "engine": None, "asked": {"reduce_range": "none"}, **more,
    }  # fmt: skip


def comparison(*quantized: Evaluation, floats: tuple[Evaluation, ...] = ()) -> dict[str, Any]:
    floats = floats or (evaluation("resnet8.onnx", 100, 320_000),)
    report = {"runtime": "onnxruntime", "variants": [variant(found.model) for found in quantized]}
    return compare([*floats, *quantized], [report], checkpoint=CHECKPOINT)


def row_of(table: dict[str, Any], file: str) -> dict[str, Any]:
    row: dict[str, Any] = next(row for row in table["rows"] if row["file"] == file)
    return row


def test_row_states_what_the_model_is_and_what_it_lost() -> None:
    row = row_of(comparison(evaluation("int8.onnx", 130, 80_000)), "int8.onnx")
    assert (row["framework"], row["weights"], row["format"], row["calibration"]) == (
        "ONNX Runtime", "int8", "QDQ", "MinMax",
    )  # fmt: skip
    assert (row["correct"], row["total"], row["accuracy"], row["baseline"]) == (870, 1000, 87.0, "resnet8.onnx")
    assert (row["delta"], row["changed"], row["lost"], row["gained"]) == (-3.0, 30, 30, 0)
    assert (row["bytes"], row["size_ratio"], row["flagged"]) == (80_000, 4.0, False)
    assert row["per_class_delta"] == [-3.0] * 10


def test_float_baseline_is_its_own() -> None:
    row = row_of(comparison(evaluation("int8.onnx", 130)), "resnet8.onnx")
    assert (row["quantized"], row["delta"], row["changed"], row["size_ratio"]) == (False, 0.0, 0, 1.0)
    assert (row["weights"], row["format"], row["granularity"], row["calibration"]) == ("float32", "float", None, None)


def test_delta_is_from_the_float_model_of_the_same_framework() -> None:
    floats = (evaluation("resnet8.onnx", 100), evaluation("resnet8.pt", 110, backend="pytorch"))
    table = comparison(evaluation("a.onnx", 120), evaluation("a.pt", 120, backend="pytorch"), floats=floats)
    assert [row_of(table, file)["delta"] for file in ("a.onnx", "a.pt")] == [-2.0, -1.0]
    assert set(table["recommendations"]) == {"ONNX Runtime", "PyTorch"}


@pytest.mark.criterion("8.2")
@given(st.integers(0, 900))
def test_rule_fires_exactly_above_five_points(lost: int) -> None:
    row = row_of(comparison(evaluation("int8.onnx", 100 + lost)), "int8.onnx")
    assert row["flagged"] == (lost > 50) == is_drop(-lost / 10)
    assert DROP == 5.0


@settings(max_examples=50)  # each of them is up to eight models in two other orders
@given(st.lists(st.tuples(st.integers(90, 300), st.integers(50_000, 130_000)), min_size=1, max_size=8), st.randoms())
def test_neither_table_nor_recommendation_depends_on_the_order(models: list[tuple[int, int]], random: Any) -> None:
    found = [evaluation(f"m{place}.onnx", wrong, size) for place, (wrong, size) in enumerate(models)]
    before = comparison(*found)
    random.shuffle(found)
    assert comparison(*found) == before
    rows = list(before["rows"])
    random.shuffle(rows)
    assert recommend(rows) == before["recommendation"]


@pytest.mark.criterion("8.4")
@given(st.lists(st.tuples(st.integers(90, 300), st.integers(50_000, 130_000)), min_size=1, max_size=8))
def test_recommendation_follows_its_rule(models: list[tuple[int, int]]) -> None:
    table = comparison(*(evaluation(f"m{place}.onnx", *model) for place, model in enumerate(models)))
    best = row_of(table, table["recommendation"]["file"])
    keeping = [row for row in table["rows"] if row["quantized"] and row["delta"] >= -WITHIN]
    assert best["quantized"]
    if not keeping:
        assert best["correct"] == max(row["correct"] for row in table["rows"] if row["quantized"])
        assert table["recommendation"]["reason"].startswith("None of the")
        return
    assert best in keeping
    smallest = min(row["bytes"] for row in keeping)
    assert best["bytes"] <= SIZE_CLASS * smallest
    for row in keeping:
        if row["bytes"] <= SIZE_CLASS * smallest:
            assert (-best["correct"], best["bytes"], best["file"]) <= (-row["correct"], row["bytes"], row["file"])


def test_reason_tells_the_figures() -> None:
    table = comparison(evaluation("small.onnx", 105, 80_000), evaluation("large.onnx", 100, 100_000))
    assert table["recommendation"]["reason"] == (
        "2 of 2 quantized models stay within 1 point, and 1 of those are in the smallest size class. small.onnx "
        "classifies 895 of 1,000 images correctly (89.50 %, -0.50 points) in 80,000 bytes, 4.0 times smaller than its "
        "float model."
    )


def test_nothing_quantized_recommends_nothing() -> None:
    assert comparison()["recommendation"] is None


def test_comparison_needs_every_model_evaluated_and_one_float_model() -> None:
    report = {"variants": [variant("int8.onnx")]}
    baseline = evaluation("resnet8.onnx", 100)
    with pytest.raises(UserError, match=r"int8\.onnx not evaluated; expected an evaluation of every quantized model"):
        compare([baseline], [report], checkpoint=CHECKPOINT)
    with pytest.raises(UserError, match=r"int8\.onnx has no float model of its backend \(onnxruntime\)"):
        compare([evaluation("int8.onnx", 100)], [report], checkpoint=CHECKPOINT)
    with pytest.raises(UserError, match=r"resnet8\.onnx and old\.onnx both run on onnxruntime and no"):
        compare([baseline, evaluation("old.onnx", 1)], [], checkpoint=CHECKPOINT)


def test_models_that_saw_other_images_are_not_compared() -> None:
    other = evaluation("int8.onnx", 100)
    other = Evaluation(**(vars(other) | {"images_sha256": "d" * 64}))
    with pytest.raises(UserError, match=r"int8\.onnx and resnet8\.onnx were evaluated on different images"):
        comparison(other)


def recorded(*quantized: Evaluation) -> dict[str, Any]:
    return record(comparison(*(quantized or (evaluation("int8.onnx", 130),))), ENVIRONMENT)


def test_record_is_small_and_by_its_schema() -> None:
    kept = recorded(*(evaluation(f"variant_number_{place}.onnx", 130 + place) for place in range(25)))
    text = json.dumps(kept, indent=1)
    validate(json.loads(text), "comparison_record")
    assert len(text) < 100_000
    assert kept["environment"]["cpu_class"] == "x86_64 with avx2"


def test_record_holds_against_itself() -> None:
    assert differences(recorded(), json.loads(json.dumps(recorded()))) == []


def test_a_sample_is_held_to_the_sample() -> None:
    assert TOTAL == SAMPLE
    first = comparison(evaluation("int8.onnx", 131))
    kept = record(comparison(evaluation("int8.onnx", 130)), ENVIRONMENT, first)
    validate(kept, "comparison_record")
    assert differences(kept, record(first, ENVIRONMENT)) == []
    assert "int8.onnx: correct is 870, recorded 869" in differences(kept, recorded())


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return recorded()


@given(wrong=st.integers(100, 160))
def test_same_processor_holds_to_the_image(wrong: int, kept: dict[str, Any]) -> None:
    found = differences(kept, recorded(evaluation("int8.onnx", wrong)))
    assert (found == []) == (wrong == 130)


@given(wrong=st.integers(100, 160))
def test_another_processor_holds_quantized_models_to_the_bound(wrong: int, kept: dict[str, Any]) -> None:
    measured = recorded(evaluation("int8.onnx", wrong))
    measured["environment"]["cpu_class"] = "x86_64 with avx2, avx512_vnni"
    found = differences(kept, measured)
    assert (found == []) == (abs(wrong - 130) <= ELSEWHERE / 100 * TOTAL)


def test_another_processor_holds_float_models_to_their_near_ties() -> None:
    before, after = recorded(), recorded()
    after["environment"]["cpu_class"] = "aarch64"
    row_of(after, "resnet8.onnx")["correct"] -= 2
    row_of(after, "resnet8.onnx")["near_ties"] = 2
    assert differences(before, after) == []
    row_of(after, "resnet8.onnx")["near_ties"] = 1
    assert differences(before, after) == ["resnet8.onnx: 898 correct, recorded 900; at most 1 images may differ"]


def test_another_processor_may_saturate_or_not() -> None:
    measured = recorded(evaluation("int8.onnx", 500))
    measured["environment"]["cpu_class"] = "x86_64 with avx2, avx512_vnni"
    before = recorded()
    assert differences(before, measured) == ["int8.onnx: 500 correct, recorded 870; at most 10 images may differ"]
    for row in (row_of(before, "int8.onnx"), row_of(measured, "int8.onnx")):
        row["activations"] = "uint8"
    assert differences(before, measured) == []


def test_differences_name_what_differs() -> None:
    after = copy.deepcopy(recorded())
    after["checkpoint"]["sha256"] = "f" * 64
    after["environment"]["packages"] = {"onnxruntime": "1.33.0"}
    row = row_of(after, "int8.onnx")
    row["weights"], row["bytes"] = "uint8", 102_000
    after["rows"].append(row | {"file": "new.onnx"})
    assert differences(recorded(), after) == [
        "checkpoint ffffffffffff was measured, aaaaaaaaaaaa recorded",
        "measured with onnxruntime 1.33.0, recorded with 1.32.0",
        "new.onnx was measured but not recorded",
        "int8.onnx: weights is uint8, recorded int8",
        "int8.onnx: 102,000 bytes, recorded 100,000; at most 1% may differ",
    ]
    assert "int8.onnx was recorded but not measured" in differences(recorded(), recorded(evaluation("b.onnx", 130)))


def test_classes_are_named_in_the_order_of_the_labels() -> None:
    assert comparison()["classes"] == list(CLASSES)
