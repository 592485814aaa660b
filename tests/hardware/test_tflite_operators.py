"""C, vectors and checker of TensorFlow Lite's operators, one at a time, against TensorFlow Lite Micro itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph
from resnet8doc.hardware import Network, buffers, c, check, write_vectors
from resnet8doc.oracles import Spec, operator_file
from resnet8doc.oracles._operator import OPTIONS
from resnet8doc.oracles._tflite import interpret
from resnet8doc.proof import TFLITE_GENERATORS, UINT8_GENERATORS, TfliteCase
from resnet8doc.proof._tflite_case import SCALES
from resnet8doc.proof._tflite_operators import operators_of
from resnet8doc.proof._tflite_uint8 import UINT8
from resnet8doc.reading.tflite import read
from resnet8doc.reading.tflite._operations import TRANSLATE
from resnet8doc.runtimes.comparisons import COMPARISONS

from ..runtimes.test_tflite_choices import selecting
from ..runtimes.tflite_moves import TFLITE_MOVES
from .side_by_side import Case, Programs, Together

Array = npt.NDArray[Any]
Random = np.random.Generator

SAME, VALID = 0, 1


def quantized(shape: tuple[int, ...], scale: float = 0.05, zero: int = 0) -> Spec:
    return Spec(shape, scale=np.float32(scale), zero_point=zero)


def codes(rng: Random, *shape: int) -> Array:
    return rng.integers(-128, 128, shape).astype(np.int8)


def max_pool(rng: Random) -> TfliteCase:
    kernel, stride = (int(v) for v in rng.integers(1, 6, 2))
    padding = int(rng.choice([SAME, VALID]))
    size = int(rng.integers(kernel, 14))
    out = -(-size // stride) if padding == SAME else (size - kernel) // stride + 1
    options = {"filterHeight": kernel, "filterWidth": kernel, "strideH": stride, "strideW": stride, "padding": padding,
               "fusedActivationFunction": int(rng.integers(2))}  # fmt: skip
    zero = int(rng.integers(-128, 128))
    shape = (1, size, size, 7)
    content = operator_file(
        "MAX_POOL_2D", [quantized(shape, zero=zero)], quantized((1, out, out, 7), zero=zero), options
    )
    return TfliteCase(content, (codes(rng, *shape),))


def concatenation(rng: Random) -> TfliteCase:
    zero, axis = int(rng.integers(-128, 128)), int(rng.integers(1, 4))
    shapes = [[1, 4, 5, 6] for _ in range(3)]
    for shape in shapes:
        shape[axis] = int(rng.integers(1, 7))
    out = [1, 4, 5, 6]
    out[axis] = sum(shape[axis] for shape in shapes)
    stored = Spec(tuple(shapes[1]), scale=np.float32(0.05), zero_point=zero, data=codes(rng, *shapes[1]))
    inputs = [quantized(tuple(shapes[0]), zero=zero), stored, quantized(tuple(shapes[2]), zero=zero)]
    options = {"axis": axis, "fusedActivationFunction": 0}  # Micro takes no other
    content = operator_file("CONCATENATION", inputs, quantized(tuple(out), zero=zero), options)
    return TfliteCase(content, (codes(rng, *shapes[0]), codes(rng, *shapes[2])))


def pad(rng: Random) -> TfliteCase:
    shape, edges = (1, 5, 4, 3), rng.integers(0, 3, (4, 2)).astype(np.int32)
    edges[0] = 0
    out = tuple(int(n + a + b) for n, (a, b) in zip(shape, edges, strict=True))
    zero = int(rng.integers(-128, 128))
    inputs = [quantized(shape, zero=zero), Spec((4, 2), np.int32, data=edges)]
    own = bool(rng.integers(2))
    if own:
        inputs.append(Spec((1,), scale=np.float32(0.05), zero_point=zero, data=codes(rng, 1)))
    content = operator_file("PADV2" if own else "PAD", inputs, quantized(out, zero=zero))
    return TfliteCase(content, (codes(rng, *shape),))


def spread(kind: str) -> Callable[[Random], TfliteCase]:
    """Return a case with one operand that is stored and smaller than the other."""

    def made(rng: Random) -> TfliteCase:
        shape = (1, 4, 5, 6)
        small = [(6,), (1, 1, 1, 6), (1, 4, 5, 1), (1,)][int(rng.integers(4))]
        a, b = (float(v) for v in rng.uniform(0.02, 0.1, 2))
        out = a * b * 60 if kind == "MUL" else max(a, b) * 1.5
        zeros = [int(zero) for zero in rng.integers(-128, 128, 3)]
        stored = Spec(small, scale=np.float32(b), zero_point=zeros[1], data=codes(rng, *small))
        fed = quantized(shape, a, zeros[0])
        inputs = [fed, stored] if rng.integers(2) else [stored, fed]
        y = Spec(shape, np.bool_) if kind in COMPARISONS else quantized(shape, out, zeros[2])
        options = {} if kind in COMPARISONS else {"fusedActivationFunction": int(rng.integers(2))}
        return TfliteCase(operator_file(kind, inputs, y, options), (codes(rng, *shape),))

    return made


def select(rng: Random) -> TfliteCase:
    """Return a case whose condition is stored, and may be smaller."""
    shape = (1, 4, 5, 6)
    truth = np.asarray(rng.integers(0, 2, [shape, (6,), (1,)][int(rng.integers(3))]), bool)
    return TfliteCase(selecting("SELECT_V2", truth, shape, shape), (codes(rng, *shape), codes(rng, *shape)))


def generated(name: str) -> Callable[[Random], TfliteCase]:
    """Return a case as the proof of single operators makes them."""
    return lambda rng: TFLITE_GENERATORS[name](rng, "powers of two" if rng.integers(2) else "calibrated")


CASES: dict[str, Callable[[Random], TfliteCase]] = {
    **{name: generated(name)
       for name in ("MEAN", "MUL", "SUB", "ADD", "AVERAGE_POOL_2D", "LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU",
                    "ABS", "ELU", "RSQRT", "SUM", "PRELU", "SQUARED_DIFFERENCE", "DIV", "LOG_SOFTMAX", "TRANSPOSE_CONV",
                    "L2_NORMALIZATION", "RESIZE_BILINEAR", "QUANTIZE, of codes", "RELU, of two scales",
                    "RELU6, of two scales", "FULLY_CONNECTED", "CONV_2D, 3 x 3", "DEPTHWISE_CONV_2D",
                    *COMPARISONS)},
    "MAX_POOL_2D": max_pool, "PAD": pad, "CONCATENATION": concatenation,
    **{name: TFLITE_MOVES[name] for name in ("MAXIMUM", "MINIMUM", "REDUCE_MAX", "REDUCE_MIN")},
    "SELECT_V2": select, "GREATER, spread": spread("GREATER"), "MUL, spread": spread("MUL"),
    "SUB, spread": spread("SUB"),
}  # fmt: skip
TWICE = 2
"""Cases of each operator."""


def opened(case: TfliteCase, folder: Path) -> tuple[Graph, dict[str, Array], Array]:
    """Return the graph in Micro's arithmetic, what it is fed, and what Micro gives, channels last."""
    path = folder / "one.tflite"
    path.write_bytes(case.content)
    graph = load(path).with_runtime("tflite_micro")
    interpreter = interpret(case.content, "tflite_micro")
    interpreter.run(dict(enumerate(case.inputs)))
    fed = dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True))
    network = Network(graph)
    last = read(path).places[network.source(network.outputs[graph.outputs[0].name])]
    return graph, fed, interpreter.tensor(last.index)


