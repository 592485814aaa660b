"""The table of what kernel sets lack, held to the interpreters: every operator that is read, in each of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.ops.kernels import KERNEL_SETS, LACKING, kernel_of, lacks
from resnet8doc.oracles import KERNELS, Spec, Step, interpret, network_file, operator_file
from resnet8doc.playground.model import own_network
from resnet8doc.proof import TFLITE_GENERATORS, TfliteCase, prove_tflite
from resnet8doc.proof._tflite_uint8 import as_uint8, lifted
from resnet8doc.reading.tflite._file import read_file
from resnet8doc.reading.tflite._operations import TRANSLATE
from resnet8doc.specification._subject import open_subject

from .tflite_moves import TFLITE_MOVES, integers, quantized

Array = npt.NDArray[Any]
EVERY = np.arange(-128, 128, dtype=np.int8)[None]


def of_one_tensor(kind: str, axes: int, made: Any = None, *stored: Spec) -> TfliteCase:
    shape = tuple(range(1, axes + 1))
    fed = np.zeros(shape, np.int8)
    return TfliteCase(operator_file(kind, [quantized(shape), *stored], quantized(made or shape)), (fed,))


def chosen(kind: str) -> TfliteCase:
    specs = [Spec((1, 4), np.bool_, data=np.array([[True, False, True, False]])), quantized((1, 4)), quantized((1, 4))]
    fed = (np.zeros((1, 4), np.int8), np.ones((1, 4), np.int8))
    return TfliteCase(operator_file(kind, specs, quantized((1, 4))), fed)


def padded(kind: str, axes: int) -> TfliteCase:
    value = [Spec((1,), scale=np.float32(0.05), zero_point=3, data=np.array([7], np.int8))] if kind == "PADV2" else []
    made = (*range(1, axes), axes + 1)
    return of_one_tensor(kind, axes, made, integers(*[[0, 0]] * (axes - 1), [0, 1]), *value)


def of_indices(kind: str, made: Spec, *stored: Spec, **options: Any) -> TfliteCase:
    """Return a file in which an operator takes the int32 indices of ARG_MAX, ``[1, 4]``."""
    places = Spec((1, 4), np.int32)
    tensors = [quantized((1, 4, 5)), integers(2), places, *stored, made]
    last = len(tensors) - 1
    steps = [Step("ARG_MAX", [0, 1], [2], {"outputType": 2}), Step(kind, [2, *range(3, last)], [last], options)]
    return TfliteCase(network_file(tensors, steps, [last]), (np.arange(20, dtype=np.int8).reshape(1, 4, 5) % 7,))


SHAPED = Spec((1, 4, 1), np.int32)
OF_INDICES = {
    "RESHAPE": of_indices("RESHAPE", SHAPED, integers(1, 4, 1)),
    "SQUEEZE": of_indices("SQUEEZE", Spec((4,), np.int32), squeezeDims=[0]),
    "EXPAND_DIMS": of_indices("EXPAND_DIMS", SHAPED, integers(-1)),
    "CAST to float32": of_indices("CAST", Spec((1, 4), np.float32), inDataType=2, outDataType=0),
    "CAST to int64": of_indices("CAST", Spec((1, 4), np.int64), inDataType=2, outDataType=4),
    "CAST to uint8": of_indices("CAST", Spec((1, 4), np.uint8), inDataType=2, outDataType=3),
}
"""What shapes or casts indices, by the entry of the table."""


def cases() -> Iterator[tuple[str, TfliteCase]]:
    """Yield a file of each operator that is read, and of those whose kernels count axes."""
    rng = np.random.default_rng(0)
    for name, made in TFLITE_GENERATORS.items():
        yield name, made(rng, "calibrated")
    for name, moved in TFLITE_MOVES.items():
        yield name, moved(rng)
    for axes in (4, 5, 6):
        shape = tuple(range(1, axes + 1))
        yield "TRANSPOSE", of_one_tensor("TRANSPOSE", axes, shape[::-1], integers(*range(axes)[::-1]))
        for kind in ("PAD", "PADV2"):
            if kind == "PAD" or axes == 4:
                yield kind, padded(kind, axes)
    begun = [integers(*(value for _ in range(5))) for value in (0, 1, 1)]
    yield "STRIDED_SLICE", of_one_tensor("STRIDED_SLICE", 5, (1, 1, 1, 1, 1), *begun)
    rows = Spec((1, 2, 3, 4, 5), scale=1 / 128)
    of_five = operator_file("L2_NORMALIZATION", [quantized(rows.shape)], rows)
    yield "L2_NORMALIZATION", TfliteCase(of_five, (np.ones(rows.shape, np.int8),))
    yield from ((name.partition(" ")[0], case) for name, case in OF_INDICES.items())
    yield "RELU_N1_TO_1", of_one_tensor("RELU_N1_TO_1", 4)
    yield "RESHAPE", of_one_tensor("RESHAPE", 3, (1, 6), integers(1, 6))
    yield from ((kind, chosen(kind)) for kind in ("SELECT", "SELECT_V2"))
    joined = operator_file("CONCATENATION", [quantized((1, 3))] * 2, quantized((1, 6)), {"axis": 1})
    yield "CONCATENATION", TfliteCase(joined, (np.zeros((1, 3), np.int8), np.ones((1, 3), np.int8)))


CASES = list(cases())


def runs(case: TfliteCase, kernels: str) -> bool:
    try:
        interpreter = interpret(case.content, kernels)
        interpreter.run(dict(zip(read_file(case.content, "one").inputs, case.inputs, strict=True)))
    except UserError:
        return False
    return True


def test_every_operator_that_is_read_is_asked_of() -> None:
    assert {name.partition(",")[0] for name, _ in CASES} == set(TRANSLATE)
    assert set(KERNEL_SETS) == set(KERNELS)


@pytest.mark.parametrize("kernels", KERNELS)
def test_a_kernel_set_lacks_what_the_table_says_and_nothing_else(kernels: str) -> None:
    found = set()
    for name, case in CASES:
        file = read_file(case.content, "one")
        operation = file.operations[-1]
        x, y = file.tensors[operation.inputs[0]], file.tensors[operation.outputs[0]]
        kernel = kernel_of(operation.kind, len(x.shape), x.dtype, y.dtype)
        assert runs(case, kernels) != lacks(kernels, kernel), (name, kernel)
        found |= {kernel} - {""}
    of_int8 = {kernel for kernel in LACKING if not kernel.endswith(("of int16", "of uint8"))}
    assert found == of_int8, "each entry is asked about, here, in the test below, or in test_tflite_int16.py"


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name for name, _ in CASES])
def test_micro_is_computed_of_uint8_where_it_has_a_kernel(number: int, tmp_path: Path) -> None:
    case, path = as_uint8(CASES[number][1]), tmp_path / "one.tflite"
    inputs = tuple(lifted(value) if value.dtype == np.int8 else value for value in CASES[number][1].inputs)
    path.write_bytes(case.content)

    def computed() -> None:
        graph = load(path)
        graph.run(dict(zip((entry.name for entry in graph.inputs), inputs, strict=True)), runtime="tflite_micro")

    if runs(TfliteCase(case.content, inputs), "tflite_micro"):
        computed()
        return
    with pytest.raises(UserError, match=r"TensorFlow Lite Micro has no|no kernels of TensorFlow Lite have"):
        computed()


@pytest.mark.parametrize("name", ["TILE", "SELECT", "NEG", "RELU_N1_TO_1"])
def test_it_is_refused_by_name_before_anything_is_computed(name: str, tmp_path: Path) -> None:
    case, path = dict(CASES)[name], tmp_path / "one.tflite"
    path.write_bytes(case.content)
    graph = load(path)
    fed = dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True))
    message = f"TensorFlow Lite Micro has no {name} of TensorFlow Lite.*Run it as tflite_reference, tflite_builtin or x"
    first = graph.nodes[0].output
    for refused in (
        lambda: graph.run(fed, first, runtime="tflite_micro"),
        lambda: graph.run(fed, runtime={node.name: "tflite_micro" for node in graph.nodes}),
        lambda: open_subject(path, runtime="tflite_micro"),
        lambda: prove_tflite(path, case.inputs[0], "tflite_micro", progress=False),
    ):
        with pytest.raises(UserError, match=message):
            refused()
    assert graph.run(fed, runtime="tflite_builtin_arm").keys() == graph.run(fed, runtime="xnnpack").keys()
    assert own_network({"one.tflite": case.content}).graph.runtime.name == "tflite_reference", "the first that has it"


@pytest.mark.parametrize("kernels", ["tflite_reference", "tflite_builtin", "xnnpack"])
@pytest.mark.parametrize("scale", [0.0026, 0.011, 0.05, 0.4, 2.0])
def test_relu_between_minus_1_and_1(scale: float, kernels: str, tmp_path: Path) -> None:
    path, spec = tmp_path / "one.tflite", Spec((1, 256), scale=np.float32(scale), zero_point=7)
    path.write_bytes(operator_file("RELU_N1_TO_1", [spec], spec))
    interpreter = interpret(path.read_bytes(), kernels)
    interpreter.run({0: EVERY})
    (found,) = load(path).run(EVERY, runtime=kernels).values()
    np.testing.assert_array_equal(found, interpreter.tensor(1))


def test_relu_between_minus_1_and_1_from_one_scale_to_another_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    specs = [Spec((1, 256), scale=np.float32(scale), zero_point=3) for scale in (0.05, 0.02)]
    path.write_bytes(operator_file("RELU_N1_TO_1", specs[:1], specs[1]))
    with pytest.raises(UserError, match=r"RELU_N1_TO_1.* changes scale"):
        load(path)
