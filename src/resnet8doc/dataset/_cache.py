"""The cache: four `.npy` files, memory-mapped, and a stamp that says what they are.

The arrays' hashes are checked when they are written; afterwards only size and time are compared with the stamp, which
costs microseconds. A file whose size or time differs is hashed again before anyone reads it.
"""

import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from ..files import replacing, write_json
from ._facts import PARTIAL, SHA256, SHAPES, Arrays, Bytes, array_sha256

CACHE_VARIABLE = "RESNET8DOC_CACHE"
"""Environment variable: the folder that downloads are kept in, instead of the system's place for caches."""

_log = logging.getLogger("resnet8doc.dataset")


def cache_folder() -> Path:
    """Return the folder that downloads are kept in, as an absolute path. It may not exist yet.

    Examples
    --------
    >>> cache_folder().is_absolute()
    True
    """
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("resnet8doc", appauthor=False).absolute()


class Cache:
    """The decoded data set in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stamp_path = folder / "stamp.json"
        self.paths = {name: folder / f"{name}.npy" for name in SHAPES}

    def stamp(self) -> dict[str, Any] | None:
        """Return the stamp if every file is as it was when the stamp was written, else None."""
        try:
            stamp = json.loads(self.stamp_path.read_text("utf-8"))
            if stamp["sha256"] == SHA256 and stamp["files"] == self._files():
                return dict(stamp)
        except (OSError, ValueError, KeyError, TypeError):
            return None  # missing or unreadable: whoever holds the lock looks closer
        return None

    def _files(self) -> dict[str, list[int]]:
        return {name: [path.stat().st_size, path.stat().st_mtime_ns] for name, path in self.paths.items()}

    def read(self, name: str) -> Bytes:
        """Return one array, read-only, memory-mapped."""
        array: Bytes = np.load(self.paths[name], mmap_mode="r", allow_pickle=False)
        return array.view(np.ndarray)

    def write(self, arrays: Arrays, source: str, fingerprint: Any) -> None:
        """Write verified arrays, then the stamp."""
        self.stamp_path.unlink(missing_ok=True)  # until all files are new, nobody may trust them
        for name, path in self.paths.items():
            with replacing(path) as temporary:
                np.save(temporary, arrays[name], allow_pickle=False)
        self._write_stamp(source, fingerprint)

    def _write_stamp(self, source: str, fingerprint: Any) -> None:
        stamp = {"source": source, "fingerprint": fingerprint, "sha256": SHA256, "files": self._files()}
        write_json(self.stamp_path, stamp)

    def mend(self) -> None:
        """With the lock held: stamp what is whole, name and remove what is not."""
        for pattern in (f"{PARTIAL}*", ".*.npy", ".stamp.*.json"):
            for left_over in self.folder.glob(pattern):
                _log.warning("removing %s, left by an interrupted build", left_over)
                _remove(left_over)
        damaged = [path for name, path in self.paths.items() if path.exists() and not self._whole(name)]
        for path in damaged:
            _log.warning("%s is damaged: its bytes are not CIFAR-10's; removing it and fetching the data again", path)
            _remove(path)
        if not damaged and all(path.exists() for path in self.paths.values()):
            self._write_stamp(*self._stored_origin())

    def whole(self) -> bool:
        """Say whether the bytes of all arrays are CIFAR-10's; hashes them all, a fraction of a second."""
        return all(self._whole(name) for name in self.paths)

    def _whole(self, name: str) -> bool:
        try:
            array = self.read(name)
        except (OSError, ValueError, EOFError):
            return False
        return array.shape == SHAPES[name] and array.dtype == np.uint8 and array_sha256(array) == SHA256[name]

    def _stored_origin(self) -> tuple[str, Any]:
        try:
            stamp = json.loads(self.stamp_path.read_text("utf-8"))
            return str(stamp["source"]), stamp["fingerprint"]
        except (OSError, ValueError, KeyError, TypeError):
            return f"copy found in the cache {self.folder}", None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
