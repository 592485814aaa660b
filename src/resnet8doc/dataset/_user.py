"""The copy of CIFAR-10 that the user names."""

import os
from pathlib import Path

from ..errors import UserError
from ._containers import read_archive, read_folder
from ._facts import Arrays
from ._npz import read_npz

CIFAR10_VARIABLE = "RESNET8DOC_CIFAR10"
"""Environment variable: a folder or `.tar.gz` of the python batches or the binary version, or an `.npz`."""


def user_path() -> Path | None:
    """Return the path that the user names, or None.

    Raises
    ------
    UserError
        If nothing lies there: a named path that is wrong must not be passed over in silence.
    """
    named = os.environ.get(CIFAR10_VARIABLE)
    if not named:
        return None
    path = Path(named).expanduser().absolute()
    if not path.exists():
        raise UserError(
            f"{CIFAR10_VARIABLE} names {path}, which does not exist",
            "a folder or .tar.gz of CIFAR-10's python batches or binary version, or an .npz",
            f"Correct the path, or unset {CIFAR10_VARIABLE} to have the data fetched.",
        )
    return path


def fingerprint(path: Path) -> list[list[str | int]]:
    """Return what changes when a file of the user's copy does: names, sizes, times (ns). Reads no file."""
    if path.is_dir():
        files = sorted(file for pattern in ("*", "*/*") for file in path.glob(pattern) if file.is_file())
    else:
        files = [path]
    return [[str(file), file.stat().st_size, file.stat().st_mtime_ns] for file in files]


def read_user_path(path: Path) -> tuple[str, Arrays]:
    """Return a description of the source, and its arrays (not yet verified)."""
    try:
        if path.is_dir():
            layout, arrays = read_folder(path)
        elif path.suffix == ".npz":
            layout, arrays = ".npz", read_npz(path)
        else:
            layout, arrays = read_archive(path)
    except OSError as error:
        raise UserError(
            f"{error.filename or path}, which {CIFAR10_VARIABLE} names, cannot be read ({error.strerror or error})",
            "files that can be read",
            f"Correct their permissions, or unset {CIFAR10_VARIABLE}.",
        ) from error
    return f"{layout} at {path}", arrays
