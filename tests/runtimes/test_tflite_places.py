"""ARG_MAX and ARG_MIN of TensorFlow Lite, and what shapes or casts their indices, in every kernel set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.oracles import KERNELS, Spec, Step, interpret, network_file, operator_file
from resnet8doc.proof import TFLITE_GENERATORS, UINT8_GENERATORS, prove_tflite
from resnet8doc.proof._tflite_case import SCALES
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


def behind(
    kind: str, made: Sequence[Spec], stored: Sequence[Sequence[Spec]], steps: Sequence[tuple[str, Any]]
) -> bytes:
    """Return a file of an image's largest or smallest channels, and of operators one after the other on the indices."""
    tensors: list[Spec] = [quantized((1, 3, 4, 5)), integers(-1), Spec((1, 3, 4), np.int32)]
    found = [Step(kind, [0, 1], [2], {"outputType": 2})]
    for spec, more, (name, options) in zip(made, stored, steps, strict=True):
        last = found[-1].outputs[0]
        found.append(Step(name, [last, *range(len(tensors), len(tensors) + len(more))], [len(tensors) + len(more)],
                          options))  # fmt: skip
        tensors += [*more, spec]
    return network_file(tensors, found, [len(tensors) - 1])


def shaped(*shape: int, dtype: Any = np.int32) -> Spec:
    return Spec(shape, dtype)


def cast_to(said: int) -> tuple[str, dict[str, int]]:
    return "CAST", {"inDataType": 2, "outDataType": said}


CHAINS = {
    "axis added": behind("ARG_MAX", [shaped(1, 3, 4, 1)], [[integers(-1)]], [("EXPAND_DIMS", {})]),
    "rows": behind("ARG_MIN", [shaped(1, 12)], [[integers(1, 12)]], [("RESHAPE", {})]),
    "image of two channels": behind("ARG_MAX", [shaped(1, 2, 3, 2)], [[integers(1, 2, 3, 2)]], [("RESHAPE", {})]),
    "batch dropped": behind("ARG_MAX", [shaped(3, 4)], [[]], [("SQUEEZE", {"squeezeDims": [0]})]),
    "numbers": behind("ARG_MAX", [shaped(1, 3, 4, dtype=np.float32)], [[]], [cast_to(0)]),
    "bytes": behind("ARG_MIN", [shaped(1, 3, 4, dtype=np.uint8)], [[]], [cast_to(3)]),
    "image of int64": behind(
        "ARG_MAX", [shaped(1, 2, 3, 2), shaped(1, 2, 3, 2, dtype=np.int64)], [[integers(1, 2, 3, 2)], []],
        [("RESHAPE", {}), cast_to(4)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", CHAINS)
def test_indices_are_shaped_and_cast(name: str, kernels: str, tmp_path: Path) -> None:
    path, rng = tmp_path / "one.tflite", np.random.default_rng(4)
    path.write_bytes(CHAINS[name])
    graph, file = load(path).with_runtime(kernels), read_file(CHAINS[name], path.name)
    images = rng.integers(-2, 2, (2, 3, 4, 5)).astype(np.int8)
    if kernels == "tflite_micro" and name in ("axis added", "bytes", "image of int64"):
        with pytest.raises(UserError, match=r"Micro has no (EXPAND_DIMS of int32|CAST to (int64|uint8))"):
            graph.run(images[:1])
        return
    found = []
    for image in images:
        interpreter = interpret(CHAINS[name], kernels)
        interpreter.run({0: image[None]})
        found.append(interpreter.tensor(file.outputs[0]))
        (ours,) = graph.run(image[None]).values()
        assert ours.dtype == found[-1].dtype
        np.testing.assert_array_equal(ours, found[-1])
    if name == "batch dropped":
        with pytest.raises(UserError):
            graph.run(images)
        return
    (both,) = graph.run(images).values()
    np.testing.assert_array_equal(both, np.concatenate(found))


@pytest.mark.parametrize("name", CHAINS)
def test_a_network_that_ends_in_indices_is_proven(name: str, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    path.write_bytes(CHAINS[name])
    images = np.random.default_rng(5).integers(-2, 2, (3, 3, 4, 5)).astype(np.int8)
    found = prove_tflite(path, images, "tflite_reference", progress=False)
    assert found["totals"]["values"] >= images.size // 5
    assert all(row["held"] for row in found["nodes"] if row["dtype"] != "float32")
    assert found["totals"]["local_mismatches"] == found["totals"]["end_to_end_mismatches"] == 0


def test_what_is_cast_is_indices(tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    steps = [Step("LESS", [0, 0], [1]), Step("CAST", [1], [2], {"inDataType": 6, "outDataType": 0})]
    path.write_bytes(network_file([quantized(ROW), Spec(ROW, np.bool_), Spec(ROW, np.float32)], steps, [2]))
    with pytest.raises(UserError, match=r"makes float32 of t1, bool; expected .* of indices that ARG_MAX"):
        load(path)