@pytest.fixture(scope="module")
def by_micro(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> tuple[Together, dict[str, Array]]:
    """Give cases of every operator in C, and what Micro gives."""
    folder, cases, expected = tmp_path_factory.mktemp("files"), {}, {}
    for name, case in CASES.items():
        rng = np.random.default_rng(len(name))
        for number in range(TWICE):
            graph, fed, expected[f"{name} {number}"] = opened(case(rng), folder)
            cases[f"{name} {number}"] = Case(graph, fed)
    return Together(cases, programs, alike=True), expected


@pytest.mark.parametrize("number", range(TWICE))
@pytest.mark.parametrize("name", CASES)
def test_c_gives_what_micro_gives(name: str, number: int, by_micro: tuple[Together, dict[str, Array]]) -> None:
    together, expected = by_micro
    case, key = together.cases[f"{name} {number}"], f"{name} {number}"
    (made,) = together.run(key, "codes").values()
    np.testing.assert_array_equal(made.reshape(-1), expected[key].reshape(-1))
    every = together.run(key)
    own = {operation.output: every[operation.output] for operation in Network(case.graph).operations}
    assert check(own, case.graph, case.fed).equal, "each tensor is found by its name, the clamp's and the convolution's"


@pytest.mark.parametrize("name", CASES)
def test_checker_vectors_and_plan_take_it(name: str, tmp_path: Path) -> None:
    graph, fed, expected = opened(CASES[name](np.random.default_rng(1)), tmp_path)
    network = Network(graph)
    (output,) = network.outputs.values()
    maker = network.source(output)
    assert buffers(graph).peak_bytes >= expected.size
    write_vectors(graph, fed, [0], None, ["npz", "json", "c", "hex"], tmp_path / "set")
    operation = network.operation(maker)
    with np.load(tmp_path / "set" / f"{operation.name}-image0.npz", allow_pickle=False) as archive:
        y = archive["y"]
    image = expected.ndim == 4 and not network.is_image(maker)  # no operator says which axis counts channels
    np.testing.assert_array_equal(y.reshape(-1), (np.moveaxis(expected, 3, 1) if image else expected).reshape(-1))
    right = {maker: y.reshape(1, *network.shape(maker))}
    assert check(right, graph, fed).equal
    wrong = {maker: right[maker] ^ np.int8(1)}
    assert check(wrong, graph, fed).findings[0].mismatches == y.size


def test_select_has_c(tmp_path: Path) -> None:
    """SELECT takes a truth value a row; Micro has none, which is said."""
    rng, path, shape = np.random.default_rng(3), tmp_path / "one.tflite", (3, 4, 5, 2)
    path.write_bytes(selecting("SELECT", np.array([True, False, True]), shape, shape))
    graph = load(path).with_runtime("tflite_reference")
    with pytest.raises(UserError, match="TensorFlow Lite Micro has no SELECT of TensorFlow Lite"):
        c.build(graph.with_runtime("tflite_micro"), tmp_path / "micro")
    fed = {entry.name: codes(rng, *shape) for entry in graph.inputs}
    (made,) = c.run(c.build(graph, tmp_path / "c", flags=("-O1",)), graph, fed).values()
    (expected,) = graph.run(fed).values()
    np.testing.assert_array_equal(made.reshape(-1), expected.reshape(-1))


def test_truth_values_are_0_and_1(tmp_path: Path) -> None:
    graph, fed, expected = opened(generated("LESS")(np.random.default_rng(0)), tmp_path)
    (output,) = Network(graph).outputs.values()
    assert check({output: expected}, graph, fed).equal
    with pytest.raises(UserError, match=r"holds other numbers than 0 and 1; expected truth values"):
        check({output: expected.astype(np.uint8) * 255}, graph, fed)


def in_reference_kernels(case: TfliteCase, folder: Path) -> Case:
    path = folder / "one.tflite"
    path.write_bytes(case.content)
    graph = load(path).with_runtime("tflite_reference")
    return Case(graph, dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True)))


