"""Any legal graph: each tool computes what the engine computes, or refuses it by name."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from resnet8doc import ops
from resnet8doc.arithmetic import ONNXRUNTIME_X86
from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware import Network, buffers, c, check, costs, write_vectors
from resnet8doc.ops import OPERATORS

from .graph_writer import Codes
from .legal_graphs import Writer, legal_graphs
from .side_by_side import Case, Programs, Together
from .test_buffers import overlap

Array = npt.NDArray[Any]
Item = dict[str, Array]

MORE = int(os.environ.get("RESNET8DOC_GRAPHS", "1"))
"""How many times as many graphs as the tests of every day try: ``RESNET8DOC_GRAPHS=20 pytest tests/hardware``."""

RELAXED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
FIND = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failing graph is small as it is; to make it smaller takes minutes."""

IMAGE = ("row", "column", "channel")


def each_by_itself(graph: Graph, items: list[Item]) -> list[dict[str, Array]]:
    """Return what the engine computes of each item: the judge."""
    return [graph.run(item, "all") for item in items]


def fed(items: list[Item]) -> Item:
    """Return the items as the tools take them: along the first axis."""
    return {name: np.concatenate([item[name] for item in items]) for name in items[0]}


def stored(network: Network, tensor: str, expected: list[dict[str, Array]]) -> Array:
    """Return a tensor of all items as the tools lay it out."""
    order = network.order(tensor)
    shape = network.shape(tensor)
    return np.stack([one[tensor].transpose(order).reshape(shape) for one in expected])


@settings(max_examples=60 * MORE, deadline=None, phases=FIND, suppress_health_check=RELAXED)
@given(legal_graphs())
def test_vectors_are_the_engine_s(case: tuple[Graph, list[Item]]) -> None:
    graph, items = case
    expected = each_by_itself(graph, items)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            write_vectors(graph, fed(items), [1], None, ["npz", "c"], Path(scratch) / "set")
        except UserError as error:
            assert_refused_by_name(error)
            return
        network = Network(graph)
        assert network.operations
        for operation in network.operations:
            with np.load(Path(scratch) / "set" / f"{operation.name}-image1.npz", allow_pickle=False) as archive:
                v = dict(archive)
            np.testing.assert_array_equal(v["y"], stored(network, operation.output, expected)[1], operation.node.name)
            gives_y(network, operation.node, v, expected[1])


