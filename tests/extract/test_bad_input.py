"""What cannot be read is said, with the place where."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from resnet8doc import graph as engine
from resnet8doc.errors import UserError
from resnet8doc.extract import extract, load
from resnet8doc.proof import prove

Build = Callable[..., Path]


def message(call: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as error:
        call()
    return str(error.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"s": np.float32("inf")}, "node quantize: y_scale is inf; expected a finite number."),
        ({"ys": np.float32(0)}, "node conv: y_scale is 0.0; expected a finite number other than 0."),
        (
            {"ws": np.array([1, np.nan, 1, 1], np.float32)},
            "node conv: w_scale[1] is nan; expected a finite number.",
        ),
        ({"cs": np.float32("inf")}, "node add: C_scale is inf; expected a finite number other than 0."),
        ({"wz": np.zeros(4, np.uint8)}, "node conv: w_zero_point is uint8 and w is int8; expected one type for both."),
        ({"w": np.zeros((4, 3), np.int8)}, "node conv: w has shape [4, 3]; expected 3 or 4 or 5 axes."),
        ({"ws": None}, "node conv reads ws, which nothing before it computes; expected a graph input"),
        ({"s": np.float64(1)}, "node quantize: y_scale is float64; expected float32."),
    ],
)
def test_parameters(tiny: Build, changes: dict[str, Any], said: str) -> None:
    assert message(lambda: extract(tiny(**changes))).startswith(said)


@pytest.mark.parametrize("ending", [".onnx", ".onnxjson", ".textproto", ".onnxtxt", ".pb", ".npy", ""])
@pytest.mark.parametrize("content", [b"hello", b'{"format": 1}'])
@pytest.mark.filterwarnings("ignore:The onnxtxt format is experimental")
def test_a_file_of_any_ending_that_is_no_model(tmp_path: Path, ending: str, content: bytes) -> None:
    path = tmp_path / f"mine{ending}"
    path.write_bytes(content)
    for reader in (extract, load):
        said = message(lambda reader=reader: reader(path))  # type: ignore[misc]
        assert said.startswith(str(path))
        assert "expected an ONNX model" in said


@pytest.mark.parametrize("name", [b"quantize", b"QLinearConv", b"ws", b"pads"])
def test_a_name_that_is_no_text(tiny: Build, tmp_path: Path, name: bytes) -> None:
    content = tiny().read_bytes()
    assert name in content
    path = tmp_path / "torn.onnx"
    path.write_bytes(content.replace(name, b"\xff" + name[1:]))
    assert message(lambda: extract(path)).startswith("a name in the model is b'\\xff")


@pytest.mark.parametrize("value", [("value", 1.5), ("value_float", "text"), ("value_ints", "text")])
def test_a_constant_of_another_kind_than_its_name_says(tiny: Build, value: tuple[str, Any]) -> None:
    def change(model: onnx.ModelProto) -> None:
        node = helper.make_node("Constant", [], ["n"], name="torn")
        node.attribute.append(helper.make_attribute(*value))
        model.graph.node.insert(0, node)

    assert message(lambda: extract(tiny(change))).startswith("the constant torn has value")


@pytest.mark.parametrize("outputs", [[], [""]])
def test_a_node_that_makes_nothing(tiny: Build, outputs: list[str]) -> None:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node("Relu", ["y"], outputs, name="idle"))

    said = message(lambda: extract(tiny(change)))
    assert said.startswith("node idle (Relu) makes nothing; expected a tensor with a name.")


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    for reader in (extract, load):
        assert "Is a directory" in message(lambda reader=reader: reader(tmp_path))  # type: ignore[misc]


def test_an_extraction_in_the_place_of_its_model(tiny: Build, tmp_path: Path) -> None:
    path = extract(tiny(), tmp_path)
    for reader in (extract, prove_one):
        said = message(lambda reader=reader: reader(path))  # type: ignore[misc]
        assert "ends in .json, as an extraction does; expected the model itself" in said


def prove_one(path: Path) -> dict[str, Any]:
    return prove(path, np.zeros((1, 3, 4, 4), np.float32), progress=False)


def test_a_tensorflow_lite_file_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "mine.TFLITE").write_bytes(b"\x1c\0\0\0TFL3" + bytes(40))
    assert "is a TensorFlow Lite file; expected a name that ends in .tflite" in message(
        lambda: load(tmp_path / "mine.TFLITE")
    )


def test_an_unknown_operator_is_named_with_its_node(tiny: Build) -> None:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node("Multinomial", ["y"], ["h"], name="memory"))
        model.graph.node.append(helper.make_node("Mystery", ["y"], ["m"], name="secret", domain="org.example"))

    said = message(lambda: extract(tiny(change)))
    assert said.startswith(
        "the model has operators that cannot be read: Multinomial (memory); org.example.Mystery (secret)"
    )


def test_a_missing_input_is_named(tiny: Build) -> None:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node[1].input[1] = ""

    assert message(lambda: extract(tiny(change))).startswith(
        "node conv (QLinearConv) has no x_scale; expected a tensor"
    )


def test_an_attribute_that_the_operator_does_not_have(tiny: Build) -> None:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node[1].attribute.append(helper.make_attribute("padding", 3))

    assert message(lambda: extract(tiny(change))).startswith("node conv has an attribute 'padding'; expected auto_pad,")


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    assert message(lambda: extract(path)) == f"{path} does not exist; expected an ONNX model. Check the path."
    path.write_bytes(b"not a model")
    assert message(lambda: extract(path)).startswith(f"{path} ")
    path.write_bytes(b"")
    assert message(lambda: extract(path)).startswith(f"{path} holds no nodes; expected an ONNX model.")


def test_what_onnxruntime_refuses_is_handed_on(tiny: Build) -> None:
    said = message(lambda: extract(tiny(yz=np.uint8(3))))
    assert said.startswith("ONNX Runtime refuses the model (")


def edited(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    operations = json.loads(path.read_text())
    change(operations)
    path.write_text(json.dumps(operations))
    return path


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda o: o.pop("nodes"), "'nodes' is a required property"),
        (lambda o: o["nodes"][1].update(op_type=7), "7 is not of type 'string' at $.nodes[1].op_type"),
        (lambda o: o["nodes"][0].update(extra=1), "Additional properties are not allowed"),
        (lambda o: o.update(version=1), "2 was expected at $.version"),
        (lambda o: o["tensors"].update(file="../elsewhere.npz"), "at $.tensors.file"),
        (lambda o: o["inputs"][0].update(dtype="complex"), "at $.inputs[0].dtype"),
        (
            lambda o: o["nodes"][1]["inputs"][4]["value"].append("many"),
            "nodes[1].inputs[4].value has an entry that is no number",
        ),
        (lambda o: o["nodes"][1]["inputs"][4].update(value={}), "at $.nodes[1].inputs[4].value"),
        (
            lambda o: o["nodes"][1]["inputs"][1].update(value=[True]),
            "nodes[1].inputs[1].value has an entry that is no number",
        ),
    ],
)
def test_json_that_breaks_the_schema(tiny: Build, change: Callable[[dict[str, Any]], None], where: str) -> None:
    path = edited(extract(tiny()), change)
    said = message(lambda: load(path))
    assert said.startswith("operations: ")
    assert where in said


def test_tensors_of_another_extraction(tiny: Build) -> None:
    path = extract(tiny())
    other = extract(tiny(b=np.zeros(4, np.int32)), path.parent / "other")
    path.with_suffix(".npz").write_bytes(other.with_suffix(".npz").read_bytes())
    assert "is not the file that was extracted with" in message(lambda: load(path))


def test_truncated_tensors(tiny: Build) -> None:
    path = extract(tiny())
    npz = path.with_suffix(".npz")
    npz.write_bytes(npz.read_bytes()[:-100])
    assert message(lambda: engine.load(path)).startswith(f"{npz} is not a complete .npz (")
    assert message(lambda: engine.from_bytes(path.read_bytes(), npz.read_bytes())).startswith(
        "the tensors' file is not a complete .npz ("
    )


def test_damaged_tensors(tiny: Build) -> None:
    """A flipped byte is noticed, or lies in a date or a permission that nothing reads."""
    path = extract(tiny())
    operations, content = path.read_bytes(), path.with_suffix(".npz").read_bytes()
    whole = dict(engine.from_bytes(operations, content).parameters)
    noticed = 0
    for position in range(40, len(content), 61):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        try:
            found = engine.from_bytes(operations, bytes(damaged))
        except UserError:
            noticed += 1
            continue
        np.testing.assert_equal(dict(found.parameters), whole)
    assert noticed > 10


def test_missing_tensors(tiny: Build) -> None:
    path = extract(tiny())
    path.with_suffix(".npz").unlink()
    assert message(lambda: load(path)).startswith(f"{path.with_suffix('.npz')} does not exist")


class Bomb:
    """Says so when it is unpickled."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return pytest.fail, ("an object array was unpickled",)


