"""Synthesize the network with Yosys from the package pyosys, and print what it takes.

    pip install pyosys==0.70
    python synthesize.py [xilinx | ecp5]

Writes netlist.json beside this file: for an ECP5, ``nextpnr-ecp5 --85k --package CABGA756 --json netlist.json``.
"""

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PASSES = {"xilinx": "synth_xilinx -family xc7 -flatten -top resnet8", "ecp5": "synth_ecp5 -top resnet8"}


def main() -> None:
    """Read, synthesize, count."""
    family = sys.argv[1] if len(sys.argv) > 1 else "xilinx"
    if family not in PASSES:
        sys.exit(f"{family} is no family; expected xilinx or ecp5.")
    try:
        from pyosys import libyosys as ys
    except ImportError:
        sys.exit("pyosys is missing: pip install pyosys==0.70.")
    about = json.loads((HERE / "parameters.json").read_text())
    os.chdir(HERE)  # $readmemh looks here
    sources = " ".join(f"source/{name}.sv" for name in about["sources"])
    values = " ".join(f"-G {name}={value}" for name, value in about["parameters"].items())
    design = ys.Design()
    for command in (
        f"read_slang --top resnet8 -D SYNTHESIS {values} {sources}", PASSES[family], "stat", "write_json netlist.json",
    ):  # fmt: skip
        ys.run_pass(command, design)


if __name__ == "__main__":
    main()