def assert_engine_s(together: Together, name: str) -> None:
    case = together.cases[name]
    (made,), (expected,) = together.run(name, "codes").values(), case.graph.run(case.fed).values()
    assert made.dtype == expected.dtype
    np.testing.assert_array_equal(made.reshape(-1), expected.reshape(-1), name)


def test_the_reference_kernels_fully_connected_layers_are_computed_in_float64(
    programs: Programs, tmp_path: Path
) -> None:
    """Biases bring the sums all over the output's range, so that ties are frequent with powers of two."""
    drawn = {
        ties: TFLITE_GENERATORS["FULLY_CONNECTED"](np.random.default_rng(n), ties) for n, ties in enumerate(SCALES)
    }
    cases: dict[str, Case] = {ties: in_reference_kernels(case, tmp_path) for ties, case in drawn.items()}
    together = Together(cases, programs, ("-O1", *c.SANITIZE))
    for ties, case in cases.items():
        assert_engine_s(together, ties)
        assert "fully_connected.c" in c.generate(case.graph)
        assert "fully_connected.c" not in c.generate(case.graph.with_runtime("tflite_micro"))


def test_tables_that_micro_lacks_have_c_for_another_kernel_set(programs: Programs, tmp_path: Path) -> None:
    drawn = {name: TFLITE_GENERATORS[name](np.random.default_rng(0), "calibrated")
             for name in ("EXP", "GELU", "NEG", "SQRT")}  # fmt: skip
    cases = {name: in_reference_kernels(case, tmp_path) for name, case in drawn.items()}
    together = Together(cases, programs, alike=True)
    for name in drawn:
        assert_engine_s(together, name)


