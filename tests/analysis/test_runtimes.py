"""What differs between runtimes is counted, layer by layer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from resnet8doc import dataset
from resnet8doc.analysis.runtimes import compare_runtimes
from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.graph import load
from resnet8doc.pipeline.stages.runtimes import RESULT
from resnet8doc.runtimes import RUNTIMES
from resnet8doc.schemas import validate


@pytest.mark.slow
def test_counts_are_those_of_the_runs(artifact: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    graph = load(artifact("models/resnet8_int8_qoperator_operations.json"))
    images = dataset.load("test").images[:60]  # more than one batch
    found = compare_runtimes(graph, images, ("onnxruntime_x86", "tflite_reference", "tflite_micro"))
    validate(found, "runtimes")
    assert "50 of 60 images" in capsys.readouterr().err
    runs = {name: graph.run(images, "all", runtime=name) for name in found["runtimes"]}
    for pair in found["pairs"]:
        for layer, different in zip(found["layers"], pair["by_layer"], strict=True):
            ours, theirs = (runs[name][graph.node(layer["node"]).output] for name in (pair["one"], pair["other"]))
            assert different == np.count_nonzero(ours != theirs)
            assert layer["values"] == ours.size
        assert pair["different"] == sum(pair["by_layer"])
    assert found["pairs"][0]["different"] > 0, "ONNX Runtime and the reference kernels part"


@pytest.mark.slow
def test_what_the_build_compared(artifact: Callable[[str], Path]) -> None:
    found = read_json(artifact(RESULT))
    validate(found, "runtimes")
    assert found["runtimes"] == list(RUNTIMES)
    assert len(found["pairs"]) == len(RUNTIMES) * (len(RUNTIMES) - 1) // 2
    assert found["images"] >= 1000
    with pytest.raises(UserError, match="'pairs' is a required property"):
        validate({key: value for key, value in found.items() if key != "pairs"}, "runtimes")
