"""The record of a comparison with CMSIS-NN, kept beside the code: builds have no source of CMSIS-NN."""

from pathlib import Path
from typing import Any

from ...files import read_json
from ...schemas import validate

RECORD = Path(__file__).with_name("record.json")


def read_record(path: Path = RECORD) -> dict[str, Any]:
    """Return what :func:`compare` found, with ``schema``, ``command`` and ``date``, as ``cmsis.schema.json`` says.

    Examples
    --------
    >>> read_record()["compiler"]["single"]
    '-DCMSIS_NN_USE_SINGLE_ROUNDING'
    """
    found: dict[str, Any] = read_json(path)
    validate(found, "cmsis", path, "Take it from the repository again, or make it with nox -s cmsis.")
    return found
