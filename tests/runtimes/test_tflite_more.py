"""SUM, TRANSPOSE_CONV, L2_NORMALIZATION, PRELU, DIV, functions of one code: equal to TensorFlow Lite, or refused."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph
from resnet8doc.ops import OPERATORS
from resnet8doc.ops.kernels import WITHOUT
from resnet8doc.oracles import KERNELS, Spec, TfliteNetwork, interpret, operator_file
from resnet8doc.proof import TFLITE_GENERATORS, TfliteCase
from resnet8doc.proof._tflite_case import SCALES
from resnet8doc.proof._tflite_operators import in_both, operators_of
from resnet8doc.reading.tflite import read
from resnet8doc.runtimes import RUNTIMES, TFLITE_BUILTIN
from resnet8doc.runtimes.logarithms import undecided_rows
from resnet8doc.runtimes.tflite_builtin import sum_beside_one, sum_of_codes

from .once import drawn, loaded

CURVES = ("ABS", "NEG", "EXP", "ELU", "GELU", "SQRT", "RSQRT")
PAIRS = ("PRELU", "SQUARED_DIFFERENCE", "DIV")
NAMES = (*CURVES, *PAIRS, "GELU, approximate", "L2_NORMALIZATION", "LOG_SOFTMAX", "SUM", "TRANSPOSE_CONV")
EVERY = np.arange(-128, 128, dtype=np.int8)[None]


def codes(shape: tuple[int, ...], scale: float, zero: int = 0, data: Any = None) -> Spec:
    return Spec(shape, scale=np.float32(scale), zero_point=zero, data=data)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def one_code(kind: str, x: float, y: float, zeros: tuple[int, int] = (0, 0)) -> bytes:
    return operator_file(kind, [codes((1, 256), x, zeros[0])], codes((1, 256), y, zeros[1]))


def or_refused(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except UserError as error:
        return error


def fed(graph: Graph, case: TfliteCase) -> dict[str, Any]:
    return dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", NAMES)
def test_equal_in_every_kernel_set_that_has_it(name: str, kernels: str, tmp_path: Path) -> None:
    if name not in operators_of(kernels):
        case = drawn(TFLITE_GENERATORS[name], 0, "calibrated")
        graph = load(written(tmp_path / "one.tflite", case.content)).with_runtime(kernels)
        remedy = WITHOUT[name.partition(",")[0]]
        with pytest.raises(UserError, match="Run it as ") as caught:
            graph.run(fed(graph, case))
        assert remedy not in str(caught.value).partition("Run it as")[2], "the remedy works"
        return
    for number in range(6):
        case = drawn(TFLITE_GENERATORS[name], number, SCALES[number % 3])
        ours, theirs = in_both(case, tmp_path / "one.tflite", kernels)
        np.testing.assert_array_equal(ours, theirs, str(number))


@pytest.mark.parametrize("runtime", [*KERNELS, "tflite_builtin_arm"])
@pytest.mark.parametrize("name", NAMES)
def test_a_trace_and_the_slow_twin_are_what_is_computed(name: str, runtime: str) -> None:
    kind = name.partition(",")[0]
    if WITHOUT.get(kind) == runtime or (runtime == "tflite_builtin_arm" and kind in ("SUM", "TRANSPOSE_CONV")):
        return
    for ties in SCALES:
        case = drawn(TFLITE_GENERATORS[name], 3, ties)
        graph = loaded(case.content).with_runtime(runtime)
        values = graph.run(fed(graph, case), "all")
        node = next(node for node in graph.nodes if node.op_type == kind)
        reads = {entry.tensor: values[entry.tensor] for entry in node.inputs if not entry.parameter}
        made, rng = values[node.output], np.random.default_rng(0)
        trace = graph.tracer(node.name, reads)
        for place in (*rng.integers(0, made.size, 6).tolist(), made.size - 1):
            index = tuple(int(i) for i in np.unravel_index(place, made.shape))
            assert trace(index).output == made[index]


@pytest.mark.parametrize("kind", CURVES)
def test_the_slow_twin_of_a_function_of_one_code(kind: str) -> None:
    x, zero = np.array([[0, 3, 100]], np.int8), np.int8(0)
    inputs = (x, np.float32(0.03), zero, np.float32(0.7), zero)
    record = OPERATORS["tflite", kind]
    assert record.loops is not None
    fast, slow = record.function(*inputs, runtime=TFLITE_BUILTIN), record.loops(*inputs, runtime=TFLITE_BUILTIN)
    np.testing.assert_array_equal(fast, slow)


@cache
def far_apart(kind: str, scale: float) -> bytes:
    inputs = [codes((1, 256), scale if kind in CURVES else 1.0, -128 if "SQRT" in kind else 3)]
    if kind not in CURVES:
        inputs.append(codes((1, 256), scale, -128, None if kind != "PRELU" else np.roll(EVERY, 7)))
    return operator_file(kind, inputs, codes((1, 256), 0.3, 2))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", [*CURVES, *PAIRS])
def test_scales_far_apart_are_right_or_refused(kind: str, kernels: str, tmp_path: Path) -> None:
    if WITHOUT.get(kind) == kernels:
        return
    computed = 0
    for exponent in (-24, -16, -9, -4, -1, 2, 7, 12):
        for scale in (2.0**exponent, 1.3 * 2.0**exponent):
            path = written(tmp_path / "one.tflite", far_apart(kind, scale))
            network = or_refused(partial(TfliteNetwork, path, kernels))
            if isinstance(network, UserError):
                assert "ends the process" in str(network)
                continue
            given = [EVERY, np.roll(EVERY, 7).clip(-127)][: len(network.graph.inputs)]
            truth = network.run(*given)
            graph = network.graph.with_runtime(RUNTIMES[kernels])
            found = or_refused(partial(graph.run, dict(zip((i.name for i in graph.inputs), given, strict=True))))
            if isinstance(found, UserError):
                assert "C libraries disagree" in str(found) or abs(exponent) > 4 or kind == "DIV"
                continue
            ((name, made),) = found.items()
            np.testing.assert_array_equal(made, truth[name], f"{scale}")
            computed += 1
    assert computed >= (2 if kind == "DIV" else 4)


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("small", [(6,), (1, 1, 1, 6), (1, 4, 5, 1), (1,), (1, 4, 5, 6)])
@pytest.mark.parametrize("kind", PAIRS)
def test_operands_are_spread(kind: str, small: tuple[int, ...], kernels: str, tmp_path: Path) -> None:
    shape, rng = (1, 4, 5, 6), np.random.default_rng(len(small))
    for stored_first in (False, True) if kind != "PRELU" else (False,):
        low = 0 if kind == "DIV" and not stored_first else -128
        stored = codes(small, 0.03, -128 if low == 0 else 4, rng.integers(low, 128, small).astype(np.int8))
        given = rng.integers(0, 128, shape).astype(np.int8) if kind == "DIV" else rng.integers(-128, 128, shape)
        fed_one = codes(shape, 0.05, -128 if kind == "DIV" else 7)
        inputs = [stored, fed_one] if stored_first else [fed_one, stored]
        made = codes(shape, {"DIV": 0.01, "PRELU": 0.06, "SQUARED_DIFFERENCE": 0.2}[kind], 3)
        case = TfliteCase(operator_file(kind, inputs, made), (given.astype(np.int8),))
        ours, theirs = in_both(case, tmp_path / "one.tflite", kernels)
        np.testing.assert_array_equal(ours, theirs, str(stored_first))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("axes", [(1,), (2,), (3,), (1, 2, 3), (-1,)])
@pytest.mark.parametrize("keep", [False, True])
def test_sums_over_any_axes(keep: bool, axes: tuple[int, ...], kernels: str, tmp_path: Path) -> None:
    shape, rng = (1, 4, 5, 18), np.random.default_rng(0)
    positive = {axis % 4 for axis in axes}
    out = tuple(1 if axis in positive else size for axis, size in enumerate(shape) if keep or axis not in positive)
    where = Spec((len(axes),), np.int32, data=np.array(axes, np.int32))
    content = operator_file("SUM", [codes(shape, 0.05, 3), where], codes(out, 0.31, -5), {"keepDims": keep})
    case = TfliteCase(content, (rng.integers(-128, 128, shape).astype(np.int8),))
    ours, theirs = in_both(case, tmp_path / "one.tflite", kernels)
    np.testing.assert_array_equal(ours, theirs)


def test_neg_negates_the_code_whatever_it_stands_for(tmp_path: Path) -> None:
    content = one_code("NEG", 0.5, 0.25, (7, -3))
    graph = load(written(tmp_path / "one.tflite", content)).with_runtime("xnnpack")
    (made,) = graph.run({graph.inputs[0].name: EVERY}).values()
    interpreter = interpret(content, "xnnpack")
    interpreter.run({0: EVERY})
    np.testing.assert_array_equal(made, interpreter.tensor(1))
    np.testing.assert_array_equal(made, np.negative(EVERY))


@pytest.mark.parametrize("kind", ["SQRT", "RSQRT"])
def test_roots_of_numbers_below_0_are_refused_as_by_the_kernels(kind: str, tmp_path: Path) -> None:
    content = one_code(kind, 0.05, 0.05)
    graph = load(written(tmp_path / "one.tflite", content)).with_runtime("tflite_builtin")
    name = graph.inputs[0].name
    with pytest.raises(UserError, match=rf"{kind} is given the code -128 of a number below 0"):
        graph.run({name: EVERY})
    with pytest.raises(UserError, match="the kernels stop"):
        interpret(content, "tflite_builtin").run({0: EVERY})
    above = np.maximum(EVERY, 0)
    interpreter = interpret(content, "tflite_builtin")
    interpreter.run({0: above})
    (made,) = graph.run({name: above}).values()
    np.testing.assert_array_equal(made, interpreter.tensor(1))


def test_a_code_that_c_libraries_disagree_about_is_refused(tmp_path: Path) -> None:
    middle = float(np.exp(np.float32(1)))  # e is then half a step
    graph = load(written(tmp_path / "one.tflite", one_code("EXP", 1.0, 2 * middle))).with_runtime("tflite_builtin")
    name = graph.inputs[0].name
    with pytest.raises(UserError, match=r"EXP of 1 - 0 steps of 1 lies so close .* C libraries disagree"):
        graph.run({name: EVERY})
    graph.run({name: np.where(EVERY == 1, 2, EVERY)})


@pytest.mark.parametrize("kernels", KERNELS)
def test_logarithms_of_probabilities_at_any_scale(kernels: str, tmp_path: Path) -> None:
    computed = 0
    for exponent in range(-24, 6):
        shape = (64, 7)
        content = operator_file("LOG_SOFTMAX", [codes(shape, 1.3 * 2.0**exponent, 5)], codes(shape, 1 / 16, 127))
        case = TfliteCase(content, (np.random.default_rng(exponent + 30).integers(-128, 128, shape).astype(np.int8),))
        both = or_refused(partial(in_both, case, tmp_path / "one.tflite", kernels))
        if isinstance(both, UserError):
            assert "C libraries disagree" in str(both) or "the scale of LOG_SOFTMAX's input" in str(both)
            continue
        ours, theirs = both
        np.testing.assert_array_equal(ours, theirs, str(exponent))
        computed += 1
    assert computed >= 25


def test_a_logarithm_that_c_libraries_disagree_about_is_refused(tmp_path: Path) -> None:
    shape, scale = (1, 40), np.float32(245 / 8000)
    content = operator_file("LOG_SOFTMAX", [codes(shape, float(scale))], codes(shape, 1 / 16, 127))
    graph, row = load(written(tmp_path / "one.tflite", content)), np.zeros(shape, np.int8)
    name = graph.inputs[0].name
    graph.run({name: row}, runtime="xnnpack")
    row[0, 0] = -1
    assert undecided_rows(row, scale).all()
    with pytest.raises(UserError, match=r"LOG_SOFTMAX gives a code .* C libraries disagree"):
        graph.run({name: row}, runtime="xnnpack")
    graph.run({name: row}, runtime="tflite_reference")


def test_quotients_that_c_does_not_define_are_refused(tmp_path: Path) -> None:
    content = operator_file("DIV", [codes((1, 4), 0.5), codes((1, 4), 0.5)], codes((1, 4), 0.5))
    graph = load(written(tmp_path / "one.tflite", content)).with_runtime("tflite_reference")
    names = [entry.name for entry in graph.inputs]
    a = np.array([[1, 100, 100, 100]], np.int8)
    for b, said in ((0, "divides by a code that stands for 0"), (127, "DIV of 1 by 127 steps shifts by more than 31")):
        with pytest.raises(UserError, match=said):
            graph.run(dict(zip(names, (a, np.full((1, 4), b, np.int8)), strict=True)))


def transposed(kernel: int, stride: int, out: int, asked: Any = None) -> bytes:
    shape = Spec((4,), np.int32, data=np.array(asked or (1, out, out, 2), np.int32))
    w = codes((2, kernel, kernel, 3), 0.01, data=np.ones((2, kernel, kernel, 3), np.int8))
    options = {"strideH": stride, "strideW": stride, "padding": 0}
    return operator_file("TRANSPOSE_CONV", [shape, w, codes((1, 4, 4, 3), 0.1)], codes((1, out, out, 2), 0.1), options)


def test_transposed_convolutions_of_other_shapes_are_refused(tmp_path: Path) -> None:
    for content, said in (
        (transposed(1, 2, 8), "a kernel of 1 with a stride of 2"),
        (transposed(3, 2, 9), r"makes 9 rows or columns of 4; expected 8\. Leave out output_padding"),
        (transposed(3, 2, 8, (1, 7, 8, 2)), "asks for"),
    ):
        with pytest.raises(UserError, match=said):
            read(written(tmp_path / "one.tflite", content))


def test_a_stored_output_shape_says_how_many_images_there_are(tmp_path: Path) -> None:
    path = written(tmp_path / "one.tflite", transposed(3, 2, 8))
    assert (load(path).inputs[0].shape or ())[0] == 1
    assert TfliteNetwork(path, "tflite_builtin", 5).batch == 1


@pytest.mark.parametrize("kernels", KERNELS)
def test_no_kernel_set_has_a_convolution_of_volumes_of_codes(kernels: str, tmp_path: Path) -> None:
    """So the reader refuses it by name, as it does what it does not know."""
    filters = codes((1, 1, 1, 2, 3), 0.1, data=np.ones((1, 1, 1, 2, 3), np.int8))
    ones = {f"{what}{axis}{of}": 1 for what, of in (("stride", ""), ("dilation", "Factor")) for axis in "DHW"}
    content = operator_file(
        "CONV_3D", [codes((1, 2, 2, 2, 2), 0.1), filters], codes((1, 2, 2, 2, 3), 0.1), {"padding": 1, **ones}
    )
    with pytest.raises(UserError, match="refuses the file"):
        interpret(content, kernels)
    with pytest.raises(UserError, match=r"cannot be read: CONV_3D \(operator 0\)"):
        load(written(tmp_path / "one.tflite", content))


BESIDE_ONE = [
    ((0.030172063037753105, 48), (1.0266611525366898e-06, -73), (1.1046381587220822e-06, 107), -35),
    ((2.441252399876248e-05, 28), (0.09385328739881516, 19), (5.959582267678343e-06, -23), -110),
    ((0.01982268877327442, -54), (1.6998393447375282e-07, -93), (3.9808514984498436e-07, -128), 44),
    ((0.009940287098288536, 101), (0.021464211866259575, -118), (5.164547474123538e-07, -91), -37),
]
"""Scales and zero points of A, B and C, and B's one code: a loop over two tensors would make another code of one."""


