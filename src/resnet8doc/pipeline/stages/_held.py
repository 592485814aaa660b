"""What every proof of the build does with its result: hold it to its schema, write it, stop the build at a mismatch."""

from pathlib import Path
from typing import Any

from ...errors import UserError
from ...files import write_json
from ...schemas import validate


def keep_proof(path: Path, found: dict[str, Any], why: str | None) -> None:
    """Write the proof of a network.

    Parameters
    ----------
    path
        Where to.
    found
        What `resnet8doc.proof` returned.
    why
        Why it failed, or None.

    Raises
    ------
    UserError
        If it failed; the file is written all the same.
    """
    keep(path, found, "proof")
    if why is not None:
        raise UserError(why, "0 mismatches on this processor", f"Read {path}.")


def keep_operators(path: Path, found: dict[str, Any], of: str) -> None:
    """Write the comparison of single operators with a runtime, likewise."""
    keep(path, found, "operators")
    wrong = [f"{row['operator']} {row['mismatches']}" for row in found["rows"] if row["mismatches"]]
    if wrong and found["proven"]:
        raise UserError(f"values differ from {of}: {', '.join(wrong)}", "0 on this processor", f"Read {path}.")


def keep(path: Path, found: dict[str, Any], schema: str) -> None:
    """Write a result that names its schema, and is as that says."""
    named = {"schema": schema, **found}
    validate(named, schema, path)
    write_json(path, named)
