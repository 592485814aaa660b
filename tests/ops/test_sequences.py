"""Sequences as exporters write them, whole graphs of them against ONNX Runtime."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph
from resnet8doc.ops import OPERATORS
from resnet8doc.ops._sequences import sequence
from resnet8doc.specification import open_subject, write_specification

from .agreement import Array

INT64, FLOAT = TensorProto.INT64, TensorProto.FLOAT
node = helper.make_node


def saved(
    folder: Path, nodes: Sequence[onnx.NodeProto], outputs: Sequence[str], stored: dict[str, Any], opset: int = 17,
    inputs: Sequence[onnx.ValueInfoProto] = (),
) -> Path:  # fmt: skip
    """Write a graph that is fed x, float32 [5, n], and a number i."""
    fed = [helper.make_tensor_value_info("x", FLOAT, [5, "n"]), helper.make_tensor_value_info("i", INT64, [])]
    given = [helper.make_empty_tensor_value_info(name) for name in outputs]
    constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()]
    graph = helper.make_graph(nodes, "sequences", [*(inputs or fed)], given, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    onnx.save(model, folder / "sequences.onnx")
    return folder / "sequences.onnx"


def both(path: Path, feeds: dict[str, Any]) -> tuple[list[Array], list[Array]]:
    """Return what ONNX Runtime and what the engine gives."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    graph: Graph = load(path)
    found = graph.run(feeds)
    return session.run(None, feeds), [found[entry.name] for entry in session.get_outputs()]


X = np.arange(20, dtype=np.float32).reshape(5, 4)


@pytest.mark.parametrize("index", [-2, -1, 0, 1])
@pytest.mark.parametrize(("opset", "split", "attributes"), [
    (11, None, {"keepdims": 0}), (17, None, {"keepdims": 1}), (17, np.array(2), {}), (17, np.array(1), {"keepdims": 0}),
    (24, np.array([1, 3]), {"axis": 1}), (24, None, {"axis": -1, "keepdims": 0}), (17, np.array(3), {"axis": -1}),
    (17, np.array([2, 0, 3], np.int32), {"axis": 0}),
])  # fmt: skip
def test_a_part_of_a_split_tensor(
    tmp_path: Path, opset: int, split: Any, attributes: dict[str, Any], index: int
) -> None:
    nodes = [node("SplitToSequence", ["x", *([] if split is None else ["split"])], ["parts"], **attributes),
             node("SequenceLength", ["parts"], ["length"]), node("SequenceAt", ["parts", "i"], ["y"])]  # fmt: skip
    path = saved(tmp_path, nodes, ["length", "y"], {} if split is None else {"split": split}, opset)
    for expected, found in zip(*both(path, {"x": X, "i": np.array(index)}), strict=True):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("new_axis", [0, 1])
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_tensors_are_put_in_taken_out_and_stood_side_by_side(tmp_path: Path, axis: int, new_axis: int) -> None:
    nodes = [
        node("Relu", ["x"], ["a"]), node("Neg", ["x"], ["b"]), node("SequenceConstruct", ["a", "b", "x"], ["s"]),
        node("SequenceInsert", ["s", "c", "i"], ["t"]), node("SequenceInsert", ["t", "a"], ["u"]),
        node("SequenceErase", ["u", "one"], ["v"]), node("SequenceErase", ["v"], ["w"]),
        node("Identity", ["w"], ["kept"]),
        node("ConcatFromSequence", ["kept"], ["y"], axis=axis, new_axis=new_axis),
    ]  # fmt: skip
    path = saved(tmp_path, nodes, ["y"], {"c": X + 1, "one": np.array([1], np.int64)})
    for index in (-3, -1, 0, 2):
        (expected,), (found,) = both(path, {"x": X - 9, "i": np.array(index)})
        assert found.shape == expected.shape
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("turns", [1, 3])
def test_a_loop_collects_tensors_of_several_lengths(tmp_path: Path, turns: int) -> None:
    kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(FLOAT, None))
    body = helper.make_graph(
        [node("Unsqueeze", ["turn", "zero"], ["end"]), node("Slice", ["x", "begin", "end"], ["part"]),
         node("SequenceInsert", ["before", "part"], ["after"]), node("Identity", ["go"], ["again"])],
        "body",
        [helper.make_tensor_value_info("turn", INT64, []), helper.make_tensor_value_info("go", TensorProto.BOOL, []),
         helper.make_value_info("before", kind)],
        [helper.make_tensor_value_info("again", TensorProto.BOOL, []), helper.make_value_info("after", kind)],
    )  # fmt: skip
    nodes = [
        node("SequenceEmpty", [], ["none"]), node("Loop", ["i", "", "none"], ["all"], body=body),
        node("ConcatFromSequence", ["all"], ["y"], axis=0), node("SequenceLength", ["all"], ["length"]),
    ]  # fmt: skip
    path = saved(tmp_path, nodes, ["y", "length"], {"begin": np.array([0]), "zero": np.array([0])})
    for expected, found in zip(*both(path, {"x": X, "i": np.array(turns)}), strict=True):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("typed", [False, True])
