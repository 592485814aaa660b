"""The playground's page in the site: the notebook, exported with its Python."""

from collections.abc import Iterator
from pathlib import Path

from ...dataset import cache_folder
from ...wasm import export
from ...wasm.pins import ENGINE
from .._stage import Stage
from . import playground

ROOT = Path(__file__).parents[4]
PACKAGE = ROOT / "src" / "resnet8doc"
NOTEBOOK = ROOT / "notebooks" / "quantization.py"
APP = "html/playground/app"
WRITES = (f"{APP}/index.html", "html/playground/_wasm/pyodide-lock.json")


def stages() -> Iterator[Stage]:
    """Yield the stage that exports the notebook.

    Sphinx leaves alone what it did not write, and the export replaces its two folders alone: neither waits for the
    other, and neither undoes what the other did.
    """
    engine = (path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).as_posix().startswith(ENGINE))
    program = (path for path in (PACKAGE / "wasm").glob("*") if path.is_file())
    yield Stage(
        "playground page",
        run,
        reads=playground.FILES,
        writes=WRITES,
        sources=(NOTEBOOK, NOTEBOOK.with_name("head.html"), ROOT / "pyproject.toml", *sorted({*engine, *program})),
    )


def run(build: Path) -> None:
    """Export; what was fetched and compiled before is taken from the cache."""
    export(NOTEBOOK, build / playground.FOLDER, build / APP, cache_folder() / "wasm", progress=False)
