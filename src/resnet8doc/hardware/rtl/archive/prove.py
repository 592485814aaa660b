"""Prove by SAT that units of the gates compute their definitions, for every input that is named; no cases are drawn.

    pip install pyosys==0.70
    python prove.py [CLAIM ...] [--source mine.sv]

Yosys reads a module and its definition, of formal/, and asks its solver (MiniSat) for an input at which they differ.
Ends with 1 if there is one, and shows it. --source takes your module of that name in place of ours.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FOLDER = HERE if (HERE / "source").is_dir() else HERE.parent

UNSIGNED = ("align", "mantissa", "factor", "second_factor", "shift", "way")
"""Inputs without a sign."""

SCRIPT = """
import sys
from pyosys import libyosys as ys
design = ys.Design()
for command in sys.argv[1:]:
    ys.run_pass(command, design)
"""


@dataclass(frozen=True)
class Claim:
    """That a module equals a definition.

    Attributes
    ----------
    says
        For every one of which inputs.
    module, sources, parameters
        Of the design; the module's file is the last.
    definition, given
        Of formal/, and its parameters.
    inputs
        Bits of what both read.
    output, bits
        What is compared.
    numbers
        Bits of formal/rounding_pkg.sv's numbers; a definition refuses too few.
    cut
        A signal of the module that stands for everything before it: any value it could have, and more.
    assume
        A condition on the inputs, in Verilog.
    """

    says: str
    module: str
    sources: tuple[str, ...]
    parameters: dict[str, int]
    definition: str
    given: dict[str, int]
    inputs: dict[str, int]
    output: str = "code"
    bits: int = 8
    numbers: int = 64
    cut: str | None = None
    assume: str = "1"


def _requantizer(says: str, sums: int, point: int, align: int) -> Claim:
    product = (sums if sums <= 25 else sums + 1) + 24
    shape = {"POINT": point, "ALIGN_BITS": align}
    return Claim(
        says, "requantizer", ("requantizer",), {"SUM_BITS": sums, **shape}, "requantizer_definition",
        {"PRODUCT_BITS": product, **shape}, {"product": product, "align": align, "zero": 8}, cut="product",
        numbers=product + (1 << align) - 1,
    )  # fmt: skip


def _tflite(says: str, sums: int) -> Claim:
    product = sums + 31
    most = (1 << sums - 1) * ((1 << 31) - 1)
    return Claim(
        says, "requantizer_tflite", ("requantizer_tflite",), {"SUM_BITS": sums}, "requantizer_tflite_definition",
        {"PRODUCT_BITS": product}, {"product": product, "shift": 5, "way": 2, "zero": 8}, cut="product",
        assume=f"way != 3 && $signed(product) >= -{product}'sd{most} && $signed(product) <= {product}'sd{most}",
    )  # fmt: skip


CLAIMS = {
    "requantizer": _requantizer(
        "from the product on: every product of 49 bits, every alignment, every zero point", 25, 40, 4
    ),
    "product of narrow sums": Claim(
        "up to the product: every sum of 5 bits, every mantissa of 24", "requantizer", ("requantizer",),
        {"SUM_BITS": 5, "POINT": 40, "ALIGN_BITS": 4}, "product_of_sum", {"SUM_BITS": 5}, {"sum": 5, "mantissa": 24},
        "product", 29, cut="biased",
    ),
    "requantizer of 32 bits": _requantizer(
        "from the product on: every product of 57 bits, every alignment, every zero point", 32, 62, 6
    ),
    "sums of 32 bits": Claim(
        "what float32 keeps of a sum: every sum of 32 bits", "requantizer", ("requantizer",),
        {"SUM_BITS": 32, "POINT": 62, "ALIGN_BITS": 6}, "float32_of_sum", {"SUM_BITS": 32}, {"sum": 32}, "kept", 33,
        cut="biased",
    ),
    "requantizer_tflite": _tflite("from the product on: every product, shift and zero point, the three ways", 25),
    "requantizer_tflite of 32 bits": _tflite(
        "from the product on: every product, shift and zero point, the three ways", 32
    ),
    "residual_adder": Claim(
        "whole: every pair of codes, every two factors of 24 bits, every offset", "residual_adder",
        ("residual_adder",), {"SHIFT": 22}, "residual_adder_definition", {"SHIFT": 22},
        {"a": 8, "b": 8, "factor": 24, "second_factor": 24, "offset": 32},
    ),
}  # fmt: skip


def commands(claim: Claim, folder: Path, scratch: Path, source: Path | None) -> list[str]:
    """Return what Yosys is told."""
    design = [folder / "source" / f"{name}.sv" for name in claim.sources]
    if source is not None:
        design[-1] = source.resolve()
    formal = folder / "formal"
    used = ["rounding_pkg", "requantizer_definition", claim.definition]
    definitions = [str(formal / f"{name}.sv") for name in dict.fromkeys(used)]
    top = scratch / "top.v"
    top.write_text(_top(claim), encoding="ascii")
    values, given = (" ".join(f"-G {name}={n}" for name, n in of.items()) for of in (claim.parameters, claim.given))
    shown = " ".join(f"-show {name}" for name in claim.inputs)
    return [
        f"read_slang --top {claim.module} {values} {' '.join(map(str, design))}",
        "proc; opt_clean",
        f"techmap -map {formal / 'wires.v'} {claim.module}",
        *([f"cd {claim.module}; expose -input w:{claim.cut}; opt_clean; cd"] if claim.cut else []),
        *([f"cd {claim.module}; expose w:{claim.output}; cd"] if claim.output != "code" else []),
        f"read_slang --top {claim.definition} -D NUMBER_BITS={claim.numbers} {given} {' '.join(definitions)}",
        f"read_verilog {top}",
        "hierarchy -top top; proc; flatten; opt; check -assert; select -assert-none t:$*ff* t:$*latch*",
        "wreduce; opt -full",  # what both compute alike is one cell then, of no more bits than it needs
        f"sat -prove equal 1 -set assumed 1 {shown} -show found -show expected top",
    ]


def _top(claim: Claim) -> str:
    ports = "".join(f"input [{bits - 1}:0] {name}, " for name, bits in claim.inputs.items())
    both = "".join(f".{name}({name}), " for name in claim.inputs)
    cut = both.replace(f".{next(iter(claim.inputs))}(", f".{claim.cut}(") if claim.cut else both
    wide = f"[{claim.bits - 1}:0]"
    return (
        f"module top({ports}output equal, output assumed, output {wide} found, output {wide} expected);\n"
        f"  {claim.module} module_({cut}.{claim.output}(found));\n"
        f"  {claim.definition} definition({both}.{claim.output}(expected));\n"
        f"  assign equal = found == expected;\n  assign assumed = {claim.assume};\nendmodule\n"
    )


def prove(name: str, folder: Path = FOLDER, source: Path | None = None) -> dict[str, Any]:
    """Ask the solver; return what it says: ``proven``, ``inputs`` (where it is not, one by name), ``seconds``."""
    claim = CLAIMS[name]
    before = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        told = commands(claim, folder, Path(scratch), source)
        result = subprocess.run([sys.executable, "-c", SCRIPT, *told], capture_output=True, text=True, check=False)
    said = result.stdout
    proven = "no model found: SUCCESS!" in said
    if result.returncode or not (proven or "model found: FAIL!" in said):
        lines = [line for line in (said + result.stderr).splitlines() if line.strip()]
        complaint = next((line for line in lines if "error:" in line.lower()), " ".join(lines[-2:]))
        sys.exit(f"Yosys gives no answer on {name}: {complaint}")
    size = re.search(r"problem with (\d+) variables and (\d+) clauses", said)
    shown = dict(re.findall(r"^\s*\\(\w+)\s+\S+\s+\S+\s+([01]+)\s*$", said, re.M))
    return {
        "claim": name, "module": claim.module, "says": claim.says, "proven": proven,
        "clauses": int(size[2]) if size else 0,
        "inputs": {} if proven else {key: _number(key, bits) for key, bits in shown.items()},
        "seconds": round(time.perf_counter() - before, 1),
    }  # fmt: skip


def _number(name: str, bits: str) -> int:
    signed = name not in UNSIGNED and bits[0] == "1"
    return int(bits, 2) - (1 << len(bits) if signed else 0)


def main() -> bool:
    """Prove what is asked for."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("claims", nargs="*", help=f"of {', '.join(CLAIMS)}; without any, all")
    parser.add_argument("--source", type=Path, help="SystemVerilog file of your own module")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where source/ and formal/ lie")
    parser.add_argument("--json", action="store_true", help="print a list for programs")
    options = parser.parse_args()
    for name in options.claims:
        if name not in CLAIMS:
            parser.error(f"there is no claim {name!r}; expected one of {', '.join(CLAIMS)}")
    if options.source is not None and (len(options.claims) != 1 or not options.source.is_file()):
        parser.error("--source wants one claim, and a file")
    try:
        import pyosys  # noqa: F401 - asked for here, so that its absence is a sentence
    except ImportError:
        sys.exit("pyosys is missing: pip install pyosys==0.70.")
    found = []
    for name in options.claims or CLAIMS:
        found.append(prove(name, options.folder, options.source))
        if not options.json:
            answer = "proven" if found[-1]["proven"] else f"WRONG at {found[-1]['inputs']}"
            print(f"{name}: {answer} ({found[-1]['says']}; {found[-1]['clauses']:,} clauses, {found[-1]['seconds']} s)")
    if options.json:
        print(json.dumps(found))
    return not all(one["proven"] for one in found)


if __name__ == "__main__":
    sys.exit(main())
