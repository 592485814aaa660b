"""Vectors, checker and C of TensorFlow Lite's networks, in its own arithmetic: of the bytes that a board gives."""

import ctypes
import json
import re
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings

from resnet8doc.arithmetic import narrow
from resnet8doc.errors import UserError
from resnet8doc.extract import load, own_runtime
from resnet8doc.graph import Graph
from resnet8doc.hardware import Network, c, check, runtime_of_vectors, write_vectors
from resnet8doc.hardware.c._arithmetic import FLOAT, INTEGER, TFLITE, Arithmetic
from resnet8doc.hardware.network import TABLES
from resnet8doc.runtimes.fixed_point import high, scaled
from resnet8doc.runtimes.tflite_micro import TFLITE_MICRO

from .graph_writer import Codes
from .legal_graphs import Writer, legal_graphs
from .side_by_side import Case, Programs, Together
from .test_any_graph import FIND, MORE, RELAXED, Item, assert_refused_by_name, each_by_itself, fed, stored

Array = npt.NDArray[Any]

OTHERS = ("mlperf-kws_int8", "mlperf-vww_int8", "mlperf-ad01_int8")
FEW = 4


def in_micro(path: Path) -> Graph:
    assert own_runtime(path) == "tflite_micro"
    return load(path).with_runtime("tflite_micro")


def seeded(graph: Graph, count: int) -> Array:
    (entry,) = graph.inputs
    shape = [int(axis) for axis in (entry.shape or ())[1:] if isinstance(axis, int)]
    return np.random.default_rng(3).integers(-128, 128, (count, *shape)).astype(np.int8)


def micro_outputs(path: Path, inputs: Array, tensor: str) -> Array:
    from resnet8doc.oracles import TfliteNetwork

    network = TfliteNetwork(path, "tflite_micro")
    return np.concatenate([network.run(item[None])[tensor] for item in inputs])


@pytest.fixture(scope="module")
def ours(artifact: Callable[[str], Path]) -> Path:
    return artifact("models/resnet8_int8.tflite")


