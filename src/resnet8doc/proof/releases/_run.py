"""One release in an environment of its own."""

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import UserError
from ...files import read_json, write_json
from ._cases import FAULTS

RELEASES = ("1.20.1", "1.21.1", "1.24.4", "1.26.0", "1.27.0", "1.28.0", "1.29.0", "1.32.0")
"""Where some fault appears or goes, and the newest."""

SCRIPT = Path(__file__).with_name("in_release.py")


def run_release(release: str, folder: Path) -> dict[str, Any]:
    """Install a release into an environment of its own, if it is not there, and run every case in it.

    Parameters
    ----------
    release
        Of ONNX Runtime: ``1.28.0``.
    folder
        For the environment.

    Returns
    -------
    dict
        ``release`` and ``numpy`` as that interpreter reports them, and ``answers``: by case ``values`` with ``dtype``
        and ``shape``, or ``refused``.

    Raises
    ------
    UserError
        If the release cannot be installed or started.
    """
    interpreter = _environment(release, folder)
    cases = folder / "cases"
    cases.mkdir(exist_ok=True)
    for fault in FAULTS:
        (cases / f"{fault.key}.onnx").write_bytes(fault.onnx().SerializeToString())
        feeds: dict[str, Any] = fault.feeds()
        np.savez(cases / f"{fault.key}.npz", **feeds)
    write_json(cases / "cases.json", {fault.key: fault.level for fault in FAULTS})
    _said([str(interpreter), "-I", str(SCRIPT), str(cases)], f"ONNX Runtime {release} does not start")
    found: dict[str, Any] = read_json(cases / "answers.json")
    if found["release"] != release:
        raise UserError(f"{folder} has ONNX Runtime {found['release']}", release, f"Delete {folder}.")
    return found


def _environment(release: str, folder: Path) -> Path:
    """Return the interpreter of an environment that has the release and numpy, and nothing else."""
    interpreter = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp, wanted = folder / "installed.json", [f"onnxruntime=={release}", f"numpy=={np.__version__}"]
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == wanted:
        return interpreter
    venv.create(folder, clear=True, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(interpreter), "install", "--quiet"]
    # Nothing but numpy is needed to run a model; what else the wheel lists, exporters and profilers need.
    _said([*pip, "--no-deps", "--only-binary", ":all:", *wanted], f"ONNX Runtime {release} cannot be installed")
    write_json(stamp, wanted)
    return interpreter


def _said(command: list[str], failed: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no reason given")
        raise UserError(
            f"{failed} ({reason[:300]})", "a release that has a wheel for this Python and processor",
            "Leave it out by naming others: python -m resnet8doc.proof.releases 1.32.0.",
        )  # fmt: skip