def test_an_object_array_is_never_unpickled(tiny: Build) -> None:
    path = extract(tiny())
    npz = path.with_suffix(".npz")
    with np.load(npz) as stored:
        arrays = dict(stored)
    arrays["b"] = np.array([Bomb()] * 4, object)
    np.savez(npz, **arrays)
    assert "holds something other than numbers" in message(lambda: engine.load(path))
    assert "holds something other than" in message(lambda: engine.from_bytes(path.read_bytes(), npz.read_bytes()))
    assert message(lambda: engine.Graph.from_parts(json.loads(path.read_text()), arrays)).startswith(
        "b is an array of Python objects; expected numbers."
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a.pop("w"), "the stored tensors lack w; expected every tensor that the JSON lists."),
        (lambda a: a.update(b=np.zeros(3, np.int32)), "b is int32 [3]; expected int32 [4], as the JSON says."),
        (
            lambda a: a.update(extra=np.zeros(1)),
            "the stored tensors hold extra as well; expected those that the JSON lists.",
        ),
    ],
)
def test_tensors_that_do_not_fit_the_json(tiny: Build, change: Callable[[dict[str, Any]], None], said: str) -> None:
    path = extract(tiny())
    arrays = engine.load(path).parameters | {}  # type: ignore[operator] # a dict behind its read-only type
    change(arrays)
    assert message(lambda: engine.Graph.from_parts(json.loads(path.read_text()), arrays)).startswith(said)


def test_json_that_is_none(tiny: Build) -> None:
    path = extract(tiny())
    npz = path.with_suffix(".npz").read_bytes()
    assert message(lambda: engine.from_bytes(b"{", npz)).startswith("the extraction is not JSON")
    assert message(lambda: engine.from_bytes(b"[]", npz)).startswith("this is not an extraction")


def test_a_cast_to_a_type_that_numpy_has_not_is_refused(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("CastLike", ["x", "like"], ["y"], name="cast")], "narrow",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [3])],
        [helper.make_tensor_value_info("y", TensorProto.INT4, [3])],
        [helper.make_tensor("like", TensorProto.INT4, [1], [1])],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)]), tmp_path / "m.onnx")
    with pytest.raises(UserError, match=r"node cast \(CastLike\) casts to int4; expected a type that numpy has"):
        extract(tmp_path / "m.onnx")