def gives_y(network: Network, node: Any, v: Mapping[str, Array], values: Mapping[str, Array]) -> None:
    """Compute the output from the vector alone, by its labels, and in two stages."""
    if node.op_type == "QLinearConv" and network.items.leading:
        assert network.axes(node.output) == IMAGE
        attributes = {key: value for key, value in node.attributes.items() if key != "auto_pad"}
        where = network.geometry(network.operation(node.name))
        y = ops.qlinear_conv(
            v["x"].transpose(2, 0, 1)[None], v["x_scale"], v["x_zero_point"], v["w"].transpose(0, 3, 1, 2),
            v["w_scale"],
            v["w_zero_point"], v["y_scale"], v["y_zero_point"], v.get("bias"), **attributes | {"pads": where.pads},
        )  # fmt: skip
        np.testing.assert_array_equal(y[0].transpose(1, 2, 0), v["y"])
    if node.op_type == "QLinearAdd":
        formals = ops.OPERATORS["com.microsoft", "QLinearAdd"].inputs
        np.testing.assert_array_equal(ops.qlinear_add(*(v[formal] for formal in formals)), v["y"])
    if node.op_type == "QLinearMul":
        left, right = (v[x].astype(np.float32) - v[f"{x}_zero_point"].astype(np.float32) for x in "AB")
        whole = np.rint(left * right * v["multiplier"] + v["C_zero_point"].astype(np.float32))
        limits = np.iinfo(v["y"].dtype)
        np.testing.assert_array_equal(np.clip(whole, limits.min, limits.max).astype(v["y"].dtype), v["y"], node.name)
    if node.op_type == "Pad" and node.attributes["mode"] == "constant":
        np.testing.assert_array_equal(padded(network, node, v), v["y"], node.name)
    if node.op_type == "QGemm":
        b_zero, factor = v["b_zero_point"], v["multiplier"]
        a = v["A"].reshape(values[node.tensor("A")].shape).astype(np.int64) - v["a_zero_point"]
        a = a.T if node.attributes["transA"] else a
        total = a @ (v["B"].astype(np.int64).T - b_zero)
        bias = np.asarray(v.get("bias", 0))
        bias = bias.reshape(-1, 1) if bias.shape == (len(total),) != (total.shape[1],) else bias
        np.testing.assert_array_equal((total + bias).reshape(v["accumulator"].shape), v["accumulator"])
        assert factor.dtype == np.float32
    if "accumulator" in v:
        accumulator, factor = v["accumulator"], v["multiplier"]
        zero = v["y_zero_point"] if "y_zero_point" in v else v["y"].dtype.type(0)
        made = ONNXRUNTIME_X86.second_stage.apply(accumulator, factor, zero, v["y"].dtype, ONNXRUNTIME_X86.finish)
        np.testing.assert_array_equal(made, v["y"], node.name)
    if "sum" in v:
        whole = np.rint(v["sum"] / v["count"].astype(np.float32) / v["y_scale"] + v["y_zero_point"].astype(np.float32))
        limits = np.iinfo(v["y"].dtype)
        np.testing.assert_array_equal(np.clip(whole, limits.min, limits.max).astype(v["y"].dtype), v["y"], node.name)


def padded(network: Network, node: Any, v: Mapping[str, Array]) -> Array:
    """Pad as the vector says: its pads are in the order of its axes."""
    from resnet8doc.hardware.vectors._vector import _pads

    pads = _pads(network, network.operation(node.output))["pads"]
    half = len(pads) // 2
    return ops.pad(v["data"], np.array(pads), v.get("constant_value"), np.arange(half))


@settings(max_examples=25 * MORE, deadline=None, phases=FIND, suppress_health_check=RELAXED)
@given(legal_graphs())
def test_the_checker_finds_right_outputs_right_and_one_wrong_bit(case: tuple[Graph, list[Item]]) -> None:
    graph, items = case
    expected = each_by_itself(graph, items)
    try:
        network = Network(graph)
    except UserError as error:
        assert_refused_by_name(error)
        return
    made = [operation for operation in network.operations if operation.op_type != "DequantizeLinear"]
    right = {operation.output: stored(network, operation.output, expected) for operation in made}
    assert check(right, graph, fed(items)).equal
    for operation in made:
        wrong = {name: codes.copy() for name, codes in right.items()}
        wrong[operation.output].reshape(-1)[-1] ^= 1
        found = check(wrong, graph, fed(items)).findings
        assert found[0].node == operation.node.name
        assert (found[0].mismatches, found[0].first["image"]) == (1, 1)


@settings(max_examples=60 * MORE, deadline=None, phases=FIND, suppress_health_check=RELAXED)
@given(legal_graphs())
def test_memory_is_planned_for_every_graph(case: tuple[Graph, list[Item]]) -> None:
    graph, _ = case
    try:
        network = Network(graph)
    except UserError as error:
        assert_refused_by_name(error)
        return
    for fuse_add in (False, True):
        plan = buffers(graph, fuse_add=fuse_add)
        assert overlap(plan) == []
        assert plan.bound_bytes <= plan.peak_bytes <= plan.arena_bytes <= plan.total_bytes
        assert plan.peak_bytes <= plan.worst_peak_bytes
    assert len(costs(graph)) == sum(operation.op_type != "DequantizeLinear" for operation in network.operations)


