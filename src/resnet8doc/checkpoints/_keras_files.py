"""Weights from Keras's files: `.h5`, `.weights.h5` and `.keras`.

They are read as the HDF5 and JSON that they are. Keras is not asked to build the model in the file, so nothing of it
can run, whatever it holds.
"""

import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ._match import REMEDY, StoredLayer
from ._npz import check_size

_MOST_NUMBERS = 1_000_000  # in one array; the largest here has 36,864

Config = dict[str, Any]


def read_keras(path: Path) -> tuple[list[StoredLayer], Config | None]:
    """Return a `.keras` file's layers and its model's configuration.

    Raises
    ------
    UserError
        If the file cannot be read as such.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(path, archive)
            config = json.loads(archive.read("config.json"))
            with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
                return _layers(path, file), config
    except (zipfile.BadZipFile, zlib.error, OSError, KeyError, ValueError, RuntimeError) as error:
        raise _unreadable(path, ".keras", error) from error


def read_h5(path: Path) -> tuple[list[StoredLayer], Config | None]:
    """Return an HDF5 file's layers, and its model's configuration where it holds the whole model.

    Raises
    ------
    UserError
        If the file cannot be read as such.
    """
    try:
        with h5py.File(path) as file:
            text = file.attrs.get("model_config")
            return _layers(path, file), json.loads(text) if text is not None else None
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise _unreadable(path, ".h5", error) from error


def _unreadable(path: Path, suffix: str, error: Exception) -> UserError:
    return UserError(
        f"{path} cannot be read ({str(error).strip()})", f"a {suffix} file that Keras wrote", "Write it again."
    )


def _layers(path: Path, file: h5py.File) -> list[StoredLayer]:
    root = file.get("model_weights", file)
    if "layer_names" in root.attrs:  # Keras 2, and Keras 3 asked for .h5
        pairs = []
        for name in map(_text, root.attrs["layer_names"]):
            names = [_text(item) for item in root[name].attrs["weight_names"]]
            pairs.append((name, [root[name][item] for item in names]))
    elif "layers" in root:  # Keras 3: groups are numbered within their class, the layer's name is an attribute
        pairs = []
        for key in sorted(root["layers"], key=_by_number):
            group = root["layers"][key].get("vars", {})
            name = _text(group.attrs.get("name", key)) if len(group) else key
            pairs.append((name, [group[item] for item in sorted(group, key=int)]))
    else:
        raise UserError(f"{path} holds {sorted(root) or 'nothing'}", "a model's or its weights' groups", REMEDY)
    return [StoredLayer(name, tuple(_array(path, file, item) for item in items)) for name, items in pairs if items]


def _array(path: Path, file: h5py.File, dataset: h5py.Dataset) -> NDArray[Any]:
    # An HDF5 file may point into other files of this computer: what they hold is not this checkpoint's.
    if dataset.external or dataset.is_virtual or dataset.file != file:
        raise UserError(f"{path}: {dataset.name} points to another file", "arrays in the file itself", REMEDY)
    if dataset.size > _MOST_NUMBERS:
        raise UserError(f"{path}: {dataset.name} has the shape {dataset.shape}", "arrays of ResNet8", REMEDY)
    return np.asarray(dataset[()])


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _by_number(key: str) -> tuple[str, int]:
    """Sort ``conv2d_10`` behind ``conv2d_9``."""
    found = re.fullmatch(r"(.*?)(?:_(\d+))?", key)
    return (found[1], int(found[2] or 0)) if found else (key, 0)
