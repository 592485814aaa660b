"""Where everything that is made lies: ``build/`` and its folders."""

import json
import os
from fnmatch import fnmatch
from pathlib import Path

from .errors import UserError

BUILD_VARIABLE = "RESNET8DOC_BUILD"
"""Names the build folder; without it, ``build`` beside the nearest ``noxfile.py``, from the current folder up."""

READS_VARIABLE = "RESNET8DOC_PAGE_READS"
"""Set by the site's build to the JSON list of artifacts that the page being executed declares."""


def build_folder() -> Path:
    """Return the folder of everything that is made, as an absolute path.

    Examples
    --------
    >>> build_folder().is_absolute()
    True
    """
    if named := os.environ.get(BUILD_VARIABLE):
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "noxfile.py").is_file():
            return folder / "build"
    return here / "build"


def artifact(name: str) -> Path:
    """Return the path of a file that the pipeline made.

    Pages read files through this function only, so that a page is executed again when what it read has changed: while
    the site is built, a page may read only what it lists under ``reads`` in its front matter.

    Parameters
    ----------
    name
        The path below the build folder, with forward slashes: ``"results/comparison.json"``.

    Raises
    ------
    UserError
        If the file does not exist, or if the page does not declare it.

    Examples
    --------
    >>> artifact("results/no_such_file.json")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: ...no_such_file.json does not exist; expected ...
    """
    declared = os.environ.get(READS_VARIABLE)
    if declared is not None and not any(fnmatch(name, pattern) for pattern in json.loads(declared)):
        raise UserError(
            f"this page reads {name}",
            f"one of the files that its front matter lists under `reads`: {declared}",
            f"Add {name} to `reads`, so that the page is executed again when the file changes.",
        )
    path = build_folder() / name
    if not path.exists():
        raise UserError(f"{path} does not exist", "a file that the pipeline made", "Make it first: nox -s build.")
    return path
