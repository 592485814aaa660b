"""Constants in the API reference of the package that re-exports them.

Autodoc knows a constant by the docstring below its assignment, which stands in a private module; the package that
re-exports it has none, so autodoc would leave it out. Here the package's analysis borrows those docstrings.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

HIDE = ":meta hide-value:"
SHORT = 80


def borrow_docstrings(app: Sphinx, env: Any, names: list[str]) -> None:
    """Do so for every package that a page about to be read documents."""
    for name in names:
        text = app.env.doc2path(name).read_text(encoding="utf-8")
        for line in text.splitlines():
            if line.startswith(".. automodule:: "):
                _borrow(line.split()[-1])


def _borrow(module: str) -> ModuleAnalyzer:
    """Return the module's analysis; if it is a package, with the docstrings of what it re-exports."""
    analyzer = ModuleAnalyzer.for_module(module)
    analyzer.analyze()  # Sphinx keeps the analyzers, so autodoc will find this one
    if Path(analyzer.srcname).name == "__init__.py":
        for local, source, original in _imports(analyzer.code, module):
            if docstring := _borrow(source).attr_docs.get(("", original)):
                analyzer.attr_docs["", local] = docstring
    for name in _long(analyzer.code):
        docstring = analyzer.attr_docs.get(("", name), [])
        if docstring and HIDE not in docstring:
            docstring += ["", HIDE, ""]
    return analyzer


def _long(code: str) -> Iterator[str]:
    """Yield the names of constants whose value is computed or does not fit a line."""
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            try:
                short = len(repr(ast.literal_eval(node.value))) <= SHORT
            except ValueError:  # no literal
                short = False
            if not short:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from (target.id for target in targets if isinstance(target, ast.Name))


def _imports(code: str, package: str) -> Iterator[tuple[str, str, str]]:
    for node in ast.parse(code).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, resolve_name("." + node.module, package), alias.name


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", borrow_docstrings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