@pytest.fixture(scope="module")
def equality(
    ours: Path, cifar10: tuple[Array, Array], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """Compare 100 images' tensors; give what was found and the program."""
    folder = tmp_path_factory.mktemp("resnet8")
    found = c.equality(in_micro(ours), cifar10[0][:100], cifar10[1][:100], folder, progress=False)
    return found, folder / "network"


@pytest.mark.slow
def test_resnet8_s_c_is_the_engine_in_every_tensor(equality: tuple[dict[str, Any], Path]) -> None:
    """``python -m resnet8doc prove-c --network build/models/resnet8_int8.tflite`` does it for all 10,000 images."""
    found, _ = equality
    assert (found["images"], found["runtime"], found["mismatches"]) == (100, "tflite_micro", 0)
    assert found["values"] > 100 * 100_000
    assert found["accuracy"] == found["engine_accuracy"] > 0.5


@pytest.mark.slow
def test_resnet8_s_c_gives_what_tensorflow_lite_micro_gives(
    ours: Path, cifar10: tuple[Array, Array], equality: tuple[dict[str, Any], Path]
) -> None:
    """Without the engine in between."""
    graph, images, (_, program) = in_micro(ours), cifar10[0][:FEW], equality
    last = graph.producer(graph.outputs[0].name)
    assert last is not None
    tensor = last.inputs[0].tensor if last.op_type == "DequantizeLinear" else last.output
    made = c.run(program, graph, images)
    codes = made["probability" if tensor not in made else tensor]
    np.testing.assert_array_equal(codes, micro_outputs(ours, images.astype(np.float32), tensor))


@pytest.mark.parametrize("name", OTHERS)
def test_mlperf_tiny_s_c_is_the_engine_and_tensorflow_lite_micro(name: str, networks: Path, tmp_path: Path) -> None:
    path = networks / f"{name}.tflite"
    graph = in_micro(path)
    inputs = seeded(graph, FEW)
    found = c.equality(graph, inputs, None, tmp_path, progress=False)
    assert (found["images"], found["mismatches"]) == (FEW, 0)
    made = list(c.run(tmp_path / "network", graph, inputs).values())[-1]
    np.testing.assert_array_equal(made, micro_outputs(path, inputs, graph.outputs[0].name))


def test_mlperf_tiny_s_image_classifier_too(mlperf_tiny: Path, tmp_path: Path) -> None:
    path = mlperf_tiny / "pretrainedResnet_quant.tflite"
    graph = in_micro(path)
    inputs = seeded(graph, FEW)
    assert c.equality(graph, inputs, None, tmp_path, progress=False)["mismatches"] == 0


@settings(max_examples=10 * MORE, deadline=None, phases=FIND, suppress_health_check=RELAXED)
@given(legal_graphs(tflite=True))
def test_c_of_any_graph_is_the_engine_and_no_sanitizer_complains(case: tuple[Graph, list[Item]]) -> None:
    graph, items = case
    expected = each_by_itself(graph, items)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            program = c.build(graph, Path(scratch), flags=("-O1", *c.SANITIZE))
        except UserError as error:
            assert_refused_by_name(error)
            return
        found = c.run(program, graph, fed(items), "all")
    network = Network(graph)
    for operation in network.operations:
        if operation.op_type != "DequantizeLinear":
            right = stored(network, operation.output, expected)
            np.testing.assert_array_equal(found[operation.output], right, operation.node.name)


@settings(max_examples=25 * MORE, deadline=None, phases=FIND, suppress_health_check=RELAXED)
@given(legal_graphs(tflite=True))
def test_vectors_of_any_graph_hold_the_engine_s_numbers(case: tuple[Graph, list[Item]]) -> None:
    graph, items = case
    expected = each_by_itself(graph, items)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "set"
        try:
            write_vectors(graph, fed(items), [1], None, ["npz"], folder)
        except UserError as error:
            assert_refused_by_name(error)
            return
        assert runtime_of_vectors(folder) == "tflite_micro"
        network = Network(graph)
        for operation in network.operations:
            with np.load(folder / f"{operation.name}-image1.npz", allow_pickle=False) as archive:
                v = dict(archive)
            np.testing.assert_array_equal(v["y"], stored(network, operation.output, expected)[1], operation.node.name)
            if (made := by_hand(v, operation.op_type)) is not None:
                np.testing.assert_array_equal(made, v["y"], operation.node.name)


@pytest.mark.slow
def test_each_vector_s_own_program_agrees_with_it(ours: Path, cifar10: tuple[Array, Array], tmp_path: Path) -> None:
    """test_layer.c computes convolutions, sums, pool and dense layer of our network from their headers alone."""
    write_vectors(in_micro(ours), cifar10[0][:1], [0], None, ["c"], tmp_path / "set")
    agreed = set()
    for header in sorted((tmp_path / "set").glob("*.h")):
        try:
            program = c.layer_program(header, tmp_path / "program")
        except UserError as error:
            if "this vector is of an operator" in error.found:  # softmax, and what quantizes the pixels
                continue
            raise
        said = subprocess.run([program], capture_output=True, text=True, check=False).stdout
        assert said.endswith(": 0 values differ\n"), said
        agreed.add(header.name.partition("-")[0])
    assert {"stem_conv", "stack1_add", "pool", "dense"} <= agreed


def test_a_vector_of_another_arithmetic_has_no_program(network: Graph, images: Array, tmp_path: Path) -> None:
    made = write_vectors(network.with_runtime("xnnpack"), images, [0], ["stem"], ["c"], tmp_path / "set")
    (header,) = made.parent.glob("*.h")
    with pytest.raises(UserError, match=r"this vector is in an arithmetic that test_layer\.c does not have"):
        c.layer_program(header, tmp_path / "program")


def by_hand(v: dict[str, Array], op_type: str) -> Array | None:
    """Compute an output from the numbers of a vector's second stage alone, where it has one."""
    if "accumulator" in v and "multiplier" in v:
        whole = scaled(v["accumulator"].astype(np.int64), v["multiplier"].astype(np.int64), v["exponent"], "twice_away")
        zero = v.get("y_zero_point", v.get("reduced_zero_point", np.int8(0)))
        return narrow(whole + int(zero), "int8")
    if op_type == "PRELU":
        a, b = (v[x].astype(np.int64) - v[f"{x}_zero_point"] for x in "AB")
        plain, slope = (factor(v, name) for name in ("positive", "negative"))
        whole = np.where(a >= 0, scaled(a, *plain, "twice_away"), scaled(a * b, *slope, "twice_away"))
        return narrow(whole + v["C_zero_point"], "int8")
    if op_type == "SQUARED_DIFFERENCE":
        a, b = (scaled((v[x].astype(np.int64) - v[f"{x}_zero_point"]) << 7, *factor(v, x), "twice_away") for x in "AB")
        return narrow(scaled((a - b) ** 2, *factor(v, "C"), "twice_away") + v["C_zero_point"], "int8")
    if "A_multiplier" in v:
        parts = [
            scaled((v[x].astype(np.int64) - v[f"{x}_zero_point"]) << 20, *factor(v, x), "twice_away") for x in "AB"
        ]
        total = parts[0] - parts[1] if op_type == "SUB" else parts[0] + parts[1]
        return narrow(scaled(total, *factor(v, "C"), "twice_away") + v["C_zero_point"], "int8")
    if op_type == "QLinearMul":
        a, b = (v[x].astype(np.int64) - v[f"{x}_zero_point"] for x in "AB")
        return narrow(scaled(a * b, int(v["multiplier"]), int(v["exponent"]), "twice_away") + v["C_zero_point"], "int8")
    if "sum" in v:
        total, count = v["sum"].astype(np.int64), v["count"]
        size = (np.abs(total) + count // 2) // count
        return narrow(np.where(total < 0, -size, size), "int8")
    return None


def factor(v: dict[str, Array], letter: str) -> tuple[int, int]:
    return int(v[f"{letter}_multiplier"]), int(v[f"{letter}_exponent"])


@pytest.fixture(scope="module")
def routines(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give fixed_point.c as a library."""
    folder = tmp_path_factory.mktemp("fixed_point")
    texts = c.generate(small().with_runtime("tflite_micro"))
    names = ("fixed_point.c", "fixed_point.h", "second_stage.h")
    sources = c.write_files({name: texts[name] for name in names}, folder)
    return ctypes.CDLL(str(c.compile_c(sources, folder / "fixed_point.so", flags=("-O2", "-shared", "-fPIC"))))


class Factor(ctypes.Structure):
    _fields_ = (("multiplier", ctypes.c_int32), ("exponent", ctypes.c_int))


def test_products_at_every_exponent_and_at_the_edges_of_32_bits(routines: Any) -> None:
    random = np.random.default_rng(1)
    edges = [-(2**31), 1 - 2**31, -(2**30), -3, -2, -1, 0, 1, 2, 3, 2**30, 2**31 - 1]
    values = [*edges, *random.integers(-(2**31), 2**31, 40).tolist(), *random.integers(-(2**16), 2**16, 40).tolist()]
    routines.scaled.argtypes = (ctypes.c_int32, Factor)
    for exponent in range(-31, 31):
        for m in (2**30, 2**31 - 1, int(random.integers(2**30, 2**31))):
            right = scaled(np.array(values, np.int64), m, exponent, "twice_away")
            found = [routines.scaled(value, Factor(m, exponent)) for value in values]
            assert found == right.tolist(), (exponent, m)
    pairs = [(a, b) for a in edges for b in edges if (a, b) != (-(2**31), -(2**31))]
    assert [routines.high_half(a, b) for a, b in pairs] == [int(high(np.array(a), b)) for a, b in pairs]


def test_a_softmax_of_every_difference(programs: Programs) -> None:
    """Pairs of codes, beside the lowest one, at scales from far too small to far too large."""
    rows = np.array([(high_code, low_code, -128) for high_code in range(-128, 128, 5) for low_code in range(-128, 128)])
    inputs = rows.astype(np.int8)
    cases = {f"scale {scale}": Case(softmax(float(scale)), {"x": inputs}) for scale in 2.0 ** np.arange(-12, 3.01, 3)}
    together = Together(cases, programs, ("-O1", *c.SANITIZE))
    for name, case in cases.items():
        np.testing.assert_array_equal(together.run(name, "codes")["y"], case.graph.run(inputs)["y"], name)


def test_a_softmax_whose_exponentials_add_up_to_512_ends_the_program(tmp_path: Path) -> None:
    """The engine refuses such a row; others of the same length have C."""
    graph = softmax(0.1, length=600)
    program = c.build(graph, tmp_path, flags=("-O0",))
    with pytest.raises(UserError, match="add up to 600; expected less than 512"):
        graph.run(np.zeros((1, 600), np.int8))
    with pytest.raises(UserError, match="right <= 31"):
        c.run(program, graph, np.zeros((1, 600), np.int8))
    rising = np.linspace(-128, 127, 600)[None].astype(np.int8)
    np.testing.assert_array_equal(c.run(program, graph, rising)["y"], graph.run(rising)["y"])


def chosen(number: int, low: int, high: int) -> int:
    """Choose a kind of table, one of nine; of all else the first."""
    return number if high == 8 else low


def test_what_works_code_by_code_is_a_table_of_every_code(tmp_path: Path) -> None:
    """A clamp, LEAKY_RELU, LOGISTIC, TANH, HARD_SWISH, RELU, RELU6, QUANTIZE of 256 codes; ONNX Runtime has no RELU."""
    writer = Writer(lambda low, high: low, np.random.default_rng(5), tflite=True)
    writer.inputs.append({"name": "x", "dtype": "int8", "shape": ["batch", 256]})
    x = Codes("x", (1, 256), "int8", writer.store(np.float32(0.07)), writer.store(np.int8(-9)))
    for number in range(9):
        writer.number = partial(chosen, number)
        writer.table(x)
    plain = writer.graph([codes.name for codes in writer.made])
    of_their_own_tests = {"ABS", "NEG", "EXP", "ELU", "GELU", "SQRT", "RSQRT"}  # in test_tflite_operators.py
    assert {node.op_type for node in plain.nodes} == set(TABLES) - of_their_own_tests
    every = np.arange(-128, 128, dtype=np.int8)[None]
    graph = plain.with_runtime("tflite_micro")
    program = c.build(graph, tmp_path, flags=("-O0",))
    found, right = c.run(program, graph, every, "all"), graph.run(every, "all")
    for codes in writer.made:
        np.testing.assert_array_equal(found[codes.name], right[codes.name], codes.name)
    assert check({codes.name: right[codes.name] for codes in writer.made}, graph, every).equal
    with pytest.raises(UserError, match=r"node RELU/4 .* ONNX Runtime, x86-64 has no RELU of TensorFlow Lite"):
        c.generate(plain)


def test_the_program_has_no_real_numbers() -> None:
    texts = c.generate(small().with_runtime("tflite_micro"))
    computing = [text for name, text in texts.items() if name not in ("main.c", "network.h")]
    code = re.sub(r"/\*.*?\*/", "", "".join(computing), flags=re.DOTALL)
    assert "factor_t" in code
    assert not re.search(r"\b(float|double)\b|math\.h", code)


def small() -> Graph:
    from .conftest import small as build

    return build()


def softmax(scale: float, *, y_scale: float = 1 / 256, zero: int = -128, length: int = 3) -> Graph:
    stored: dict[str, np.generic] = {
        "s": np.float32(scale),
        "z": np.int8(0),
        "p": np.float32(y_scale),
        "q": np.int8(zero),
    }
    operations = {
        "format": "resnet8doc.operations", "version": 2, "model": {"name": "softmax", "quant_format": "QOperator"},
        "inputs": [{"name": "x", "dtype": "int8", "shape": ["batch", length]}],
        "outputs": [{"name": "y", "dtype": "int8", "shape": ["batch", length]}],
        "nodes": [{
            "name": "soft", "op_type": "QLinearSoftmax", "domain": "com.microsoft", "layer": "soft", "since_version": 1,
            "attributes": {"axis": -1, "opset": 13},
            "inputs": [{"formal": formal, "tensor": tensor} for formal, tensor in (
                ("X", "x"), ("X_scale", "s"), ("x_zero_point", "z"), ("y_scale", "p"), ("y_zero_point", "q"))],
            "outputs": [{"index": 0, "tensor": "y", "dtype": "int8", "shape": ["batch", length]}],
        }],
        "initializers": [{"name": n, "stored_dtype": str(v.dtype), "shape": []} for n, v in stored.items()],
    }  # fmt: skip
    return Graph.from_parts(operations, stored).with_runtime("tflite_micro")


REFUSED = {
    "a probability of another scale": (softmax(0.1, y_scale=0.01), r"node soft .*y_scale is 0.0099.*expected 1/256"),
    "a row too long": (softmax(0.1, length=4096), "node soft has rows of 4096 codes"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_it_cannot_compute_it_refuses_by_name(case: str) -> None:
    graph, sentence = REFUSED[case]
    with pytest.raises(UserError, match=sentence):
        c.generate(graph)


def test_a_mean_that_changes_its_scale_is_refused(network: Graph) -> None:
    """A pool of windows; one of the whole image is a requantized sum in both arithmetics."""
    pooled = windows(network)
    with pytest.raises(UserError, match=r"node pool_quant .*: X has scale .* expected the same for both"):
        c.generate(pooled.with_runtime("tflite_micro"))
    assert c.generate(pooled)


def windows(network: Graph) -> Graph:
    from dataclasses import replace

    def changed(node: Any) -> Any:
        if node.op_type != "QLinearGlobalAveragePool":
            return node
        return replace(node, op_type="QLinearAveragePool", attributes={**node.attributes, "kernel_shape": [4, 4]})

    return replace(network, nodes=tuple(changed(node) for node in network.nodes))


@pytest.mark.parametrize("name", ["xnnpack", "tflite_builtin", "onnxruntime_arm64", "onnxruntime_x86_avx2"])
def test_an_arithmetic_without_a_program_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"no C computes as .*; expected onnxruntime_x86, tflite_micro"):
        c.generate(small().with_runtime(name))


def test_real_numbers_are_refused_where_there_are_none() -> None:
    with pytest.raises(UserError, match=r"the variant is float, in the arithmetic of TensorFlow Lite Micro"):
        c.generate(small().with_runtime("tflite_micro"), "float")


@pytest.mark.parametrize("arithmetic", [FLOAT, INTEGER, TFLITE], ids=lambda one: str(one.second_stage))
def test_no_two_files_of_one_program_give_something_the_same_name(arithmetic: Arithmetic) -> None:
    """A network of both types of codes has them in one file: two macros, or two static functions, of a name clash."""
    names: list[str] = []
    for file in ("operators.c", *arithmetic.sources, *(f"{name}.c" for name in arithmetic.more)):
        text = (files(c) / "source" / file).read_text(encoding="utf-8")
        names += re.findall(r"^#define (\w+)|^static [^=;]*?(\w+)\(", text, re.MULTILINE)
    flat = ["".join(pair) for pair in names]
    assert sorted(flat) == sorted(set(flat))
    assert flat


def test_compared_and_fully_connected_with_codes_of_both_types(tmp_path: Path) -> None:
    writer = Writer(lambda low, high: low, np.random.default_rng(2), tflite=True)
    writer.inputs.append({"name": "x", "dtype": "int8", "shape": [1, 7]})
    scale, y_scale = writer.store(np.float32(0.07)), writer.store(np.float32(1.3))
    zero, other = writer.store(np.int8(3)), writer.store(np.uint8(120))

    def product(a: str, of: str, inputs: int, outputs: int) -> str:
        weights = {
            "B": writer.codes("int8", (outputs, inputs)), "b_scale": np.full(outputs, 0.03, np.float32),
            "b_zero_point": np.zeros(outputs, np.int8), "C": np.arange(outputs, dtype=np.int32) * 500 - 2000,
        }  # fmt: skip
        stored = {name: writer.store(array) for name, array in weights.items()}
        given = {"A": a, "a_scale": scale, "a_zero_point": of, **stored, "y_scale": y_scale, "y_zero_point": of}
        return writer.node("QGemm", given, transB=1, alpha=1.0, transA=0)

    first = product("x", zero, 7, 9)
    both = {"A": first, "A_scale": scale, "A_zero_point": zero, "B_scale": scale, "B_zero_point": zero}
    less = writer.node("LESS", {**both, "B": writer.store(writer.codes("int8", (9,)))})
    chosen = writer.node("Where", {"condition": less, "X": first, "Y": writer.store(writer.codes("int8", (1,)))})
    real = writer.node("DequantizeLinear", {"x": chosen, "x_scale": y_scale, "x_zero_point": zero})
    turned = writer.node("QuantizeLinear", {"x": real, "y_scale": scale, "y_zero_point": other})
    graph = writer.graph([product(turned, other, 9, 5), less]).with_runtime("tflite_reference")
    found = c.equality(graph, writer.codes("int8", (20, 7)), None, tmp_path, progress=False)
    assert (found["mismatches"], found["values"]) == (0, 20 * (9 + 9 + 9 + 9 + 5))
    assert {row["tensor"] for row in found["tensors"]} >= {less, chosen}


@pytest.mark.slow
def test_the_whole_network_as_the_reference_kernels_compute_it(
    ours: Path, cifar10: tuple[Array, Array], tmp_path: Path
) -> None:
    graph = load(ours).with_runtime("tflite_reference")
    found = c.equality(graph, cifar10[0][:FEW], None, tmp_path, progress=False)
    assert found["mismatches"] == 0
    assert found["tensors"][-2]["tensor"] == graph.node("dense").output
    assert "fully_connected.c" not in c.generate(in_micro(ours))


@pytest.mark.slow
def test_the_checker_knows_the_arithmetic_and_names_another(ours: Path, cifar10: tuple[Array, Array]) -> None:
    graph, images = in_micro(ours), cifar10[0][:FEW]
    network = Network(graph)
    names = ("stack1_conv1", "stack1_conv2", "stack1_add")
    layers = [network.operation(name) for name in names]

    def outputs(runtime: str) -> dict[str, Array]:
        made = graph.run(images, "all", runtime=runtime)
        return {layer.output: network.stored(layer.output, np.asarray(made[layer.output])) for layer in layers}

    assert check(outputs("tflite_micro"), graph, images).equal
    for other in ("tflite_builtin", "xnnpack", "onnxruntime_x86"):
        found = check(outputs(other), graph, images).findings
        named = [cause for finding in found for cause in finding.causes if cause.key == "runtime"]
        assert any(f"({other})" in cause.what for cause in named), other


@pytest.mark.slow
def test_commands_take_the_model_s_own_runtime(ours: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from resnet8doc.cli import app

    runner = CliRunner()
    folder = tmp_path / "set"
    given = ["--network", str(ours), "--format", "hex", "--layer", "stem_conv", "--output", str(folder)]
    made = runner.invoke(app, ["vectors", *given])
    assert made.exit_code == 0, made.output
    assert "In the arithmetic of TensorFlow Lite Micro (tflite_micro)." in made.stderr
    assert json.loads((folder / "manifest.json").read_text())["runtime"] == "tflite_micro"
    refused = runner.invoke(app, ["c", "--network", str(ours), "--runtime", "none", "--output", str(tmp_path / "c")])
    assert "there is no runtime 'none'" in str(refused.exception or refused.output)


def test_micro_alone_is_meant_by_its_name() -> None:
    """A mistake made in a runtime is another runtime."""
    from resnet8doc.faults import Wraps

    with pytest.raises(UserError, match=r"no C computes as TensorFlow Lite Micro; "):
        c.generate(small().with_runtime(TFLITE_MICRO.with_fault(Wraps())))
