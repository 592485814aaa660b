"""MLPerf Tiny's own checkpoint: given, cached, or fetched from its home."""

import os
from pathlib import Path

from ..dataset import cache_folder
from ..errors import UserError
from ..files import sha256

VARIABLE = "RESNET8DOC_MLPERF_TINY"
"""Environment variable: MLPerf Tiny's ``pretrainedResnet.h5``, or a folder that holds it."""

FILE = "pretrainedResnet.h5"
COMMIT = "1afd2c9820f795965a6134facd0b4dfae41ef23f"
FOLDER = "benchmark/training/image_classification/trained_models"
URL = f"https://raw.githubusercontent.com/mlcommons/tiny/{COMMIT}/{FOLDER}/{FILE}"
SHA256 = "5f938a8eea605438cc7360aa13c987bc6d7bd0c8d931b2917361ae7ae4eeda2f"


def mlperf_tiny_file(progress: bool) -> Path:
    """Return the path of the checkpoint, its bytes verified; fetch it into the cache if need be.

    Raises
    ------
    UserError
        If the named file is missing or is another one, or if the file cannot be fetched.
    """
    if named := os.environ.get(VARIABLE):
        path = Path(named).expanduser()
        path = path / FILE if path.is_dir() else path
        if not path.is_file():
            raise UserError(f"{path} does not exist", f"MLPerf Tiny's {FILE}", f"Correct or unset {VARIABLE}.")
        if (found := sha256(path)) != SHA256:
            raise UserError(
                f"{path} has the sha256 {found}",
                f"{SHA256}, MLPerf Tiny's {FILE}",
                f"Give the original in {VARIABLE}, or your own file as the checkpoint's path.",
            )
        return path
    return _fetch(cache_folder() / "mlperf-tiny", progress)


def _fetch(folder: Path, progress: bool) -> Path:
    import pooch  # needed only when something is fetched

    # pooch would print; the caller's log says the same.
    pooch.get_logger().setLevel("WARNING")
    try:
        downloader = pooch.HTTPDownloader(progressbar=progress, timeout=30)
        # A cached file with another hash is fetched anew; a fetched one with another hash is thrown away.
        return Path(pooch.retrieve(URL, f"sha256:{SHA256}", FILE, folder, downloader=downloader))
    except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong hash is a ValueError
        raise UserError(
            f"MLPerf Tiny's checkpoint could not be fetched from {URL} into {folder} ({type(error).__name__}: {error})",
            "a download with the right bytes, and a folder that can be written",
            f"Connect to the network, or name a copy of {FILE} in {VARIABLE}.",
        ) from error
