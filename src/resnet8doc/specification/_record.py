"""The same numbers for programs: specification.json."""

from dataclasses import asdict
from functools import partial
from typing import Any

from ..analysis.bounds import Bound, bound
from ..errors import UserError
from ..faults import Fault
from ..files import sha256
from ..hardware import Plan
from ._attempt import attempt
from ._downloads import Download
from ._mistakes import Mistake, Place, title
from ._operators import Row, parameter_bytes
from ._subject import Subject

FORMAT = "resnet8doc.specification"
MANIFEST = "specification.json"


def record(
    subject: Subject, rows: list[Row], found: dict[str, dict[str, Any] | UserError], plan: Plan | UserError,
    wrong: list[Mistake | tuple[Fault, UserError]], files: list[Download],
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
        "pitfalls": [_mistake(one) for one in wrong],
        "downloads": {
            one.what: _refusal(one.made) if isinstance(one.made, UserError) else list(one.made) for one in files
        },
    }  # fmt: skip


def _mistake(one: Mistake | tuple[Fault, UserError]) -> dict[str, Any]:
    if not isinstance(one, Mistake):
        fault, error = one
        return {"fault": fault.describe(), "refused": _refusal(error)}
    place = one.place
    return {
        "fault": one.fault.describe(), "pitfall": one.kind, "title": title(one.kind), "operators": one.possible,
        "changed": one.changed, "values": one.values,
        "nodes": [
            {"node": change.node.name, "changed": change.changed, "values": change.values} for change in one.changes
        ],
        "outputs": {name: {"changed": changed, "values": size} for name, (changed, size) in one.outputs.items()},
        "largest": None if one.largest is None else {"right": one.largest[0], "with_the_mistake": one.largest[1]},
        "place": {
            "node": place.change.node.name, "index": list(place.change.index), "right": place.right.to_dict()["steps"],
            "with_the_mistake": place.wrong.to_dict()["steps"],
        }
        if isinstance(place, Place)
        else None,
    }  # fmt: skip


def _refusal(error: UserError) -> dict[str, str]:
    return {"found": error.found, "expected": error.expected, "remedy": error.remedy}
