"""Writing files so that none is ever half-written, and naming them by content."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import UserError

SHORT = 40
"""Letters of a name that its temporary name keeps: one of 255 has no room for more."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``; rename it to ``path`` when the block ends without an error.

    Parameters
    ----------
    path
        The file to write. Its folder is made if it is missing. The temporary name keeps the suffix, because several
        writers choose the format by it.

    Raises
    ------
    UserError
        If the folder cannot be written or the disk is full. Whatever stood at ``path`` before is still there.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "answer.txt"
    >>> with replacing(path) as temporary:
    ...     _ = temporary.write_text("42")
    >>> path.read_text()
    '42'
    """
    make_folder(path.parent)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:SHORT]}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise _unwritable(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)  # mkstemp makes it private; what is built is meant to be read
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give a new folder beside ``path``; put it in the place of ``path`` when the block ends without an error.

    Raises
    ------
    UserError
        If the folder cannot be written. Whatever stood at ``path`` before is still there.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "set"
    >>> with replacing_folder(path) as made:
    ...     _ = (made / "answer.txt").write_text("42")
    >>> [entry.name for entry in path.iterdir()]
    ['answer.txt']
    """
    make_folder(path.parent)
    try:
        scratch = tempfile.TemporaryDirectory(prefix=f".{path.name[:SHORT]}.", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    with scratch as name:
        made = Path(name) / "made"
        made.mkdir()
        yield made
        try:
            if path.exists():
                path.rename(Path(name) / "old")
            made.rename(path)
        except OSError as error:
            raise _unwritable(path, error) from error


def is_free(path: Path) -> bool:
    """Return whether nothing stands at a path, or an empty folder.

    Raises
    ------
    UserError
        If no file can have that name.
    """
    try:
        return not path.exists() or (path.is_dir() and not any(path.iterdir()))
    except OSError as error:
        raise _unwritable(path, error) from error


def make_folder(path: Path) -> Path:
    """Make a folder and its parents, and return it.

    Raises
    ------
    UserError
        If it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


ROOM = "a folder that can be written, on a disk with room"
REMEDY = "Free some space, mend the permissions, or choose another folder."
REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
SAYINGS = ("No space left on device", "No usable temporary directory", "requested and")
"""How h5py, tempfile and numpy (``100 requested and 40 written``) say it without a number."""


def _unwritable(path: Path, error: OSError) -> UserError:
    return UserError(f"cannot write {path} ({error.strerror or error})", ROOM, REMEDY)


def disk_error(error: OSError) -> UserError | None:
    """Return what to tell the user of a full disk or a refused file; None for any other failure.

    Examples
    --------
    >>> disk_error(OSError(28, "No space left on device", "mine.npz")).found
    'cannot read or write mine.npz (No space left on device)'
    >>> disk_error(ConnectionResetError(104, "Connection reset by peer")) is None
    True
    """
    if error.errno not in REFUSALS and not any(saying in str(error) for saying in SAYINGS):
        return None
    return UserError(
        f"cannot read or write {error.filename or 'a file'} ({error.strerror or error})",
        ROOM,
        f"{REMEDY} Temporary files go to the folder that TMPDIR names.",
    )


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON with a final newline, atomically.

    Raises
    ------
    UserError
        If the file cannot be written.
    ValueError
        If ``value`` holds NaN or infinity, which JSON has no word for.
    """
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    UserError
        If the file is missing or is not JSON, or is nested deeper than Python's reader goes.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist", "a JSON file", "Build it first: nox -s build.") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path} is not JSON ({error})", "a JSON file", "Delete it and build it again.") from error


def sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
