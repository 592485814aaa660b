"""Graphs as strangers write them: scales of shape [1], scales that are fed, outputs without a name, empty filters."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.figures import mermaid, nodes_of_graph
from resnet8doc.graph import Graph
from resnet8doc.hardware import Network
from resnet8doc.ops import OPERATORS
from resnet8doc.ops._operator import MICROSOFT
from resnet8doc.specification import open_subject, write_specification

from .agreement import Array

X = np.array([[[[-128, 5, 0], [127, -9, 44]]]], np.int8)
SCALE, OTHER, ZERO = np.array([0.31], np.float32), np.array([0.07], np.float32), np.array([-3], np.int8)
PAIR = [X, SCALE, ZERO, X, OTHER, ZERO, SCALE, ZERO]
W = np.array([[[[1, -2]]]], np.int8)
ONE = [X, SCALE, ZERO, OTHER, ZERO]
OF_SHAPE_1: list[tuple[str, str, list[Any], dict[str, Any]]] = [
    (MICROSOFT, "QLinearAveragePool", ONE, {"kernel_shape": [1, 2]}),
    (MICROSOFT, "QLinearGlobalAveragePool", ONE, {}),
    (MICROSOFT, "QLinearSoftmax", ONE, {"opset": 13}),
    (MICROSOFT, "QLinearSoftmax", ONE, {"opset": 11, "axis": 2}),
    (MICROSOFT, "QLinearSigmoid", ONE, {}),
    (MICROSOFT, "QLinearLeakyRelu", ONE, {"alpha": 0.1}),
    (MICROSOFT, "QLinearReduceMean", ONE, {"axes": [3]}),
    (MICROSOFT, "QLinearConcat", [OTHER, ZERO, X, SCALE, ZERO, X, OTHER, ZERO], {"axis": 1}),
    (MICROSOFT, "QLinearAdd", PAIR, {}),
    (MICROSOFT, "QLinearMul", PAIR, {}),
    ("", "QLinearConv", [X, SCALE, ZERO, W, OTHER, ZERO, SCALE, ZERO], {}),
    ("", "QLinearMatMul", [X[0, 0].T, SCALE, ZERO, X[0, 0], OTHER, ZERO, SCALE, ZERO], {}),
    (MICROSOFT, "QGemm", [X[0, 0].T, SCALE, ZERO, X[0, 0], OTHER, ZERO, None, SCALE, ZERO], {}),
    ("", "QuantizeLinear", [X.astype(np.float32), SCALE, ZERO], {}),
    ("", "DequantizeLinear", [X, SCALE, ZERO], {}),
]


@pytest.mark.parametrize("case", OF_SHAPE_1, ids=[f"{n}-{case[1]}" for n, case in enumerate(OF_SHAPE_1)])
def test_a_scale_of_shape_1_is_traced_as_a_scalar(case: tuple[str, str, list[Any], dict[str, Any]]) -> None:
    domain, op_type, inputs, attributes = case
    operator = OPERATORS[domain, op_type]
    assert operator.element is not None
    if op_type == "QLinearReduceMean":
        with pytest.raises(UserError, match="has no kernel"):
            operator.function(*inputs, **attributes)
        return
    y = operator.function(*inputs, **attributes)
    named: dict[str, Any] = dict(zip(operator.inputs, inputs, strict=False))
    if operator.variadic:
        named = dict(zip(operator.inputs[:-1], inputs, strict=False)) | {operator.variadic: inputs[2:]}
    for index in np.ndindex(y.shape):
        assert operator.element(index, **named, **attributes).output == y[index]


def test_numbers_beyond_float32_are_traced() -> None:
    given = [X, np.float32(1e10), ZERO, X, np.float32(30), ZERO, np.float32(1e-30), ZERO]
    operator = OPERATORS[MICROSOFT, "QLinearMul"]
    assert operator.element is not None
    with np.errstate(over="ignore"):
        y = operator.function(*given)
        for index in np.ndindex(y.shape):
            assert operator.element(index, *given).output == y[index]


def saved(path: Path, node: onnx.NodeProto, fed: dict[str, Array], stored: dict[str, Array]) -> Path:
    graph = helper.make_graph(
        [node], "one",
        [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
         for name, a in fed.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output if name],
        [numpy_helper.from_array(array, name) for name, array in stored.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 14), helper.make_opsetid(MICROSOFT, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def test_a_first_output_without_a_name(tmp_path: Path) -> None:
    """Of an encoder's GRU often only the last state is read."""
    rng = np.random.default_rng(0)
    x, w, r = (rng.normal(size=shape).astype(np.float32) for shape in ((3, 1, 2), (1, 15, 2), (1, 15, 5)))
    node = helper.make_node("GRU", ["x", "w", "r"], ["", "last"], name="gru", hidden_size=5)
    path = saved(tmp_path / "gru.onnx", node, {"x": x}, {"w": w, "r": r})
    graph = load(path)
    assert graph.nodes[0].output == "last"
    (expected,) = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})
    np.testing.assert_allclose(graph.compute(graph.nodes[0], {"x": x}), expected, rtol=1e-5, atol=1e-6)
    page = write_specification(open_subject(path, None, {}), tmp_path / "specification")
    assert "last" in page.read_text()


