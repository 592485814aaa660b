"""If, Loop and Scan: graphs within the graph, against ONNX Runtime; branches of a constant condition stand in line."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper, parser

from resnet8doc.errors import UserError
from resnet8doc.extract import extract, load, validate
from resnet8doc.files import read_json
from resnet8doc.graph import Graph
from resnet8doc.ops._loop import loop
from resnet8doc.proof import prove
from resnet8doc.reading import read_model

Array = np.ndarray[Any, Any]

IF = """
<ir_version: 9, opset_import: ["" : 17]>
g (float[n] x) => (float[m] y, float[] z)
<float[1] w = {2.0}>
{
    total = ReduceSum <keepdims = 0> (x)
    zero = Constant <value_float = 0.0> ()
    go = Greater (total, zero)
    y, z = If (go) <
        then_branch = inner () => (a, s) <float[1] w2 = {3.0}> {
            h = Mul (x, w)  a = Add (h, w2)  s = Identity (total)
        },
        else_branch = other () => (a, s) <float[1] w2 = {5.0}> {
            h = Sub (x, w2)  k = Constant <value_ints = [0]> ()
            few = Slice (h, k, one, k)  a = Neg (few)
            inside = Less (total, w2)
            s0 = If (inside) <
                then_branch = deep () => (t) { t = Abs (total) },
                else_branch = deeper () => (t) { t = Exp (total) }
            >
            s = Squeeze (s0)
        }
    >
    one = Constant <value_ints = [1]> ()
}
"""

LOOP = """
<ir_version: 9, opset_import: ["" : 17]>
g (float[2] x, int64 most) => (float[2] last, float[t, 2] every, int64[t] turns)
{
    start = Constant <value_float = 1.0> ()
    last, every, turns = Loop (most, , x) <
        body = turn (int64[1] i, bool go, float[2] state) => (again, next, seen, number)
        {
            half = Constant <value_float = 0.5> ()
            next = Mul (state, half)
            next_sum = ReduceSum <keepdims = 0> (next)
            again = Greater (next_sum, start)
            seen = Add (next, x)
            number = Squeeze (i)
        }
    >
}
"""

SCAN = """
<ir_version: 9, opset_import: ["" : 17]>
g (float[2] state, float[3, 2] x) => (float[2] last, float[2, 3] every)
{
    last, every = Scan <num_scan_inputs = 1, scan_input_directions = [1], scan_output_axes = [1],
        body = turn (float[2] s, float[2] row) => (next, out) { next = Add (s, row)  out = Mul (next, s) }> (state, x)
}
"""


def runs_alike(model: onnx.ModelProto, folder: Path, feeds: dict[str, Array]) -> Graph:
    """Extract a model, load it again, and compare its outputs with ONNX Runtime's, to the bit."""
    path = folder / "m.onnx"
    onnx.save(model, path)
    graph = load(extract(path))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    expected = session.run(None, feeds)
    found = graph.run(feeds)
    for entry, value in zip(model.graph.output, expected, strict=True):
        assert found[entry.name].dtype == value.dtype
        np.testing.assert_array_equal(found[entry.name], value)
    return graph


@pytest.mark.parametrize("x", [[1, 2, 3], [-1, -2, 0.5], [-9, 1, 0]])
def test_the_branch_that_holds_is_run_and_no_other(tmp_path: Path, x: list[float]) -> None:
    graph = runs_alike(parser.parse_model(IF), tmp_path, {"x": np.array(x, np.float32)})
    node = next(node for node in graph.nodes if node.op_type == "If")
    assert set(node.bodies) == {"then_branch", "else_branch"}
    assert {entry.tensor for entry in node.inputs if entry.formal == "captured"} >= {"x", "total", "w"}
    assert sorted(graph.consumers("x")[1:], key=str) == [(node, "captured")]


def test_what_is_stored_in_branches_is_stored_with_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    onnx.save(parser.parse_model(IF), path)
    graph = load(path)
    assert [graph.parameters[name].tolist() for name in sorted(graph.parameters) if "w2" in name] in (
        [[3], [5]],
        [[5], [3]],
    )
    changed = graph.with_parameters({"w": np.array([7], np.float32)})
    x = np.array([1, 2, 3], np.float32)
    assert changed.run(x)["y"].tolist() == [10, 17, 24]


