"""Comparisons and SELECT of TensorFlow Lite, alone and one after the other, against every kernel set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.hardware import c
from resnet8doc.ops import OPERATORS
from resnet8doc.oracles import KERNELS, Spec, interpret, operator_file
from resnet8doc.oracles._operator import OPTIONS, pack
from resnet8doc.oracles._trial import survives
from resnet8doc.proof import TFLITE_GENERATORS, prove_tflite
from resnet8doc.proof._tflite_case import SCALES
from resnet8doc.proof._tflite_operators import in_both
from resnet8doc.reading.tflite._file import read_file
from resnet8doc.runtimes import RUNTIMES
from resnet8doc.runtimes.comparisons import COMPARISONS

Array = npt.NDArray[Any]
Random = np.random.Generator
SHAPES = ((1, 6), (1, 5, 6), (1, 4, 5, 6))


def codes(rng: Random, *shape: int) -> Array:
    return rng.integers(-128, 128, shape).astype(np.int8)


def quantized(shape: Sequence[int], scale: float = 0.05, zero: int = 3, data: Array | None = None) -> Spec:
    return Spec(shape, scale=np.float32(scale), zero_point=zero, data=data)


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", COMPARISONS)
def test_every_pair_of_codes(kind: str, kernels: str, tmp_path: Path) -> None:
    for number, ties in enumerate(SCALES):
        case = TFLITE_GENERATORS[kind](np.random.default_rng(number), ties)
        found, expected = in_both(case, tmp_path / "one.tflite", kernels)
        assert found.dtype == expected.dtype == np.bool_
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kernels", KERNELS)
def test_equal_means_the_same_in_steps_of_a_256th(kernels: str, tmp_path: Path) -> None:
    """Fine scales: numbers that differ are called equal."""
    every = np.arange(-128, 128, dtype=np.int8)[None]
    specs = [quantized((1, 256), 0.0009, 0), quantized((1, 256), 0.001, 0)]
    path = tmp_path / "one.tflite"
    path.write_bytes(operator_file("EQUAL", specs, Spec((1, 256), np.bool_)))
    graph = load(path).with_runtime(kernels)
    (found,) = graph.run({entry.name: every for entry in graph.inputs}).values()
    interpreter = interpret(path.read_bytes(), kernels)
    interpreter.run({0: every, 1: every})
    np.testing.assert_array_equal(found, interpreter.tensor(2))
    assert 1 < found.sum() < found.size


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_smaller_operand_is_spread(shape: tuple[int, ...], kernels: str, tmp_path: Path) -> None:
    rng, path = np.random.default_rng(len(shape)), tmp_path / "one.tflite"
    for number, small in enumerate(((shape[-1],), (1,), (*shape[:-1], 1), (1,) * len(shape))):
        stored = quantized(small, 0.07, -5, codes(rng, *small))
        specs = [quantized(shape), stored] if number % 2 else [stored, quantized(shape)]
        path.write_bytes(operator_file("GREATER", specs, Spec(shape, np.bool_)))
        graph, fed = load(path).with_runtime(kernels), codes(rng, *shape)
        (found,) = graph.run(fed).values()
        interpreter = interpret(path.read_bytes(), kernels)
        interpreter.run({0 if number % 2 else 1: fed})
        np.testing.assert_array_equal(found, interpreter.tensor(2))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", COMPARISONS)
def test_a_scale_of_1_ends_the_process_and_is_refused(kind: str, kernels: str, tmp_path: Path) -> None:
    path, fed = tmp_path / "one.tflite", np.zeros((1, 4), np.int8)
    path.write_bytes(operator_file(kind, [quantized((1, 4), 1.0), quantized((1, 4), 0.5)], Spec((1, 4), np.bool_)))
    with pytest.raises(UserError, match="ends the process"):
        survives(path.read_bytes(), kernels, {0: fed, 1: fed}, "one.tflite")
    graph = load(path).with_runtime(kernels)
    with pytest.raises(UserError, match=r"the scale of A of \w+ is 1; expected between 0 and 1"):
        graph.run({entry.name: fed for entry in graph.inputs})


@pytest.mark.parametrize("kind", COMPARISONS)
def test_a_trace_and_the_slow_twin_are_what_is_computed(kind: str) -> None:
    rng = np.random.default_rng(0)
    inputs = (codes(rng, 3, 4), np.float32(0.3), np.int8(5), codes(rng, 4), np.float32(0.004), np.int8(-100))
    record = OPERATORS["tflite", kind]
    assert record.loops is not None
    assert record.element is not None
    for kernels in KERNELS:
        fast = record.function(*inputs, runtime=RUNTIMES[kernels])
        np.testing.assert_array_equal(fast, record.loops(*inputs, runtime=RUNTIMES[kernels]))
        steps = record.element((1, 2), *inputs, runtime=RUNTIMES[kernels]).steps
        assert (steps[-1].name, steps[-1].value) == ("compared", fast[1, 2])
    with pytest.raises(UserError, match=f"ONNX Runtime, x86-64 has no {kind} of TensorFlow Lite"):
        record.function(*inputs)


def selecting(kind: str, condition: Array, shape: Sequence[int], made: Sequence[int]) -> bytes:
    specs = [Spec(condition.shape, np.bool_, data=condition), quantized(shape), quantized(shape)]
    return operator_file(kind, specs, quantized(made))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", ["SELECT", "SELECT_V2"])
def test_what_a_stored_condition_chooses(kind: str, kernels: str, tmp_path: Path) -> None:
    rng, path = np.random.default_rng(3), tmp_path / "one.tflite"
    for shape in SHAPES:
        conditions = [shape, ()] if kind == "SELECT" else [shape, (1,), (shape[-1],), (*shape[:-1], 1)]
        for where in conditions:
            condition = np.asarray(rng.integers(0, 2, where), bool)
            path.write_bytes(selecting(kind, condition, shape, shape))
            fed = [codes(rng, *shape) for _ in "xy"]
            graph = load(path).with_runtime(kernels)
            given = dict(zip((entry.name for entry in graph.inputs), fed, strict=True))
            if kernels == "tflite_micro" and kind == "SELECT":
                with pytest.raises(UserError, match="refuses the file"):
                    interpret(path.read_bytes(), kernels)
                with pytest.raises(UserError, match="has no SELECT of TensorFlow Lite"):
                    graph.run(given)
                continue
            made = graph.run(given)
            interpreter = interpret(path.read_bytes(), kernels)
            interpreter.run({1: fed[0], 2: fed[1]})
            (found,) = made.values()
            np.testing.assert_array_equal(found, interpreter.tensor(3), str((shape, where)))


@pytest.mark.parametrize("kernels", ["tflite_reference", "tflite_builtin", "xnnpack"])
def test_select_takes_a_truth_value_a_row(kernels: str, tmp_path: Path) -> None:
    rng, path = np.random.default_rng(4), tmp_path / "one.tflite"
    path.write_bytes(selecting("SELECT", np.array([True, False, True]), (3, 4, 5, 2), (3, 4, 5, 2)))
    graph, fed = load(path).with_runtime(kernels), [codes(rng, 3, 4, 5, 2) for _ in "xy"]
    (found,) = graph.run(dict(zip((entry.name for entry in graph.inputs), fed, strict=True))).values()
    interpreter = interpret(path.read_bytes(), kernels)
    interpreter.run({1: fed[0], 2: fed[1]})
    np.testing.assert_array_equal(found, interpreter.tensor(3))


def larger_of_two(shape: Sequence[int], second: float) -> bytes:
    """Return a network that compares two tensors, and takes the first or a third where it is greater."""
    specs = [quantized(shape), quantized(shape, second, -7)]
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(operator_file("GREATER", specs, Spec(shape, np.bool_)), 0))
    graph = model.subgraphs[0]
    for name in (b"t3", b"t4"):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, list(shape), schema.TensorType.INT8, 0
        tensor.quantization = graph.tensors[0].quantization
        graph.tensors.append(tensor)
    code, select = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.SELECT_V2
    code.version = OPTIONS["SELECT_V2"][1]
    select.opcodeIndex, select.inputs, select.outputs = 1, [2, 0, 3], [4]
    select.builtinOptions, select.builtinOptionsType = schema.SelectV2OptionsT(), schema.BuiltinOptions.SelectV2Options
    model.operatorCodes.append(code)
    graph.operators.append(select)
    graph.inputs, graph.outputs = [0, 1, 3], [4]
    return pack(model)


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_choice_that_is_computed(shape: tuple[int, ...], kernels: str, tmp_path: Path) -> None:
    """A comparison and what it chooses, several images at once where the kernels take them."""
    path, rng = tmp_path / "choice.tflite", np.random.default_rng(5)
    path.write_bytes(larger_of_two(shape, 0.08))
    feeds = {name: codes(rng, 6, *shape[1:]) for name in ("t0", "t1", "t3")}
    found = prove_tflite(path, feeds, kernels, batch=3, progress=False)
    assert (found["totals"]["local_mismatches"], found["totals"]["end_to_end_mismatches"]) == (0, 0)
    values = {row["op_type"]: row["values"] for row in found["nodes"]}
    assert values["GREATER"] == values["Where"] == 6 * np.prod(shape)


def test_what_cannot_be_read_is_said_by_name(tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    shape = (1, 4)
    other = [Spec(shape, np.bool_, data=np.ones(shape, bool)), quantized(shape), quantized(shape, 0.06)]
    for content, sentence in (
        (operator_file("SELECT_V2", other, quantized(shape)), "changes scale or zero point"),
        (operator_file("LESS", [quantized(shape)] * 2, quantized(shape)), "is int8; expected bool"),
        (operator_file("LESS", [Spec(shape, np.float32)] * 2, Spec(shape, np.bool_)), "is float32"),
    ):
        path.write_bytes(content)
        with pytest.raises(UserError, match=sentence):
            load(path)


@pytest.mark.parametrize("kernels", ["tflite_micro", "tflite_reference"])
def test_the_c_of_both_is_the_engine(kernels: str, tmp_path: Path) -> None:
    path, rng = tmp_path / "choice.tflite", np.random.default_rng(7)
    path.write_bytes(larger_of_two((1, 4, 5, 6), 0.08))
    graph = load(path).with_runtime(kernels)
    fed = {name: codes(rng, 3, 4, 5, 6) for name in ("t0", "t1", "t3")}
    found = c.equality(graph, fed, None, tmp_path / "c", progress=False)
    assert found["mismatches"] == 0
    assert found["values"] >= 2 * 3 * 4 * 5 * 6, "truth values, and what they choose"


def test_onnx_runtime_s_c_refuses_a_comparison_by_its_node(tmp_path: Path) -> None:
    path = tmp_path / "choice.tflite"
    path.write_bytes(larger_of_two((1, 6), 0.08))
    with pytest.raises(UserError, match=r"\(GREATER\): ONNX Runtime, x86-64 has no GREATER of TensorFlow Lite"):
        c.generate(load(path).with_runtime("onnxruntime_x86"))


def test_two_images_at_once_are_two_images(tmp_path: Path) -> None:
    path, rng = tmp_path / "choice.tflite", np.random.default_rng(6)
    path.write_bytes(larger_of_two((1, 4, 5, 6), 0.08))
    graph = load(path).with_runtime("tflite_reference")
    both = {name: codes(rng, 2, 4, 5, 6) for name in ("t0", "t1", "t3")}
    (together,) = graph.run(both).values()
    apart = [next(iter(graph.run({n: v[i : i + 1] for n, v in both.items()}).values())) for i in range(2)]
    np.testing.assert_array_equal(together, np.concatenate(apart))
    stored = np.array([[True, False], [False, True], [True, True]])
    fixed = operator_file("SELECT_V2", [Spec((3, 2), np.bool_, data=stored), quantized((1, 2)), quantized((1, 2))],
                          quantized((3, 2)))  # fmt: skip
    path.write_bytes(fixed)
    assert [entry.shape for entry in load(path).inputs] == [(1, 2), (1, 2)]
    assert read_file(fixed, "x").tensors[0].dtype == "bool"
