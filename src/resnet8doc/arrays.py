"""Numbers that somebody else wrote: .npy, .npz, and words in hexadecimal."""

import io
import math
import re
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import UserError

Array = npt.NDArray[Any]

DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, EOFError, KeyError, MemoryError,
    NotImplementedError, OSError, OverflowError, RuntimeError, SyntaxError, TypeError, UnicodeDecodeError, ValueError,
)  # fmt: skip
"""What zipfile and numpy raise for bytes that are neither, or whose head claims another length."""

LARGEST = 1 << 28
"""Elements that an array may have: a head of a few bytes can claim any number."""


WORD = re.compile("[0-9a-fA-F]{2}")


def read_numbers(path: Path) -> dict[str, Array]:
    """Return every array of an ``.npy`` or ``.npz`` by its name; that of an ``.npy`` by an empty one.

    Raises
    ------
    UserError
        If the file is missing, torn, or holds something other than numbers. Pickled objects are never loaded.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "outputs.npz"
    >>> np.savez(path, allow_pickle=False, layer=np.array([1, 2], np.int8))
    >>> read_numbers(path)
    {'layer': array([1, 2], dtype=int8)}
    """
    try:
        return arrays_of(path.read_bytes())
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist", "an .npy or .npz file", "Name an existing file.") from error
    except DAMAGE as error:
        raise UserError(
            f"{path} cannot be read ({str(error)[:120]})", "a complete .npy or .npz of plain numbers",
            "Write it again with numpy.save or numpy.savez.",
        ) from error  # fmt: skip


def read_hex(path: Path) -> Array:
    """Read a file of hex words as ``$readmemh`` does: blanks between words, ``//`` comments; uint8 ``[N]``.

    Raises
    ------
    UserError
        If the file cannot be read, or a word is not one of two hexadecimal digits; the message names the line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "layer.hex"
    >>> _ = path.write_text("7f 80 // two bytes")
    >>> read_hex(path)
    array([127, 128], dtype=uint8)
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})", "a file", "Name an existing file.") from error
    words = []
    for number, line in enumerate(text.splitlines(), start=1):
        for word in line.partition("//")[0].split():
            if not WORD.fullmatch(word):
                raise UserError(
                    f"{path}, line {number}: {word[:20]!r}",
                    "two hexadecimal digits",
                    "Write each byte as one word, in two's complement.",
                )
            words.append(int(word, 16))
    return np.array(words, np.uint8)


def arrays_of(content: bytes) -> dict[str, Array]:
    """Return every array of an ``.npy``'s or ``.npz``'s bytes by its name; that of an ``.npy`` by an empty one.

    Raises
    ------
    Exception
        One of :data:`DAMAGE`.

    Examples
    --------
    >>> stream = io.BytesIO()
    >>> np.save(stream, np.array([3], np.uint8))
    >>> arrays_of(stream.getvalue())
    {'': array([3], dtype=uint8)}
    """
    if not content.startswith(b"PK"):
        return {"": _array(content)}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {}
        for entry in archive.infolist():
            if entry.file_size > 8 * LARGEST:
                raise ValueError(f"{entry.filename} claims {entry.file_size:,} bytes")
            name = entry.filename.removesuffix(".npy")
            if name in found:
                raise ValueError(f"it holds two arrays called {name}")
            found[name] = _array(archive.read(entry))
        return found


def _array(content: bytes) -> Array:
    """Return an ``.npy``'s array; a head that claims more than follows is refused before memory is asked for it."""
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    claimed = math.prod(shape) * dtype.itemsize
    if not dtype.hasobject and claimed != len(content) - stream.tell():
        raise ValueError(f"its head says {claimed:,} bytes, and {len(content) - stream.tell():,} follow")
    loaded = np.load(io.BytesIO(content), allow_pickle=False)
    if loaded.dtype.kind not in "biuf":
        raise ValueError(f"it holds {loaded.dtype}")
    return np.asarray(loaded)
