"""Whatever is wrong with a model: a sentence or a right answer, never a traceback, never a hang, no file elsewhere."""

import random
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import extract, load


def network() -> onnx.ModelProto:
    """Return a small network with constants, shapes worked out from shapes, and several outputs of one node."""
    rng = np.random.default_rng(0)
    stored = {
        "s": np.float32(0.1), "z": np.int8(3), "w": rng.integers(-99, 99, (4, 3, 3, 3)).astype(np.int8),
        "ws": np.full(4, 0.01, np.float32), "wz": np.zeros(4, np.int8), "axes": np.array([2, 3]),
        "halves": np.array([2, 2]), "tail": np.array([-1]),
    }  # fmt: skip
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], name="quantize"),
        helper.make_node("QLinearConv", ["q", "s", "z", "w", "ws", "wz", "s", "z"], ["c"], name="conv", pads=[1] * 4),
        helper.make_node("MaxPool", ["c"], ["p"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("DequantizeLinear", ["p", "s", "z"], ["d"], name="dequantize"),
        helper.make_node("ReduceMean", ["d", "axes"], ["m"], name="mean"),
        helper.make_node("Split", ["m", "halves"], ["a", "b"], name="split", axis=1),
        helper.make_node("Shape", ["x"], ["shape"], name="shape"),
        helper.make_node("Constant", [], ["first"], name="first", value_ints=[0]),
        helper.make_node("Gather", ["shape", "first"], ["batch"], name="gather"),
        helper.make_node("Concat", ["batch", "tail"], ["target"], name="target", axis=0),
        helper.make_node("Concat", ["b", "a"], ["ba"], name="concat", axis=1),
        helper.make_node("Reshape", ["ba", "target"], ["y"], name="reshape"),
    ]
    graph = helper.make_graph(
        nodes, "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in stored.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)


def spoil(model: onnx.ModelProto, rng: random.Random) -> None:
    """Change one thing."""
    graph = model.graph
    node = rng.choice(graph.node)
    names = [name for one in graph.node for name in (*one.input, *one.output)]
    tensor = rng.choice(graph.initializer) if graph.initializer else None
    kind = rng.randrange(15)
    if kind == 0 and node.input:
        node.input[rng.randrange(len(node.input))] = rng.choice([*names, "", "nobody"])
    elif kind == 1:
        node.output[rng.randrange(len(node.output))] = rng.choice([*names, ""])
    elif kind == 2:
        graph.node.remove(node)
    elif kind == 3:
        graph.node.append(node)
    elif kind == 4:
        node.op_type = rng.choice(["Relu", "Conv", "Gemm", "Loop", "Resize", "Slice", "Expand", "QLinearAdd", ""])
    elif kind == 5 and node.attribute:
        entry = rng.choice(node.attribute)
        entry.CopyFrom(helper.make_attribute(entry.name, rng.choice([-1, 0, 10**12, [2], [0, 0], [9] * 4, "x", 0.5])))
    elif kind == 6:
        node.attribute.append(helper.make_attribute(rng.choice(["axis", "axes", "pads", "perm", "k"]), [1, 1]))
    elif kind == 7 and tensor is not None:
        tensor.dims[:] = rng.choice([[], [0], [3], [2, 2], [10**9, 10**9], [-1]])
    elif kind == 8 and tensor is not None:
        tensor.raw_data = tensor.raw_data[: rng.randrange(len(tensor.raw_data) + 1)]
    elif kind == 9 and tensor is not None:
        tensor.data_type = rng.randrange(30)
    elif kind == 10 and tensor is not None:
        graph.initializer.remove(tensor)
    elif kind == 11 and tensor is not None:
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=rng.choice(["../../etc/passwd", "/etc/passwd", "none"]))
    elif kind == 12:
        graph.input[0].type.tensor_type.shape.dim[rng.randrange(4)].dim_value = rng.choice([0, 1, 7, 10**9])
    elif kind == 13:
        model.opset_import[0].version = rng.choice([1, 7, 11, 13, 99])
    else:
        rest = list(graph.node)
        rng.shuffle(rest)
        del graph.node[:]
        graph.node.extend(rest)


def test_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "network.onnx"
    onnx.save(network(), path)
    graph = load(path)
    assert "first" in graph.parameters, "a constant is a stored tensor"
    x = np.random.default_rng(1).normal(0, 3, (2, 3, 6, 6)).astype(np.float32)
    import onnxruntime

    expected = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    np.testing.assert_array_equal(graph.run({"x": x})["y"], expected)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(), st.integers(1, 3))
def test_a_spoiled_model_is_refused_in_a_sentence_or_computed(
    tmp_path_factory: pytest.TempPathFactory, rng: random.Random, times: int
) -> None:
    folder = tmp_path_factory.mktemp("spoiled")
    model = network()
    for _ in range(times):
        spoil(model, rng)
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    try:
        graph = load(extract(path, folder / "out"))
        shape = [n if isinstance(n, int) and 0 < n < 100 else 2 for n in graph.inputs[0].shape or ()]
        graph.run({graph.inputs[0].name: np.zeros(shape, graph.inputs[0].dtype)})
    except UserError as error:
        said = str(error)
        if "; expected " not in said:
            pytest.fail(said)
    assert {one.name for one in folder.iterdir()} <= {"model.onnx", "out"}


def test_a_circle_is_named(tmp_path: Path) -> None:
    model = network()
    model.graph.node[1].input[0] = "p"
    path = tmp_path / "circle.onnx"
    onnx.save(model, path)
    with pytest.raises(UserError, match="nodes wait for each other in a circle: conv, pool, dequantize;"):
        extract(path)


def test_nodes_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    model = network()
    rest = list(model.graph.node)[::-1]
    del model.graph.node[:]
    model.graph.node.extend(rest)
    path = tmp_path / "backward.onnx"
    path.write_bytes(model.SerializeToString())
    assert load(path).run({"x": np.zeros((1, 3, 6, 6), np.float32)})["y"].shape == (1, 4)
