"""C of what TensorFlow Lite alone has, in both kernel sets that have C, up to the ends of scales and zero points."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import resnet8doc
from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph
from resnet8doc.hardware import Network, c, check, costs, write_vectors
from resnet8doc.hardware.network import accumulators
from resnet8doc.hardware.network._names import DECLARED
from resnet8doc.oracles import Spec, operator_file
from resnet8doc.proof import TFLITE_GENERATORS
from resnet8doc.proof._tflite_case import SCALES
from resnet8doc.reading.tflite import read
from resnet8doc.runtimes.fixed_point import scaled

from ..runtimes.tflite_moves import TFLITE_MOVES
from .side_by_side import Case, Programs, Together

Array = npt.NDArray[Any]
Random = np.random.Generator

KERNEL_SETS = ("tflite_micro", "tflite_reference")
EVERY = np.arange(-128, 128, dtype=np.int8)
ENDS = (-128, -1, 0, 127)
"""Zero points."""


def codes(rng: Random, *shape: int) -> Array:
    return rng.integers(-128, 128, shape).astype(np.int8)


def opened(content: bytes, runtime: str, folder: Path) -> Graph:
    path = folder / "one.tflite"
    path.write_bytes(content)
    return load(path).with_runtime(runtime)


def fed(graph: Graph, inputs: Sequence[Array]) -> Case:
    return Case(graph, dict(zip((entry.name for entry in graph.inputs), inputs, strict=True)))


def agree(
    files: Mapping[str, tuple[bytes, Sequence[Array]]], runtime: str, programs: Programs, folder: Path,
    flags: Sequence[str] = ("-O1",),
) -> dict[str, Array]:  # fmt: skip
    """Check that C and checker have the engine's bytes of each file and its inputs; return these, by the same names.

    That each operator's own program has the files that it needs, ``test_tflite_operators.py`` shows.
    """
    cases = {name: fed(opened(content, runtime, folder), inputs) for name, (content, inputs) in files.items()}
    together, made = Together(cases, programs, flags), {}
    for name, case in cases.items():
        network = Network(case.graph)
        every, found = network.items.run(case.fed), together.run(name)
        for operation in network.operations:
            right = network.stored(operation.output, every[operation.output])
            said = f"{name}: {operation.node.name}, {runtime}"
            np.testing.assert_array_equal(found[operation.output], right, said, strict=True)
        own = {operation.output: found[operation.output] for operation in network.operations}
        assert check(own, case.graph, case.fed).equal, name
        made[name] = found[network.operations[-1].output]
    return made


def pair(kind: str, a: Array, b: Array, scales: Sequence[float], zeros: Sequence[int], shape: Sequence[int]) -> bytes:
    """Return an operator of a tensor that is fed and one that is stored."""
    specs = [Spec(a.shape, scale=np.float32(scales[0]), zero_point=zeros[0]),
             Spec(b.shape, scale=np.float32(scales[1]), zero_point=zeros[1], data=b)]  # fmt: skip
    return operator_file(kind, specs, Spec(shape, scale=np.float32(scales[2]), zero_point=zeros[2]))


RANDOM = (
    "PRELU", "SQUARED_DIFFERENCE", "LOG_SOFTMAX", "L2_NORMALIZATION", "TRANSPOSE_CONV", "RESIZE_BILINEAR", "MAXIMUM",
    "MINIMUM", "REDUCE_MAX", "REDUCE_MIN", "DIV", "SUM",
)  # fmt: skip
"""Of the last two each kernel set has a program of its own."""


def drawn(name: str) -> dict[str, tuple[bytes, Sequence[Array]]]:
    files: dict[str, tuple[bytes, Sequence[Array]]] = {}
    for number, ties in enumerate(SCALES):
        rng = np.random.default_rng([number, len(name)])
        case = TFLITE_MOVES[name](rng) if name in TFLITE_MOVES else TFLITE_GENERATORS[name](rng, ties)
        files[f"{name} {number}"] = case.content, case.inputs
    return files


@pytest.mark.parametrize("flags", [("-O2",), ("-O0", *c.SANITIZE)], ids=["optimized", "sanitized"])
@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_random_cases_are_the_engine_s(runtime: str, flags: Sequence[str], programs: Programs, tmp_path: Path) -> None:
    agree({key: file for name in RANDOM for key, file in drawn(name).items()}, runtime, programs, tmp_path, flags)


@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_every_pair_of_codes_at_the_ends(runtime: str, programs: Programs, tmp_path: Path) -> None:
    a, b = (array.reshape(1, 256, 256) for array in np.meshgrid(EVERY, EVERY, indexing="ij"))
    zeros = ((-128, 127, 0), (127, -128, -128), (0, -1, 127))
    cases = (
        ("PRELU", (0.5, 0.25, 0.001)), ("PRELU", (1e-4, 3.0, 7.0)), ("PRELU", (2.0**-20, 2.0**-20, 1.0)),
        ("SQUARED_DIFFERENCE", (0.5, 0.5, 0.001)), ("SQUARED_DIFFERENCE", (2.0, 1e-5, 3.0)),
        ("SQUARED_DIFFERENCE", (2.0**-20, 2.0**-9, 1.0)),
    )  # fmt: skip
    files = {f"{kind} {scales}": (pair(kind, a, b, scales, zeros[number % 3], a.shape), (a,))
             for number, (kind, scales) in enumerate(cases)}  # fmt: skip
    agree(files, runtime, programs, tmp_path)


@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_quotients_of_every_pair_that_has_one(runtime: str, programs: Programs, tmp_path: Path) -> None:
    """By divisors of both signs, from the largest factor that the engine takes to one that needs the longest shifts."""
    files = {}
    for zero in (-128, 127):
        divisors = EVERY[zero != EVERY]
        a, b = (array.reshape(1, 256, 255) for array in np.meshgrid(EVERY, divisors, indexing="ij"))
        for number, factor in enumerate((2.0**19.5, 1000.0, 130.0)):
            content = pair("DIV", a, b, (0.5, 0.25, 2 / factor), (5 * number, zero, 3), a.shape)
            files[f"by {zero}, {factor}"] = content, (a,)
    for name, found in agree(files, runtime, programs, tmp_path).items():
        assert {-128, 127} <= set(np.unique(found)), name


def of_two_fed(zero: int = 0) -> bytes:
    specs = [Spec((1, 4), scale=0.5), Spec((1, 4), scale=0.5, zero_point=zero)]
    return operator_file("DIV", specs, Spec((1, 4), scale=1 / 512))


@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_a_divisor_that_is_fed(runtime: str, programs: Programs, tmp_path: Path) -> None:
    """Shapes come from a run on zeros, of which every divisor stands for 0."""
    inputs = np.array([[1, -2, 0, 3]], np.int8), np.array([[4, 4, 1, -8]], np.int8)
    found = agree({"DIV": (of_two_fed(), inputs)}, runtime, programs, tmp_path)
    assert found["DIV"].tolist() == [[127, -128, 0, -128]]


def test_a_quotient_that_the_kernels_do_not_have_ends_the_program(tmp_path: Path) -> None:
    graph = opened(of_two_fed(), "tflite_micro", tmp_path)
    program = c.build(graph, tmp_path / "c", flags=("-O0",))
    ones = np.ones((1, 4), np.int8)
    names = [entry.name for entry in graph.inputs]
    divided_by_zero = dict(zip(names, (ones, ones * 0), strict=True))
    with pytest.raises(UserError, match="divides by a code that stands for 0"):
        graph.run(divided_by_zero)
    with pytest.raises(UserError, match="divisor != 0"):
        c.run(program, graph, divided_by_zero)
    fine = opened(
        operator_file("DIV", [Spec((1, 4), scale=0.5), Spec((1, 4), scale=0.5)], Spec((1, 4), scale=8.0)),
        "tflite_micro", tmp_path,
    )  # fmt: skip
    nearly_nothing = dict(zip(names, (ones * 0, ones * 100), strict=True))
    with pytest.raises(UserError, match="shifts by more than 31 bits"):
        fine.run(nearly_nothing)
    with pytest.raises(UserError, match="right <= 31"):
        c.run(c.build(fine, tmp_path / "fine", flags=("-O0",)), fine, nearly_nothing)


def log_softmax(rows: Array, scale: float, zero: int = 0) -> tuple[bytes, tuple[Array]]:
    given = Spec(rows.shape, scale=np.float32(scale), zero_point=zero)
    return operator_file("LOG_SOFTMAX", [given], Spec(rows.shape, scale=1 / 16, zero_point=127)), (rows,)


@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_log_softmax_from_the_least_scale_to_the_largest(runtime: str, programs: Programs, tmp_path: Path) -> None:
    """Pairs of codes beside the lowest one; and rows of every length, in which the sum takes every leading bit."""
    rng = np.random.default_rng(2)
    rows = np.array([(above, below, -128) for above in range(-128, 128, 5) for below in range(-128, 128)], np.int8)
    scales = (1.01 * 2.0**-26, 2.0**-25, 2.0**-20, 1e-3, 0.1, 0.5, 2.0, 16.0, 31.99, 32.0)
    files = {f"scale {scale}": log_softmax(rows, scale, ENDS[number % 4]) for number, scale in enumerate(scales)}
    for length in (1, 2, 7, 500, 4095):
        row = codes(rng, 1, 3, length)
        row[0, 0] = 5  # every exponential is 1
        files[f"of {length}"] = log_softmax(row, 0.02)
    agree(files, runtime, programs, tmp_path)


def test_a_row_whose_sum_leaves_its_integers_is_refused(tmp_path: Path) -> None:
    long, _ = log_softmax(codes(np.random.default_rng(0), 1, 4096), 0.02)
    with pytest.raises(UserError, match=r"node \S+ has rows of 4096 codes"):
        c.generate(opened(long, "tflite_micro", tmp_path))


@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_norms_of_every_size(runtime: str, programs: Programs, tmp_path: Path) -> None:
    """Sums of every length in bits, along the channels of an image and along a row, up to the largest."""
    rng, files = np.random.default_rng(3), {}
    for number, shape in enumerate(((1, 1), (1, 40, 7), (1, 5, 6, 9), (1, 2, 33025))):
        zero = ENDS[number % len(ENDS)] if number < 3 else 127
        specs = [Spec(shape, scale=0.05, zero_point=zero), Spec(shape, scale=1 / 128)]
        given = codes(rng, *shape) if number < 3 else np.full(shape, -128, np.int8)
        if number == 1:
            given[0, :, 1:] = zero
        files[f"of {shape}"] = operator_file("L2_NORMALIZATION", specs[:1], specs[1]), (given,)
    agree(files, runtime, programs, tmp_path)


def test_a_norm_that_32_bits_do_not_hold_ends_the_program(tmp_path: Path) -> None:
    row = [Spec((1, 33026), scale=0.05, zero_point=127), Spec((1, 33026), scale=1 / 128)]
    graph = opened(operator_file("L2_NORMALIZATION", row[:1], row[1]), "tflite_micro", tmp_path)
    fed = {graph.inputs[0].name: np.full((1, 33026), -128, np.int8)}
    with pytest.raises(UserError, match="the squares of a row of L2_NORMALIZATION add up to"):
        graph.run(fed)
    with pytest.raises(UserError, match="sum <= INT32_MAX"):
        c.run(c.build(graph, tmp_path / "c", flags=("-O0",)), graph, fed)


def summed(rng: Random, axes: Sequence[int]) -> tuple[bytes, tuple[Array]]:
    shape, keep = (1, 5, 6, 7), len(axes) % 2
    gone = {axis % 4 for axis in axes}
    out = tuple(1 if axis in gone else length for axis, length in enumerate(shape) if keep or axis not in gone)
    specs = [
        Spec(shape, scale=0.05, zero_point=int(rng.choice(ENDS))),
        Spec((len(axes),), np.int32, data=np.array(axes, np.int32)),
    ]
    made = Spec(out, scale=np.float32(rng.choice([0.05, 0.31, 2.0])), zero_point=int(rng.choice(ENDS)))
    return operator_file("SUM", specs, made, {"keepDims": bool(keep)}), (codes(rng, *shape),)


@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_sums_over_any_axes(runtime: str, programs: Programs, tmp_path: Path) -> None:
    every = ([1, 2], [1], [2], [3], [2, 3], [1, 2, 3], [-1])
    files = {f"over {axes}": summed(np.random.default_rng(len(axes)), axes) for axes in every}
    agree(files, runtime, programs, tmp_path)


def test_the_kernel_sets_differ_in_sums(programs: Programs, tmp_path: Path) -> None:
    """The reference kernels sum up bytes: each kernel set has a program of its own."""
    shape = (1, 2, 2, 3)
    specs = [Spec(shape, scale=1.0), Spec((2,), np.int32, data=np.array([1, 2], np.int32))]
    content = operator_file("SUM", specs, Spec((1, 3), scale=1.0))
    few = np.array([-1, 0, 1] * 4, np.int8).reshape(shape)
    made = {runtime: agree({"SUM": (content, (few,))}, runtime, programs, tmp_path)["SUM"] for runtime in KERNEL_SETS}
    found = {runtime: sums.ravel().tolist() for runtime, sums in made.items()}
    assert found == {"tflite_micro": [-4, 0, 4], "tflite_reference": [-1, 0, 4]}


def transposed(rng: Random, geometry: tuple[Sequence[int], ...], same: bool) -> bytes:
    size, kernel, strides = geometry
    channels, filters = (int(v) for v in rng.integers(1, 6, 2))
    spans = zip(size, kernel, strides, strict=True)
    out = [n * stride if same else (n - 1) * stride + length for n, length, stride in spans]
    made = (1, *out, filters)
    weights = rng.choice(np.array([-127, -1, 0, 127], np.int8), (filters, *kernel, channels))
    specs = [
        Spec((4,), np.int32, data=np.array(made, np.int32)),
        Spec(weights.shape, scale=rng.uniform(0.003, 0.01, filters).astype(np.float32), data=weights),
        Spec((1, *size, channels), scale=0.05, zero_point=int(rng.choice(ENDS))),
    ]
    options = {"strideH": strides[0], "strideW": strides[1], "padding": int(not same)}
    content = operator_file("TRANSPOSE_CONV", specs, Spec(made, scale=0.1, zero_point=int(rng.choice(ENDS))), options)
    return content


def blocks(edges: Sequence[Sequence[int]], zero: int) -> bytes:
    rows, columns = (4 + sum(edges[0])) // 2, (6 + sum(edges[1])) // 2
    specs = [
        Spec((1, 4, 6, 3), scale=0.05, zero_point=zero),
        Spec((2,), np.int32, data=np.array([2, 2], np.int32)), Spec((2, 2), np.int32, data=np.array(edges, np.int32)),
    ]  # fmt: skip
    return operator_file("SPACE_TO_BATCH_ND", specs, Spec((4, rows, columns, 3), scale=0.05, zero_point=zero))


def test_blocks_with_and_without_a_border(programs: Programs, tmp_path: Path) -> None:
    """Micro's border is whatever lay in memory: it is refused, and what has none is not."""
    rng = np.random.default_rng(7)
    cases = (("tflite_micro", [[0, 0], [0, 0]]), ("tflite_reference", [[0, 0], [0, 0]]),
             ("tflite_reference", [[1, 3], [2, 0]]), ("tflite_reference", [[0, 2], [1, 1]]))  # fmt: skip
    files: dict[str, dict[str, tuple[bytes, tuple[Array]]]] = {runtime: {} for runtime in KERNEL_SETS}
    for number, (runtime, edges) in enumerate(cases):
        files[runtime][f"border {edges}"] = blocks(edges, ENDS[number]), (codes(rng, 1, 4, 6, 3),)
    for runtime, of_one in files.items():
        agree(of_one, runtime, programs, tmp_path)
    with pytest.raises(UserError, match=r"node \S+ \(SPACE_TO_BATCH_ND\).*does not set the border"):
        c.generate(opened(blocks([[1, 1], [0, 0]], 0), "tflite_micro", tmp_path))


