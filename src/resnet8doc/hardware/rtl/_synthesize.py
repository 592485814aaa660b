"""Gates from SystemVerilog by Yosys, of the package pyosys, which reads it through slang; for two families."""

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import UserError
from ._tools import SOURCES, source

PASSES = {
    "xilinx": "synth_xilinx -family xc7 -flatten -top {top}",
    "ecp5": "synth_ecp5 -top {top}",
}
"""What is run for each family: Xilinx's 7 series, Lattice's ECP5."""

COMMON_CELLS = "read_verilog -lib -specify +/xilinx/cells_sim.v"
"""Reads the cells of Xilinx's families that logic becomes; the others, transceivers and the like, are many more."""

MEMORY = "t:$mem*"
"""Yosys' pattern of cells that are memories."""

CELLS = {
    "LUT": r"LUT[1-6]|LUT4", "flip-flop": r"FD[RSCP]E|TRELLIS_FF", "carry": r"CARRY4|CCU2C",
    "multiplier": r"DSP48E1|MULT18X18D", "block RAM": r"RAMB18E1|RAMB36E1|DP16KD",
    "distributed RAM": r"RAM\d+M?X?\w*|TRELLIS_DPR16X4",
}  # fmt: skip
"""Kinds of cells by the names that the families give them."""

SCRIPT = """
import sys
from pyosys import libyosys as ys
design = ys.Design()
for command in sys.argv[1:]:
    ys.run_pass(command, design)
"""


def synthesize(
    top: str = "resnet8",
    family: str = "xilinx",
    parameters: Mapping[str, int] | None = None,
    *,
    folder: Path | None = None,
    sources: Sequence[Path] | None = None,
    netlist: Path | None = None,
) -> dict[str, Any]:
    """Synthesize a module and count its cells.

    Parameters
    ----------
    top
        The module.
    family
        A key of :data:`PASSES`.
    parameters
        Of the module.
    folder
        Where the hex files lie that its memories are filled from; none for a module without memories.
    sources
        SystemVerilog files; without them the whole design.
    netlist
        Gets the gates as JSON, for place and route.

    Returns
    -------
    dict
        ``top``, ``family``, ``cells`` (each by its own name), one entry for each kind of :data:`CELLS` that occurs,
        ``warnings`` (each once) and ``latches``.

    Raises
    ------
    UserError
        If pyosys is not installed, Yosys refuses, or a module has a memory and no folder is given.
    """
    if importlib.util.find_spec("pyosys") is None:
        raise UserError(
            "pyosys is not installed", "the package pyosys, which has wheels for Linux and macOS",
            "pip install pyosys, or run synthesize.py of the archive with a Yosys that has read_slang.",
        )  # fmt: skip
    values = " ".join(f"-G {name}={value}" for name, value in (parameters or {}).items())
    files = " ".join(str(Path(path).resolve()) for path in sources or [source(name) for name in SOURCES])
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        commands = [
            f"tee -o {log} read_slang --top {top} -D SYNTHESIS {values} {files}",
            *(f"tee -a {log} {command}" for command in passes(top, family, memories=folder is not None)),
            f"tee -a {log} stat",
            *([f"write_json {netlist.resolve()}"] if netlist else []),
        ]
        result = subprocess.run(
            [sys.executable, "-c", SCRIPT, *commands],
            cwd=folder or scratch,
            capture_output=True,
            text=True,
            check=False,
        )
        said = log.read_text(encoding="utf-8") if log.exists() else ""
    if result.returncode:
        lines = (result.stderr + result.stdout).splitlines()
        complaint = next((line for line in lines if "ERROR:" in line), " ".join(lines[-2:]))
        if MEMORY in complaint:
            raise UserError(
                f"{top} has a memory", "a folder, or a module without memories", "Give the folder of its hex files."
            )
        raise UserError(
            f"Yosys refuses {top}: {complaint}", "a design that it can synthesize", "Correct what it names."
        )
    return {"top": top, "family": family, **count_cells(said)}


def passes(top: str, family: str, *, memories: bool) -> list[str]:
    """Return what Yosys runs.

    Parameters
    ----------
    top
        The module.
    family
        A key of :data:`PASSES`.
    memories
        Whether it may have memories; without them Yosys refuses one that has.

    Examples
    --------
    >>> passes("requantizer", "xilinx", memories=True)
    ['synth_xilinx -family xc7 -flatten -top requantizer']
    """
    whole = PASSES[family].format(top=top)
    if memories or family != "xilinx":
        return [whole]
    # To read the maps of memories and cells that nothing becomes takes a third of the time of a small module.
    return [
        COMMON_CELLS, f"hierarchy -check -top {top}", f"{whole} -run prepare:map_memory",
        f"select -assert-none {MEMORY}", f"{whole} -run map_ffram:",
    ]  # fmt: skip


def count_cells(log: str) -> dict[str, Any]:
    r"""Read Yosys' log: the last table of cells, the warnings, the latches.

    Examples
    --------
    >>> count_cells("Number of cells: 3\n     2 LUT6\n     1 FDRE\n")["LUT"]
    2
    """
    table = log[log.rfind("cells") :]
    cells = {name: int(count) for count, name in re.findall(r"^\s+(\d+) +(?:[\d.e+]+ +)?([A-Z]\w+)\s*$", table, re.M)}
    cells |= {name: int(count) for name, count in re.findall(r"^\s+([A-Z]\w+)\s+(\d+)\s*$", table, re.M)}
    kinds = {
        kind: sum(count for name, count in cells.items() if re.fullmatch(pattern, name))
        for kind, pattern in CELLS.items()
    }
    warnings = sorted({line.strip() for line in log.splitlines() if line.lower().startswith("warning")})
    return {
        "cells": dict(sorted(cells.items())), **{kind: count for kind, count in kinds.items() if count},
        "warnings": warnings, "latches": len(re.findall(r"Latch inferred", log)),
    }  # fmt: skip
