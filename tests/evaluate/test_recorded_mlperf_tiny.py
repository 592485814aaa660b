"""The shipped comparison of MLPerf Tiny's checkpoint, measured again where that checkpoint is at hand."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from resnet8doc.evaluate import differences, recorded_mlperf_tiny
from resnet8doc.files import read_json


@pytest.mark.slow
@pytest.mark.other_checkpoint
@pytest.mark.criterion("8.1")
def test_measured_again_it_is_the_same(mlperf_tiny: Path, tmp_path: Path) -> None:
    output = tmp_path / "record.json"
    subprocess.run(
        [sys.executable, "-m", "resnet8doc", "record-mlperf-tiny", "--output", str(output)],
        env={**os.environ, "RESNET8DOC_MLPERF_TINY": str(mlperf_tiny)},
        check=True,
    )
    assert differences(recorded_mlperf_tiny(), read_json(output)) == []


def test_its_float_baseline_is_the_well_known_one() -> None:
    floats = [row for row in recorded_mlperf_tiny()["rows"] if not row["quantized"]]
    assert [row["file"] for row in floats] == ["resnet8.keras", "resnet8.onnx", "resnet8.pt", "resnet8.tflite"]
    assert {row["correct"] for row in floats} == {8719}


def test_it_is_small() -> None:
    assert len((files("resnet8doc.checkpoints") / "mlperf_tiny_comparison.json").read_bytes()) < 100_000
