"""GATHER_ND, SCATTER_ND, TOPK_V2 and BROADCAST_TO of TensorFlow Lite: what they refuse, and behind other operators."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph
from resnet8doc.hardware import c
from resnet8doc.oracles import KERNELS, Spec, Step, interpret, network_file, operator_file
from resnet8doc.proof import prove_tflite
from resnet8doc.reading.tflite._file import read_file

from .tflite_moves import codes, integers, quantized

Array = npt.NDArray[Any]


def many(k: int, dtype: type = np.int32) -> Spec:
    return Spec((), dtype, data=np.array(k, dtype))


def behind_relu(kind: str, x: Sequence[int], stored: Sequence[Spec], made: Sequence[Spec], at: int = 0) -> bytes:
    """Return a file in which RELU changes the scale, and its codes are an operator's input at a position."""
    first = Spec(x, scale=np.float32(0.06), zero_point=-4)
    given = list(range(2, 2 + len(stored)))
    given.insert(at, 1)
    outputs = list(range(2 + len(stored), 2 + len(stored) + len(made)))
    steps = [Step("RELU", [0], [1]), Step(kind, given, outputs)]
    return network_file([first, quantized(x), *stored, *made], steps, outputs)


def opened(content: bytes, folder: Path, runtime: str) -> tuple[Graph, Array]:
    path = folder / "one.tflite"
    path.write_bytes(content)
    graph, file = load(path).with_runtime(runtime), read_file(content, path.name)
    return graph, codes(np.random.default_rng(0), file.tensors[file.inputs[0]].shape)


SPREAD = [(1, 1, 3, 2), (3, 2), (1, 4, 1, 1), (1,)]


@pytest.mark.parametrize("runtime", ["tflite_micro", "tflite_reference"])
def test_broadcast_to_has_c(runtime: str, tmp_path: Path) -> None:
    """Four inputs of other shapes in one file and one program: each behind a RELU that changes its scale."""
    made, count = (1, 4, 3, 2), len(SPREAD)
    given = [Spec(x, scale=np.float32(0.06), zero_point=-4) for x in SPREAD]
    changed, outputs = [quantized(x) for x in SPREAD], [quantized(made)] * count
    steps = [Step("RELU", [number], [count + number]) for number in range(count)]
    steps += [Step("BROADCAST_TO", [count + number, 3 * count], [2 * count + number]) for number in range(count)]
    tensors = [*given, *changed, *outputs, integers(*made)]
    content = network_file(tensors, steps, list(range(2 * count, 3 * count)))
    path, rng = tmp_path / "four.tflite", np.random.default_rng(0)
    path.write_bytes(content)
    graph, interpreter = load(path).with_runtime(runtime), interpret(content, runtime)
    fed = [codes(rng, x) for x in SPREAD]
    interpreter.run(dict(enumerate(fed)))
    feeds = {entry.name: values for entry, values in zip(graph.inputs, fed, strict=True)}
    program = c.build(graph, tmp_path / "c", flags=("-O1", *c.SANITIZE))
    of_c, found = c.run(program, graph, feeds), graph.run(feeds)
    for number, (name, values) in enumerate(found.items()):
        np.testing.assert_array_equal(values, interpreter.tensor(2 * count + number), f"{SPREAD[number]}")
        np.testing.assert_array_equal(of_c[name].reshape(-1), values.reshape(-1), f"{SPREAD[number]}")
    assert len(found) == count


NO_C = {
    "GATHER_ND": behind_relu("GATHER_ND", (1, 4, 3), [integers([0, 1], [0, 3])], [quantized((2, 3))]),
    "SCATTER_ND": behind_relu("SCATTER_ND", (2, 3), [integers([1], [3]), integers(4, 3)], [quantized((4, 3))], 1),
    "TOPK_V2": behind_relu("TOPK_V2", (1, 4), [many(2)], [quantized((1, 2)), Spec((1, 2), np.int32)]),
}


@pytest.mark.parametrize("kind", NO_C)
def test_the_others_are_computed_and_have_no_c(kind: str, tmp_path: Path) -> None:
    graph, fed = opened(NO_C[kind], tmp_path, "tflite_reference")
    found, interpreter = graph.run(fed), interpret(NO_C[kind], "tflite_reference")
    interpreter.run({0: fed})
    first = 3 + (kind == "SCATTER_ND")
    for number, values in enumerate(found.values()):
        np.testing.assert_array_equal(values, interpreter.tensor(first + number))
    proven = prove_tflite(tmp_path / "one.tflite", np.concatenate([fed] * 2), "tflite_reference", progress=False)
    assert {row["tensor"] for row in proven["nodes"]} >= {entry.name for entry in graph.outputs}
    assert proven["totals"]["local_mismatches"] == proven["totals"]["end_to_end_mismatches"] == 0
    with pytest.raises(UserError, match=r"is (GatherND|ScatterND|TopK); expected one of .*Cut the model before"):
        c.generate(graph)


