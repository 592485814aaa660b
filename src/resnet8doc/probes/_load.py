"""The set of probes that comes with the project, and how it is made again."""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from ..files import write_json
from ._candidates import candidates
from ._probe import Probe
from ._search import search, together

FILE = "probes.json"
COMMAND = "python -m resnet8doc probes --search"

SAME: dict[frozenset[str], str] = {
    frozenset(
        {"onnxruntime_x86_avx2", "pairwise_saturation=True"}
    ): "the mistake is what the instruction does: one formula under two names",
}
"""Candidates that nothing tells apart, and why."""


@cache
def probes() -> tuple[Probe, ...]:
    """Return the probes, found by :func:`resnet8doc.probes.search`.

    Examples
    --------
    >>> sum(probe.bytes for probe in probes()) < 4096
    True
    """
    record = json.loads((files(__package__) / FILE).read_text(encoding="utf-8"))
    return tuple(Probe.from_dict(entry) for entry in record["probes"])


def record() -> Path:
    """Search anew and write the set into the package; return the file."""
    found = search()
    left = together(found, list(candidates().values()))
    path = Path(str(files(__package__) / FILE))
    write_json(path, {
        "command": COMMAND, "date": date.today().isoformat(), "candidates": list(candidates()),
        "not_told_apart": [list(pair) for pair in left], "probes": [probe.to_dict() for probe in found],
    })  # fmt: skip
    probes.cache_clear()
    return path
