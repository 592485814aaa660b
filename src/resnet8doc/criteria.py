"""What the project promises, criterion by criterion, and which tests hold each promise.

A test holds criterion 6.3 by the mark ``@pytest.mark.criterion("6.3")``. `resnet8doc.criteria_plugin` writes the tests'
outcomes to ``build/results/criteria.json``, from which the page of criteria is made.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Criterion:
    """One promise: its number (``"6.3"``), the phase it belongs to, and what is promised."""

    number: str
    phase: int
    phase_title: str
    text: str


@dataclass(frozen=True, order=True)
class Holder:
    """A test function that carries a criterion's number, and where it stands."""

    file: str
    line: int
    function: str


@cache
def criteria() -> dict[str, Criterion]:
    """Return every criterion by its number, in order.

    Examples
    --------
    >>> criteria()["6.1"].text
    'resnet8_int8.onnx and resnet8_uint8.onnx exist.'
    >>> len(criteria())
    79
    """
    found = {}
    for phase, content in _data()["phases"].items():
        for number, text in content.items():
            if number != "title":
                found[number] = Criterion(number, int(phase), content["title"], text)
    return found


def claimed() -> list[Criterion]:
    """Return the criteria of the phases that are said to be done."""
    return [criterion for criterion in criteria().values() if criterion.phase in _data()["claimed"]]


def holders(tests: Path) -> dict[str, list[Holder]]:
    """Find the tests that carry a criterion's number, by reading their source.

    Parameters
    ----------
    tests
        The folder of the tests. Files are named relative to the folder that it lies in.

    Returns
    -------
    dict
        Criterion's number to its tests, sorted; every criterion is there, even without a test.

    Raises
    ------
    ValueError
        If a test carries a number that is no criterion's.
    """
    found: dict[str, list[Holder]] = {number: [] for number in criteria()}
    for path in sorted(tests.rglob("test_*.py")):
        file = path.relative_to(tests.parent).as_posix()
        for number, holder in _marks(ast.parse(path.read_text(encoding="utf-8")), file):
            if number not in found:
                raise ValueError(f"{file}:{holder.line} carries criterion {number!r}, which does not exist")
            found[number].append(holder)
    return {number: sorted(set(tests)) for number, tests in found.items()}


def _marks(tree: ast.Module, file: str) -> Iterator[tuple[str, Holder]]:
    """Yield the marks on functions, those on their class and on the whole module included."""
    everywhere = [number for node in tree.body if _is_pytestmark(node) for number in _numbers(node)]
    for node in tree.body:
        inherited = list(everywhere)
        functions = [node]
        if isinstance(node, ast.ClassDef):
            inherited += [number for decorator in node.decorator_list for number in _numbers(decorator)]
            functions = node.body
        for function in functions:
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test"):
                own = [number for decorator in function.decorator_list for number in _numbers(decorator)]
                for number in inherited + own:
                    yield number, Holder(file, function.lineno, function.name)


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "pytestmark" for target in node.targets)


def _numbers(node: ast.AST) -> list[str]:
    """Return the arguments of each ``….criterion(…)`` below a node: marks inside ``pytest.param`` count too."""
    return [
        str(argument.value)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "criterion"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    ]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
