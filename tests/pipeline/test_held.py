"""A proof's result is held to its schema before it is written, and stops the build where it failed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.pipeline.stages import prove, prove_pytorch, prove_tflite
from resnet8doc.pipeline.stages._held import keep_operators, keep_proof
from resnet8doc.schemas import validate

PROOFS = [
    prove.result("resnet8_int8"), prove.result("resnet8_int8", "integers"), prove_tflite.result("xnnpack"),
    prove_pytorch.result("qnnpack"),
]  # fmt: skip


def plain(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != "schema"}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROOFS)
def test_what_the_build_made_is_kept_and_what_is_missing_is_named(
    name: str, artifact: Callable[[str], Path], tmp_path: Path
) -> None:
    found = plain(read_json(artifact(name)))
    keep_proof(tmp_path / "proof.json", found, None)
    kept = read_json(tmp_path / "proof.json")
    assert kept == {"schema": "proof", **found}
    with pytest.raises(UserError, match="'totals' is a required property"):
        keep_proof(tmp_path / "other.json", {key: value for key, value in found.items() if key != "totals"}, None)
    assert not (tmp_path / "other.json").exists()
    with pytest.raises(UserError, match=r"2 values differ; expected 0 mismatches on this processor"):
        keep_proof(tmp_path / "failed.json", found, "2 values differ")
    assert (tmp_path / "failed.json").exists(), "it can be read where it says"


@pytest.mark.slow
@pytest.mark.parametrize("name", [prove_tflite.operators("tflite_micro"), prove_pytorch.operators("qnnpack")])
def test_operators_that_differ_are_named(name: str, artifact: Callable[[str], Path], tmp_path: Path) -> None:
    found = plain(read_json(artifact(name)))
    keep_operators(tmp_path / "right.json", found, "a runtime")
    first, *others = found["rows"]
    wrong = {**found, "proven": True, "rows": [{**first, "mismatches": 3}, *others]}
    with pytest.raises(UserError, match=r"values differ from a runtime: .* 3; expected 0 on this processor"):
        keep_operators(tmp_path / "wrong.json", wrong, "a runtime")
    keep_operators(tmp_path / "elsewhere.json", {**wrong, "proven": False}, "a runtime")


@pytest.mark.slow
def test_the_comparison_with_onnxruntime_has_a_schema_too(artifact: Callable[[str], Path]) -> None:
    validate(
        {"schema": "operators_onnxruntime", **plain(read_json(artifact(prove.OPERATORS)))}, "operators_onnxruntime"
    )
