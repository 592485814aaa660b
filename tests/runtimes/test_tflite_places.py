"""ARG_MAX and ARG_MIN of TensorFlow Lite: where codes stand, in every kernel set."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.oracles import KERNELS, Spec, interpret, operator_file
from resnet8doc.proof import TFLITE_GENERATORS, UINT8_GENERATORS
from resnet8doc.proof._tflite_cases import SCALES
from resnet8doc.reading.tflite._file import read_file

from .tflite_moves import integers, quantized

KINDS = ("ARG_MAX", "ARG_MIN")
NAMES = [*KINDS, *(f"{kind}, to int64" for kind in KINDS)]


def placed(
    shape: tuple[int, ...], axis: Spec, out: tuple[int, ...], made: Any = np.int32, said: int = 2, x: Spec | None = None
) -> bytes:
    return operator_file("ARG_MAX", [x or quantized(shape), axis], Spec(out, made), {"outputType": said})


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", [*NAMES, *(f"{name}, uint8" for name in NAMES)])
def test_the_first_of_equal_codes_in_every_kernel_set(name: str, kernels: str, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    for number in range(6):
        make = (TFLITE_GENERATORS | UINT8_GENERATORS)[name]
        case = make(np.random.default_rng(number), SCALES[number % 3])
        path.write_bytes(case.content)
        graph, file = load(path).with_runtime(kernels), read_file(case.content, path.name)
        fed = {graph.inputs[0].name: case.inputs[0]}
        if kernels == "tflite_micro" and name not in KINDS:
            with pytest.raises(UserError, match=r"Micro has no (ARG_M\w+ to int64|ArgM\w+ of uint8)"):
                graph.run(fed)
            continue
        (found,) = graph.run(fed).values()
        interpreter = interpret(case.content, kernels)
        interpreter.run({0: case.inputs[0]})
        expected = interpreter.tensor(file.outputs[0])
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected, str(number))


def test_two_images_at_once_are_two_images_unless_they_are_compared(tmp_path: Path) -> None:
    path, codes = tmp_path / "one.tflite", np.array([[5, 9, 1], [7, 7, -3]], np.int8)
    path.write_bytes(placed((1, 3), integers(-1), (1,)))
    (found,) = load(path).run(codes).values()
    assert found.tolist() == [1, 0]
    path.write_bytes(placed((1, 3), integers(0), (3,)))
    assert load(path).inputs[0].shape == (1, 3)
    with pytest.raises(UserError):
        load(path).run(codes)


ROW = (1, 4)
OF_16 = Spec(ROW, np.int16, np.float32(0.05))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (placed(ROW, integers(1), (1,), x=OF_16), "t0 is int16; expected int8 or uint8"),
        (placed(ROW, Spec((1,), np.int64, data=np.array([1])), (1,)), "the axis t1 is int64; expected int32"),
        (placed(ROW, integers(1), (1,), np.int64), r"makes int64 and has the output type 2"),
        (placed(ROW, integers(1), (1,), np.int16, 7), "makes int16"),
        (placed(ROW, Spec((1,), np.int32), (1,)), "the input t1 is int32"),
    ],
)
def test_what_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        load(path)
