"""The engine: runs from the start, from the middle, with changes, and writes down one element."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.errors import UserError
from resnet8doc.faults import Rounded, Wraps
from resnet8doc.graph import Graph
from resnet8doc.ops import OPERATORS
from resnet8doc.runtimes import ONNXRUNTIME_X86

PAIR = {"s0": np.float32(0.5), "z0": np.int8(-3), "s1": np.float32(0.75), "z1": np.int8(4)}


def node(name: str, op_type: str, inputs: dict[str, str], output: str, **attributes: Any) -> dict[str, Any]:
    domain = "com.microsoft" if op_type in ("QLinearAdd", "QLinearSoftmax") else ""
    listed = [{"formal": formal, "tensor": tensor} for formal, tensor in inputs.items()]
    return {
        "name": name, "op_type": op_type, "domain": domain, "layer": name, "attributes": attributes, "inputs": listed,
        "since_version": max(OPERATORS[domain, op_type].since_versions),
        "outputs": [{"index": 0, "tensor": output}],
    }  # fmt: skip


def parts(seed: int = 0) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any] | np.generic]]:
    """Return a network: image, transpose, quantize, conv, conv, add of both, softmax-free end."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, Any] = {
        **PAIR,
        "w": rng.integers(-127, 128, (3, 3, 3, 3)).astype(np.int8),
        "ws": rng.uniform(0.001, 0.02, 3).astype(np.float32),
        "wz": np.zeros(3, np.int8), "b": rng.integers(-200, 200, 3).astype(np.int32),
        "s2": np.float32(0.6), "z2": np.int8(0),
    }  # fmt: skip
    conv = {"w": "w", "w_scale": "ws", "w_zero_point": "wz", "y_scale": "s1", "y_zero_point": "z1", "B": "b"}
    nodes = [
        node("nchw", "Transpose", {"data": "image"}, "t", perm=[0, 3, 1, 2]),
        node("quantize", "QuantizeLinear", {"x": "t", "y_scale": "s0", "y_zero_point": "z0"}, "q"),
        node("first", "QLinearConv", {"x": "q", "x_scale": "s0", "x_zero_point": "z0", **conv}, "c1", pads=[1] * 4),
        node("second", "QLinearConv", {"x": "c1", "x_scale": "s1", "x_zero_point": "z1", **conv}, "c2", pads=[1] * 4),
        node("add", "QLinearAdd", {"A": "c1", "A_scale": "s1", "A_zero_point": "z1", "B": "c2", "B_scale": "s1",
                                   "B_zero_point": "z1", "C_scale": "s2", "C_zero_point": "z2"}, "a"),
        node("end", "DequantizeLinear", {"x": "a", "x_scale": "s2", "x_zero_point": "z2"}, "y"),
    ]  # fmt: skip
    stored = [
        {"name": n, "stored_dtype": str(np.asarray(a).dtype), "shape": list(np.shape(a))} for n, a in tensors.items()
    ]
    operations = {
        "format": "resnet8doc.operations", "version": 2, "model": {"name": "pair", "quant_format": "QOperator"},
        "inputs": [{"name": "image", "dtype": "float32", "shape": ["batch", 6, 5, 3]}],
        "outputs": [{"name": "y", "dtype": "float32", "shape": ["batch", 3, 6, 5]}],
        "nodes": nodes, "initializers": stored,
    }  # fmt: skip
    return operations, tensors


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph.from_parts(*parts())


@pytest.fixture(scope="module")
def images() -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).integers(0, 256, (4, 6, 5, 3)).astype(np.uint8)


def test_all_tensors_and_only_those_asked_for(graph: Graph, images: np.ndarray[Any, Any]) -> None:
    everything = graph.run(images, "all")
    assert list(everything) == ["image", "t", "q", "c1", "c2", "a", "y"] == list(graph.tensors)
    assert list(graph.run(images)) == ["y"]
    some = graph.run(images, ["c2", "q"])
    assert list(some) == ["c2", "q"]
    for name, value in some.items():
        np.testing.assert_array_equal(value, everything[name])
    np.testing.assert_array_equal(graph.run(images, "a")["a"], everything["a"])


def test_pixels_as_bytes_and_as_floats_are_the_same(graph: Graph, images: np.ndarray[Any, Any]) -> None:
    np.testing.assert_array_equal(graph.run(images)["y"], graph.run(images.astype(np.float32))["y"])


def test_a_run_can_start_in_the_middle(graph: Graph, images: np.ndarray[Any, Any]) -> None:
    everything = graph.run(images, "all")
    np.testing.assert_array_equal(graph.run({"c1": everything["c1"]})["y"], everything["y"])
    onwards = graph.run({"c1": everything["c1"]}, "all")
    assert list(onwards) == ["c1", "c2", "a", "y"]
    changed = everything["c1"].copy()
    changed[0, 0, 0, 0] ^= 1
    after = graph.run({**{"image": images}, "c1": changed}, "all")
    np.testing.assert_array_equal(after["c1"], changed)
    np.testing.assert_array_equal(after["c2"][1:], everything["c2"][1:])