GEOMETRIES = (
    ((1, 1), (1, 1), (1, 1)), ((1, 1), (5, 3), (5, 1)), ((7, 2), (3, 3), (2, 2)), ((3, 4), (4, 4), (2, 2)),
    ((2, 3), (6, 5), (1, 4)), ((4, 1), (2, 7), (2, 3)), ((3, 3), (9, 9), (3, 1)),
)  # fmt: skip


@pytest.mark.parametrize("runtime", KERNEL_SETS)
def test_transposed_convolutions_of_any_geometry(runtime: str, programs: Programs, tmp_path: Path) -> None:
    files = {}
    for geometry in GEOMETRIES:
        rng = np.random.default_rng(sum(geometry[0]))
        for same in (False, True):
            content = transposed(rng, geometry, same)
            (entry,) = opened(content, runtime, tmp_path).inputs
            shape = [axis if isinstance(axis, int) else 1 for axis in entry.shape or ()]
            image = rng.choice(np.array([-128, 0, 127], np.int8), shape)
            files[f"{geometry}, {'same' if same else 'valid'}"] = content, (image,)
    agree(files, runtime, programs, tmp_path)


def test_a_transposed_convolution_s_products_and_accumulators(tmp_path: Path) -> None:
    """Each code meets each weight of its channel; the sums, requantized, are the engine's codes."""
    case = TFLITE_GENERATORS["TRANSPOSE_CONV"](np.random.default_rng(5), "calibrated")
    graph = opened(case.content, "tflite_micro", tmp_path)
    network = Network(graph)
    (operation,) = (one for one in network.operations if one.op_type == "TRANSPOSE_CONV")
    values = network.items.run(case.inputs[0])
    sums = accumulators(network, operation, values)
    assert sums is not None
    assert write_vectors(graph, case.inputs[0], [0], [operation.name], ["npz"], tmp_path / "set")
    with np.load(tmp_path / "set" / f"{operation.name}-image0.npz", allow_pickle=False) as archive:
        v = dict(archive)
    np.testing.assert_array_equal(v["accumulator"], sums[0])
    whole = scaled(sums[0].astype(np.int64), v["multiplier"].astype(np.int64), v["exponent"], "twice_away")
    np.testing.assert_array_equal(np.clip(whole + int(v["y_zero_point"]), -128, 127), v["y"])
    (cost,) = (row for row in costs(graph) if row["op_type"] == "TRANSPOSE_CONV")
    height, width, channels = v["x"].shape
    assert cost["multiply_accumulates"] == height * width * channels * v["w"].size // channels


