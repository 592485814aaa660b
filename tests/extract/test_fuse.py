"""The graph that ONNX Runtime runs in place of a model: extracted, run, and what stays real in it explained."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import onnx.version_converter
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import HOW, How, extract, load, real_tensors, settings
from resnet8doc.extract._fuse import refuse_misspelled
from resnet8doc.files import read_json
from resnet8doc.hardware import write_vectors
from resnet8doc.proof import machine, prove

Artifact = Callable[[str], Path]
WEIGHTS = np.random.default_rng(0).integers(-40, 40, (16, 16, 3, 3)).astype(np.int8)


def qdq(path: Path, kind: Any, readers: int = 1) -> Path:
    """Write Conv and MaxPool between QuantizeLinear and DequantizeLinear; other readers are operators on real ones."""
    stored = {"s": np.float32(0.1), "z": kind(3), "ws": np.float32(0.02), "wz": np.int8(0), "w": WEIGHTS}
    node = helper.make_node
    nodes = [
        node("QuantizeLinear", ["x", "s", "z"], ["xq"]), node("DequantizeLinear", ["xq", "s", "z"], ["xd"]),
        node("DequantizeLinear", ["w", "ws", "wz"], ["wd"]),
        node("Conv", ["xd", "wd"], ["c"], "conv", pads=[1] * 4),
        node("QuantizeLinear", ["c", "s", "z"], ["cq"]), node("DequantizeLinear", ["cq", "s", "z"], ["cd"]),
        node("MaxPool", ["cd"], ["m"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("QuantizeLinear", ["m", "s", "z"], ["mq"]), node("DequantizeLinear", ["mq", "s", "z"], ["y"]),
        *(node("RandomNormalLike", ["cd"], [f"y{number}"], f"noise{number}") for number in range(1, readers)),
    ]  # fmt: skip
    outputs = ["y", *(f"y{number}" for number in range(1, readers))]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()]
    graph = helper.make_graph(
        nodes, "qdq", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 16, 8, 8])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs], tensors,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.save(model, path)
    return path


def in_session(path: Path, x: np.ndarray[Any, Any], how: How) -> np.ndarray[Any, Any]:
    options = onnxruntime.SessionOptions()
    for key, value in settings(how).items():
        options.add_session_config_entry(key, value)
    return np.asarray(onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"]).run(None, {"x": x})[0])


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("kind", [np.int8, np.uint8])
@pytest.mark.parametrize("channels_first", [False, True])
def test_the_fused_graph_gives_what_the_session_gives(
    how: How, kind: Any, channels_first: bool, tmp_path: Path
) -> None:
    if not machine().proven:
        pytest.skip(f"{machine().name} is not among the processors on which equality was proven")
    path = qdq(tmp_path / "model.onnx", kind)
    found = extract(path, tmp_path, fused=how, channels_first=channels_first)
    graph = load(found)
    used = {(node.domain, node.op_type) for node in graph.nodes}
    if channels_first:
        assert {("", "QLinearConv"), ("", "MaxPool")} <= used
    else:
        assert {("com.microsoft", "QLinearConv"), ("com.microsoft", "NhwcMaxPool")} <= used
    x = np.random.default_rng(1).normal(0, 5, (3, 16, 8, 8)).astype(np.float32)
    y = graph.run({"x": x}, runtime=machine().runtime)["y"]
    np.testing.assert_array_equal(y.view(np.uint32), in_session(path, x, how).view(np.uint32))
    assert [row.why for row in real_tensors(graph)] == ["fed to the model", "what the model gives"]


def test_the_extraction_says_whose_graph_it_is(tmp_path: Path) -> None:
    path = qdq(tmp_path / "model.onnx", np.int8)
    found = extract(path, fused="integers")
    assert found == tmp_path / "model_fused_integers_operations.json"
    model = read_json(found)["model"]
    assert (model["name"], model["file"]) == ("model_fused_integers", "model.onnx")
    assert model["rewritten"] == {
        "by": f"onnxruntime {onnxruntime.__version__}", "level": "ORT_ENABLE_ALL",
        "settings": {"session.qdqisint8allowed": "1"},
    }  # fmt: skip
    assert "rewritten" not in read_json(extract(path))["model"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "how"), [("resnet8_int8", "default"), ("resnet8_int8", "integers"), ("resnet8_uint8", "default")]
)
def test_an_element_of_a_channels_last_convolution_is_traced(name: str, how: How, artifact: Artifact) -> None:
    graph = load(artifact(f"models/{name}.onnx"), fused=how)
    conv = next(node for node in graph.nodes if node.domain and node.op_type == "QLinearConv")
    image = np.random.default_rng(2).integers(0, 256, (1, 32, 32, 3)).astype(np.uint8)
    y = graph.run(image, [conv.output])[conv.output]
    index = (0, 3, 5, y.shape[3] - 1)
    trace = graph.trace(conv.name, index, image)
    assert (trace.output, trace.index) == (y[index], index)
    x = graph.run(image, [conv.inputs[0].tensor])[conv.inputs[0].tensor]
    assert all(term.x == x[term.x_index] for term in trace.terms if term.x_index is not None)


@pytest.mark.slow
def test_what_stays_real_is_said_tensor_by_tensor(artifact: Artifact) -> None:
    if not machine().name.startswith("x86-64"):
        pytest.skip("ONNX Runtime allows int8 activations by default on other processors")
    why = {row.tensor: row.why for row in real_tensors(load(artifact("models/resnet8_int8.onnx"), fused="default"))}
    signed = "stem_relu_QuantizeLinear_Output stays int8, as 2 nodes read it: QDQS8ToU8 turns only what one"
    assert why["stem_relu"].startswith(f"reads uint8 and writes int8, and all must be one type; {signed}")
    assert why["dense"].endswith("; dense/bias_quantized is stored as int8")
    assert why["stem_conv/bias"] == "stored codes, dequantized for stem_conv, which stays real"
    assert "optimiser" not in " ".join(why.values()), "no reason is left open"


def test_what_cannot_be_read_is_named_and_what_stays_real_is_explained(tmp_path: Path) -> None:
    path = qdq(tmp_path / "model.onnx", np.int8, readers=2)
    with pytest.raises(UserError, match=r"operators that cannot be read: RandomNormalLike \(noise1\)"):
        load(path, fused="default")
    model = onnx.load(path)
    model.graph.node[-1].op_type = "Relu"
    onnx.save(model, path)
    why = {row.tensor: row.why for row in real_tensors(load(path, fused="integers"))}
    assert why["y1"] == "what the model gives"
    assert [text for text in why.values() if text == "codes, dequantized for noise1, which stays real"]


@pytest.mark.slow
def test_weights_of_four_bits_are_a_reason(artifact: Artifact) -> None:
    found = prove(artifact("models/resnet8_int4.onnx"), np.zeros((1, 32, 32, 3), np.uint8), fused="integers")
    why = {row["tensor"]: row["why"] for row in found["real"]}
    assert why["stem_relu"] == "its weights are int4, and only weights of 8 bits are fused"


@pytest.mark.slow
def test_the_hardware_tools_say_what_would_help_and_it_does(artifact: Artifact, tmp_path: Path) -> None:
    path = artifact("models/resnet8_int8.onnx")
    image = np.random.default_rng(2).integers(0, 256, (1, 32, 32, 3)).astype(np.uint8)
    with pytest.raises(UserError, match="Extract the model with --fused and --channels-first"):
        write_vectors(load(path, fused="integers"), image, [0], None, ["npz"], tmp_path / "vectors")
    graph = load(extract(path, tmp_path, fused="integers", channels_first=True))
    write_vectors(graph, image, [0], ["stem_conv"], ["npz"], tmp_path / "vectors")
    assert (tmp_path / "vectors" / "stem_conv-image0.npz").exists()


def test_bad_input(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        extract(tmp_path / "none.onnx", fused="default")
    with pytest.raises(UserError, match="is a TensorFlow Lite file; expected an ONNX model"):
        extract(tmp_path / "some.tflite", fused="default")
    with pytest.raises(UserError, match="fused is 'all'; expected 'default' or 'integers'"):
        extract(qdq(tmp_path / "model.onnx", np.int8), fused="all")  # type: ignore[arg-type]  # the mistake
    broken = qdq(tmp_path / "broken.onnx", np.int8)
    model = onnx.load(broken)
    model.graph.node[3].input[0] = "nowhere"
    onnx.save(model, broken)
    with pytest.raises(UserError, match="ONNX Runtime refuses the model"):
        extract(broken, fused="default")


def saved(text: str, path: Path) -> Path:
    """Write a model that is given in ONNX's own notation."""
    onnx.save(onnx.parser.parse_model(text), path)
    return path


