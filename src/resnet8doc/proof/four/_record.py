"""The record that the package ships: the networks themselves are not ours to ship."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...environment import cpu_class, environment
from ._measure import measure
from ._networks import NETWORKS, find

COMMAND = "python -m resnet8doc record-four-networks FOLDER..."

PACKAGES = ("ai-edge-litert", "numpy", "tflite-micro")
"""Whose versions the record keeps."""


def record(folders: Sequence[Path], inputs: int) -> dict[str, Any]:
    """Measure all four networks.

    Parameters
    ----------
    folders
        Where their files are; they are known by their content.
    inputs
        How many inputs each is fed.

    Returns
    -------
    dict
        ``date``, ``command``, ``python``, ``packages``, ``cpu_class``, ``networks``: what `measure` returns by key.

    Raises
    ------
    UserError
        If a file is missing.
    """
    paths = find(folders)
    described = environment()
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": COMMAND,
        "python": described["python"],
        "packages": {name: described["packages"][name] for name in PACKAGES},
        "cpu_class": cpu_class(described),
        "networks": {network.key: measure(paths[network.key], inputs) for network in NETWORKS},
    }


def read_record() -> dict[str, Any]:
    """Return the record that is shipped with the package.

    Examples
    --------
    >>> sorted(read_record()["networks"])
    ['ad', 'ic', 'kws', 'vww']
    """
    found: dict[str, Any] = json.loads((files(__package__) / "record.json").read_text(encoding="utf-8"))
    return found
