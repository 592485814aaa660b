"""A large model is not held three times while it is extracted."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from resnet8doc.extract import extract
from resnet8doc.graph import load

WIDTH = 1024
BLOCKS = 5
"""Of twelve matrices' worth of weights each: 60 MiB of int8."""

PROGRAM = """
import sys
import onnxruntime  # before the measurement: what packages take is not the model's
from resnet8doc.extract import extract

def now(key):
    lines = open("/proc/self/status").read().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(key)).split()[1])

before = now("VmRSS:")
extract(sys.argv[1], sys.argv[2])
print(now("VmHWM:") - before)
"""


def transformer(path: Path, width: int, blocks: int) -> int:
    """Write the matrix products of a transformer's blocks, quantized dynamically; return the bytes of their weights."""
    nodes: list[onnx.NodeProto] = []
    stored: dict[str, Any] = {"scale": np.float32(0.01), "zero": np.int8(0)}
    x, size = "x", 0
    shapes = {"query": (1, 1), "key": (1, 1), "value": (1, 1), "out": (1, 1), "up": (1, 4), "down": (4, 1)}
    for block in range(blocks):
        for name, (rows, columns) in shapes.items():
            at = f"block{block}.{name}"
            count = rows * columns * width * width
            # one number each: the archive's compression is then quick, and not what this is about
            stored[f"{at}.weights"] = np.full((rows * width, columns * width), len(stored), np.int8)
            size += count
            nodes += [
                helper.make_node("DynamicQuantizeLinear", [x], [f"{at}.x", f"{at}.scale", f"{at}.zero"]),
                helper.make_node("MatMulInteger", [f"{at}.x", f"{at}.weights", f"{at}.zero", "zero"], [f"{at}.sum"]),
                helper.make_node("Cast", [f"{at}.sum"], [f"{at}.real"], to=1),
                helper.make_node("Mul", [f"{at}.scale", "scale"], [f"{at}.factor"]),
                helper.make_node("Mul", [f"{at}.real", f"{at}.factor"], [f"{at}.y"]),
            ]
            x = f"{at}.y"
    graph = helper.make_graph(
        nodes, "transformer", [helper.make_tensor_value_info("x", 1, ["tokens", width])],
        [helper.make_tensor_value_info(x, 1, ["tokens", width])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return size


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
def test_a_transformer_of_60_mb_is_held_twice_at_most(tmp_path: Path) -> None:
    size = transformer(tmp_path / "transformer.onnx", WIDTH, BLOCKS)
    assert size == 60 << 20
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "transformer.onnx"), str(tmp_path / "out")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    ratio = int(run.stdout) / size
    assert 1 < ratio < 2.5, f"the peak is {ratio:.2f} times the weights; twice is what onnx takes to read them"


def test_what_was_written_piece_by_piece_is_read_again(tmp_path: Path) -> None:
    transformer(tmp_path / "small.onnx", 8, 1)
    graph = load(extract(tmp_path / "small.onnx", tmp_path))
    weights = graph.parameters["block0.up.weights"]
    assert weights.shape == (8, 32)
    assert set(weights.reshape(-1).tolist()) == {6}
