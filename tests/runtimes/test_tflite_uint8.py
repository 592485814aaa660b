"""uint8 codes, as quantization-aware training in TensorFlow 1 made: equal to the kernels, or refused."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph
from resnet8doc.oracles import KERNELS, Spec, interpret, operator_file
from resnet8doc.proof import TFLITE_GENERATORS, UINT8_GENERATORS, TfliteCase, as_uint8
from resnet8doc.proof._tflite_case import SCALES
from resnet8doc.proof._tflite_uint8 import UINT8, WITHOUT
from resnet8doc.reading.tflite._file import read_file

from .once import drawn, loaded
from .tflite_moves import TFLITE_MOVES, codes, integers, quantized

OF_LITE = [kernels for kernels in KERNELS if kernels != "tflite_micro"]
OF_MICRO = ("BROADCAST_TO", "SQUEEZE", "REVERSE_V2", "RESHAPE")
"""What TensorFlow Lite Micro moves of uint8."""

IMAGE = (1, 3, 4, 2)


def one(kind: str, stored: list[Spec], made: tuple[int, ...], options: dict[str, object] | None = None) -> TfliteCase:
    rng = np.random.default_rng(len(kind))
    return TfliteCase(operator_file(kind, [quantized(IMAGE), *stored], quantized(made), options), (codes(rng, IMAGE),))


EDGES = integers([0, 0], [1, 2], [3, 1], [0, 0])
MOVES: dict[str, Callable[[np.random.Generator], TfliteCase]] = {
    **TFLITE_MOVES,
    "RESHAPE": lambda rng: one("RESHAPE", [integers(1, 24)], (1, 24)),
    "TRANSPOSE": lambda rng: one("TRANSPOSE", [integers(0, 2, 1, 3)], (1, 4, 3, 2)),
    "PAD": lambda rng: one("PAD", [EDGES], (1, 6, 8, 2)),
    "PADV2": lambda rng: one(
        "PADV2", [EDGES, Spec((1,), scale=0.05, zero_point=3, data=np.array([17], np.int8))], (1, 6, 8, 2)
    ),
    "RELU": lambda rng: one("RELU", [], IMAGE),
    "RELU6": lambda rng: one("RELU6", [], IMAGE),
}


@cache
def unsigned(kind: str, number: int) -> TfliteCase:
    return as_uint8(drawn(MOVES[kind], (number, len(kind))))


def written(path: Path, case: TfliteCase) -> Graph:
    path.write_bytes(case.content)
    return load(path)


def given(graph: Graph, case: TfliteCase) -> dict[str, np.ndarray]:
    return dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", MOVES)
def test_what_moves_codes(kind: str, kernels: str) -> None:
    for number in range(4):
        case = unsigned(kind, number)
        graph, file = loaded(case.content).with_runtime(kernels), read_file(case.content, "one")
        if kernels == "tflite_micro" and kind not in OF_MICRO:
            with pytest.raises(UserError, match=r"tflite_micro refuses the file|the kernels stop"):
                interpret(case.content, kernels).run(dict(zip(file.inputs, case.inputs, strict=True)))
            continue
        interpreter = interpret(case.content, kernels)
        interpreter.run(dict(zip(file.inputs, case.inputs, strict=True)))
        made = graph.run(given(graph, case))
        for entry, index in zip(graph.outputs, file.outputs, strict=True):
            expected = interpreter.tensor(index)
            assert made[entry.name].dtype == expected.dtype
            np.testing.assert_array_equal(made[entry.name], expected, str(number))
        assert made[graph.outputs[0].name].dtype == np.uint8


@pytest.mark.parametrize("runtime", OF_LITE)
@pytest.mark.parametrize("name", UINT8_GENERATORS)
def test_a_trace_is_what_is_computed(name: str, runtime: str) -> None:
    for ties in SCALES:
        case = drawn(UINT8_GENERATORS[name], 3, ties)
        graph = loaded(case.content).with_runtime(runtime)
        values, rng = graph.run(given(graph, case), "all"), np.random.default_rng(0)
        for node in graph.nodes:
            if node.op_type in ("Transpose", "Clip", "MaxPool", "ArgMax", "ArgMin", "Cast"):
                continue
            reads = {entry.tensor: values[entry.tensor] for entry in node.inputs if not entry.parameter}
            made, trace = values[node.output], graph.tracer(node.name, reads)
            for place in (*rng.integers(0, made.size, 3).tolist(), made.size - 1):
                index = tuple(int(i) for i in np.unravel_index(place, made.shape))
                assert trace(index).output == made[index]


HAVE = {"tflite_micro": ("DEQUANTIZE",), "tflite_builtin_arm": ("MAX_POOL_2D", "ARG_M", "QUANTIZE, of codes")}
"""What other kernels compute: Micro; and on ARM what every processor does, and QUANTIZE, compared between two types."""
LACK = [(name, runtime) for runtime, have in HAVE.items() for name in UINT8_GENERATORS if not name.startswith(have)]


@pytest.mark.parametrize(("name", "runtime"), LACK)
def test_other_kernels_are_refused_by_name(name: str, runtime: str, tmp_path: Path) -> None:
    case = UINT8_GENERATORS[name](np.random.default_rng(0), "calibrated")
    graph = written(tmp_path / "one.tflite", case).with_runtime(runtime)
    with pytest.raises(UserError, match=rf"{graph.runtime.title} has no \w+ (of|from|to) (uint8|TensorFlow|int64)"):
        graph.run(given(graph, case))


@pytest.mark.parametrize("name", WITHOUT)
def test_what_no_kernel_set_has_is_refused(name: str, tmp_path: Path) -> None:
    case = as_uint8(TFLITE_GENERATORS[name](np.random.default_rng(0), "calibrated"))
    with pytest.raises(UserError, match=f"uint8, and no kernels of TensorFlow Lite have {name} of it; expected int8"):
        written(tmp_path / "one.tflite", case)
    feeds = dict(zip(read_file(case.content, "one").inputs, case.inputs, strict=True))
    for kernels in KERNELS:
        with pytest.raises(UserError, match=r"refuses the file|the kernels stop"):
            interpret(case.content, kernels).run(feeds)


def test_the_two_lists_name_every_operator() -> None:
    known = {name.partition(",")[0] for name in UINT8_GENERATORS}
    assert known == {name.partition(",")[0] for name in TFLITE_GENERATORS} - set(WITHOUT) | {"CONCATENATION"}
    assert all(name.endswith(UINT8) for name in UINT8_GENERATORS)


@pytest.mark.parametrize(
    ("weights", "bias", "message"),
    [
        ({"scale": [0.1, 0.2]}, True, r"the weights t1 are uint8 with 2 scales; expected one scale for all"),
        ({"scale": 0.1}, False, r"CONV_2D.* has uint8 codes and no bias; expected a bias"),
    ],
)
def test_weights_that_no_kernel_takes(weights: dict[str, object], bias: bool, message: str, tmp_path: Path) -> None:
    stored = Spec((2, 1, 1, 3), np.uint8, zero_point=7, data=np.zeros((2, 1, 1, 3), np.uint8), **weights)  # type: ignore[arg-type]
    image = Spec((1, 2, 2, 3), np.uint8, 0.5)
    inputs = [image, stored, *([Spec((2,), np.int32, data=np.zeros(2, np.int32))] if bias else [])]
    options = {"strideH": 1, "strideW": 1, "padding": 1}
    content = operator_file("CONV_2D", inputs, Spec((1, 2, 2, 2), np.uint8, 0.5), options)
    with pytest.raises(UserError, match=message):
        written(tmp_path / "one.tflite", TfliteCase(content, ()))


SPREAD = [((1, 4, 5, 6), (6,)), ((1, 4, 5, 6), (1, 4, 5, 1)), ((1, 3, 7, 20), (1, 1, 1, 20)), ((1, 4, 5, 6), (1,)),
          ((2, 33), (33,)), ((2, 33), (2, 1)), ((1, 5, 16), (1, 1, 16))]  # fmt: skip
"""Shapes of an operand that is fed and of one that is stored."""


@pytest.mark.parametrize("kernels", OF_LITE)
@pytest.mark.parametrize("kind", ["ADD", "SUB", "MUL"])
def test_operands_that_are_spread(kind: str, kernels: str, tmp_path: Path) -> None:
    for number, (shape, small) in enumerate(SPREAD):
        rng = np.random.default_rng(number)
        a, b = (np.float32(2.0 ** -rng.integers(1, 6) if number % 2 else rng.uniform(0.02, 0.1)) for _ in "ab")
        c = np.float32(a * b * 60 if kind == "MUL" else max(a, b) * rng.uniform(0.8, 2))
        zeros = rng.integers(0, 256, 3).tolist()
        stored = Spec(small, np.uint8, b, zeros[1], rng.integers(0, 256, small).astype(np.uint8))
        specs = [Spec(shape, np.uint8, a, zeros[0]), stored][:: 1 if number % 3 else -1]
        content = operator_file(kind, specs, Spec(shape, np.uint8, c, zeros[2]))
        case = TfliteCase(content, (rng.integers(0, 256, shape).astype(np.uint8),))
        graph, interpreter = written(tmp_path / "one.tflite", case).with_runtime(kernels), interpret(content, kernels)
        file = read_file(content, "one")
        interpreter.run({file.inputs[0]: case.inputs[0]})
        (made,) = graph.run(given(graph, case)).values()
        np.testing.assert_array_equal(made, interpreter.tensor(file.outputs[0]), str(number))
