"""The stages as a whole."""

import subprocess
import sys

from resnet8doc.pipeline.stages import all_stages


def test_listing_the_stages_costs_no_framework() -> None:
    """A build with nothing to do must not wait for TensorFlow."""
    code = """
import sys
from resnet8doc.pipeline.stages import all_stages
all_stages("mlperf-tiny")
print(sorted({name.split(".")[0] for name in sys.modules} & {"tensorflow", "keras", "torch", "onnx", "onnxruntime"}))
"""
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[]"


def test_no_file_is_made_twice_and_none_is_read_that_nobody_makes() -> None:
    stages = all_stages("mlperf-tiny")
    made = [name for stage in stages for name in (*stage.writes, stage.stamp)]
    assert len(made) == len(set(made))
    assert {name for stage in stages for name in stage.reads} <= set(made)


def test_the_long_proof_leaves_what_a_build_made() -> None:
    """A build after it would find a file that is not the one that its manifest names."""
    from resnet8doc.proof.runtimes import OF_ALL

    assert OF_ALL not in {name for stage in all_stages("bundled") for name in stage.writes}