@pytest.mark.parametrize("kernels", KERNELS[:3])
def test_what_falls_on_one_place_is_added_in_8_bits(kernels: str, tmp_path: Path) -> None:
    """And what nothing falls on is the code 0, which does not stand for 0 here."""
    specs = [integers([2], [2], [2]), quantized((3, 1)), integers(4, 1)]
    content = operator_file("SCATTER_ND", specs, quantized((4, 1)))
    graph, _ = opened(content, tmp_path, kernels)
    fed = np.array([[100], [100], [7]], np.int8)
    (found,) = graph.run(fed).values()
    interpreter = interpret(content, kernels)
    interpreter.run({1: fed})
    assert found.ravel().tolist() == interpreter.tensor(3).ravel().tolist() == [0, 0, 207 - 256, 0]


X, SIX = quantized((2, 3)), quantized((1, 1, 1, 1, 2, 3))
OF_64 = Spec((1, 1), np.int64, data=np.zeros((1, 1), np.int64))
REFUSED = {
    "another scale": (operator_file("GATHER_ND", [X, integers([0])], Spec((1, 3), scale=0.1)), "changes scale"),
    "int64": (operator_file("GATHER_ND", [X, OF_64], quantized((1, 3))), "the coordinates t1 are int64"),
    "below": (operator_file("GATHER_ND", [X, integers([-1])], quantized((1, 3))), r"coordinates outside of \[2, 3\]"),
    "above": (operator_file("GATHER_ND", [X, integers([0, 3])], quantized((1,))), r"coordinates outside of \[2, 3\]"),
    "too many": (operator_file("GATHER_ND", [X, integers([0, 0, 0])], quantized((1,))), r"coordinates of \[1, 3\]"),
    "six axes": (operator_file("GATHER_ND", [SIX, integers([0])], SIX), "t0 has 6 axes; expected 5 or fewer"),
    "six made": (operator_file("BROADCAST_TO", [X, integers(*SIX.shape)], SIX), "t2 has 6 axes"),
    "another shape": (operator_file("BROADCAST_TO", [X, integers(2, 3)], quantized((1, 2, 3))), "asked for is not"),
    "put outside": (operator_file("SCATTER_ND", [integers([4]), quantized((1, 3)), integers(4, 3)], quantized((4, 3))),
                    r"coordinates outside of \[4, 3\]"),
    "too large": (operator_file("TOPK_V2", [X, many(4)], [quantized((2, 4)), Spec((2, 4), np.int32)]), "takes 4 of"),
    "int16": (operator_file("TOPK_V2", [X, many(1, np.int16)], [quantized((2, 1)), Spec((2, 1), np.int16)]),
              "takes int16 and makes int16; expected int32 both"),
    "codes of 16 bits": (
        operator_file("BROADCAST_TO", [Spec((1, 3), np.int16, 0.1), integers(2, 3)], Spec((2, 3), np.int16, 0.1)),
        "t0 is int16; expected int8 or uint8",
    ),
    "fed": (operator_file("BROADCAST_TO", [X, Spec((2,), np.int32)], X), "the input t1 is int32"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, tmp_path: Path) -> None:
    content, message = REFUSED[name]
    with pytest.raises(UserError, match=message):
        opened(content, tmp_path, "tflite_reference")


@pytest.mark.parametrize("kind", ["GATHER_ND", "SCATTER_ND", "BROADCAST_TO"])
def test_what_counts_the_images_takes_as_many_as_the_file_says(kind: str, tmp_path: Path) -> None:
    content = {
        "GATHER_ND": operator_file(kind, [quantized((1, 3)), integers([0, 1])], quantized((1,))),
        "SCATTER_ND": operator_file(kind, [integers([0]), quantized((1, 3)), integers(1, 3)], quantized((1, 3))),
        "BROADCAST_TO": operator_file(kind, [quantized((1,)), integers(1, 3)], quantized((1, 3))),
    }[kind]
    graph, _ = opened(content, tmp_path, "tflite_reference")
    assert (graph.inputs[0].shape or ())[0] == 1


def test_an_image_is_spread_beside_others(tmp_path: Path) -> None:
    graph, _ = opened(operator_file("BROADCAST_TO", [quantized((1, 1)), integers(1, 3)], quantized((1, 3))), tmp_path,
                      "tflite_reference")  # fmt: skip
    (found,) = graph.run(np.array([[5], [6]], np.int8)).values()
    assert found.tolist() == [[5] * 3, [6] * 3]
