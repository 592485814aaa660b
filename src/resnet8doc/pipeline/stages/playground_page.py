"""The playground's page in the site: the notebook, exported with its Python."""

from collections.abc import Iterator
from pathlib import Path

from ...dataset import cache_folder
from ...wasm import export
from .._stage import Stage
from . import playground

ROOT = Path(__file__).parents[4]
NOTEBOOK = ROOT / "notebooks" / "quantization.py"
APP = "html/playground/app"
WRITES = (f"{APP}/index.html", "html/playground/_wasm/pyodide-lock.json")


def stages() -> Iterator[Stage]:
    """Yield the stage that exports the notebook, after the site around it is there."""
    yield Stage(
        "playground page",
        run,
        reads=("html/index.html", *playground.FILES),
        writes=WRITES,
        sources=(NOTEBOOK, NOTEBOOK.with_name("head.html"), *sorted((ROOT / "src/resnet8doc/wasm").glob("*"))),
    )


def run(build: Path) -> None:
    """Export; what was fetched and compiled before is taken from the cache."""
    export(NOTEBOOK, build / playground.FOLDER, build / APP, cache_folder() / "wasm", progress=False)
