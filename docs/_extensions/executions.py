"""A jupyter-cache for each page: what its cells gave, for each state of what they depend on.

One cache for all pages cannot be shared by parallel readers. When jupyter-cache 1.0 has stored a notebook it deletes
the oldest: it asks which entries to keep, then which entries are none of these. An entry that another process made
between the two questions is deleted, or the build fails with "Notebook file does not exist for cache record". A page is
read by one process, so what belongs to one page is shared by nobody.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.cache.main import JupyterCacheBase
from pages import Page
from sphinx.application import Sphinx

STATES = 8
"""How many states of one page are kept; the least recently used go first."""


def cache_of(app: Sphinx, name: str) -> JupyterCacheBase:
    """Return the cache of the page called ``name``."""
    root = app.config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache"
    return get_cache(str(Path(root).resolve() / name.replace("/", ".")))


def on_source_read(app: Sphinx, name: str, content: list[str]) -> None:
    """Let myst-nb read and write the cache of this page alone, without what an interrupted build left in it."""
    if not Page.of(name, content[0]).executed:
        return
    cache = cache_of(app, name)
    cache.change_cache_limit(STATES)
    for record in cache.list_cache_records():
        folder = cache.path / "executed" / record.hashkey
        if not _is_whole(folder / "base.ipynb"):
            shutil.rmtree(folder, ignore_errors=True)
            NbCacheRecord.remove_record(record.pk, cache.db)
    env: Any = app.env  # myst-nb adds its configuration to it
    env.mystnb_config = env.mystnb_config.copy(execution_cache_path=str(cache.path))


def _is_whole(path: Path) -> bool:
    """Whether a notebook was written to its end; jupyter-cache makes the record first."""
    try:
        nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return False
    return True


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx; load it after myst_nb."""
    app.connect("source-read", on_source_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