@pytest.mark.parametrize(("a", "b", "c", "one"), BESIDE_ONE)
def test_the_built_in_sum_beside_one_number_shifts_after_it_multiplies(
    a: tuple[float, int], b: tuple[float, int], c: tuple[float, int], one: int, tmp_path: Path
) -> None:
    inputs = [codes((1, 256), *a), codes((1,), *b, np.array([one], np.int8))]
    content = operator_file("ADD", inputs, codes((1, 256), *c), {"fusedActivationFunction": 0})
    path = written(tmp_path / "one.tflite", content)
    runtime, graph = interpret(content, "tflite_builtin"), load(path).with_runtime("tflite_builtin")
    runtime.run({0: EVERY})
    feeds = {graph.inputs[0].name: EVERY}
    made = next(iter(graph.run(feeds).values()))
    np.testing.assert_array_equal(made, runtime.tensor(2))
    whole, beside = (
        np.clip(
            way(EVERY.astype(np.int64), np.full(1, one, np.int64), (a[0], b[0], c[0]), (a[1], b[1], c[1])), -128, 127
        )
        for way in (sum_of_codes, sum_beside_one)
    )
    assert (whole != beside).any(), "the case can tell one from the other"
    node = next(node for node in graph.nodes if node.op_type == "QLinearAdd")
    trace = graph.tracer(node.name, feeds)
    for code in np.flatnonzero(whole != beside):
        assert trace((0, int(code))).output == made[0, code]


