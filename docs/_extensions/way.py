"""Where a page stands: the parts of the way through the site, and the page's place in its part.

The root page names the parts in its tables of contents, and each part's first page names the others. So a new page
needs one line, in the table of contents of its part. A table of contents with the caption `WAY` is the way itself,
whose parts are numbered; the others hold what stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

WAY = "The way through"
"""Caption of the root page's table of contents that lists the parts of the way."""


@dataclass(frozen=True)
class Part:
    """One entry of the root page."""

    name: str
    title: str
    current: bool


@dataclass(frozen=True)
class Where:
    """Where a page stands.

    Attributes
    ----------
    numbered
        Whether it belongs to the way; otherwise `parts` holds its own part alone.
    parts
        The parts to show.
    place, count
        The page is the ``place``-th of its part's ``count`` pages.
    """

    numbered: bool
    parts: list[Part]
    place: int
    count: int


def where(env: BuildEnvironment, name: str) -> Where | None:
    """Return where a page stands; ``None`` for the root page and for pages in no table of contents."""
    for caption, entries in _tables(env, env.config.root_doc):
        for title, entry in entries:
            pages = list(_pages(env, entry))
            if name in pages:
                numbered = caption == WAY
                shown = entries if numbered else [(title, entry)]
                parts = [Part(other, text or _title(env, other), other == entry) for text, other in shown]
                return Where(numbered, parts, pages.index(name) + 1, len(pages))
    return None


def _tables(env: BuildEnvironment, name: str) -> Iterator[tuple[str, list[tuple[str | None, str]]]]:
    """Yield caption and entries of the tables of contents on a page."""
    for table in env.get_doctree(name).findall(addnodes.toctree):
        yield table.get("caption") or "", [entry for entry in table["entries"] if entry[1] in env.all_docs]


def _pages(env: BuildEnvironment, name: str) -> Iterator[str]:
    yield name
    for other in env.toctree_includes.get(name, ()):
        yield from _pages(env, other)


def _title(env: BuildEnvironment, name: str) -> str:
    return str(env.titles[name].astext())


def on_html_page_context(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Let the template where.html say it."""
    context["where"] = where(app.env, name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", on_html_page_context)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