def test_a_node_may_be_called_like_another_s_parameters(tmp_path: Path) -> None:
    """A clamp called quotient_of_factor behind a quotient called quotient_of, whose factor had that name."""
    cases = (TFLITE_GENERATORS["DIV"](np.random.default_rng(seed), "calibrated") for seed in range(20))
    path = tmp_path / "one.tflite"
    for case in cases:
        path.write_bytes(case.content)
        reading = read(path)
        if len(reading.operations["nodes"]) == 2:
            break
    for node, name in zip(reading.operations["nodes"], ("quotient_of", "quotient_of_factor"), strict=True):
        node["name"] = name
    graph = Graph.from_parts(reading.operations, reading.tensors).with_runtime("tflite_micro")
    fed = dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True))
    (made,) = c.run(c.build(graph, tmp_path / "c", flags=("-O0",)), graph, fed).values()
    np.testing.assert_array_equal(made.ravel(), next(iter(graph.run(fed).values())).ravel())


HEADERS = Path(resnet8doc.__file__).parent / "hardware" / "c" / "source"


def test_every_name_that_a_header_declares_is_kept_from_nodes(tmp_path: Path) -> None:
    """Converters name operators after what they compute: a node called prelu, or max_pool, has C too."""
    declared: set[str] = set()
    for path in HEADERS.glob("*.h"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        declared |= {*re.findall(r"^[a-z]\w*(?: \w+)* \*?(\w+)\(", text, flags=re.MULTILINE)}
        declared |= {*re.findall(r"\} (\w+);", text)}
    assert {"prelu", "max_pool", "walk_t", "high_half"} <= declared == set(DECLARED)
    case = TFLITE_GENERATORS["PRELU"](np.random.default_rng(0), "calibrated")
    path = tmp_path / "one.tflite"
    path.write_bytes(case.content)
    reading = read(path)
    node = next(node for node in reading.operations["nodes"] if node["op_type"] == "PRELU")
    for name in ("prelu", "requantize", "factor_t"):
        node["name"] = name
        graph = Graph.from_parts(reading.operations, reading.tensors).with_runtime("tflite_micro")
        program = c.build(graph, tmp_path / name, flags=("-O0",))
        fed = {graph.inputs[0].name: case.inputs[0]}
        (made,) = c.run(program, graph, fed).values()
        np.testing.assert_array_equal(made.ravel(), next(iter(graph.run(fed).values())).ravel())
