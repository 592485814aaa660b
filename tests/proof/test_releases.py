"""What releases get wrong: the models are small and right here, the record is whole, and a verdict is never a guess."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from resnet8doc.environment import environment
from resnet8doc.errors import UserError
from resnet8doc.proof.releases import FAULTS, RELEASES, ReleaseFault, read_record, run_release, write_record
from resnet8doc.proof.releases._cases import AMX, RESIZE, SOFTMAX

IDS = [fault.key for fault in FAULTS]


def here(fault: ReleaseFault, level: str) -> np.ndarray[Any, Any]:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    session = onnxruntime.InferenceSession(fault.onnx().SerializeToString(), options, ["CPUExecutionProvider"])
    return np.asarray(session.run(None, fault.feeds())[0])


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
@pytest.mark.parametrize("level", ["ORT_DISABLE_ALL", "ORT_ENABLE_ALL"])
def test_the_right_value_is_what_this_release_gives_at_either_level(fault: ReleaseFault, level: str) -> None:
    onnx.checker.check_model(fault.onnx(), full_check=not any(node.domain for node in fault.onnx().graph.node))
    found = here(fault, level)
    assert found.dtype == fault.right().dtype
    np.testing.assert_array_equal(found, fault.right())


@pytest.mark.parametrize("fault", [f for f in FAULTS if f is not AMX], ids=lambda f: f.key)
def test_inputs_are_as_small_as_can_be(fault: ReleaseFault) -> None:
    """One or two numbers; AMX needs its 32 rows and 17 columns."""
    assert sum(array.size for array in fault.feeds().values()) <= 2


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_a_verdict_is_what_was_seen(fault: ReleaseFault) -> None:
    right = fault.right()
    answer = {"dtype": str(right.dtype), "shape": list(right.shape), "values": right.reshape(-1).tolist()}
    assert fault.verdict(answer, ["amx_int8"]) == "right"
    assert fault.verdict({**answer, "values": [*answer["values"][:-1], 77]}, ["amx_int8"]) == "wrong"
    assert fault.verdict({**answer, "dtype": "int16"}, ["amx_int8"]) == "wrong"
    assert fault.verdict({"refused": "no"}, ["amx_int8"]) == "refuses"


def test_what_a_processor_cannot_show_is_not_judged(tmp_path: Path) -> None:
    right = AMX.right()
    answer = {"dtype": "int32", "shape": [32, 17], "values": right.reshape(-1).tolist()}
    assert AMX.verdict(answer, ["avx2"]) == "needs AMX"
    answers = {fault.key: {"refused": "no"} for fault in FAULTS}
    record = write_record([{"release": "1.0.0", "numpy": "2", "answers": answers}], tmp_path / "record.json")
    assert record["releases"]["1.0.0"]["softmax"] == {"verdict": "refuses", "refused": "no"}
    if "amx_int8" not in environment()["instruction_sets"]:
        assert record["releases"]["1.0.0"]["amx"] == {"verdict": "needs AMX"}
    assert read_record(tmp_path / "record.json") == record


def test_the_record_is_of_all_releases_and_says_what_it_saw() -> None:
    record = read_record()
    assert tuple(record["releases"]) == RELEASES
    assert {"command", "date", "machine", "python", "numpy"} <= set(record)
    sets = record["machine"]["instruction_sets"]
    for row in record["releases"].values():
        assert list(row) == IDS
        for fault in FAULTS:
            seen = row[fault.key]
            if fault.needs and fault.needs not in sets:
                assert seen == {"verdict": "needs AMX"}
            elif "values" in seen:
                right = fault.right()
                same = np.array_equal(np.array(seen["values"], right.dtype), right.reshape(-1))
                assert seen["verdict"] == ("right" if same else "wrong")
            else:
                assert seen["verdict"] == "refuses"
    old, new = record["releases"]["1.20.1"], record["releases"][RELEASES[-1]]
    for fault in (SOFTMAX, RESIZE):
        assert (old[fault.key]["verdict"], new[fault.key]["verdict"]) == ("wrong", "right")


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.needs == ""], ids=lambda f: f.key)
def test_the_newest_release_of_the_record_is_right(fault: ReleaseFault) -> None:
    assert read_record()["releases"][RELEASES[-1]][fault.key]["verdict"] == "right"


def test_a_release_that_cannot_be_installed_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(
        UserError, match=r"ONNX Runtime 0\.0\.1 cannot be installed \(.*onnxruntime==0\.0\.1.*\); expected"
    ):
        run_release("0.0.1", tmp_path / "environment")


def test_the_script_needs_nothing_of_this_project(tmp_path: Path) -> None:
    """It runs where only numpy and ONNX Runtime are installed."""
    from resnet8doc.proof.releases._run import SCRIPT

    imported = {line.split()[1] for line in SCRIPT.read_text().splitlines() if line.startswith(("import ", "from "))}
    assert imported - {"json", "sys", "pathlib", "typing"} == {"numpy", "onnxruntime"}
