"""The record of a run over all releases, kept beside the code: wheels are too many to install in each build."""

import datetime
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...environment import environment
from ...files import read_json, write_json
from ._cases import FAULTS

RECORD = Path(__file__).with_name("record.json")

COMMAND = "python -m resnet8doc.proof.releases"


def write_record(found: Sequence[Mapping[str, Any]], path: Path = RECORD) -> dict[str, Any]:
    """Judge the answers of several releases and write them down.

    Parameters
    ----------
    found
        What :func:`run_release` returned for each.
    path
        Where to.

    Returns
    -------
    dict
        ``command``, ``date``, ``machine`` (``cpu``, ``instruction_sets``, ``system``), ``python``, ``numpy`` and
        ``releases``: by release and case ``verdict`` and, unless the processor cannot show the fault, ``values``, or
        the words of a refusal (``refused``).
    """
    about = environment()
    sets = about["instruction_sets"]
    releases: dict[str, dict[str, Any]] = {}
    for row in found:
        verdicts: dict[str, Any] = {}
        for fault in FAULTS:
            answer = row["answers"][fault.key]
            verdict = fault.verdict(answer, sets)
            seen = {key: answer[key] for key in ("values", "refused") if key in answer}
            verdicts[fault.key] = {"verdict": verdict, **({} if verdict.startswith("needs") else seen)}
        releases[row["release"]] = verdicts
    record = {
        "command": COMMAND, "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": {"cpu": about["cpu"], "instruction_sets": sets, "system": platform.system()},
        "python": platform.python_version(), "numpy": found[0]["numpy"], "releases": releases,
    }  # fmt: skip
    write_json(path, record)
    return record


def read_record(path: Path = RECORD) -> dict[str, Any]:
    """Return the record, as :func:`write_record` describes it."""
    found: dict[str, Any] = read_json(path)
    return found
