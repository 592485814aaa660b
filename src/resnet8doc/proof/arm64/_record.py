"""The record of a run under emulation, kept beside the code: builds have no emulator."""

from pathlib import Path
from typing import Any

from ...files import read_json

RECORD = Path(__file__).with_name("record.json")


def read_record(path: Path = RECORD) -> dict[str, Any]:
    """Return what :func:`run_under_emulation` found, with ``command`` and ``date``.

    Examples
    --------
    >>> read_record()["machine"]
    'aarch64'
    """
    found: dict[str, Any] = read_json(path)
    return found
