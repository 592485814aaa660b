"""Reading CIFAR-10 from an `.npz`."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ._facts import SHAPES, Arrays

_KEYS = {"x_train": "train_images", "y_train": "train_labels", "x_test": "test_images", "y_test": "test_labels"}
"""Keras's names for the same arrays."""

_LIMIT = 2_000_000_000  # labels may be int64, images must be uint8: four whole arrays stay far below


def read_npz(path: Path) -> Arrays:
    """Return the arrays of an `.npz` with our names or Keras's; labels may be any integers, ``[N]`` or ``[N, 1]``."""
    expected = f"an .npz with the arrays {', '.join(SHAPES)} or {', '.join(_KEYS)}"
    remedy = "Write it with numpy.savez(path, x_train=…, y_train=…, x_test=…, y_test=…)."
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > _LIMIT:
            raise UserError(
                f"{path} unpacks to {size:,} bytes", f"at most {_LIMIT:,}", "Give an archive with CIFAR-10 only."
            )
        with np.load(path, allow_pickle=False) as stored:
            names = set(stored.files)
            arrays: dict[str, NDArray[Any]] = {}
            for theirs, ours in _KEYS.items():
                key = ours if ours in names else theirs
                if key not in names:
                    raise UserError(f"{path} has the arrays {sorted(names)}", expected, remedy)
                arrays[ours] = stored[key]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError) as error:
        raise UserError(f"{path} cannot be read ({error})", expected, remedy) from error
    for name in ("train_labels", "test_labels"):
        arrays[name] = _labels(arrays[name], f"{path}: {name}")
    return arrays


def _labels(labels: NDArray[Any], origin: str) -> NDArray[Any]:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if not np.issubdtype(labels.dtype, np.integer) or labels.size == 0 or labels.min() < 0 or labels.max() > 9:
        raise UserError(f"{origin} is {labels.dtype} {labels.shape}", "integers 0 to 9", "Give the class indices.")
    return labels.astype(np.uint8)
