"""A small site with a library of its own, built by the real Sphinx with a real kernel."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_extensions"

CONF = f"""
import sys
sys.path[:0] = [{str(EXTENSIONS)!r}]
extensions = ["myst_nb", "executions", "ports", "freshness", "notebooks"]
nb_execution_mode = "cache"
nb_execution_show_tb = True
freshness_package = "tiny"
freshness_distributions = ["numpy"]
html_theme = "basic"
"""


class Site:
    """A Sphinx project in a folder: write its files, build it, see what a page says."""

    def __init__(self, folder: Path, sphinx: subprocess.Popen[str]) -> None:
        self.folder = folder
        self._sphinx = sphinx
        self.write("docs/conf.py", CONF)
        self.write("docs/index.md", "# Start\n\n```{toctree}\n:glob:\n*\n```\n")
        self.write("library/tiny/__init__.py", "")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def page(self, name: str, code: str, reads: Sequence[str] = ()) -> None:
        """Write a page of one cell; it also writes down that it ran, since the cells' times are no proof."""
        noted = f"open({str(self.folder / 'executed.log')!r}, 'a').write({name + chr(10)!r});"
        front = (
            f"file_format: mystnb\nkernelspec: {{name: python3, display_name: Python 3}}\nreads: {json.dumps(reads)}"
        )
        self.write(f"docs/{name}.md", f"---\n{front}\n---\n# {name}\n\n```{{code-cell}}\n{noted}\n{code}\n```\n")

    def build(self, *options: str, succeeds: bool = True, strict: bool = True) -> str:
        """Build, warnings as errors if strict; return what Sphinx printed."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "library")}
        environment.pop("RESNET8DOC_BUILD", None)
        printed = self.folder / "printed.txt"
        request = {
            "folder": str(self.folder),
            "environment": environment,
            "options": [*(["-W"] if strict else []), "--keep-going", "-b", "html", *options, "docs", "build/html"],
            "printed": str(printed),
        }
        assert self._sphinx.stdin is not None
        assert self._sphinx.stdout is not None
        self._sphinx.stdin.write(json.dumps(request) + "\n")
        self._sphinx.stdin.flush()
        code = self._sphinx.stdout.readline()
        text = printed.read_text(encoding="utf-8")
        assert (code == "0\n") == succeeds, text
        return text

    def executed(self) -> list[str]:
        """Return the pages that ran since this was last asked, sorted."""
        log = self.folder / "executed.log"
        if not log.exists():
            return []
        names = sorted(log.read_text().split())
        log.unlink()
        return names

    def html(self, name: str) -> str:
        return (self.folder / "build" / "html" / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sphinx() -> Iterator[subprocess.Popen[str]]:
    """Sphinx, imported and waiting for what to build: see ``builder.py``."""
    command = [sys.executable, "-Xfrozen_modules=off", str(Path(__file__).with_name("builder.py"))]  # as kernels
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
    assert process.returncode == 0


@pytest.fixture
def site(tmp_path: Path, sphinx: subprocess.Popen[str]) -> Site:
    return Site(tmp_path, sphinx)