def test_a_bias_whose_scales_are_fed_has_none_that_is_known(tmp_path: Path) -> None:
    node = helper.make_node("QLinearConv", ["x", "xs", "z", "w", "xs", "z", "xs", "z", "b"], ["y"], name="conv")
    fed: dict[str, Array] = {"x": X, "xs": np.array(0.5, np.float32)}
    path = saved(tmp_path / "conv.onnx", node, fed, {"z": np.array(0, np.int8), "w": W, "b": np.zeros(1, np.int32)})
    model = onnx.load(path)
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.INT8
    onnx.save(model, path)
    graph = load(path)
    assert graph.quantization("b") is None
    assert "conv" in mermaid(nodes_of_graph(graph))


def test_a_product_with_a_vector_is_refused_by_the_tools(tmp_path: Path) -> None:
    formals = ("a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "y_scale", "y_zero_point")
    operations: dict[str, Any] = {
        "format": "resnet8doc.operations", "version": 2, "model": {"name": "m", "quant_format": "QOperator"},
        "inputs": [{"name": "a", "dtype": "int8", "shape": [2]}],
        "outputs": [{"name": "y", "dtype": "int8", "shape": [3]}],
        "initializers": [],
        "nodes": [{"name": "product", "op_type": "QLinearMatMul", "domain": "", "layer": "l", "since_version": 21,
                   "attributes": {}, "inputs": [{"formal": formal, "tensor": formal} for formal in formals],
                   "outputs": [{"index": 0, "tensor": "y"}]}],
    }  # fmt: skip
    stored = dict(zip(formals[1:], [np.float32(1), np.int8(0), X[0, 0], np.float32(1), np.int8(0), np.float32(9),
                                    np.int8(0)], strict=True))  # fmt: skip
    operations["initializers"] = [
        {"name": name, "stored_dtype": str(np.asarray(a).dtype), "shape": list(np.shape(a))}
        for name, a in stored.items()
    ]
    graph = Graph.from_parts(operations, stored)
    assert graph.run({"a": np.array([1, 2], np.int8)})["y"].shape == (3,)
    with pytest.raises(UserError, match=r"node product multiplies a of shape \[2\]; expected two axes or more"):
        Network(graph)


@pytest.mark.parametrize("shape", [(1, 1, 0, 2), (0, 1, 1, 2), (1, 0, 1, 1)])
def test_filters_of_no_numbers_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="expected at least one number"):
        OPERATORS["", "ConvInteger"].function(X, np.zeros(shape, np.int8))
