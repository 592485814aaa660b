"""The quantized models that the pipeline made from the checkpoint and the real calibration images."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from resnet8doc.dataset._calibration import MINIMUM
from resnet8doc.files import read_json, sha256
from resnet8doc.quantize import VARIANTS, Runtime, _inspect, of_runtime, pytorch

Artifact = Callable[[str], Path]
pytestmark = pytest.mark.slow


def reports(artifact: Artifact, runtime: Runtime) -> dict[str, dict[str, Any]]:
    report = read_json(artifact(f"results/quantization/{runtime}.json"))
    assert report["runtime"] == runtime
    return {entry["file"]: entry for entry in report["variants"]}


@pytest.mark.criterion("6.1")
@pytest.mark.parametrize("variant", of_runtime("onnxruntime"), ids=lambda variant: variant.file)
def test_onnx_models_exist_and_are_what_they_are_called(artifact: Artifact, variant: Any) -> None:
    path = artifact(f"models/{variant.file}")
    assert _inspect.verify(onnx.load(path), variant)
    assert reports(artifact, "onnxruntime")[variant.file]["sha256"] == sha256(path)


@pytest.mark.criterion("7.1")
@pytest.mark.criterion("7.2")
def test_pytorch_models_exist_and_hold_int8(artifact: Artifact) -> None:
    made = reports(artifact, "pytorch")
    missing = read_json(artifact("results/quantization/pytorch.json"))["missing"]
    assert made.keys() | {entry["file"] for entry in missing} == {variant.file for variant in of_runtime("pytorch")}
    for file, report in made.items():
        assert len(pytorch.assert_int8(pytorch.load(artifact(f"models/{file}")))) == 10
        assert report["sha256"] == sha256(artifact(f"models/{file}"))


@pytest.mark.criterion("6.5")
def test_logs_say_method_and_sample_count(artifact: Artifact) -> None:
    samples = read_json(artifact("results/calibration.json"))["count"]
    assert samples >= MINIMUM
    for runtime in ("onnxruntime", "pytorch"):
        for file, report in reports(artifact, runtime).items():
            log = artifact(f"logs/{report['log']}").read_text(encoding="utf-8")
            assert f"calibration: {VARIANTS[file].calibration}, {samples} samples" in log
            assert report["samples"] == samples


def test_each_calibration_method_has_ranges_of_its_own(artifact: Artifact) -> None:
    made = reports(artifact, "onnxruntime")
    minmax, entropy, percentile = (
        made[f"resnet8_int8{suffix}.onnx"]["ranges"] for suffix in ("", "_entropy", "_percentile")
    )
    for other in (entropy, percentile):
        assert other.keys() == minmax.keys()
        assert other != minmax
        for name, entry in other.items():
            assert minmax[name]["min"] <= entry["min"] <= entry["max"] <= minmax[name]["max"]
