"""How well mistakes can be told apart: every mistake in every layer, put before the checker."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import Graph
from ...ops import OPERATORS
from ..checker import PITFALLS, Checker
from ..network import Feeds, Operation

Array = npt.NDArray[Any]

NONE = "none"
"""The diagnosis of an output that is right."""


def confusion(graph: Graph, images: Feeds, *, progress: bool = True) -> dict[str, Any]:
    """Make each mistake in each layer, one at a time, and ask the checker what it was.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images
        What the network is fed, as for :func:`~resnet8doc.hardware.check`.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        ``model``, ``images``, ``cases`` (``node``, ``layer``, ``pitfall``, ``fault``, ``mismatches``,
        ``diagnosis``: the short names of every pitfall or cause that gives the same bytes, empty if nothing differs),
        ``table`` (for each pitfall and for right output, how often each was diagnosed, ``none`` among them),
        ``pairs`` (mistakes that give the same bytes in some layer: ``first``, ``second``, ``nodes``) and ``wrong``
        (cases whose own pitfall was not named although bytes changed; must be 0).
    """
    checker = Checker(graph, images)
    operations = [o for o in checker.network.operations if OPERATORS[o.node.domain, o.op_type].quantized]
    cases = []
    for operation in _bar(operations, progress):
        cases.append(_case(checker, operation, NONE, NONE, checker.expected[operation.output]))
        for key, pitfall in PITFALLS.items():
            for fault in pitfall.faults:
                if not graph.can_have(operation.node, fault):
                    continue
                wrong = graph.runtime.with_fault(fault)
                made = checker.network.items.compute(operation.node, checker.expected, wrong)
                cases.append(_case(checker, operation, key, fault.describe(), made))
    return {
        "model": graph.name,
        "images": checker.count,
        "cases": cases,
        "table": _table(cases),
        "pairs": _pairs(checker, operations),
        "wrong": sum(_is_wrong(case) for case in cases),
    }


def _bar(operations: list[Operation], progress: bool) -> Iterable[Operation]:
    if not progress:
        return operations
    from tqdm import tqdm

    bar: Iterable[Operation] = tqdm(operations, desc="confusion table", unit="layer")
    return bar


def _case(checker: Checker, operation: Operation, pitfall: str, fault: str, made: Array) -> dict[str, Any]:
    """Give the checker right outputs up to this layer, and this layer's as a mistake makes them."""
    given = {}
    for before in checker.network.operations:
        if before.output == operation.output:
            break
        given[before.output] = _codes(checker, before, checker.expected[before.output])
    given[operation.output] = _codes(checker, operation, made)
    report = checker.check(given)
    named = sorted(report.findings[0].keys) if report.findings else []
    return {
        "node": operation.node.name, "layer": operation.node.layer, "pitfall": pitfall, "fault": fault,
        "mismatches": sum(finding.mismatches for finding in report.findings),
        "findings": [finding.node for finding in report.findings], "diagnosis": named,
    }  # fmt: skip


def _codes(checker: Checker, operation: Operation, codes: Array) -> Array:
    return checker.network.stored(operation.output, codes)


def _is_wrong(case: dict[str, Any]) -> bool:
    if not case["mismatches"]:
        return bool(case["findings"])
    return case["pitfall"] not in case["diagnosis"] or case["findings"] != [case["node"]]


def _table(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = (NONE, *PITFALLS)
    rows = []
    for key in keys:
        mine = [case for case in cases if case["pitfall"] == key]
        named = {other: sum(other in (case["diagnosis"] or [NONE]) for case in mine) for other in keys}
        alone = sum(case["diagnosis"] == [key] or (key == NONE and not case["diagnosis"]) for case in mine)
        rows.append({"made": key, "cases": len(mine), "named_alone": alone, **named})
    return rows


def _pairs(checker: Checker, operations: list[Operation]) -> list[dict[str, Any]]:
    """Mistakes of different pitfalls that give the same bytes, with the layers in which they do."""
    found: dict[tuple[str, str], list[str]] = {}
    for operation in operations:
        made = list(checker.candidates(operation).items())
        for number, (first, codes) in enumerate(made):
            for second, others in made[number + 1 :]:
                if np.array_equal(codes, others):
                    found.setdefault((first.describe(), second.describe()), []).append(operation.node.name)
    return [{"first": first, "second": second, "nodes": nodes} for (first, second), nodes in found.items()]
