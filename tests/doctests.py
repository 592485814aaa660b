"""Which files are looked through for doctests, in the library and in the tests."""

from collections.abc import Generator
from importlib import import_module
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule

LIBRARY = Path(__file__).parents[1] / "src"


class Doctests:
    """A plugin; a conftest would be asked only about the files beside it."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
        """Look only into files that have one: else every program is imported, with all that it needs alone."""
        found = yield
        if not found:
            return found
        if b">>>" not in file_path.read_bytes():
            return [collector for collector in found if not isinstance(collector, DoctestModule)]
        if LIBRARY in file_path.parents:
            # As any program imports it: pytest would run a module that its package has imported a second time.
            parts = file_path.relative_to(LIBRARY).with_suffix("").parts
            import_module(".".join(part for part in parts if part != "__init__"))
        return found
