"""Networks as exporters write them, shapes computed in the graph: the hardware tools take them as they stand."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph, asks_shapes
from resnet8doc.hardware import Network, buffers, c, check, with_shape, write_vectors

Array = npt.NDArray[Any]

ARITHMETIC = ["Shape", "Gather", "Unsqueeze", "Concat"]


def exported(path: Path, outputs: tuple[str, ...] = ("y",)) -> Path:
    """Write a network that ends as PyTorch exports ``x.view(x.size(0), -1)``, quantized by ONNX Runtime's tool."""
    random = np.random.default_rng(3)  # weights below 64: no processor saturates a sum of two products
    stored: dict[str, Any] = {
        "s": np.float32(0.05), "z": np.uint8(120), "w": random.integers(-60, 60, (6, 3, 3, 3), np.int8),
        "w_scale": np.float32(0.01), "w_zero": np.int8(0), "pool_scale": np.float32(0.02), "first": np.int64(0),
        "axes": np.array([0]), "rest": np.array([-1]), "v": random.integers(-60, 60, (6, 4), np.int8),
        "y_scale": np.float32(0.04),
    }  # fmt: skip
    make = helper.make_node
    nodes = [
        make("QuantizeLinear", ["x", "s", "z"], ["codes"]),
        make("QLinearConv", ["codes", "s", "z", "w", "w_scale", "w_zero", "s", "z"], ["map"]),
        make("QLinearGlobalAveragePool", ["map", "s", "z", "pool_scale", "z"], ["pooled"], domain="com.microsoft"),
        make("DequantizeLinear", ["map", "s", "z"], ["real"]),
        make("Shape", ["real"], ["lengths"]),
        make("Gather", ["lengths", "first"], ["batch"], axis=0),
        make("Unsqueeze", ["batch", "axes"], ["leading"]),
        make("Concat", ["leading", "rest"], ["wanted"], axis=0),
        make("Reshape", ["pooled", "wanted"], ["flat"]),
        make("QLinearMatMul", ["flat", "pool_scale", "z", "v", "w_scale", "w_zero", "y_scale", "z"], ["product"]),
        make("DequantizeLinear", ["product", "y_scale", "z"], ["y"]),
    ]
    types = {"y": TensorProto.FLOAT, "lengths": TensorProto.INT64, "wanted": TensorProto.INT64}
    graph = helper.make_graph(
        nodes, "exported", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 9, 9])],
        [helper.make_tensor_value_info(name, types[name], None) for name in outputs],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in stored.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """Give the exported network, read."""
    return load(exported(tmp_path_factory.mktemp("exported") / "exported.onnx"))


@pytest.fixture(scope="module")
def items() -> Array:
    """Give three inputs."""
    return np.random.default_rng(5).normal(0, 2, (3, 3, 9, 9)).astype(np.float32)


def test_the_arithmetic_on_shapes_goes_and_what_it_alone_read(graph: Graph) -> None:
    network = Network(graph)
    gone = [node.op_type for node in graph.nodes if node.name not in {kept.name for kept in network.graph.nodes}]
    assert gone == ["DequantizeLinear", *ARITHMETIC]
    assert network.graph.parameters["wanted"].tolist() == [1, -1]
    assert [operation.op_type for operation in network.operations][-2:] == ["QLinearMatMul", "DequantizeLinear"]
    assert Network(graph).graph is network.graph


def test_every_tensor_that_is_left_is_the_runtime_s_to_the_bit(tmp_path: Path, graph: Graph, items: Array) -> None:
    session = onnxruntime.InferenceSession(exported(tmp_path / "exported.onnx"), providers=["CPUExecutionProvider"])
    network = Network(graph)
    for item in items[:, None]:
        found, before = network.graph.run(item, "all"), graph.run(item, "all")
        assert set(before) - set(found) == {"real", "lengths", "batch", "leading", "wanted"}
        for name, array in found.items():
            np.testing.assert_array_equal(array, before[name])
        np.testing.assert_array_equal(found["y"], session.run(["y"], {"x": item})[0])
    together = network.items.run(items)
    np.testing.assert_array_equal(together["y"], graph.run(items)["y"])


def test_memory_plan_vectors_checker_and_c(tmp_path: Path, graph: Graph, items: Array) -> None:
    assert buffers(graph).peak_bytes == 3 * 9 * 9 + 6 * 7 * 7
    write_vectors(graph, items, [1], None, ["npz"], tmp_path / "vectors")
    name = Network(graph).operations[-2].name
    with np.load(tmp_path / "vectors" / f"{name}-image1.npz") as vector:
        np.testing.assert_array_equal(vector["y"], graph.run(items, "product")["product"][1])
    program = c.build(graph, tmp_path / "c", "float", flags=("-O0",))
    made = c.run(program, graph, items, "all")
    np.testing.assert_array_equal(made["product"], graph.run(items, "product")["product"])
    assert check({name: made[name] for name in ("map", "pooled", "product")}, graph, items).equal


def test_shapes_that_a_model_gives_are_refused_by_name(tmp_path: Path) -> None:
    for output, found in (("lengths", "is Shape"), ("wanted", "the output wanted is")):
        given = load(exported(tmp_path / "given.onnx", ("y", output)))
        with pytest.raises(UserError, match=found):
            buffers(given)


def test_a_graph_that_asks_no_shape_is_left_alone(network: Graph) -> None:
    assert not asks_shapes(network)
    assert Network(network).graph is network


def test_another_batch_has_another_constant(graph: Graph, items: Array) -> None:
    network = Network(with_shape(graph, {"n": 3}))
    assert network.graph.parameters["wanted"].tolist() == [3, -1]
    np.testing.assert_array_equal(network.items.run(items)["y"][0], graph.run(items)["y"])


def test_the_zoo_s_mobilenet_as_exported(networks: Path) -> None:
    graph = load(networks / "zoo-mobilenetv2-12-int8.onnx")
    network = Network(graph)
    gone = [node.op_type for node in graph.nodes if node.name not in {kept.name for kept in network.graph.nodes}]
    assert gone == ["DequantizeLinear", *ARITHMETIC]
    plan = buffers(graph)
    assert plan.bound_bytes == plan.peak_bytes == plan.arena_bytes == 112 * 112 * (96 + 24)
    image = np.random.default_rng(1).normal(size=(1, 3, 224, 224)).astype(np.float32)
    before = graph.run(image, "all")
    for name, array in network.graph.run(image, "all").items():
        np.testing.assert_array_equal(array, before[name])
    assert "gemm_104_matmul_quant" in c.generate(graph)["network.c"].lower()