@pytest.mark.parametrize("most", [0, 1, 2, 9])
def test_a_loop(tmp_path: Path, most: int) -> None:
    feeds = {"x": np.array([3, 7], np.float32), "most": np.array(most)}
    runs_alike(parser.parse_model(LOOP), tmp_path, feeds)


@pytest.mark.parametrize("shape", ["[2]", "[n]", "[n, 3]", ""])
def test_a_loop_without_a_turn_collects_nothing(tmp_path: Path, shape: str) -> None:
    """What it collects is as long along its other axes as the runtime infers, or 0."""
    text = LOOP.replace("float[t, 2] every", "float[] every").replace("seen, number)", f"float{shape} seen, number)")
    model = parser.parse_model(text.replace("seen = Add (next, x)", "seen = Resize (next, , , length)"))
    model.graph.initializer.append(numpy_helper.from_array(np.array([2]), "length"))
    del model.graph.output[1].type.tensor_type.shape.dim[:]
    model.graph.output[1].type.tensor_type.ClearField("shape")
    feeds = {"x": np.array([3, 7], np.float32), "most": np.array(0)}
    path = tmp_path / "m.onnx"
    onnx.save(model, path)
    expected = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(["every"], feeds)[0]
    found = load(path).run(feeds)["every"]
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)


def test_what_a_loop_without_a_turn_collects_must_have_a_type() -> None:
    content = parser.parse_model(LOOP.replace("every, turns = Loop", "hidden, turns = Loop").replace(
        "    start =", "    every = Identity (hidden)  start ="
    )).SerializeToString()  # fmt: skip
    graph = Graph.from_parts(*read_model(content, "m.onnx"))
    with pytest.raises(UserError, match="has no turn, and of what type hidden is, the model does not say"):
        graph.run({"x": np.array([3, 7], np.float32), "most": np.array(0)})


def test_a_loop_without_an_end_is_refused() -> None:
    def again(turn: Array, go: Array) -> tuple[Array, ...]:
        return (go,)

    with pytest.raises(UserError, match="asks for more than 262,144 turns; expected an end"):
        loop(None, None, body=again)