SPREAD = [
    ((1, 40, 24), (24,)), ((1, 40, 24), (1, 40, 1)), ((1, 5, 7, 24), (1, 5, 1, 24)), ((1, 5, 7, 24), (1, 5, 7, 1)),
    ((1, 40, 7), (7,)), ((1, 1, 24), (1, 40, 1)), ((1, 40, 24), (1,)), ((1, 4, 5, 3, 7), (7,)),
    ((1, 4, 5, 3, 7), (1, 1, 1, 3, 7)), ((1, 40, 13), (1, 40, 1)),
]  # fmt: skip


@pytest.mark.parametrize("kernels", ["tflite_builtin", "xnnpack"])
@pytest.mark.parametrize("kind", ["ADD", "MUL"])
@pytest.mark.parametrize(("shape", "other"), SPREAD)
def test_what_fills_no_vector_of_a_row(
    kind: str, kernels: str, shape: tuple[int, ...], other: tuple[int, ...], tmp_path: Path
) -> None:
    """Beyond 16 bits a vector and what is left over part; where an operand is spread each row has what is left over."""
    rng = np.random.default_rng(0)
    x = rng.integers(-128, 128, shape).astype(np.int8)
    made = np.broadcast_shapes(shape, other)
    for a, b, c in ((0.5, 0.5, 0.03125), (0.25, 0.5, 0.0625), (1.0, 0.5, 0.002), (0.03, 0.02, 0.0001)):
        stored = rng.integers(-128, 128, other).astype(np.int8)
        inputs = [codes(shape, a, -128), codes(other, b, 127, stored)]
        content = operator_file(kind, inputs, codes(made, c, 30), {"fusedActivationFunction": 0})
        path = written(tmp_path / "one.tflite", content)
        reading, runtime = read(path), interpret(content, kernels)
        graph = Graph.from_parts(reading.operations, reading.tensors).with_runtime(kernels)
        runtime.run({0: x})
        expected = runtime.tensor(2)
        fed = {graph.inputs[0].name: x}
        found = or_refused(partial(graph.run, fed))
        assert not isinstance(found, UserError), found
        np.testing.assert_array_equal(next(iter(found.values())), expected)
        node = next(node for node in graph.nodes if node.op_type in ("QLinearAdd", "QLinearMul"))
        values, trace = graph.run(fed, node.output)[node.output], graph.tracer(node.name, fed)
        for index in np.argwhere(values == values)[:: max(1, values.size // 40)]:
            assert trace(tuple(map(int, index))).output == values[tuple(index)]
