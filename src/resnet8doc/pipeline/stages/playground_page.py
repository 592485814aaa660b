"""The playground's page in the site: the notebook, exported with its Python."""

from collections.abc import Iterator
from pathlib import Path

from ...dataset import cache_folder
from ...wasm import export, prepare
from ...wasm.pins import ENGINE, READERS
from .._stage import Stage
from . import playground

ROOT = Path(__file__).parents[4]
PACKAGE = ROOT / "src" / "resnet8doc"
NOTEBOOK = ROOT / "notebooks" / "quantization.py"
APP = "html/playground/app"
WRITES = (f"{APP}/index.html", "html/playground/_wasm/pyodide-lock.json")


def stages() -> Iterator[Stage]:
    """Yield the stage that fetches and compiles the browser's Python, and the one that exports the notebook.

    Sphinx leaves alone what it did not write, and the export replaces its two folders alone: neither waits for the
    other, and neither undoes what the other did.
    """
    sent = (*ENGINE, *READERS)
    engine = (path for path in PACKAGE.rglob("*.*") if path.relative_to(PACKAGE).as_posix().startswith(sent)
              and path.suffix in (".py", ".json"))  # fmt: skip
    program = {path for path in (PACKAGE / "wasm").glob("*") if path.is_file()}
    fetch = Stage("playground runtime", fetch_runtime, sources=tuple(sorted(program)))
    yield fetch
    yield Stage(
        "playground page",
        run,
        reads=(*playground.FILES, fetch.stamp),
        writes=WRITES,
        sources=(NOTEBOOK, NOTEBOOK.with_name("head.html"), ROOT / "pyproject.toml", *sorted({*engine, *program})),
    )


def fetch_runtime(build: Path) -> None:
    """Bring the cache up to date, which the export then takes everything from."""
    prepare(cache_folder() / "wasm")


def run(build: Path) -> None:
    """Export; what was fetched and compiled before is taken from the cache."""
    export(NOTEBOOK, build / playground.FOLDER, build / APP, cache_folder() / "wasm", progress=False)
