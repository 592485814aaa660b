"""Fetching pinned files with ``pip download`` and ``npm pack``, into a cache that is keyed by their hashes."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from ..errors import UserError
from ..files import replacing, sha256
from ..npm import pack
from .pins import CARRIER, INNER, PYODIDE, PYODIDE_FILES, Inner, Wheel


def _run(what: str, *command: str, cwd: Path | None = None) -> None:
    try:
        subprocess.run(command, check=True, cwd=cwd, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise UserError(
            f"{command[0]} is not installed", f"{command[0]}, to fetch {what}", "Run nox -s env, which installs it."
        ) from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or error.stdout).strip().splitlines()[-1:] or ["no message"]
        raise UserError(
            f"{what} cannot be fetched ({reason[0]})",
            "a package registry that answers",
            "Check the network and the configuration of pip and npm, then run it again: what was fetched is kept.",
        ) from error


def _checked(path: Path, expected: str) -> Path:
    found = sha256(path)
    if found != expected:
        raise _differs(path.name, found, expected)
    return path


def _differs(name: str, found: str, expected: str) -> UserError:
    return UserError(
        f"{name} has sha256 {found}",
        f"{expected}, which is pinned",
        "Do not use it: the registry serves other bytes, or the cache was changed. Delete the cache and try again.",
    )


def wheels(pins: Sequence[Wheel], cache: Path) -> list[Path]:
    """Return the pinned wheels, in their order; fetch those that are not kept yet, one call of pip for each target.

    Parameters
    ----------
    pins
        What to fetch.
    cache
        Folder that keeps each under its sha256.

    Raises
    ------
    UserError
        If pip cannot fetch one, or serves other bytes.
    """
    missing = [pin for pin in pins if not list((cache / pin.sha256).glob("*.whl"))]
    target = attrgetter("platform", "python", "implementation")
    for (platform, python, implementation), group in groupby(sorted(missing, key=target), target):
        chosen = {pin.requirement: pin.sha256 for pin in group}
        with tempfile.TemporaryDirectory() as name:
            _run(
                ", ".join(chosen), sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", name,
                "--only-binary=:all:", "--platform", platform, "--python-version", python,
                "--implementation", implementation, *chosen,
            )  # fmt: skip
            for fetched in Path(name).glob("*.whl"):
                found = sha256(fetched)
                if found not in chosen.values():
                    raise _differs(fetched.name, found, " or ".join(chosen.values()))
                with replacing(cache / found / fetched.name) as temporary:
                    shutil.copyfile(fetched, temporary)
    return [_checked(next((cache / pin.sha256).glob("*.whl")), pin.sha256) for pin in pins]


def inner(pins: tuple[Inner, ...] = INNER, carrier: Wheel = CARRIER, *, cache: Path) -> list[Path]:
    """Return wheels that lie inside ``carrier``, which is fetched only if one of them is not kept yet.

    Raises
    ------
    UserError
        If the carrier cannot be fetched, or one of the files differs from its pin.
    """
    paths = [cache / pin.sha256 / pin.file for pin in pins]
    if not all(path.exists() for path in paths):
        with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(wheels([carrier], Path(name))[0]) as archive:
            for pin, path in zip(pins, paths, strict=True):
                (member,) = (entry for entry in archive.namelist() if entry.endswith("/" + pin.file))
                with replacing(path) as temporary:
                    temporary.write_bytes(archive.read(member))
    return [_checked(path, pin.sha256) for pin, path in zip(pins, paths, strict=True)]


def pyodide(cache: Path) -> Path:
    """Return a folder with Pyodide's own files, out of its npm package.

    Raises
    ------
    UserError
        If npm cannot fetch the package, or one of the files differs from its pin.
    """
    key = hashlib.sha256(repr(sorted(PYODIDE_FILES.items())).encode()).hexdigest()[:16]
    folder = cache / f"pyodide-{PYODIDE}-{key}"
    if not all((folder / name).exists() for name in (*PYODIDE_FILES, "pyodide-lock.json")):
        requirement = f"pyodide@{PYODIDE}"
        with tempfile.TemporaryDirectory() as name, tarfile.open(pack(requirement, Path(name))) as archive:
            for file in (*PYODIDE_FILES, "pyodide-lock.json"):
                member = archive.extractfile(f"package/{file}")
                if member is None:
                    raise UserError(f"{requirement} has no {file}", "Pyodide's files", "Correct resnet8doc.wasm.pins.")
                with replacing(folder / file) as temporary:
                    temporary.write_bytes(member.read())
    for file, expected in PYODIDE_FILES.items():
        _checked(folder / file, expected)
    return folder