def test_a_scan(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    feeds = {name: rng.normal(size=shape).astype(np.float32) for name, shape in (("state", (2,)), ("x", (3, 2)))}
    runs_alike(parser.parse_model(SCAN), tmp_path, feeds)


@pytest.mark.parametrize("taken", [True, False])
def test_of_a_constant_condition_the_branch_stands_in_line(tmp_path: Path, taken: bool) -> None:
    model = parser.parse_model(IF)
    model.graph.node[2].CopyFrom(
        helper.make_node("Constant", [], ["go"], value=numpy_helper.from_array(np.array(taken)))
    )
    x = np.array([-9, 1, 0] if not taken else [1, 2, 3], np.float32)
    graph = runs_alike(model, tmp_path, {"x": x})
    kinds = [node.op_type for node in graph.nodes]
    assert ("Neg" in kinds) != taken
    assert kinds.count("If") == (0 if taken else 1)  # the one within the other branch


def test_codes_within_a_branch(tmp_path: Path) -> None:
    text = """
    <ir_version: 9, opset_import: ["" : 17]>
    g (float[2, 3] x, bool go) => (float[2, 2] y)
    <int8[3, 2] w = {1, -2, 3, 4, -5, 6}>
    {
        y = If (go) <
            then_branch = inner () => (a) {
                q, s, z = DynamicQuantizeLinear (x)
                p = MatMulInteger (q, w, z)
                f = Cast <to = 1> (p)
                a = Mul (f, s)
            },
            else_branch = other () => (a) { c = Cast <to = 1> (w)  a = MatMul (x, c) }
        >
    }
    """
    x = np.array([[1, -2, 3], [2, 2, 0]], np.float32)
    graph = runs_alike(parser.parse_model(text), tmp_path, {"x": x, "go": np.array(True)})
    runs_alike(parser.parse_model(text), tmp_path, {"x": x, "go": np.array(False)})
    content = json.loads((tmp_path / "m_operations.json").read_text(encoding="utf-8"))
    assert content["counts"]["MatMulInteger"] == 1
    assert graph.with_runtime("onnxruntime_x86").run({"x": x, "go": np.array(True)})


def test_an_operator_within_that_is_not_known_is_named() -> None:
    text = IF.replace("a = Neg (few)", "a = Bernoulli (few)")
    with pytest.raises(UserError, match="operators that cannot be read: Bernoulli"):
        read_model(parser.parse_model(text).SerializeToString(), "m.onnx")


def test_a_condition_that_is_none_is_refused(tmp_path: Path) -> None:
    graph = Graph.from_parts(*read_model(parser.parse_model(IF).SerializeToString(), "m.onnx"))
    with pytest.raises(UserError, match=r"cond is float32 \[\]; expected one element of type bool"):
        graph.run({"x": np.ones(1, np.float32), "total": np.array(1, np.float32), "go": np.array(1, np.float32)})


def test_what_a_branch_reads_must_be_there() -> None:
    text = IF.replace("h = Mul (x, w)", "h = Mul (x, nowhere)")
    with pytest.raises(UserError, match="reads nowhere, which nothing before it computes"):
        read_model(parser.parse_model(text).SerializeToString(), "m.onnx")


@pytest.mark.parametrize("constant", [True, False])
def test_all_that_the_runtime_shows_of_it_is_proven(tmp_path: Path, constant: bool) -> None:
    model = parser.parse_model(IF)
    if constant:
        condition = numpy_helper.from_array(np.array(True))
        model.graph.node[2].CopyFrom(helper.make_node("Constant", [], ["go"], value=condition))
    onnx.save(model, tmp_path / "m.onnx")
    result = prove(tmp_path / "m.onnx", {"x": np.array([1, 2, 3], np.float32)})
    assert result["totals"]["local_mismatches"] == 0
    assert result["outputs"]["ORT_DISABLE_ALL"] == {"values": 4, "mismatches": 0, "decisions_changed": 0}


def test_a_function_of_the_file_stands_in_line(tmp_path: Path) -> None:
    text = """
    <ir_version: 9, opset_import: ["" : 17, "own" : 1]>
    g (float[2, 3] x) => (float[2, 3] y) { h = own.twice (x)  y = own.twice (h) }
    <domain: "own", opset_import: ["" : 17]>
    twice (a) => (b) { s = Sigmoid (a)  b = Add (s, s) }
    """
    x = np.array([[1, -2, 3], [2, 2, 0]], np.float32)
    graph = runs_alike(parser.parse_model(text), tmp_path, {"x": x})
    assert [node.op_type for node in graph.nodes] == ["Sigmoid", "Add", "Sigmoid", "Add"]


@pytest.mark.parametrize("depth", [33, 2000])
def test_graphs_within_each_other_without_end_are_refused(depth: int, tmp_path: Path) -> None:
    """By whoever gives an extraction: the engine, the schema's check, and the reader of JSON each have a sentence."""
    inner: list[dict[str, Any]] = []
    for number in range(depth + 1):
        body = {"inputs": [], "outputs": ["c"], "nodes": inner}
        inner = [{
            "index": 0, "name": f"n{number}", "op_type": "If", "domain": "", "layer": "l", "since_version": 16,
            "attributes": {}, "inputs": [{"index": 0, "formal": "cond", "tensor": "c"}],
            "outputs": [{"index": 0, "tensor": f"t{number}"}], "graphs": {"then_branch": body},
        }]  # fmt: skip
    given = {
        "format": "resnet8doc.operations", "version": 2, "model": {"name": "deep", "quant_format": "float"},
        "inputs": [{"name": "c", "dtype": "bool", "shape": []}], "initializers": [], "nodes": inner,
        "outputs": [{"name": f"t{depth}", "dtype": None, "shape": None}],
    }  # fmt: skip
    with pytest.raises(UserError, match="lies within 32 others; expected 31 at most"):
        Graph.from_parts(given, {})
    with pytest.raises(UserError, match="nested too deep" if depth > 1000 else "operations"):
        validate(given)
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(UserError, match="is not JSON"):
        read_json(path)
