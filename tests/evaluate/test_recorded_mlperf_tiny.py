"""The shipped comparison of MLPerf Tiny's checkpoint, measured again where that checkpoint is at hand."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from resnet8doc.environment import environment
from resnet8doc.evaluate import differences, record, recorded_mlperf_tiny
from resnet8doc.files import read_json


@pytest.mark.slow
@pytest.mark.criterion("8.1")
def test_measured_again_it_is_the_same(mlperf_tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    build = Path(os.environ.get("RESNET8DOC_MLPERF_TINY_BUILD", tmp_path_factory.mktemp("mlperf-tiny")))
    subprocess.run(
        [sys.executable, "-m", "resnet8doc", "compare", "--checkpoint", str(mlperf_tiny / "pretrainedResnet.h5")],
        env={**os.environ, "RESNET8DOC_BUILD": str(build)},
        check=True,
    )
    measured = record(read_json(build / "results/comparison.json"), environment())
    assert differences(recorded_mlperf_tiny(), measured) == []


def test_its_float_baseline_is_the_well_known_one() -> None:
    floats = [row for row in recorded_mlperf_tiny()["rows"] if not row["quantized"]]
    assert [row["file"] for row in floats] == ["resnet8.keras", "resnet8.onnx", "resnet8.pt"]
    assert {row["correct"] for row in floats} == {8719}


def test_it_is_small() -> None:
    assert len((files("resnet8doc.checkpoints") / "mlperf_tiny_comparison.json").read_bytes()) < 100_000
