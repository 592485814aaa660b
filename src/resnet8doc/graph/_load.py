"""Reading an extraction from disk."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..files import read_json
from ._graph import Graph
from ._parse import REMEDY

Array = npt.NDArray[Any]


def read_tensors(path: Path) -> dict[str, Array]:
    """Return the arrays of an ``.npz``; nothing in it is ever unpickled.

    Raises
    ------
    UserError
        If the file is missing, truncated, no ``.npz``, or holds Python objects.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist", "the .npz beside the extraction's JSON", REMEDY) from error
    except (zipfile.BadZipFile, EOFError, OSError, AttributeError) as error:
        raise UserError(
            f"{path} is no complete .npz ({error})", "the .npz beside the extraction's JSON", REMEDY
        ) from error
    except ValueError as error:
        raise UserError(
            f"{path} holds something else than arrays of numbers ({error})", "numbers alone", "Do not trust it."
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
    return Graph.from_parts(read_json(path), read_tensors(path.with_suffix(".npz")))


def from_bytes(operations: bytes, tensors: bytes) -> Graph:
    """Load an extraction from the two files' bytes, as a browser gets them.

    Raises
    ------
    UserError
        As :func:`load`.
    """
    import io

    try:
        parsed = json.loads(operations)
    except ValueError as error:
        raise UserError(f"the extraction is not JSON ({error})", "JSON", REMEDY) from error
    try:
        with np.load(io.BytesIO(tensors), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, AttributeError) as error:
        raise UserError(
            f"the tensors are no complete .npz of numbers ({error})", "the .npz beside the JSON", REMEDY
        ) from error
    return Graph.from_parts(parsed, arrays)
