"""Operators whose meaning changed between opsets: each version is what ONNX Runtime computes of a model of it."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.extract import load
from resnet8doc.proof._tally import differs

X = np.random.default_rng(0).normal(0, 3, (2, 3, 2, 2)).astype(np.float32)
CODES = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8, "int4": TensorProto.INT4, "uint4": TensorProto.UINT4}


def model(path: Path, op_type: str, opset: int, stored: dict[str, Any], attributes: dict[str, Any]) -> Path:
    """Write a model of one operator, fed ``X``."""
    node = helper.make_node(op_type, ["x", *stored], ["y"], name="node", **attributes)
    initializers = [
        value if isinstance(value, onnx.TensorProto) else numpy_helper.from_array(value, name)
        for name, value in stored.items()
    ]
    graph = helper.make_graph(
        [node], "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, X.shape)],
        [helper.make_empty_tensor_value_info("y")], initializers,
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8 if opset < 21 else 10)
    onnx.save(made, path)
    return path


CASES: list[tuple[str, int, dict[str, Any], dict[str, Any]]] = [
    *(("Softmax", opset, {}, {}) for opset in (7, 11, 12, 13, 21)),
    *(("Softmax", opset, {}, {"axis": 2}) for opset in (7, 11, 12, 13, 21)),
    *(("ReduceMean", opset, {}, {"axes": [2, 3], "keepdims": 0}) for opset in (7, 11, 13)),
    ("ReduceMean", 18, {"axes": np.array([2, 3])}, {"keepdims": 0}),
    *(("Clip", opset, {}, {"min": -1.0, "max": 2.5}) for opset in (7, 10)),
    *(("Clip", opset, {"min": np.float32(-1), "max": np.float32(2.5)}, {}) for opset in (11, 12, 13)),
    *(("Relu", opset, {}, {}) for opset in (7, 13, 14)),
    *(("Add", opset, {"b": np.array([[0.5], [2]], np.float32)}, {}) for opset in (7, 13, 14)),
    *(("Flatten", opset, {}, {"axis": 2}) for opset in (7, 9, 11, 13, 21)),
    *(("Reshape", opset, {"shape": np.array([0, -1])}, {}) for opset in (7, 13, 14)),
    *(("QuantizeLinear", opset, {"s": np.float32(0.1), "z": np.int8(3)}, {}) for opset in (10, 13, 19, 21)),
]


@pytest.mark.parametrize(("op_type", "opset", "stored", "attributes"), CASES)
def test_an_operator_means_what_its_opset_says(
    tmp_path: Path, op_type: str, opset: int, stored: dict[str, Any], attributes: dict[str, Any]
) -> None:
    path = model(tmp_path / "one.onnx", op_type, opset, stored, attributes)
    expected = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": X})[0]
    found = load(path).run({"x": X})["y"]
    assert found.shape == expected.shape
    if op_type in ("Softmax", "ReduceMean"):  # the exponential, and the order of a sum, are left to the runtime
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    else:
        assert not differs(found, expected).any()


def test_softmax_of_opset_11_sums_over_all_axes_from_its_own_on(tmp_path: Path) -> None:
    """[1, 2, 2] zeros: a quarter each before opset 13, a half since."""
    zeros = {"x": np.zeros((1, 2, 2), np.float32)}
    for opset, expected in ((11, 0.25), (13, 0.5)):
        node = helper.make_node("Softmax", ["x"], ["y"], name="softmax")
        graph = helper.make_graph(
            [node], "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 2, 2))],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 2, 2))],
        )  # fmt: skip
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        path = tmp_path / f"softmax{opset}.onnx"
        onnx.save(made, path)
        assert np.unique(load(path).run(zeros)["y"]).tolist() == [expected]


@pytest.mark.parametrize("kind", ["int4", "uint4"])
def test_codes_of_four_bits_are_clamped_to_four_bits(tmp_path: Path, kind: str) -> None:
    zero = helper.make_tensor("z", CODES[kind], (), [1])
    path = model(tmp_path / "narrow.onnx", "QuantizeLinear", 21, {"s": np.float32(0.5), "z": zero}, {})
    back = helper.make_node("DequantizeLinear", ["y", "s", "z"], ["back"], name="back")
    whole = onnx.load(path)
    whole.graph.node.append(back)
    whole.graph.output[0].CopyFrom(helper.make_tensor_value_info("back", TensorProto.FLOAT, X.shape))
    onnx.save(whole, path)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    fed = 4 * X
    fed.flat[:5] = 63.5, -63.5, 3.5, 0.25, 0.75
    expected = session.run(None, {"x": fed})[0]
    assert not differs(load(path).run({"x": fed})["back"], expected).any()
    assert load(path).run({"x": np.full(X.shape, 127, np.float32)}, "y")["y"].max() == (7 if kind == "int4" else 15)


@pytest.mark.parametrize("op_type", ["Relu", "Clip"])
def test_a_negative_zero_stays_one(tmp_path: Path, op_type: str) -> None:
    """-0.0 is equal to 0.0, and other bits: the sign of what is divided by it."""
    stored = {"lo": np.float32(0), "hi": np.float32(6)} if op_type == "Clip" else {}
    path = model(tmp_path / "zero.onnx", op_type, 14, stored, {})
    fed = np.full(X.shape, -0.0, np.float32)
    fed.flat[:4] = 0.0, -1, 7, np.nan
    expected = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": fed})[0]
    found = load(path).run({"x": fed})["y"]
    assert np.signbit(expected).sum() == X.size - 4
    assert not differs(found, expected).any()
    assert differs(np.abs(found), expected).sum() == X.size - 4, "the comparison sees the sign of a zero"