def test_images_of_real_numbers_are_not_brought_into_blocks(tmp_path: Path) -> None:
    text = """
    <ir_version: 8, opset_import: ["" : 13]>
    g (float[1, 8, 6, 6] x) => (float[1, 8, 2, 2] y) <float[8, 8, 1, 1] w = {WEIGHTS}> {
        c = Conv (x, w)
        y = MaxPool <kernel_shape = [3, 3], strides = [3, 3]> (c)
    }
    """
    path = saved(text.replace("WEIGHTS", ", ".join(["0.5"] * 64)), tmp_path / "m.onnx")
    graph = load(path, fused="default")
    assert not any("nchwc" in node.domain for node in graph.nodes)
    x = np.random.default_rng(0).normal(size=(1, 8, 6, 6)).astype(np.float32)
    np.testing.assert_allclose(graph.run(x)["y"], in_session(path, x, "default"), rtol=1e-5, atol=1e-6)


def test_a_layer_normalization_that_the_opset_has_not_yet(tmp_path: Path) -> None:
    text = """
    <ir_version: 8, opset_import: ["" : 13]>
    g (float[2, 8] x) => (float[2, 8] y)
    <float[8] g = {1, 2, 3, 4, 5, 6, 7, 8}, float[8] b = {1, 1, 1, 1, 1, 1, 1, 1}, float two = {2.0}, float e = {1e-5}>
    {
        m = ReduceMean <axes = [-1]> (x)
        d = Sub (x, m)
        s = Pow (d, two)
        v = ReduceMean <axes = [-1]> (s)
        a = Add (v, e)
        r = Sqrt (a)
        n = Div (d, r)
        t = Mul (n, g)
        y = Add (t, b)
    }
    """
    path = saved(text, tmp_path / "m.onnx")
    graph = load(path, fused="default")
    assert [node.op_type for node in graph.nodes] == ["LayerNormalization"]
    x = np.random.default_rng(0).normal(size=(2, 8)).astype(np.float32)
    np.testing.assert_allclose(graph.run(x)["y"], in_session(path, x, "default"), rtol=1e-5, atol=1e-6)


def test_a_graph_that_onnxruntime_does_not_read_itself_is_refused_with_what_helps(tmp_path: Path) -> None:
    """What its optimiser makes of some addends: it turns them to channels last, and gives them an axis."""
    path = qdq(tmp_path / "model.onnx", np.uint8)
    model = onnx.load(path)
    model.opset_import[0].version, model.ir_version = 11, 6
    onnx.save(model, path)
    refuse_misspelled(path)
    model.graph.node[1].attribute.append(helper.make_attribute("axis", 1))
    onnx.save(model, path)
    with pytest.raises(UserError, match="opset 11 is none that it reads; expected opset 13 or newer"):
        refuse_misspelled(path)
    onnx.save(onnx.version_converter.convert_version(model, 13), path)
    refuse_misspelled(path)
    assert load(path, fused="default").nodes
