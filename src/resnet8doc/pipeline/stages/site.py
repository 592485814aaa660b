"""The HTML site."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import UserError
from ...workspace import BUILD_VARIABLE
from .._stage import PROCESSES, Stage

ROOT = Path(__file__).parents[4]
LOG = "logs/sphinx.log"
SHOWN = 40
"""Lines of Sphinx's log that are shown when it fails."""


def stages(others: Sequence[Stage]) -> Iterator[Stage]:
    """Yield the stage that builds the site from what the ``others`` made."""
    folders = (ROOT / "docs", ROOT / "src", ROOT / "tests")
    sources = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    yield Stage(
        "site",
        run,
        reads=tuple(name for stage in others for name in stage.writes),
        writes=("html/index.html", "html/searchindex.js", LOG),
        sources=tuple(sorted([*sources, ROOT / "pyproject.toml"])),
    )


def run(build: Path) -> None:
    """Run Sphinx; it executes the pages whose cells, code or data have changed. A warning fails it."""
    log = build / LOG
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html", "-j", str(PROCESSES),
        "-d", str(build / "doctrees"), str(ROOT / "docs"), str(build / "html"),
    ]  # fmt: skip
    with log.open("w", encoding="utf-8") as stream:
        environment = {**os.environ, BUILD_VARIABLE: str(build)}
        status = subprocess.run(
            command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT, env=environment, check=False
        ).returncode
    if status:
        end = "\n".join(log.read_text(encoding="utf-8").splitlines()[-SHOWN:])
        raise UserError(f"Sphinx failed:\n{end}\n", "a site without a warning", f"Read {log}.")
    forget(build / "html" / "_modules", ROOT / "src")


def forget(pages: Path, sources: Path) -> None:
    """Delete pages of source code whose module is gone: Sphinx leaves what an earlier build wrote.

    Parameters
    ----------
    pages
        The folder ``_modules`` of the site.
    sources
        The folder with the package.
    """
    for page in pages.glob("resnet8doc/**/*.html"):
        module = sources / page.relative_to(pages).with_suffix("")
        if not module.with_suffix(".py").exists() and not (module / "__init__.py").exists():
            page.unlink()
