"""Which source files a module depends on, so that a stage runs again when its code has changed."""

import sys
from functools import cache
from pathlib import Path

import grimp

PACKAGE = "resnet8doc"


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, cache_dir=None)


def source_files(module: str) -> list[Path]:
    """Return the source files that importing ``module`` can execute, itself and every parent package included.

    Imports inside functions count too. What is imported by a computed name does not.

    Parameters
    ----------
    module
        Dotted name within resnet8doc; of a module from elsewhere, its own file alone is returned.

    Returns
    -------
    list[Path]
        Sorted, absolute.

    Examples
    --------
    >>> [path.name for path in source_files("resnet8doc.files")]
    ['__init__.py', 'errors.py', 'files.py']
    """
    if module.split(".")[0] != PACKAGE:
        return [Path(str(sys.modules[module].__file__)).resolve()]
    graph = _graph()
    found: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= (graph.find_upstream_modules(name) | _parents(name)) - found
    return sorted(_path(name) for name in found)


def _parents(module: str) -> set[str]:
    parts = module.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def _path(module: str) -> Path:
    root = Path(__file__).resolve().parents[1]
    path = root.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