@given(st.integers(0, 1000))
def test_batches_do_not_mix(seed: int) -> None:
    graph = Graph.from_parts(*parts(seed))
    images = np.random.default_rng(seed).integers(0, 256, (3, 6, 5, 3)).astype(np.uint8)
    whole = graph.run(images)["y"]
    np.testing.assert_array_equal(whole, np.concatenate([graph.run(images[n : n + 1])["y"] for n in range(3)]))


def test_a_replaced_parameter_reaches_every_reader_and_leaves_the_old_graph_alone(
    graph: Graph, images: np.ndarray[Any, Any]
) -> None:
    before = graph.run(images, "all")
    changed = graph.with_parameters({"s1": np.float32(1.5)})
    assert float(changed.parameter("s1")) == 1.5
    after = changed.run(images, "all")
    np.testing.assert_array_equal(after["q"], before["q"])
    assert (after["c1"] != before["c1"]).any()
    np.testing.assert_array_equal(graph.run(images)["y"], before["y"])


def test_a_fault_at_one_input_leaves_the_others_alone(graph: Graph, images: np.ndarray[Any, Any]) -> None:
    before = graph.run(images, "all")
    faulty = graph.with_input("second", "x_zero_point", np.int8(0))
    after = faulty.run(images, "all")
    np.testing.assert_array_equal(after["c1"], before["c1"])
    assert (after["c2"] != before["c2"]).any()
    assert int(faulty.parameter("z1")) == 4
    assert int(faulty.parameter("second:x_zero_point")) == 0
    again = faulty.with_input("second", "x_zero_point", np.int8(4))
    np.testing.assert_array_equal(again.run(images)["y"], before["y"])


def test_a_runtime_for_all_nodes_and_for_one(graph: Graph, images: np.ndarray[Any, Any]) -> None:
    floor = ONNXRUNTIME_X86.with_fault(Rounded("floor"))
    plain, all_floor = graph.run(images, "all"), graph.run(images, "all", runtime=floor)
    one = graph.run(images, "all", runtime={"second": floor})
    assert (all_floor["c1"] != plain["c1"]).any()
    np.testing.assert_array_equal(one["c1"], plain["c1"])
    assert (one["c2"] != plain["c2"]).any()
    np.testing.assert_array_equal(graph.with_runtime(floor).run(images)["y"], all_floor["y"])


def test_whose_scale_it_is(graph: Graph) -> None:
    def names(tensor: str) -> tuple[str, str | None]:
        found = graph.quantization(tensor)
        assert found is not None
        return found.scale_name, found.zero_point_name

    assert names("q") == ("s0", "z0")
    assert names("c1") == names("c2") == ("s1", "z1")
    assert names("a") == ("s2", "z2")
    assert names("w") == ("ws", "wz")
    assert graph.quantization("image") is None
    assert graph.quantization("y") is None
    bias = graph.quantization("b")
    assert bias is not None  # it belongs to the first convolution that reads it
    np.testing.assert_array_equal(bias.scale, PAIR["s0"] * graph.parameter("ws"))


def test_who_makes_and_who_reads(graph: Graph) -> None:
    made = graph.producer("c1")
    assert made is not None
    assert made.name == "first"
    assert graph.producer("image") is None
    assert [(n.name, formal) for n, formal in graph.consumers("c1")] == [("second", "x"), ("add", "A")]
    assert [(n.name, formal) for n, formal in graph.consumers("s2")] == [("add", "C_scale"), ("end", "x_scale")]


@pytest.mark.parametrize(
    ("name", "tensor"), [("quantize", "q"), ("first", "c1"), ("second", "c2"), ("add", "a"), ("end", "y")]
)
def test_a_trace_ends_in_the_element(graph: Graph, images: np.ndarray[Any, Any], name: str, tensor: str) -> None:
    expected, tracer = graph.run(images, tensor)[tensor], graph.tracer(name, images)
    for index in ((0, 0, 0, 0), (3, 2, 5, 4), (1, 1, 3, 2)):
        trace = graph.trace(name, index, images)
        assert trace.output == expected[index]
        assert tracer(index) == trace
        assert json.loads(json.dumps(trace.to_dict()))["index"] == list(index)
    odd = ONNXRUNTIME_X86.with_fault(Rounded("floor"), Wraps())
    assert graph.trace(name, (2, 1, 1, 1), {tensor: expected} | {"image": images}, runtime=odd).op_type


