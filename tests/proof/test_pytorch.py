"""The engine equals PyTorch's engines, and the proof finds it where it does not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet8doc import dataset
from resnet8doc.environment import environment
from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.oracles.pytorch import ENGINES, arithmetic, current
from resnet8doc.pipeline.stages.prove_pytorch import MODELS, operators, result
from resnet8doc.proof.pytorch import PYTORCH_GENERATORS, compare_pytorch_operators, failure_pytorch, prove_pytorch
from resnet8doc.proof.pytorch import _prove as module
from resnet8doc.runtimes import RUNTIMES

Artifact = Callable[[str], Path]


@pytest.mark.parametrize("engine", MODELS)
def test_single_operators(engine: str) -> None:
    found = compare_pytorch_operators(2000, engines=(engine,), seed=7, progress=False)
    assert {row["operator"] for row in found["rows"]} == set(PYTORCH_GENERATORS)
    assert [row for row in found["rows"] if row["mismatches"]] == []
    assert all(row["values"] >= 2000 for row in found["rows"])


WITHOUT_VNNI = """
import json
from resnet8doc.errors import UserError
from resnet8doc.oracles.pytorch import arithmetic
from resnet8doc.proof.pytorch import compare_pytorch_operators
try:
    x86 = arithmetic("x86")
except UserError as error:
    x86 = str(error)
rows = compare_pytorch_operators(2000, engines=("onednn",), seed=8, progress=False)["rows"]
print(json.dumps({"x86": x86, "rows": rows}))
"""


@pytest.fixture(scope="module")
def without_vnni() -> dict[str, Any]:
    """Give what PyTorch says and computes where oneDNN may not use VNNI; it reads the variable once in a process."""
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": "AVX2"}
    command = [sys.executable, "-c", WITHOUT_VNNI]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.skipif("avx2" not in environment()["instruction_sets"], reason="has no AVX2")
def test_single_operators_of_onednn_without_vnni(without_vnni: dict[str, Any]) -> None:
    assert {row["arithmetic"] for row in without_vnni["rows"]} == {"onednn_avx2"}
    assert [row for row in without_vnni["rows"] if row["mismatches"]] == []


@pytest.mark.parametrize("engine", MODELS)
def test_an_engine_says_which_arithmetic_it_has(engine: str) -> None:
    assert arithmetic(engine) in {
        "fbgemm": ("fbgemm", "fbgemm_avx2"), "qnnpack": ("qnnpack",), "onednn": ("onednn", "onednn_avx2"),
        "x86": ("x86", "fbgemm", "fbgemm_avx2"),
    }[engine]  # fmt: skip


def test_an_arithmetic_that_no_processor_has_is_refused(without_vnni: dict[str, Any]) -> None:
    """With VNNI, x86 chooses oneDNN for its convolutions even where that must not use it."""
    if "avx512_vnni" in environment()["instruction_sets"]:
        assert "x86 gives its convolutions to oneDNN, which is kept from using VNNI" in without_vnni["x86"]
    else:
        assert without_vnni["x86"] == "fbgemm_avx2"


def test_an_engine_that_there_is_not() -> None:
    assert set(MODELS) <= set(ENGINES)
    with pytest.raises(UserError, match=r"this PyTorch has no quantized engine 'tpu'; expected one of"), current("tpu"):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("engine", MODELS)
def test_our_own_network(engine: str, artifact: Artifact) -> None:
    pixels = dataset.preprocess(dataset.load("test").images[:4])
    found = prove_pytorch(artifact(f"models/{MODELS[engine]}"), pixels, batch=3, progress=False)
    assert found["real"] == ["softmax"]
    assert (found["totals"]["local_mismatches"], found["totals"]["end_to_end_mismatches"]) == (0, 0)
    assert failure_pytorch(found) is None


@pytest.mark.slow
def test_another_arithmetic_is_found_out(artifact: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that could not fail would prove nothing: the engine computes as another one does."""
    monkeypatch.setattr(module, "RUNTIMES", {**RUNTIMES, "qnnpack": RUNTIMES["onednn"]})
    pixels = dataset.preprocess(dataset.load("test").images[:2])
    found = prove_pytorch(artifact("models/resnet8_int8_qnnpack.pt"), pixels, progress=False)
    assert found["totals"]["local_mismatches"] > 0
    said = failure_pytorch({**found, "proven": True})
    assert said is not None
    assert "First: node " in said
    assert found["first_mismatch"]["trace"]["steps"][-1]["value"] == found["first_mismatch"]["engine"]


@pytest.mark.slow
@pytest.mark.parametrize("engine", MODELS)
def test_what_the_build_proved(engine: str, artifact: Artifact) -> None:
    network = read_json(artifact(result(engine)))
    assert network["inputs"] == 1000
    assert network["totals"]["values"] > 100_000_000
    assert network["totals"]["local_mismatches"] == network["totals"]["end_to_end_mismatches"] == 0
    singles = read_json(artifact(operators(engine)))
    assert all(row["values"] >= 1_000_000 and row["mismatches"] == 0 for row in singles["rows"])
    assert np.all([row["cases"] > 1 for row in singles["rows"]])
