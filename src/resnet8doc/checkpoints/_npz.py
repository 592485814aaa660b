"""Weights from an `.npz`."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..architecture import LAYERS, WEIGHTS
from ..errors import UserError
from ._match import REMEDY, StoredLayer

LIMIT = 100_000_000
"""Bytes that a file may unpack to: ResNet8 has 0.3 million, an optimizer's state several times that."""


def read_npz(path: Path) -> list[StoredLayer]:
    """Return an archive's layers. Nothing in it is unpickled.

    The arrays have the architecture's names, or any others: then they stand in the order of Keras's
    ``model.get_weights()``, as ``numpy.savez(path, *model.get_weights())`` writes them.

    Raises
    ------
    UserError
        If the file is not an `.npz` of numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_size(path, archive)
        with np.load(path, allow_pickle=False) as stored:
            arrays: dict[str, NDArray[Any]] = {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError) as error:
        raise UserError(f"{path} cannot be read ({error})", "an .npz of weights", "Write it again.") from error
    named = {name for name in arrays if name in WEIGHTS}
    if not named:
        return _in_order(list(arrays.values()))
    if strange := [name for name in arrays if name not in WEIGHTS]:
        raise UserError(f"{path} has the array {strange[0]}", f"the {len(WEIGHTS)} arrays of ResNet8", REMEDY)
    return [
        StoredLayer(
            layer.name, tuple(arrays[name] for key in layer.weights if (name := f"{layer.name}/{key}") in named)
        )
        for layer in LAYERS.values()
        if any(f"{layer.name}/{key}" in named for key in layer.weights)
    ]


def check_size(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unpacks to more than any checkpoint of this network."""
    if (size := sum(member.file_size for member in archive.infolist())) > LIMIT:
        raise UserError(f"{path} unpacks to {size:,} bytes", f"at most {LIMIT:,}", REMEDY)


def _in_order(arrays: list[NDArray[Any]]) -> list[StoredLayer]:
    """Cut a list of arrays into layers: kernel and bias, or the four of a batch normalization."""
    layers: list[StoredLayer] = []
    while arrays:
        count = 2 if arrays[0].ndim > 1 else 4
        layers.append(StoredLayer(f"layer {len(layers)}", tuple(arrays[:count])))
        arrays = arrays[count:]
    return layers