def test_a_sequence_at_the_edge_is_refused(tmp_path: Path, typed: bool) -> None:
    path = saved(tmp_path, [node("SplitToSequence", ["x"], ["parts"])], ["parts"], {})
    if typed:
        kind = helper.make_sequence_type_proto(helper.make_tensor_type_proto(FLOAT, None))
        model = onnx.load(path)
        model.graph.output[0].CopyFrom(helper.make_value_info("parts", kind))
        onnx.save(model, path)
    with pytest.raises(UserError, match="the input or output parts is a sequence of tensors"):
        load(path)


def test_a_network_with_a_sequence_within_is_specified(tmp_path: Path) -> None:
    nodes = [node("SplitToSequence", ["x"], ["parts"]), node("SequenceAt", ["parts", "one"], ["y"])]
    fed = helper.make_tensor_value_info("x", FLOAT, [5, 4])
    path = saved(tmp_path, nodes, ["y"], {"one": np.array(1)}, inputs=[fed])
    graph = load(path)
    np.testing.assert_array_equal(graph.run({"x": X}, "parts")["parts"][4], X[4:])
    assert graph.run({"parts": sequence([X, X[:1]])})["y"].shape == (1, 4), "any value may be fed"
    with pytest.raises(UserError, match="parts is an array of Python objects"):
        graph.run({"parts": np.array([None, 3])})
    page = write_specification(open_subject(path, None, {}), tmp_path / "specification")
    assert "SplitToSequence" in page.read_text()


S = sequence([X, X[:2]])
REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("SequenceConstruct", [X, X.astype(np.int64)], {}, "the tensors of a sequence are float32, int64; expected one"),
    ("SequenceAt", [S, np.array(2)], {}, "position is 2 in a sequence of 2"),
    ("SequenceAt", [X, np.array(0)], {}, r"a tensor float32 \[5, 4\]; expected a sequence"),
    ("SequenceErase", [sequence([])], {}, "position is -1 in a sequence of 0"),
    ("SplitToSequence", [X, np.array([1, 2])], {}, r"parts of \[1, 2\] on an axis of 5"),
    ("SplitToSequence", [X], {"axis": 2}, "axis is 2"),
    ("SplitToSequence", [X, np.array(2)], {"keepdims": 0}, r"keepdims is 0 and parts are \[2, 2, 1\] long"),
    ("ConcatFromSequence", [S], {"axis": 1}, r"2 tensors of shapes \[5, 4\], \[2, 4\]"),
    ("ConcatFromSequence", [sequence([])], {"axis": 0}, "0 tensors of shapes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes", "said"), REFUSED, ids=[f"{n}-{c[0]}" for n, c in enumerate(REFUSED)]
)
def test_what_cannot_be_computed_is_said(
    op_type: str, inputs: list[Any], attributes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        OPERATORS["", op_type].function(*inputs, **attributes)
