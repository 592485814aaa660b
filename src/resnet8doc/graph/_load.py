"""Reading an extraction from disk."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..files import read_json
from ._graph import Graph
from ._parse import REMEDY

Array = npt.NDArray[Any]


DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, AttributeError, KeyError, NotImplementedError,
    OverflowError, RuntimeError,
)  # fmt: skip
"""What zipfile and numpy raise for bytes that are no ``.npz``, found by flipping each byte of one."""


def read_tensors(content: bytes, name: str) -> dict[str, Array]:
    """Return the arrays of an ``.npz``; nothing in it is ever unpickled.

    Raises
    ------
    UserError
        If the bytes are truncated, no ``.npz``, or hold Python objects.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except DAMAGE as error:
        raise UserError(
            f"{name} is not a complete .npz ({error})", "the .npz beside the extraction's JSON", REMEDY
        ) from error
    except ValueError as error:
        raise UserError(
            f"{name} holds something other than numbers ({error})", "numbers only", "Do not trust it."
        ) from error


def load(path: Path | str) -> Graph:
    """Load ``<model>_operations.json`` and the ``.npz`` beside it.

    At the desk, :func:`resnet8doc.extract.load` does the same and holds the JSON against its schema first.

    Parameters
    ----------
    path
        Of the JSON file.

    Raises
    ------
    UserError
        If a file is missing or damaged, or the two do not belong together.
    """
    path = Path(path)
    tensors = path.with_suffix(".npz")
    operations = read_json(path)
    try:
        content = tensors.read_bytes()
    except OSError as error:
        missing = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise UserError(f"{tensors} {missing}", "the .npz beside the extraction's JSON", REMEDY) from error
    return Graph.from_parts(operations, read_tensors(content, str(tensors)))


def from_bytes(operations: bytes, tensors: bytes) -> Graph:
    """Load an extraction from the two files' bytes, as a browser gets them.

    Raises
    ------
    UserError
        As :func:`load`.
    """
    try:
        parsed = json.loads(operations)
    except (ValueError, RecursionError) as error:
        raise UserError(f"the extraction is not JSON ({error})", "JSON", REMEDY) from error
    return Graph.from_parts(parsed, read_tensors(tensors, "the tensors' file"))
