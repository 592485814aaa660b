"""Which source files a stage depends on, so that it runs again when its code has changed."""

import sys
from functools import cache
from pathlib import Path

from ..imports import Imports

PACKAGE = "resnet8doc"
PIPELINE = f"{PACKAGE}.pipeline"


@cache
def _imports() -> Imports:
    return Imports(PACKAGE)


@cache
def source_files(module: str) -> tuple[Path, ...]:
    """Return the source files that a stage's result can depend on.

    These are the stage's own module and everything that it imports, directly or not, with the data files of the
    packages among them. Of the pipeline itself only the module counts: another stage's code reaches this one through
    the files it makes, and how stages are run does not change what they make.

    Parameters
    ----------
    module
        Dotted name within resnet8doc; of a module from elsewhere, its own file alone is returned.

    Returns
    -------
    tuple[Path, ...]
        Sorted, absolute. Looked for once in a process: many stages are of one module.

    Examples
    --------
    >>> [path.name for path in source_files("resnet8doc.files")]
    ['__init__.py', 'errors.py', 'files.py']
    """
    if module.split(".")[0] != PACKAGE:
        return (Path(str(sys.modules[module].__file__)).resolve(),)
    imports = _imports()
    return tuple(imports.files(imports.all_that_counts(module, lambda name: name.startswith(PIPELINE))))
