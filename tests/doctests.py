"""The examples of the library's docstrings: a test for each module that has some."""

import doctest
from collections.abc import Generator, Iterable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from _pytest.doctest import DoctestModule

LIBRARY = Path(__file__).parents[1] / "src"


class Doctests:
    """A plugin; a conftest would be asked only about the files beside it."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """Put tests that import a module when they run in place of pytest's, which imports it to look for examples.

        Each worker collects all tests: each would import TensorFlow and torch to do so.
        """
        found = yield
        others = [collector for collector in found if not isinstance(collector, DoctestModule)]
        if len(others) == len(found) or LIBRARY not in file_path.parents or b">>>" not in file_path.read_bytes():
            return others
        return [*others, _File.from_parent(parent, path=file_path)]


class _File(pytest.File):
    def collect(self) -> Iterable["_Examples"]:
        """Give one test, named as the module."""
        parts = self.path.relative_to(LIBRARY).with_suffix("").parts
        yield _Examples.from_parent(self, name=".".join(part for part in parts if part != "__init__"))


class _Examples(pytest.Item):
    def runtest(self) -> None:
        """Run the examples of all docstrings of the module."""
        runner, failures = (
            doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS),
            list[str](),
        )  # as pytest's
        for test in _Finder().find(import_module(self.name), self.name):
            runner.run(test, out=failures.append)
        if failures:
            raise _WrongExampleError("".join(failures))
        if not runner.tries:
            raise _WrongExampleError(f"{self.name} has examples where the doctest module does not look for them")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        """Give what the doctest module says of an example: where it is, what was expected, what came."""
        return str(excinfo.value) if isinstance(excinfo.value, _WrongExampleError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name it by the module."""
        return self.path, None, f"examples of {self.name}"


class _Finder(doctest.DocTestFinder):
    def _from_module(self, module: ModuleType | None, object: Any) -> bool:
        """Look into a cached property, too: before Python 3.13 it is nobody's."""
        seen = object.func if isinstance(object, cached_property) else object
        return bool(super()._from_module(module, seen))  # type: ignore[misc]


class _WrongExampleError(Exception):
    pass
