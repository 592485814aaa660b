"""Files of one operator, and whole ones, from the flatbuffer to the graph format; what cannot be read is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from resnet8doc.errors import UserError
from resnet8doc.extract import extract, load
from resnet8doc.files import read_json
from resnet8doc.oracles import Spec, operator_file, pack
from resnet8doc.reading.tflite import read

RNG = np.random.default_rng(3)


def codes(*shape: int) -> Any:
    return RNG.integers(-127, 128, shape).astype(np.int8)


def written(tmp_path: Path, kind: str, inputs: list[Spec | None], output: Spec, **options: Any) -> Path:
    path = tmp_path / "one.tflite"
    path.write_bytes(operator_file(kind, inputs, output, options))
    return path


def nodes(path: Path) -> list[dict[str, Any]]:
    return list(read(path).operations["nodes"])


X = Spec((1, 5, 7, 3), scale=0.5, zero_point=3)
CONV = {"strideH": 2, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1, "padding": schema.Padding.SAME}


def conv(**changes: Any) -> tuple[list[Spec | None], Spec]:
    weights = Spec((4, 3, 2, 3), scale=[0.1, 0.2, 0.3, 0.4], data=codes(4, 3, 2, 3))
    bias = Spec((4,), np.int32, [0.05, 0.1, 0.15, 0.2], data=np.arange(4, dtype=np.int32))
    output = Spec((1, 3, 7, 4), scale=2.0, zero_point=-5)
    made: dict[str, Any] = {"x": X, "weights": weights, "bias": bias, "output": output, **changes}
    return [made["x"], made["weights"], made["bias"]], made["output"]


def test_a_convolution(tmp_path: Path) -> None:
    inputs, output = conv()
    path = written(tmp_path, "CONV_2D", inputs, output, **CONV)
    first, node, last = nodes(path)
    assert (first["op_type"], first["attributes"]) == ("Transpose", {"perm": [0, 3, 1, 2]})
    assert (last["op_type"], last["attributes"]) == ("Transpose", {"perm": [0, 2, 3, 1]})
    assert node["op_type"] == "QLinearConv"
    assert node["attributes"] == {
        "dilations": [1, 1], "group": 1, "kernel_shape": [3, 2], "pads": [1, 0, 1, 1], "strides": [2, 1],
    }  # fmt: skip
    stored = read(path).tensors
    weights = inputs[1]
    assert weights is not None
    np.testing.assert_array_equal(stored["t3/kernel_quantized"], np.asarray(weights.data).transpose(0, 3, 1, 2))
    assert stored["t3/kernel_scale"].tolist() == np.array([0.1, 0.2, 0.3, 0.4], np.float32).tolist()
    assert stored["t3_scale"].shape == ()
    assert (int(stored["t0_zero_point"]), int(stored["t3_zero_point"])) == (3, -5)
    y = load(path).run(codes(2, 5, 7, 3))
    assert next(iter(y.values())).shape == (2, 3, 7, 4), "any batch, channels last as in the file"


def test_an_engine_computes_the_mathematics_of_a_convolution(tmp_path: Path) -> None:
    """All scales 1 and no tie: every arithmetic gives the plain sum."""
    weights, bias = codes(2, 1, 1, 3) % 3, np.array([7, -9], np.int32)
    x = Spec((1, 2, 2, 3), scale=1.0, zero_point=1)
    inputs: list[Spec | None] = [
        x, Spec((2, 1, 1, 3), scale=1.0, data=weights), Spec((2,), np.int32, 1.0, data=bias),
    ]  # fmt: skip
    path = written(tmp_path, "CONV_2D", inputs, Spec((1, 2, 2, 2), scale=1.0, zero_point=2),
                   **{**CONV, "strideH": 1})  # fmt: skip
    fed = codes(1, 2, 2, 3) // 8
    expected = (fed.astype(int) - 1) @ weights.reshape(2, 3).T.astype(int) + bias + 2
    np.testing.assert_array_equal(next(iter(load(path).run(fed).values())), np.clip(expected, -128, 127))


@pytest.mark.parametrize(
    ("activation", "bounds"),
    [("NONE", None), ("RELU", [-5, 127]), ("RELU6", [-5, -2]), ("RELU_N1_TO_1", [-6, -4])],
)
def test_a_fused_activation_is_a_clip_where_it_is_tighter_than_the_type(
    tmp_path: Path, activation: str, bounds: list[int] | None
) -> None:
    inputs, output = conv()
    fused = getattr(schema.ActivationFunctionType, activation)
    path = written(tmp_path, "CONV_2D", inputs, output, **CONV, fusedActivationFunction=fused)
    found = [node for node in nodes(path) if node["op_type"] == "Clip"]
    assert len(found) == (bounds is not None)
    if bounds is not None:
        stored = read(path).tensors
        assert [int(stored[entry["tensor"]]) for entry in found[0]["inputs"][1:]] == bounds
        assert found[0]["outputs"][0]["tensor"] == "t3"


def test_relu_at_the_lowest_code_adds_nothing(tmp_path: Path) -> None:
    inputs, output = conv(output=Spec((1, 3, 7, 4), scale=2.0, zero_point=-128))
    fused = schema.ActivationFunctionType.RELU
    path = written(tmp_path, "CONV_2D", inputs, output, **CONV, fusedActivationFunction=fused)
    assert "Clip" not in read(path).operations["counts"]


def test_a_depthwise_convolution_has_as_many_groups_as_channels(tmp_path: Path) -> None:
    data = codes(1, 3, 3, 6)
    inputs: list[Spec | None] = [X, Spec((1, 3, 3, 6), scale=[0.1] * 6, data=data, axis=3), None]
    options = {**CONV, "depthMultiplier": 2, "padding": schema.Padding.VALID}
    path = written(tmp_path, "DEPTHWISE_CONV_2D", inputs, Spec((1, 2, 5, 6), scale=1.0), **options)
    node = nodes(path)[1]
    assert (node["attributes"]["group"], node["attributes"]["pads"]) == (3, [0, 0, 0, 0])
    np.testing.assert_array_equal(read(path).tensors["t2/kernel_quantized"], data.transpose(3, 0, 1, 2))
    assert [entry["formal"] for entry in node["inputs"]][-1] == "y_zero_point", "no bias"


def test_a_dense_layer_reads_an_image_channels_last(tmp_path: Path) -> None:
    data = codes(2, 105)
    inputs: list[Spec | None] = [X, Spec((2, 105), scale=0.01, data=data), None]
    path = written(tmp_path, "FULLY_CONNECTED", inputs, Spec((1, 2), scale=4.0))
    assert [node["op_type"] for node in nodes(path)] == ["Transpose", "Transpose", "Reshape", "QGemm"]
    fed = codes(3, 5, 7, 3)
    real = (fed.reshape(3, 105).astype(int) - 3) @ data.T.astype(int) * 0.5 * 0.01 / 4
    found = next(iter(load(path).run(fed).values()))
    assert np.abs(found - np.clip(real, -128, 127)).max() <= 0.501


def test_a_reshape_keeps_the_order_of_the_file(tmp_path: Path) -> None:
    inputs: list[Spec | None] = [X, Spec((4,), np.int32, data=np.array([1, 7, 3, 5], np.int32))]
    path = written(tmp_path, "RESHAPE", inputs, Spec((1, 7, 3, 5), scale=0.5, zero_point=3))
    fed = codes(2, 5, 7, 3)
    np.testing.assert_array_equal(next(iter(load(path).run(fed).values())), fed.reshape(2, 7, 3, 5))


def test_a_transpose_is_translated_to_channels_first(tmp_path: Path) -> None:
    inputs: list[Spec | None] = [X, Spec((4,), np.int32, data=np.array([0, 2, 3, 1], np.int32))]
    path = written(tmp_path, "TRANSPOSE", inputs, Spec((1, 7, 3, 5), scale=0.5, zero_point=3))
    fed = codes(2, 5, 7, 3)
    np.testing.assert_array_equal(next(iter(load(path).run(fed).values())), fed.transpose(0, 2, 3, 1))


ONE = Spec((1, 4), scale=0.5, zero_point=3)
OTHER = Spec((1, 4), scale=0.25, zero_point=-1)
PROBABILITY = Spec((1, 4), scale=1 / 256, zero_point=-128)
AXES = Spec((2,), np.int32, data=np.array([1, 2], np.int32))
PADS = Spec((4, 2), np.int32, data=np.array([[0, 0], [1, 2], [3, 4], [0, 5]], np.int32))


@pytest.mark.parametrize(
    ("kind", "inputs", "output", "options", "op_type", "attributes"),
    [
        ("ADD", [ONE, OTHER], ONE, {}, "QLinearAdd", {}),
        ("MUL", [ONE, OTHER], ONE, {}, "QLinearMul", {}),
        ("SUB", [ONE, OTHER], ONE, {}, "tflite.SUB", {}),
        ("QUANTIZE", [Spec((1, 4), np.float32)], ONE, {}, "QuantizeLinear", {}),
        ("QUANTIZE", [OTHER], ONE, {}, "tflite.QUANTIZE", {}),
        ("DEQUANTIZE", [ONE], Spec((1, 4), np.float32), {}, "DequantizeLinear", {}),
        ("SOFTMAX", [ONE], PROBABILITY, {"beta": 1.0}, "QLinearSoftmax", {"axis": 1, "opset": 21}),
        ("LOGISTIC", [ONE], PROBABILITY, {}, "QLinearSigmoid", {}),
        ("LEAKY_RELU", [ONE], OTHER, {"alpha": 0.25}, "QLinearLeakyRelu", {"alpha": 0.25}),
        ("RELU", [ONE], ONE, {}, "Clip", {}),
        ("RELU", [OTHER], ONE, {}, "tflite.RELU", {}),
        ("RELU6", [OTHER], ONE, {}, "tflite.RELU6", {}),
        ("RELU6", [ONE], ONE, {}, "Clip", {}),
        ("MEAN", [X, AXES], Spec((1, 3), scale=0.25), {}, "QLinearReduceMean", {"axes": [2, 3], "keepdims": 0}),
        ("MEAN", [X, AXES], Spec((1, 1, 1, 3), scale=0.25), {"keepDims": True}, "QLinearReduceMean",
         {"axes": [2, 3], "keepdims": 1}),
        ("PAD", [X, PADS], Spec((1, 8, 14, 8), scale=0.5, zero_point=3), {}, "Pad", {"mode": "constant"}),
        ("CONCATENATION", [X, X], Spec((1, 5, 7, 6), scale=0.5, zero_point=3), {"axis": 3}, "Concat", {"axis": 1}),
        ("CONCATENATION", [ONE, ONE, ONE], Spec((3, 4), scale=0.5, zero_point=3), {"axis": 0}, "Concat", {"axis": 0}),
        ("MAX_POOL_2D", [X], Spec((1, 2, 3, 3), scale=0.5, zero_point=3),
         {"filterHeight": 2, "filterWidth": 2, "strideH": 2, "strideW": 2, "padding": schema.Padding.VALID}, "MaxPool",
         {"kernel_shape": [2, 2], "pads": [0, 0, 0, 0], "strides": [2, 2], "ceil_mode": 0}),
    ],
)  # fmt: skip
def test_operators_of_the_same_mathematics_get_onnx_names(
    tmp_path: Path, kind: str, inputs: list[Spec | None], output: Spec, options: dict[str, Any], op_type: str,
    attributes: dict[str, Any],
) -> None:  # fmt: skip
    found = [
        node for node in nodes(written(tmp_path, kind, inputs, output, **options)) if node["op_type"] != "Transpose"
    ]
    assert f"{found[0]['domain']}.{found[0]['op_type']}".removeprefix("com.microsoft").lstrip(".") == op_type
    assert found[0]["attributes"] == attributes


def test_padding_is_the_zero_point_and_its_axes_are_reordered(tmp_path: Path) -> None:
    path = written(tmp_path, "PAD", [X, PADS], Spec((1, 8, 14, 8), scale=0.5, zero_point=3))
    stored = read(path).tensors
    assert stored["t2_pads"].tolist() == [0, 0, 1, 3, 0, 5, 2, 4]
    assert int(stored["t2_value"]) == 3


def said(call: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as error:
        call()
    return str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": Spec((1, 5, 7, 3), np.uint8, 0.5, 3)},
         "operator 0 (CONV_2D, makes t3): t3 is int8 and t0 is uint8; expected one type of codes in one operator."),
        ({"x": Spec((1, 5, 7, 3), np.int32, 0.5, 0)}, "the input t0 is int32; expected float32, int8, uint8 or int16."),
        ({"x": Spec((1, 5, 7, 3))}, "operator 0 (CONV_2D, makes t3): t0 has no scale; expected a scale and a zero"),
        ({"x": Spec((1, 5, 7, 3), scale=[0.1, 0.2, 0.3], axis=3)}, "operator 0 (CONV_2D, makes t3): t0 has 3 scales;"),
        ({"output": Spec((1, 3, 7, 4), np.float32)},
         "operator 0 (CONV_2D, makes t3): t3 is float32; expected int8 or uint8."),
        ({"weights": Spec((4, 3, 2, 3), data=codes(4, 3, 2, 3))},
         "operator 0 (CONV_2D, makes t3): the weights t1 have no scale;"),
        ({"weights": Spec((4, 3, 2, 3), scale=[0.1, 0.2, 0.3], axis=3, data=codes(4, 3, 2, 3))},
         "operator 0 (CONV_2D, makes t3): 3 scales along axis 3 of the weights [4, 3, 2, 3]; expected one, or 4 along "
         "axis 0, that of the output channels."),
        ({"weights": Spec((4, 3, 2, 3), scale=0.1, zero_point=1, data=codes(4, 3, 2, 3))},
         "operator 0 (CONV_2D, makes t3): the weights t1 have a zero point other than 0;"),
        ({"weights": Spec((4, 3, 2, 3), scale=0.1)},
         "operator 0 (CONV_2D, makes t3): t1 is computed; expected a stored"),
        ({"bias": Spec((4,), np.float32, data=np.zeros(4, np.float32))},
         "operator 0 (CONV_2D, makes t3): the bias t2 is float32; expected int32."),
    ],
)  # fmt: skip
def test_types_and_quantizations_that_are_not_known(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    inputs, output = conv(**changes)
    assert said(lambda: read(written(tmp_path, "CONV_2D", inputs, output, **CONV))).startswith(message)


def test_a_softmax_that_no_kernel_computes(tmp_path: Path) -> None:
    path = written(tmp_path, "SOFTMAX", [ONE], OTHER, beta=1.0)
    assert said(lambda: read(path)).startswith(
        "operator 0 (SOFTMAX, makes t1): t1 has scale 0.25 and zero point -1; expected 1/256 and -128"
    )
    path = written(tmp_path, "SOFTMAX", [ONE], PROBABILITY, beta=2.0)
    assert said(lambda: read(path)).startswith("operator 0 (SOFTMAX, makes t1) has beta 2; expected 1.")


def test_an_operator_that_moves_codes_may_not_change_what_they_stand_for(tmp_path: Path) -> None:
    inputs: list[Spec | None] = [ONE, Spec((2,), np.int32, data=np.array([2, 2], np.int32))]
    message = said(lambda: read(written(tmp_path, "RESHAPE", inputs, Spec((2, 2), scale=1.0))))
    assert message.startswith("operator 0 (RESHAPE, makes t2) changes scale or zero point;")


def test_an_unknown_operator_is_named(tmp_path: Path) -> None:
    inputs, output = conv()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(operator_file("CONV_2D", inputs, output, CONV), 0))
    model.operatorCodes[0].builtinCode = model.operatorCodes[0].deprecatedBuiltinCode = schema.BuiltinOperator.LSTM
    path = tmp_path / "lstm.tflite"
    path.write_bytes(pack(model))
    assert said(lambda: extract(path)).startswith("the model has operators that cannot be read: LSTM (operator 0);")


def test_a_float_model_is_refused_with_what_helps(artifact: Callable[[str], Path]) -> None:
    message = said(lambda: read(artifact("models/resnet8.tflite")))
    assert "is float32 and read by CONV_2D; expected only QUANTIZE to read it" in message
    assert "full integer quantization" in message


def test_a_file_that_is_no_model_or_torn(tmp_path: Path) -> None:
    inputs, output = conv()
    whole = operator_file("CONV_2D", inputs, output, CONV)
    path = tmp_path / "x.tflite"
    assert said(lambda: extract(path)) == f"{path} does not exist; expected a TensorFlow Lite file. Check the path."
    for content in (b"", b"not a model", whole[8:]):
        path.write_bytes(content)
        assert said(lambda: extract(path)).startswith("x.tflite is not marked as a TensorFlow Lite file (TFL3);")
    for length in range(8, len(whole) - 64, 16):
        path.write_bytes(whole[:length])
        assert "expected" in said(lambda: extract(path)), "a sentence wherever it is cut"


@pytest.mark.parametrize("made", [[], [-1]])
def test_an_operator_that_makes_nothing(tmp_path: Path, made: list[int]) -> None:
    inputs, output = conv()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(operator_file("CONV_2D", inputs, output, CONV), 0))
    model.subgraphs[0].operators[0].outputs = made
    path = tmp_path / "x.tflite"
    path.write_bytes(pack(model))
    assert "operator 0 (CONV_2D) has 3 inputs and makes " in said(lambda: extract(path))


def test_no_flipped_byte_is_answered_by_a_traceback(tmp_path: Path) -> None:
    """A flatbuffer has no checksum, so that some files are read, as another model; none ends otherwise."""
    inputs, output = conv()
    whole = operator_file("CONV_2D", inputs, output, CONV)
    path = tmp_path / "flipped.tflite"
    refused = 0
    for place in range(8, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            extract(path)
        except UserError:
            refused += 1
    assert refused > 100


@pytest.mark.slow
def test_our_own_network_beside_the_onnx_file_of_the_same_stem(artifact: Callable[[str], Path], tmp_path: Path) -> None:
    path = extract(artifact("models/resnet8_int8.tflite"), tmp_path)
    assert path.name == "resnet8_int8_tflite_operations.json"
    operations = read_json(path)
    graph = load(path)
    assert [node["op_type"] for node in operations["nodes"]][:3] == ["Transpose", "QuantizeLinear", "QLinearConv"]
    assert graph.quantization("stack2_add_quantized") is not None
    theirs = load(artifact("models/resnet8_int8_qoperator.onnx"))
    same = {node.name: node for node in theirs.nodes if node.op_type == "QLinearConv"}
    for node in graph.nodes:
        if node.op_type == "QLinearConv":
            assert node.attributes == same[node.name].attributes, "the same convolution, read from two formats"
            own, other = (
                g.parameters[f"{node.name}/kernel_quantized"]
                * g.parameters[f"{node.name}/kernel_scale"][:, None, None, None]
                for g in (graph, theirs)
            )
            np.testing.assert_allclose(own, other, atol=float(np.abs(other).max()) / 127)


NETWORKS = {
    "mlperf-ad01_int8.tflite": {"QGemm": 10},
    "mlperf-kws_int8.tflite": {"QLinearConv": 9, "QGemm": 1},
    "mlperf-vww_int8.tflite": {"QLinearConv": 27, "QGemm": 1},
    "tflm-hello_world_int8.tflite": {"QGemm": 3},
    "tflm-micro_speech.tflite": {"QLinearConv": 1, "QGemm": 1},
    "tflm-person_detect.tflite": {"QLinearConv": 28},
}


@pytest.mark.parametrize("file", NETWORKS)
def test_networks_that_others_made(file: str, networks: Path, tmp_path: Path) -> None:
    path = networks / file
    operations = read_json(extract(path, tmp_path))
    assert NETWORKS[file].items() <= operations["counts"].items()
    assert load(tmp_path / f"{path.stem}_tflite_operations.json").inputs[0].dtype == "int8"


def test_mlperf_tinys_resnet8(mlperf_tiny: Path, tmp_path: Path) -> None:
    operations = read_json(extract(mlperf_tiny / "pretrainedResnet_quant.tflite", tmp_path))
    assert {"QLinearConv": 9, "QLinearAdd": 3, "QGemm": 1}.items() <= operations["counts"].items()
