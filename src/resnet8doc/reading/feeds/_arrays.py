"""A user's own inputs as arrays: .npy or .npz."""

import io
import math
import struct
import tokenize
import zipfile
import zlib
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph, TensorInfo

Array = npt.NDArray[Any]

DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError, EOFError, KeyError, MemoryError,
    NotImplementedError, OSError, OverflowError, RuntimeError, SyntaxError, TypeError, UnicodeDecodeError, ValueError,
)  # fmt: skip
"""What zipfile and numpy raise for bytes that are neither, or whose head claims another length."""

LARGEST = 1 << 28
"""Elements that an array may have: a head of a few bytes can claim any number."""


def read_arrays(stream: IO[bytes], name: str, graph: Graph) -> dict[str, Array]:
    """Return the arrays of an ``.npy`` or ``.npz`` by the names of the graph's inputs.

    Parameters
    ----------
    stream
        The file, opened or as :class:`io.BytesIO`.
    name
        What to call it in messages.
    graph
        Whose inputs they are.

    Raises
    ------
    UserError
        If the file cannot be read, or does not hold what the graph is fed. Pickled objects are never loaded.
    """
    names = [entry.name for entry in graph.inputs]
    try:
        found = _arrays(stream.read())
    except DAMAGE as error:
        raise UserError(
            f"{name} cannot be read ({str(error)[:120]})", "a complete .npy or .npz of plain numbers",
            "Write it again with numpy.save or numpy.savez.",
        ) from error  # fmt: skip
    if len(found) == 1 and len(names) == 1:
        found = {names[0]: next(iter(found.values()))}
    if set(found) != set(names):
        raise UserError(
            f"{name} holds {', '.join(found) if '' not in found else 'one array without a name'}",
            ", ".join(names),
            f"Write it with numpy.savez(path, {', '.join(f'{name}=...' for name in names[:2])}).",
        )  # fmt: skip
    return {entry.name: _fit(np.asarray(found[entry.name]), entry, name) for entry in graph.inputs}


def _arrays(content: bytes) -> dict[str, Array]:
    """Return every array by its name; that of an ``.npy`` by none."""
    if not content.startswith(b"PK"):
        return {"": _array(content)}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {}
        for entry in archive.infolist():
            if entry.file_size > 8 * LARGEST:
                raise ValueError(f"{entry.filename} claims {entry.file_size:,} bytes")
            found[entry.filename.removesuffix(".npy")] = _array(archive.read(entry))
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


def _fit(array: Array, entry: TensorInfo, name: str) -> Array:
    wanted = entry.dtype or "float32"
    pixels = wanted == "float32" and array.dtype == np.uint8
    if str(array.dtype) != wanted and not pixels:
        more = " or uint8 pixels" if wanted == "float32" else ""
        raise UserError(
            f"{entry.name} in {name} is {array.dtype}", wanted + more,
            f'Convert it: numpy.save(path, x.astype("{wanted}")).',
        )  # fmt: skip
    shape = entry.shape
    if shape is None:
        return array
    if array.ndim == len(shape) - 1:  # one item, without the axis that counts items
        array = array[None]
    fits = array.ndim == len(shape) and all(
        not isinstance(length, int) or length == array.shape[axis] or (axis == 0 and array.shape[0] % length == 0)
        for axis, length in enumerate(shape)
    )
    if not fits:
        listed = ", ".join("?" if length is None else str(length) for length in shape)
        raise UserError(
            f"{entry.name} in {name} has shape {list(array.shape)}", f"[{listed}]",
            "Write it in the model's shape and order of axes.",
        )  # fmt: skip
    return array
