"""Proofs of TensorFlow Lite files of several inputs."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from typer.testing import CliRunner

from resnet8doc.cli import app
from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.oracles import KERNELS, Spec, operator_file
from resnet8doc.proof import _tflite as module
from resnet8doc.proof import prove_tflite
from resnet8doc.runtimes import RUNTIMES

from ..reading.test_variables import FRAMES, WIDTH, stream

Array = npt.NDArray[Any]
SHAPE = (1, 5, 6, 7)


@pytest.fixture
def difference(tmp_path: Path) -> Path:
    """Give a difference of two images."""
    path = tmp_path / "difference.tflite"
    specs = [Spec(SHAPE, scale=0.05, zero_point=3), Spec(SHAPE, scale=0.11, zero_point=-7)]
    path.write_bytes(operator_file("SUB", specs, Spec(SHAPE, scale=0.13, zero_point=5)))
    return path


def fed(count: int, **lengths: int) -> dict[str, Array]:
    rng = np.random.default_rng(count)
    return {
        name: rng.integers(-128, 128, (lengths.get(name, count), *SHAPE[1:])).astype(np.int8) for name in ("t0", "t1")
    }


def values_of(found: dict[str, Any], op_type: str) -> int:
    return sum(row["values"] for row in found["nodes"] if row["op_type"] == op_type)


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("batch", [1, 3])
def test_every_value_of_both_inputs_is_compared(kernels: str, batch: int, difference: Path) -> None:
    found = prove_tflite(difference, fed(6), kernels, batch=batch, progress=False)
    assert found["inputs"] == 6
    assert values_of(found, "SUB") == 6 * np.prod(SHAPE)
    assert (found["totals"]["local_mismatches"], found["totals"]["end_to_end_mismatches"]) == (0, 0)


def test_another_arithmetic_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second product is a tie: away from zero in one kernel set, to even in the other."""
    path = tmp_path / "product.tflite"
    path.write_bytes(operator_file("MUL", [Spec(SHAPE, scale=0.5), Spec(SHAPE, scale=0.5)], Spec(SHAPE, scale=32.0)))
    monkeypatch.setattr(module, "RUNTIMES", {**RUNTIMES, "tflite_reference": RUNTIMES["xnnpack"]})
    found = prove_tflite(path, fed(40), "tflite_reference", progress=False)
    assert found["totals"]["local_mismatches"] > 0
    assert found["first_mismatch"]["op_type"] == "QLinearMul"


def test_items_whose_first_axis_is_fixed_stand_one_behind_the_other(tmp_path: Path) -> None:
    """A product of matrices, of which the second has a shape of its own."""
    path = tmp_path / "product.tflite"
    specs = [Spec((2, 4, 3), scale=0.05), Spec((1, 3, 5), scale=0.05)]
    path.write_bytes(operator_file("BATCH_MATMUL", specs, Spec((2, 4, 5), scale=0.02)))
    rng = np.random.default_rng(0)
    shapes = {"t0": (6, 4, 3), "t1": (3, 3, 5)}
    feeds = {name: rng.integers(-128, 128, shape).astype(np.int8) for name, shape in shapes.items()}
    found = prove_tflite(path, feeds, "tflite_reference", progress=False)
    assert found["inputs"] == 3
    assert values_of(found, "QLinearMatMul") == 3 * 2 * 4 * 5
    assert found["totals"]["local_mismatches"] == 0


def test_what_does_not_fit_is_a_sentence(difference: Path) -> None:
    whole = fed(2)
    for inputs, sentence in (
        (whole["t0"], "the inputs given are t0; expected t0, t1"),
        ({**whole, "t2": whole["t0"]}, "the inputs given are t0, t1, t2"),
        (fed(2, t1=3), "different numbers of items: t0 2, t1 3"),
        (fed(0), r"t0 has the shape \[0, 5, 6, 7\]"),
    ):
        with pytest.raises(UserError, match=sentence):
            prove_tflite(difference, inputs, "tflite_reference", progress=False)


def test_the_command_takes_them(difference: Path, tmp_path: Path) -> None:
    both = fed(4)
    np.savez(tmp_path / "inputs.npz", t0=both["t0"], t1=both["t1"])
    said = CliRunner().invoke(
        app,
        ["prove", str(difference), "--input", str(tmp_path / "inputs.npz"), "--output-json", str(tmp_path / "p.json")],
    )
    assert said.exit_code == 0, said.output
    results = read_json(tmp_path / "p.json")
    assert [result["kernels"] for result in results] == list(KERNELS)
    assert all(result["inputs"] == 4 and not result["totals"]["local_mismatches"] for result in results)


def test_variables_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "stream.tflite"
    path.write_bytes(stream(np.zeros((1, FRAMES, WIDTH), np.int8)))
    with pytest.raises(UserError, match=r"stream\.tflite keeps variables from run to run"):
        prove_tflite(path, np.zeros((1, 1, WIDTH), np.int8), "tflite_reference", progress=False)