def test_a_trace_of_a_convolution_holds_every_product(graph: Graph, images: np.ndarray[Any, Any]) -> None:
    trace = graph.trace("first", (0, 1, 0, 0), images)
    assert len(trace.terms) == 27
    assert sum(term.x_index is None for term in trace.terms) == 15  # the corner hangs over by a row and a column
    total = sum(term.product for term in trace.terms)
    assert trace.terms[-1].accumulator == trace.value("accumulator") == total
    assert trace.value("bias added") == total + int(graph.parameter("b")[1])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda g, x: g.run(x[..., :2]), "image has shape [4, 6, 5, 2]; expected [batch, 6, 5, 3]."),
        (lambda g, x: g.run(x.astype(np.int32)), "image is int32; expected float32."),
        (lambda g, x: g.run(x, ["nothing"]),
         "there is no tensor 'nothing'; expected a graph input or a node's output."),
        (lambda g, x: g.run({"c2": g.run(x, "c2")["c2"]}), "image is needed and was not fed; expected a value for it."),
        (lambda g, x: g.run({"nothing": x}), "there is no tensor 'nothing'"),
        (lambda g, x: g.run({"image": np.array([object()])}), "image is an array of Python objects; expected numbers."),
        (lambda g, x: g.run(x, runtime={"nobody": ONNXRUNTIME_X86}),
         "there is no node 'nobody'; expected nchw, quantize,"),
        (lambda g, x: g.trace("nobody", (0,), x), "there is no node 'nobody'"),
        (lambda g, x: g.trace("nchw", (0, 0, 0, 0), x), "node nchw is Transpose; expected one of ABS, ADD_INT16, "),
        (lambda g, x: g.trace("first", (0, 0, 9, 0), x), "index is [0, 0, 9, 0]; expected one inside [4, 3, 6, 5]."),
        (lambda g, x: g.trace("first", (0, 0), x), "index is [0, 0]; expected one inside [4, 3, 6, 5]."),
        (lambda g, x: g.with_parameters({"s9": np.float32(1)}),
         "there is no stored tensor 's9'; expected one of the 10"),
        (lambda g, x: g.with_parameters({"s1": np.float64(1)}), "s1 is given as float64 []; expected float32 []."),
        (lambda g, x: g.with_parameters({"b": np.zeros(2, np.int32)}), "b is given as int32 [2]; expected int32 [3]."),
        (lambda g, x: g.with_input("first", "x", x),
         "node first has no parameter 'x'; expected one of x_scale, x_zero_point,"),
        (lambda g, x: g.with_parameters({"s1": np.float32(0)}),
         "node first: y_scale is 0.0; expected a finite number other than 0."),
        (lambda g, x: g.with_parameters({"ws": np.array([1, np.inf, 1], np.float32)}),
         "node first: w_scale[1] is inf; expected a finite number."),
        (lambda g, x: g.with_input("add", "C_scale", np.float32("nan")),
         "node add: C_scale is nan; expected a finite number other than 0."),
    ],
)  # fmt: skip
def test_mistakes_are_said(graph: Graph, images: np.ndarray[Any, Any], call: Any, said: str) -> None:
    with pytest.raises(UserError) as error:
        call(graph, images)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda o: o["nodes"].reverse(), "node end reads a, which nothing before it computes"),
        (lambda o: o["nodes"][0].update(name="add"), "two nodes are named add; expected unique names."),
        (lambda o: o["nodes"][3]["outputs"][0].update(tensor="c1"), "c1 is computed twice"),
        (lambda o: o["outputs"][0].update(name="z"), "nothing computes the output z"),
        (
            lambda o: o["nodes"][0].update(op_type="Multinomial"),
            "node nchw: the operator Multinomial is not known; expected one of ABS, ADD_INT16, AVERAGE_POOL_2D_INT16, ",
        ),
        (lambda o: o["nodes"][0].pop("attributes"), "node 0 lacks 'attributes'"),
        (lambda o: o.pop("inputs"), "the extraction has no list 'inputs'"),
        (lambda o: o.update(version=9), "the extraction's version is 9; expected 2."),
    ],
)
def test_a_structure_that_does_not_hold(change: Any, said: str) -> None:
    operations, tensors = parts()
    change(operations)
    with pytest.raises(UserError) as error:
        Graph.from_parts(operations, tensors)
    assert str(error.value).startswith(said)


def test_parameters_cannot_be_written(graph: Graph) -> None:
    with pytest.raises(ValueError, match="read-only"):
        graph.parameter("b")[0] = 1


def test_the_engine_needs_numpy_alone() -> None:
    import subprocess
    import sys

    code = (
        "import sys, resnet8doc.graph, resnet8doc.ops, resnet8doc.runtimes, resnet8doc.faults;"
        "heavy = {'onnx', 'onnxruntime', 'torch', 'tensorflow', 'jsonschema', 'matplotlib', 'pygraphviz', 'tqdm'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.slow
def test_memory_of_a_batch_of_100(artifact: Any) -> None:
    """The engine needs less than 500 MB at batch 100, all tensors kept."""
    import subprocess
    import sys

    code = (
        "import resource, sys, numpy as np\n"
        "from resnet8doc.graph import Graph\n"
        "from resnet8doc.extract import load\n"
        "graph = load(sys.argv[1])\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "graph.run(np.zeros((100, 32, 32, 3), np.uint8), 'all')\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)\n"
    )
    path: Path = artifact("models/resnet8_int8_qoperator.onnx")
    found = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert float(found.stdout) < 500
