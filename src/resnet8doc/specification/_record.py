"""The same numbers for programs: specification.json."""

from dataclasses import asdict
from functools import partial
from typing import Any

from ..analysis.bounds import Bound, bound
from ..errors import UserError
from ..files import sha256
from ..hardware import Plan
from ._attempt import attempt
from ._downloads import Download
from ._operators import Row, parameter_bytes
from ._subject import Subject

FORMAT = "resnet8doc.specification"
MANIFEST = "specification.json"


def record(
    subject: Subject, rows: list[Row], found: dict[str, dict[str, Any] | UserError], plan: Plan | UserError,
    files: list[Download],
) -> dict[str, Any]:  # fmt: skip
    """Return what the pages say, as lists, numbers and strings."""
    limits = [attempt(partial(bound, subject.graph, row.node)) for row in rows]
    return {
        "format": FORMAT, "version": 1, "model": subject.graph.name, "file": subject.path.name,
        "sha256": sha256(subject.path), "runtime": subject.graph.runtime.name, "inputs": subject.given.said,
        "totals": {
            "operators": len(rows), "multiply_accumulates": sum(row.multiply_accumulates for row in rows),
            "parameter_bytes": parameter_bytes(subject),
        },
        "operators": [
            {
                "node": row.node.name, "op_type": row.node.op_type, "page": row.page if row.has_page else None,
                "inputs": [list(one) for one in row.inputs], "output": list(row.output),
                "multiply_accumulates": row.multiply_accumulates, "parameter_bytes": row.parameter_bytes,
                "accumulator": asdict(limit) if isinstance(limit, Bound) else None,
            }
            for row, limit in zip(rows, limits, strict=True)
        ],
        "proofs": {
            name: _refusal(one) if isinstance(one, UserError) else one["totals"] for name, one in found.items()
        },
        "memory": _refusal(plan) if isinstance(plan, UserError) else plan.to_dict(),
        "downloads": {
            one.what: _refusal(one.made) if isinstance(one.made, UserError) else list(one.made) for one in files
        },
    }  # fmt: skip


def _refusal(error: UserError) -> dict[str, str]:
    return {"found": error.found, "expected": error.expected, "remedy": error.remedy}
