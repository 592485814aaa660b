"""The record of ONNX Runtime on ARM is whole and has no mismatch; what cannot run is refused, with what would help."""

from pathlib import Path

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.proof.arm64 import MODELS, OPERATORS, read_record, run_under_emulation
from resnet8doc.proof.arm64._run import _count

IMAGES = np.zeros((1, 32, 32, 3), np.uint8)


def test_the_record_is_of_arm_and_of_every_operator_and_has_no_mismatch() -> None:
    record = read_record()
    assert record["machine"] == "aarch64"
    assert "qemu-aarch64 version" in record["emulator"]
    assert [row["name"] for row in record["networks"]] == list(MODELS)
    assert [row["name"] for row in record["operators"]] == list(OPERATORS)
    rows = [*record["networks"], *record["operators"]]
    assert [row["name"] for row in rows if row["mismatches"]] == []
    assert all(row["values"] > 0 for row in rows)


def test_of_single_operators_the_addition_alone_is_another() -> None:
    unlike = {row["name"]: row["unlike_x86"] for row in read_record()["operators"]}
    assert {name for name, count in unlike.items() if count} == {"QLinearAdd"}


def test_without_an_emulator_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no no-such-qemu; expected QEMU's user-mode emulator.*Install qemu"):
        run_under_emulation(tmp_path / "python", tmp_path, {}, IMAGES, cases=1, qemu="no-such-qemu")


def test_without_an_interpreter_it_says_what_to_unpack(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"python is no interpreter; expected a Python for 64-bit ARM.*name both with"):
        run_under_emulation(tmp_path / "python", tmp_path, {}, IMAGES, cases=1, qemu="true")


def test_a_program_that_fails_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("")
    with pytest.raises(UserError, match=r"the emulated interpreter fails \(no reason given\).*7.2 crashes"):
        run_under_emulation(tmp_path / "python", tmp_path / "run", {}, IMAGES, cases=1, qemu="false")


def test_what_differs_is_counted_for_both_arithmetics() -> None:
    row = {"name": "QLinearAdd", "values": 0, "mismatches": 0, "unlike_x86": 0}
    arm, ours, x86 = (np.array(codes, np.int8) for codes in ([1, 2, 3], [1, 2, 4], [0, 0, 3]))
    _count(row, arm, ours, x86)
    assert (row["values"], row["mismatches"], row["unlike_x86"]) == (3, 1, 2)
    with pytest.raises(UserError, match=r"QLinearAdd gives uint8 \[3\]; expected int8 \[3\]"):
        _count(row, arm, ours.view(np.uint8), x86)
