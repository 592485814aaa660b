"""Who imports whom in a package, and which files a module depends on: what must be made again when code has changed."""

from collections.abc import Callable, Iterable
from functools import cached_property
from importlib import import_module
from pathlib import Path

import grimp

COLLECTORS = ("resnet8doc.ops._registry",)
"""Modules that import every module beside them, by names found at run time."""


class Imports:
    """The modules of one package, found without importing more than the package itself.

    Imports inside functions count; what is imported by a name computed at run time is not seen, but for
    :data:`COLLECTORS`.

    Parameters
    ----------
    package
        Its name.
    cache
        Where grimp keeps what it has read; nowhere if None.
    """

    def __init__(self, package: str, cache: Path | None = None) -> None:
        self.package = package
        self._cache = cache

    @cached_property
    def root(self) -> Path:
        """The package's folder."""
        file = import_module(self.package).__file__
        assert file is not None, f"{self.package} is no regular package"
        return Path(file).resolve().parent

    @cached_property
    def graph(self) -> grimp.ImportGraph:
        """Every import among the modules."""
        found = grimp.build_graph(self.package, cache_dir=None if self._cache is None else str(self._cache))
        for collector in COLLECTORS:
            if collector in found.modules:
                for beside in found.find_children(parents(collector)[-1]) - {collector}:
                    found.add_import(importer=collector, imported=beside)
        return found

    def all_that_runs(self, names: Iterable[str]) -> set[str]:
        """Return what runs when modules are imported: ``a.b.c`` is ``a``, ``a.b``, ``a.b.c`` and their imports."""
        todo, done = set(names), set[str]()
        while todo:
            for module in (*parents(name := todo.pop()), name):
                if module in self.graph.modules and module not in done:
                    done.add(module)
                    todo |= self.graph.find_modules_directly_imported_by(module) - done
        return done

    def all_that_counts(self, module: str, leave_out: Callable[[str], bool]) -> set[str]:
        """Return a module and what it needs, directly or not, but for what is left out on the first step.

        Of a package that is only on the way to a module, what it imports does not count: no result depends on it.
        """
        direct = {name for name in self.graph.find_modules_directly_imported_by(module) if not leave_out(name)}
        found = {module}.union(direct, *(self.graph.find_upstream_modules(name) for name in direct))
        return found | {parent for name in found for parent in parents(name) if not leave_out(parent)}

    def files(self, modules: Iterable[str]) -> list[Path]:
        """Return the files of modules, sorted; of a package also the data that it ships, such as schemas and C."""
        return sorted({file for module in modules for file in self._files(module)})

    def _files(self, module: str) -> list[Path]:
        base = self.root.joinpath(*module.split(".")[1:])
        if not base.is_dir():
            return [base.with_suffix(".py")]
        return [base / "__init__.py", *([] if base == self.root else _data(base))]


def parents(module: str) -> list[str]:
    """Return the packages that a module lies in, the outermost first.

    Examples
    --------
    >>> parents("a.b.c")
    ['a', 'a.b']
    """
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _data(folder: Path) -> list[Path]:
    """Return the files below a package that are no modules and belong to no package below it."""
    found: list[Path] = []
    for path in folder.iterdir():
        if path.is_dir():
            if path.name != "__pycache__" and not (path / "__init__.py").exists():
                found += _data(path)
        elif path.suffix not in (".py", ".pyc") and not path.name.startswith("."):
            found.append(path)
    return found
