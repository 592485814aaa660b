"""Which source files a module depends on, so that a stage runs again when its code has changed."""

import sys
from functools import cache
from pathlib import Path

import grimp

PACKAGE = "resnet8doc"
PIPELINE = f"{PACKAGE}.pipeline"


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, cache_dir=None)


def source_files(module: str) -> list[Path]:
    """Return the source files that a stage's result can depend on.

    These are the stage's own module and everything that it imports, directly or not, inside functions too (what is
    imported by a computed name is not seen), with the data files of the packages among them. Of the pipeline itself
    only the module counts: another stage's code reaches this one through the files it makes, and how stages are run
    does not change what they make. Of a package that is only on the way to a module, what it imports does not count.

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
    direct = {name for name in graph.find_modules_directly_imported_by(module) if not name.startswith(PIPELINE)}
    found = {module}.union(direct, *(graph.find_upstream_modules(name) for name in direct))
    found |= {parent for name in found for parent in _parents(name) if not parent.startswith(PIPELINE)}
    return sorted({file for name in found for file in _files(name)})


def _parents(module: str) -> set[str]:
    parts = module.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def _files(module: str) -> list[Path]:
    """Return a module's file; of a package the data that it ships too, such as schemas and C."""
    path = _path(module)
    if path.name != "__init__.py" or module == PACKAGE:
        return [path]
    data = (file for file in path.parent.rglob("*") if file.suffix not in (".py", ".pyc") and file.is_file())
    return [path, *data]


def _path(module: str) -> Path:
    root = Path(__file__).resolve().parents[1]
    path = root.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
