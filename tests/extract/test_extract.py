"""An extraction holds all of a model, in a published form."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from resnet8doc.extract import extract, load, schema, validate
from resnet8doc.files import read_json

Build = Callable[..., Path]
QUANTIZED = ["resnet8_int8", "resnet8_uint8", "resnet8_int8_qoperator", "resnet8_uint8_qoperator"]


def test_every_initializer_is_in_the_npz_to_the_bit(tiny: Build) -> None:
    path = tiny()
    graph = load(extract(path))
    for tensor in onnx.load(path).graph.initializer:
        expected = numpy_helper.to_array(tensor)
        found = graph.parameters[tensor.name]
        assert found.dtype == expected.dtype
        assert found.tobytes() == expected.tobytes()


def test_every_node_says_what_it_is_and_where_each_parameter_lives(tiny: Build) -> None:
    operations = read_json(extract(tiny()))
    conv = operations["nodes"][1]
    assert (conv["op_type"], conv["name"], conv["attributes"]) == ("QLinearConv", "conv", {"pads": [1, 1, 1, 1]})
    assert [entry["formal"] for entry in conv["inputs"]] == [
        "x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "B",
    ]  # fmt: skip
    w_scale = conv["inputs"][4]
    assert (w_scale["tensor"], w_scale["index"], w_scale["initializer"]) == ("ws", 4, True)
    assert w_scale["value"] == [float(np.float32(0.01))] * 4
    assert conv["outputs"][0] | {"formal": "y", "index": 0} == {
        "index": 0, "formal": "y", "tensor": "c", "dtype": "int8", "shape": ["batch", 4, 5, 5],
    }  # fmt: skip
    assert operations["counts"] == {"DequantizeLinear": 1, "QLinearAdd": 1, "QLinearConv": 1, "QuantizeLinear": 1}
    ys = next(entry for entry in operations["initializers"] if entry["name"] == "ys")
    assert {(r["node"], r["input"], r["index"]) for r in ys["read_by"]} == {
        ("conv", "y_scale", 6), ("add", "A_scale", 1), ("add", "B_scale", 4),
    }  # fmt: skip


def test_the_same_model_gives_the_same_bytes(tiny: Build, tmp_path: Path) -> None:
    path = tiny()
    first, second = extract(path, tmp_path / "a"), extract(path, tmp_path / "b")
    for suffix in (".json", ".npz"):
        assert first.with_suffix(suffix).read_bytes() == second.with_suffix(suffix).read_bytes()


def test_an_extraction_runs_as_the_model_does(tiny: Build) -> None:
    path = tiny()
    x = np.random.default_rng(1).normal(0, 60, (3, 3, 5, 5)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    np.testing.assert_array_equal(load(extract(path)).run(x)["y"], session.run(None, {"x": x})[0])


def test_four_bit_weights_are_stored_in_bytes(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    weights = helper.make_tensor("w", TensorProto.INT4, [4], [-8, -1, 0, 7])
    zero = helper.make_tensor("z", TensorProto.INT4, [], [0])
    graph = helper.make_graph(
        [helper.make_node("DequantizeLinear", ["w", "s", "z"], ["d"], name="d"),
         helper.make_node("Add", ["x", "d"], ["y"], name="add")],
        "four", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
        [weights, zero, numpy_helper.from_array(np.asarray(np.float32(0.5)), "s")],
    )  # fmt: skip
    path = tmp_path / "four.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    operations = read_json(extract(path))
    stored = next(entry for entry in operations["initializers"] if entry["name"] == "w")
    assert (stored["dtype"], stored["stored_dtype"]) == ("int4", "int8")
    assert load(path).run({"x": np.zeros(4, np.float32)})["y"].tolist() == [-4, -0.5, 0, 3.5]


def test_the_schema_is_a_schema_and_describes_itself() -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.slow
@pytest.mark.criterion("9.1")
@pytest.mark.parametrize("name", QUANTIZED)
def test_all_quantized_nodes_with_scales_zero_points_and_attributes(
    name: str, artifact: Callable[[str], Path], tmp_path: Path
) -> None:
    source = artifact(f"models/{name}.onnx")
    operations: dict[str, Any] = read_json(extract(source, tmp_path))
    validate(operations)
    model = onnx.load(source)
    assert [n["name"] for n in operations["nodes"]] == [n.name for n in model.graph.node]
    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    seen = 0
    for entry, node in zip(operations["nodes"], model.graph.node, strict=True):
        assert [e["tensor"] for e in entry["inputs"]] == [tensor for tensor in node.input if tensor]
        assert set(entry["attributes"]) == {attribute.name for attribute in node.attribute}
        for given in entry["inputs"]:
            assert node.input[given["index"]] == given["tensor"]
            if given["formal"].endswith(("scale", "zero_point")):
                seen += 1
                np.testing.assert_array_equal(np.asarray(given["value"]), stored[given["tensor"]])
    assert seen >= 2 * sum("Linear" in n.op_type or n.op_type == "QGemm" for n in model.graph.node)


@pytest.mark.slow
@pytest.mark.criterion("9.2")
def test_all_quantized_operation_types_are_identified(artifact: Callable[[str], Path]) -> None:
    found: set[str] = set()
    for name in QUANTIZED:
        path = artifact(f"models/{name}.onnx")
        graph = load(path)
        types = [node.op_type for node in graph.nodes]
        assert types == [node.op_type for node in onnx.load(path).graph.node]
        found.update(types)
    assert found >= {
        "QLinearConv",
        "QLinearMatMul",
        "QuantizeLinear",
        "DequantizeLinear",
        "QLinearAdd",
        "QLinearSoftmax",
    }


@pytest.mark.slow
def test_layers_have_the_architectures_names(artifact: Callable[[str], Path]) -> None:
    from resnet8doc.architecture import LAYERS

    for name in QUANTIZED:
        for node in load(artifact(f"models/{name}.onnx")).nodes:
            assert node.layer in LAYERS or node.layer == "input", (name, node.name, node.layer)