def test_every_operator_on_codes_that_is_read_is_tried() -> None:
    """What is left has no codes as its input, or only moves them (and then has tests of its own)."""
    tried = {name.partition(",")[0] for name in CASES} | {"PADV2"}
    others = {"BATCH_MATMUL", "DEQUANTIZE", "RELU_N1_TO_1", "RESHAPE", "SOFTMAX"}
    others |= {"TRANSPOSE", *set(TFLITE_MOVES) - tried, "SELECT"}  # Micro has no SELECT; see below
    others |= {name.partition(",")[0] for name in TFLITE_GENERATORS if name not in operators_of("tflite_micro")}
    assert tried | others | set(NO_C) | {"CAST"} == set(TRANSLATE)  # CAST is of indices, behind what has no C
    assert tried <= set(OPTIONS)


OF_UINT8 = {
    **{name: UINT8_GENERATORS[name + UINT8]
       for name in ("MEAN", "MUL", "SUB", "ADD", "AVERAGE_POOL_2D", "MAX_POOL_2D", "LOGISTIC", "TANH", "HARD_SWISH",
                    "LEAKY_RELU", "GELU", "SUM", "PRELU", "DIV", "SOFTMAX", "TRANSPOSE_CONV", "QUANTIZE",
                    "QUANTIZE, of codes", "RELU, of two scales", "RELU6, of two scales", "CONV_2D, 3 x 3",
                    "DEPTHWISE_CONV_2D", "CONCATENATION", "FULLY_CONNECTED", "L2_NORMALIZATION", *COMPARISONS)},
}  # fmt: skip
NO_C = {"ARG_MAX": "is ArgMax; expected one of", "ARG_MIN": "is ArgMin; expected one of"}
NO_C_OF_UINT8 = {"LOG_SOFTMAX": "LOG_SOFTMAX of uint8; expected int8",
                 "RESIZE_BILINEAR": "RESIZE_BILINEAR of uint8; expected int8", **NO_C}  # fmt: skip
"""What is refused, and how."""


def of_uint8(name: str, folder: Path) -> Case:
    return in_reference_kernels(UINT8_GENERATORS[name + UINT8](np.random.default_rng(2), "powers of two"), folder)


@pytest.fixture(scope="module")
def uint8_in_c(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Together:
    """Give a case of each operator; that its files are enough for it is shown above, in whatever type of codes."""
    folder = tmp_path_factory.mktemp("uint8")
    return Together({name: of_uint8(name, folder) for name in OF_UINT8}, programs)


@pytest.mark.parametrize("name", OF_UINT8)
def test_c_of_uint8_gives_what_the_engine_gives(name: str, uint8_in_c: Together) -> None:
    assert_engine_s(uint8_in_c, name)


@pytest.mark.parametrize("name", NO_C_OF_UINT8)
def test_c_of_uint8_that_is_none(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=NO_C_OF_UINT8[name]):
        c.build(of_uint8(name, tmp_path).graph, tmp_path / "c", flags=("-O1",))


@pytest.mark.parametrize("name", NO_C)
def test_what_has_no_c(name: str, tmp_path: Path) -> None:
    case, path = TFLITE_GENERATORS[name](np.random.default_rng(2), "powers of two"), tmp_path / "one.tflite"
    path.write_bytes(case.content)
    for write in (lambda graph: c.build(graph, tmp_path / "c"), buffers):
        with pytest.raises(UserError, match=f"{NO_C[name]}.*Cut the model before"):
            write(load(path).with_runtime("tflite_micro"))


def test_each_operator_of_uint8_has_c_or_is_refused() -> None:
    """Only DEQUANTIZE makes no codes."""
    tried = {name.partition(",")[0] for name in (*OF_UINT8, *NO_C_OF_UINT8)}
    assert {name.partition(",")[0] for name in UINT8_GENERATORS} == tried | {"DEQUANTIZE"}
