"""The proof takes inputs of any rank and type, several of them, and free axes."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.inputs import inputs_for
from resnet8doc.proof import prove

Described = dict[str, tuple[int, list[Any]]]


def save(path: Path, nodes: list[Any], inputs: Described, output: str, kind: int, stored: dict[str, Any]) -> Path:
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(name, *described) for name, described in inputs.items()],
        [helper.make_tensor_value_info(output, kind, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


STORED = {
    "s": np.float32(0.05),
    "z": np.int8(3),
    "w": np.arange(-12, 12, dtype=np.int8).reshape(6, 4),
    "y": np.float32(0.4),
}
MATMUL = helper.make_node("QLinearMatMul", ["q", "s", "z", "w", "s", "z", "y", "z"], ["out"], name="product")


@pytest.fixture
def sequence(tmp_path: Path) -> Path:
    """[N, T, K] with T free."""
    nodes = [helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], name="quantize"), MATMUL]
    inputs: Described = {"x": (TensorProto.FLOAT, ["batch", "time", 6])}
    return save(tmp_path / "sequence.onnx", nodes, inputs, "out", TensorProto.INT8, STORED)


def test_three_axes_and_a_free_one(sequence: Path) -> None:
    x = np.random.default_rng(0).normal(0, 4, (7, 5, 6)).astype(np.float32)
    found = prove(sequence, x, chunk=3, progress=False)
    assert (found["images"], found["totals"]["values"]) == (7, 7 * 5 * (6 + 4))
    assert found["totals"]["local_mismatches"] == found["totals"]["end_to_end_mismatches"] == 0
    named = prove(sequence, {"x": x}, lengths={"time": 5}, progress=False)
    assert named["totals"] == found["totals"]


def test_codes_and_several_inputs_of_a_fixed_batch(tmp_path: Path) -> None:
    add = ["a", "s", "z", "b", "s", "z", "y", "z"]
    nodes = [helper.make_node("QLinearAdd", add, ["out"], name="sum", domain="com.microsoft")]
    inputs: Described = {"a": (TensorProto.INT8, [2, 9]), "b": (TensorProto.INT8, [2, 9])}
    path = save(tmp_path / "sum.onnx", nodes, inputs, "out", TensorProto.INT8, {k: STORED[k] for k in "szy"})
    from resnet8doc.extract import load

    given = inputs_for(load(path), None, 4)
    assert {array.shape for array in given.feeds.values()} == {(8, 9)}
    found = prove(path, given.feeds, progress=False)
    assert (found["images"], found["totals"]["values"]) == (4, 4 * 18)
    assert found["totals"]["local_mismatches"] == 0


def test_inputs_that_the_runtime_refuses_are_a_sentence(sequence: Path) -> None:
    with pytest.raises(UserError, match="ONNX Runtime refuses the inputs x float32") as caught:
        prove(sequence, np.zeros((2, 5, 7), np.float32), progress=False)
    assert caught.value.remedy == "Give others with --input, or lengths for free axes with --shape."
