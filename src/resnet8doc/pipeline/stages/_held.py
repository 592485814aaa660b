"""What every proof of the build does with its result: hold it to its schema, write it, stop the build at a mismatch."""

from pathlib import Path
from typing import Any

from ...errors import UserError
from ...schemas import write_result


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
    write_result(path, found, "proof")
    if why is not None:
        raise UserError(why, "0 mismatches on this processor", f"Read {path}.")


def keep_operators(path: Path, found: dict[str, Any], of: str) -> None:
    """Write the comparison of single operators with a runtime, likewise."""
    write_result(path, found, "operators")
    wrong = [f"{row['operator']} {row['mismatches']}" for row in found["rows"] if row["mismatches"]]
    if wrong and found["proven"]:
        raise UserError(f"values differ from {of}: {', '.join(wrong)}", "0 on this processor", f"Read {path}.")
