"""Every page as a notebook: executed ones with their outputs, the others as one cell of text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from executions import cache_of
from jupyter_cache.cache.main import JupyterCacheBase
from sphinx.application import Sphinx


def offer(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the notebook into the theme's download menu, which looks for it beside the page's source."""
    if Path(app.env.doc2path(name)).suffix == ".md" and name in app.env.found_docs:
        context["ipynb_source"] = f"{name}.ipynb"


def write_all(app: Sphinx, exception: Exception | None) -> None:
    """Write the notebooks into the site, each only if it changed."""
    if exception is not None or app.builder.format != "html":
        return
    env: Any = app.env  # myst-nb adds to it
    executed = Path(env.mystnb_config.output_folder)
    for name in sorted(app.env.found_docs):
        source = Path(app.env.doc2path(name))
        if source.suffix == ".md":
            made = executed / f"{name}.ipynb"
            notebook = (
                _executed(made, cache_of(app, name)) if made.is_file() else _prose(source.read_text(encoding="utf-8"))
            )
            _write(Path(app.outdir) / "_sources" / f"{name}.ipynb", nbformat.writes(notebook) + "\n")


def _executed(path: Path, cache: JupyterCacheBase) -> Any:
    notebook = nbformat.read(path, as_version=4)
    if all(cell.get("execution_count") is None for cell in notebook.cells):  # it came from the cache, and myst-nb
        _, notebook = cache.merge_match_into_notebook(notebook)  # writes such a one without its outputs
    notebook.metadata.get("kernelspec", {}).pop("freshness", None)
    count = 0
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # nbformat's are random, and the same page shall give the same file
        if cell.cell_type == "code":
            count += 1  # jupyter-cache does not keep it
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return notebook


def _prose(text: str) -> Any:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text, id="cell-0")])


def _write(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx; load it after myst_nb."""
    app.connect("html-page-context", offer)
    app.connect("build-finished", write_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