def test_a_copy_in_a_kernel_s_order_has_a_name_that_no_tensor_has(tmp_path: Path) -> None:
    """The second operand of a product lies with its columns as rows; ``t1_2`` is a tensor of the network."""
    writer = Writer(lambda low, high: low, np.random.default_rng(0))
    s, z = writer.store(np.float32(0.1)), writer.store(np.int8(0))
    writer.inputs = [{"name": n, "dtype": "int8", "shape": shape} for n, shape in (("a", [1, 3, 4]), ("b", [1, 4, 5]))]
    scales = {"a_scale": s, "a_zero_point": z, "b_scale": s, "b_zero_point": z, "y_scale": s, "y_zero_point": z}
    clamp = {"Y_scale": s, "Y_zero_point": z}
    right = writer.node("QLinearLeakyRelu", {"X": "b", "X_scale": s, "X_zero_point": z, **clamp}, alpha=0.5)
    turned = writer.node("Transpose", {"data": right}, perm=[0, 2, 1])
    back = writer.node("Transpose", {"data": turned}, perm=[0, 2, 1])
    made = writer.node("QLinearMatMul", {"a": "a", "b": back, **scales})
    writer.nodes[-1]["outputs"][0]["tensor"] = f"{back}_2"
    last = writer.node("QLinearMatMul", {"a": f"{back}_2", "b": turned, **scales})
    graph = writer.graph([last])
    assert made != last
    feeds = {name: writer.codes("int8", shape) for name, shape in (("a", (1, 3, 4)), ("b", (1, 4, 5)))}
    found = c.run(c.build(graph, tmp_path), graph, feeds, "all")
    expected = graph.run(feeds, "all")
    for name, codes in found.items():
        if name in expected:
            np.testing.assert_array_equal(codes.reshape(expected[name].shape), expected[name], name)
    assert {name for name in found if name not in expected} == {f"{back}_3"}


@pytest.mark.parametrize("variant", ["float", "integer"])
@settings(
    max_examples=8 * MORE,
    deadline=None,
    phases=FIND,
    suppress_health_check=[*RELAXED, HealthCheck.function_scoped_fixture],
)
@given(case=legal_graphs())
def test_compiled_c_is_the_engine(variant: Any, case: tuple[Graph, list[Item]]) -> None:
    """Float32: every byte. Integers alone: the same tensors; how near they come is told by the tests of each part."""
    graph, items = case
    expected = each_by_itself(graph, items)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            program = c.build(graph, Path(scratch), variant, flags=("-O0",))
        except UserError as error:
            assert_refused_by_name(error)
            return
        found = c.run(program, graph, fed(items), "all")
        outputs = c.run(program, graph, fed(items))
    network = Network(graph)
    for operation in network.operations:
        if operation.op_type == "DequantizeLinear":
            continue
        right = stored(network, operation.output, expected)
        assert found[operation.output].shape == right.shape
        if variant == "float":
            np.testing.assert_array_equal(found[operation.output], right, operation.node.name)
    for name, codes in outputs.items():
        np.testing.assert_array_equal(codes, found.get(name, codes))
    assert outputs


def of_two_rows(op_type: str, begins: tuple[int, int]) -> Case:
    tflite = op_type == "SUB"
    writer = Writer(lambda low, high: low, np.random.default_rng(7), tflite)
    writer.inputs.append({"name": "x", "dtype": "int8", "shape": ["batch", 3, 20]})
    x = writer.quantized("x", (1, 3, 20), "int8", *writer.pair("int8"))
    rows = []
    for begin in begins:
        numbers = {"starts": [begin], "ends": [begin + 1], "axes": [1]}
        y = writer.node("Slice", {"data": "x", **{n: writer.store(np.array(v)) for n, v in numbers.items()}})
        rows.append(Codes(y, (1, 1, 20), "int8", x.scale, x.zero))
    writer.choose = lambda *options: op_type  # type: ignore[method-assign]  # the one choice that is left
    writer.combine(*rows)
    graph = writer.graph([writer.made[-1].name])
    graph = graph.with_runtime("tflite_micro") if tflite else graph
    return Case(graph, {"x": writer.codes("int8", (2, 3, 20))})


