"""A pytest plugin that writes which tests hold which criterion, and how they ended.

``python -m pytest -p resnet8doc.criteria_plugin -m criterion --criteria-json build/results/criteria.json``

The file follows ``criteria.schema.json``; its ``criteria`` hold one entry for each criterion, in order::

    {"number": "6.3", "phase": 6, "phase_title": "…", "text": "…",
     "tests": [{"id": "tests/…::test_…", "file": "tests/…", "line": 12, "outcome": "passed", "seconds": 0.1}],
     "evidence": ["8,712 of 10,000"]}

``outcome`` is ``passed``, ``failed``, ``skipped``, or ``not run`` for a test that this run did not choose. A test adds
to ``evidence`` with ``record_property("evidence", "…")``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .criteria import criteria, holders
from .schemas import write_result

OPTION = "--criteria-json"

NOT_RUN: dict[str, Any] = {"outcome": "not run", "seconds": 0.0, "evidence": []}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(OPTION, type=Path, metavar="PATH", help="write the criteria with their tests' outcomes there")


def pytest_configure(config: pytest.Config) -> None:
    """Listen only if the file is asked for, and only in the process that hears of every test."""
    if config.getoption(OPTION) and not hasattr(config, "workerinput"):  # pytest-xdist's workers have that
        config.pluginmanager.register(Collector(config.rootpath, config.getoption(OPTION)), "criteria-collector")


class Collector:
    """Gathers the reports of a run."""

    def __init__(self, root: Path, path: Path) -> None:
        self.root = root
        self.path = path
        self.results: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up a test's three parts: it failed if one failed, and was skipped if one was."""
        result = self.results.setdefault(report.nodeid, {"outcome": "passed", "seconds": 0.0, "evidence": []})
        result["seconds"] += report.duration
        if report.outcome == "failed" or (report.outcome == "skipped" and result["outcome"] == "passed"):
            result["outcome"] = report.outcome
        if report.when == "teardown":
            result["evidence"] = [str(value) for name, value in report.user_properties if name == "evidence"]

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        found = holders(self.root / "tests")
        entries = []
        for number, criterion in criteria().items():
            tests, evidence = [], []
            for holder in found[number]:
                name = f"{holder.file}::{holder.function}"
                ran = {id_: result for id_, result in self.results.items() if _function(id_) == name}
                not_run: dict[str, Any] = {"outcome": "not run", "seconds": 0.0, "evidence": []}
                for id_, result in (ran or {name: not_run}).items():
                    tests.append({
                        "id": id_, "file": holder.file, "line": holder.line,
                        "outcome": result["outcome"], "seconds": round(result["seconds"], 3),
                    })  # fmt: skip
                    evidence += [text for text in result["evidence"] if text not in evidence]
            entries.append({
                "number": number, "phase": criterion.phase, "phase_title": criterion.phase_title,
                "text": criterion.text, "tests": tests, "evidence": evidence,
            })  # fmt: skip
        write_result(self.path, {"criteria": entries}, "criteria")


def _function(id_: str) -> str:
    """Return a test's id without its parameters and without its class."""
    file, *names = id_.partition("[")[0].split("::")
    return f"{file}::{names[-1]}" if names else file
