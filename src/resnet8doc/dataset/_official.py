"""CIFAR-10 from its authors' own archive."""

from pathlib import Path

from ._containers import read_archive
from ._facts import Arrays
from ._layouts import PYTHON
from ._unavailable import UnavailableError

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"


def fetch_official(folder: Path, progress: bool) -> tuple[str, Arrays]:
    """Fetch the archive into `folder` and return the source's description and its arrays (not yet verified)."""
    import pooch  # needed only when something is fetched

    try:
        downloader = pooch.HTTPDownloader(progressbar=progress, timeout=30)
        archive = pooch.retrieve(URL, f"sha256:{_SHA256}", "cifar-10-python.tar.gz", folder, downloader=downloader)
    except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong hash is a ValueError
        raise UnavailableError(f"{type(error).__name__}: {error}") from error
    return f"official archive {URL}", read_archive(Path(archive), [PYTHON])[1]