@pytest.mark.parametrize("op_type", ["QLinearAdd", "QLinearMul", "SUB"])
def test_an_operand_that_lies_within_another_tensor_is_read_where_it_begins(op_type: str, programs: Programs) -> None:
    """Rows of one tensor: the C took both from its beginning, without a word."""
    cases = {f"from {begins}": of_two_rows(op_type, begins) for begins in ((1, 0), (0, 2), (2, 1))}
    together = Together(cases, programs, ("-O2",))
    for name, case in cases.items():
        (codes,) = case.graph.run(case.fed).values()
        found = together.run(name, "codes")[case.graph.outputs[0].name]
        np.testing.assert_array_equal(found.reshape(codes.shape), codes, name)


@pytest.mark.parametrize("variant", ["float", "integer"])
def test_a_single_number_is_added_first_in_c_too(variant: Any, tmp_path: Path) -> None:
    """ONNX Runtime exchanges A and B where A is one number; scales a million times apart tell the order."""
    writer = Writer(lambda low, high: low, np.random.default_rng(0))
    writer.inputs.append({"name": "x", "dtype": "int8", "shape": ["batch", 256]})
    x = writer.quantized("x", (1, 256), "int8", *writer.pair("int8"))
    numbers: dict[str, Any] = {
        "A": np.array([7], np.int8), "A_scale": np.float32(731234.6), "A_zero_point": np.int8(7),
        "B_scale": np.float32(0.3712), "B_zero_point": np.int8(-31),
        "C_scale": np.float32(0.2871), "C_zero_point": np.int8(45),
    }  # fmt: skip
    given = {**{name: writer.store(value) for name, value in numbers.items()}, "B": x.name}
    y = writer.node("QLinearAdd", {name: given[name] for name in OPERATORS["com.microsoft", "QLinearAdd"].inputs})
    graph = writer.graph([y])
    feeds = {"x": np.arange(-128, 128, dtype=np.int8)[None]}
    found = c.run(c.build(graph, tmp_path, variant), graph, feeds)[y]
    (codes,) = graph.run(feeds).values()
    np.testing.assert_array_equal(found.reshape(codes.shape), codes)
    alike = ops.qlinear_add(**{**numbers, "A": np.full((1, 256), 7, np.int8), "B": feeds["x"]})
    assert (alike != codes).any(), "the case can tell one order from the other"


def assert_refused_by_name(error: UserError) -> None:
    """Refuse a refusal that names no node or tensor, or whose remedy is not its own."""
    assert (
        "node" in error.found or "input" in error.found or "output" in error.found or "computes nothing" in error.found
    )
    assert error.expected
    assert error.remedy.endswith(".")
    assert "resnet8" not in error.remedy
    assert "bug" not in error.remedy, str(error)


@settings(max_examples=4 * MORE, deadline=None, phases=FIND, suppress_health_check=RELAXED)
@given(legal_graphs())
def test_each_vector_s_own_program_agrees_with_it(case: tuple[Graph, list[Item]]) -> None:
    """test_layer.c, which knows nothing of the engine, computes every layer from its header, or says that it cannot."""
    graph, items = case
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            write_vectors(graph, fed(items), [0], None, ["c"], folder / "set")
        except UserError as error:
            assert_refused_by_name(error)
            return
        for header in sorted((folder / "set").glob("*.h")):
            try:
                program = c.layer_program(header, folder / "program")
            except UserError as error:
                if "this vector" in error.found:  # the program says itself what it does not have
                    continue
                raise
            result = subprocess.run([program], capture_output=True, text=True, check=False)
            assert result.stdout.endswith(": 0 values differ\n"), result.stdout
