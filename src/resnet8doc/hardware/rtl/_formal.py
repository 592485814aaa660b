"""Units held to their definitions by a solver, for every input: the archive's ``prove.py``, run by the build."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...errors import UserError

DEFINITIONS = (
    "rounding_pkg.sv", "requantizer_definition.sv", "product_of_sum.sv", "float32_of_sum.sv",
    "requantizer_tflite_definition.sv", "residual_adder_definition.sv", "wires.v",
)  # fmt: skip
"""Files of ``formal/``."""

CLAIMS = ("requantizer", "product of narrow sums", "sums of 32 bits", "requantizer_tflite", "residual_adder")
"""What every build proves: seconds each. ``prove.py`` without arguments takes the others too, which are slower."""


def definition(name: str) -> Path:
    """Return the path of a file of :data:`DEFINITIONS`."""
    return Path(str(files(__package__) / "formal" / name))


def prove_units(claims: Sequence[str] = CLAIMS, source: Path | None = None) -> list[dict[str, Any]]:
    """Prove that units equal their definitions.

    Parameters
    ----------
    claims
        Of ``prove.py``.
    source
        A module in place of the design's; then one claim.

    Returns
    -------
    list
        For each claim: ``claim``, ``module``, ``says`` (for which inputs), ``proven``, ``clauses`` of the problem,
        ``inputs`` at which the module differs, by name, and ``seconds``.

    Raises
    ------
    UserError
        If pyosys is not installed, or Yosys gives no answer.
    """
    if importlib.util.find_spec("pyosys") is None:
        raise UserError(
            "pyosys is not installed", "the package pyosys, of which wheels exist for Linux and macOS",
            "pip install pyosys, or run prove.py of the archive where it is.",
        )  # fmt: skip
    program = files(__package__) / "archive" / "prove.py"
    options = ["--source", str(source)] if source is not None else []
    command = [sys.executable, str(program), "--json", *options, *claims]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1) or not result.stdout.startswith("["):
        raise UserError(
            f"the solver says nothing: {' '.join(result.stderr.split())[-300:]}", "proven, or an input that differs",
            "Correct what it names.",
        )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found
