"""Operators of TensorFlow Lite that move codes: the engine against every kernel set that has them."""

from pathlib import Path

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.oracles import KERNELS, Spec, interpret, operator_file
from resnet8doc.proof import TfliteCase
from resnet8doc.reading.tflite._file import read_file

from .once import drawn, loaded
from .tflite_moves import TFLITE_MOVES, codes, integers, quantized

CASES = 8
"""Of each operator in each kernel set."""


LACKED = ("SCATTER_ND", "TILE", "TOPK_V2")
"""What Micro does not have."""

FIXED = ("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "GATHER_ND", "SCATTER_ND", "BROADCAST_TO")
"""What counts images among its numbers, or may add an axis before them."""


def case_of(kind: str, number: int) -> TfliteCase:
    return drawn(TFLITE_MOVES[kind], (number, len(kind)))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("kind", TFLITE_MOVES)
def test_each_output_is_the_kernels(kind: str, kernels: str) -> None:
    for number in range(CASES):
        case = case_of(kind, number)
        graph, file = loaded(case.content).with_runtime(kernels), read_file(case.content, "one.tflite")
        if kernels == "tflite_micro" and kind == "SPACE_TO_BATCH_ND" and np.any(file.tensors[2].data):
            with pytest.raises(UserError, match="does not set the border of SPACE_TO_BATCH_ND"):
                graph.run(dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True)))
            continue
        fed = dict(zip((entry.name for entry in graph.inputs), case.inputs, strict=True))
        if kernels == "tflite_micro" and (kind in LACKED or (kind == "STRIDED_SLICE" and case.inputs[0].ndim == 5)):
            with pytest.raises(UserError, match="refuses the file"):
                interpret(case.content, kernels)
            with pytest.raises(UserError, match=f"has no {kind}"):
                graph.run(fed)
            continue
        made = graph.run(fed)
        interpreter = interpret(case.content, kernels)
        interpreter.run(dict(zip(file.inputs, case.inputs, strict=True)))
        for entry, index in zip(graph.outputs, file.outputs, strict=True):
            np.testing.assert_array_equal(made[entry.name], interpreter.tensor(index), str(number))


@pytest.mark.parametrize("kind", [kind for kind in TFLITE_MOVES if kind not in FIXED])
def test_two_images_at_once_are_two_images(kind: str, tmp_path: Path) -> None:
    path, rng = tmp_path / "one.tflite", np.random.default_rng(1)
    for number in range(CASES):
        case = case_of(kind, number)
        path.write_bytes(case.content)
        graph = load(path)
        names = [entry.name for entry in graph.inputs]
        other = [rng.permutation(values.ravel()).reshape(values.shape) for values in case.inputs]
        both = graph.run({name: np.concatenate(pair) for name, *pair in zip(names, case.inputs, other, strict=True)})
        apart = [graph.run(dict(zip(names, given, strict=True))) for given in (case.inputs, other)]
        for name, values in both.items():
            np.testing.assert_array_equal(values, np.concatenate([one[name] for one in apart]))


def strided(shape: tuple[int, ...], made: tuple[int, ...], *columns: tuple[int, ...]) -> bytes:
    """Return a file of STRIDED_SLICE with begin, end and strides."""
    return operator_file(
        "STRIDED_SLICE", [quantized(shape), *(integers(*column) for column in columns)], quantized(made)
    )


ROWS, KEPT = quantized((1, 4, 3)), {"keepDims": False}
FILES: dict[str, tuple[object, bytes]] = {
    "blocks": (1, case_of("SPACE_TO_BATCH_ND", 2).content),
    "largest of the batch": (1, operator_file("REDUCE_MAX", [ROWS, integers(-3)], quantized((4, 3)), KEPT)),
    "largest of the rows": ("batch", operator_file("REDUCE_MAX", [ROWS, integers(-2)], quantized((1, 3)), KEPT)),
    "batch dropped": (1, operator_file("SQUEEZE", [ROWS], quantized((4, 3)), {"squeezeDims": [-3]})),
    "row dropped": (
        "batch", operator_file("SQUEEZE", [quantized((1, 1, 3))], quantized((1, 3)), {"squeezeDims": [-2]})
    ),
    "axis before the batch": (
        1, operator_file("EXPAND_DIMS", [quantized((1, 3)), integers(-3)], quantized((1, 1, 3)))
    ),
    "batch split": (
        2, operator_file("SPLIT", [integers(-2), quantized((2, 3))], [quantized((1, 3))] * 2, {"numSplits": 2})
    ),
    "batch turned round": (2, strided((2, 3), (2, 3), (1, 0), (-3, 3), (-1, 1))),
    "one row from the end": ("batch", strided((1, 3), (1, 1), (0, 2), (1, 1), (1, -1))),
}  # fmt: skip
"""The first axis that can be fed, and the file."""


@pytest.mark.parametrize("name", FILES)
def test_what_moves_the_batch_takes_as_many_images_as_the_file_says(name: str, tmp_path: Path) -> None:
    expected, content = FILES[name]
    path = tmp_path / "one.tflite"
    path.write_bytes(content)
    graph, file, interpreter = load(path), read_file(content, path.name), interpret(content, "tflite_reference")
    assert (graph.inputs[0].shape or ())[0] == expected
    given = codes(np.random.default_rng(3), file.tensors[file.inputs[0]].shape)
    interpreter.run({file.inputs[0]: given})
    made = graph.with_runtime("tflite_reference").run({graph.inputs[0].name: given})
    for entry, index in zip(graph.outputs, file.outputs, strict=True):
        np.testing.assert_array_equal(made[entry.name], interpreter.tensor(index))


def test_a_border_of_nothing_takes_both_images(tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    shape = (1, 3, 4)
    edges = Spec((3, 2), np.int32, data=np.zeros((3, 2), np.int32))
    path.write_bytes(operator_file("MIRROR_PAD", [quantized(shape), edges], quantized(shape), {"mode": 0}))
    graph, given = load(path), codes(np.random.default_rng(0), (2, 3, 4))
    (made,) = graph.run({graph.inputs[0].name: given}).values()
    np.testing.assert_array_equal(made, given)


@pytest.mark.parametrize("index", [-1, 3])
def test_an_index_outside_of_the_tensor_is_refused(index: int, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    path.write_bytes(operator_file("GATHER", [quantized((1, 3)), integers(index)], quantized((1, 1)), {"axis": 1}))
    with pytest.raises(UserError, match=r"GATHER.*takes elements outside of the 3 of axis 1"):
        load(path)


@pytest.mark.parametrize("kind", ["RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"])
def test_two_grids_at_once_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    options = {"alignCorners": True, "halfPixelCenters": True}
    path.write_bytes(operator_file(kind, [quantized((1, 2, 2, 1)), integers(4, 4)], quantized((1, 4, 4, 1)), options))
    with pytest.raises(UserError, match="sets align_corners and half_pixel_centers; expected one of them at most"):
        load(path)
