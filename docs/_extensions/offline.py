"""Scripts that are loaded only where they are needed, as classic ones, so that pages work from ``file://`` too."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

_FORMULA = re.compile(r'<div class="math\b')
_MERMAID = re.compile(r'class="[^"]*\bmermaid\b')
_SORTABLE = re.compile(r'class="[^"]*\bsortable\b')

_NO_EXCERPTS = "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"
"""From disk a script may not fetch the pages found, so the results there come without an excerpt."""


def replace_mermaid_loader(app: Sphinx) -> None:
    """Take sphinxcontrib-mermaid's own loader away: it imports a module, which Chromium refuses from ``file://``."""
    own = [x for x in app.events.listeners["html-page-context"] if x.handler.__module__ == "sphinxcontrib.mermaid"]
    if len(own) != 1:
        raise ExtensionError(
            f"sphinxcontrib-mermaid has {len(own)} page listeners; expected the one that loads mermaid"
        )
    app.disconnect(own[0].id)


def add_scripts(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Add what this page needs."""
    app.add_js_file(None, body=_NO_EXCERPTS, priority=250)  # after documentation_options.js, which has 200
    body = context.get("body", "")
    if _FORMULA.search(body):
        app.add_js_file("focus-formulas.js", loading_method="defer", priority=510)  # after MathJax, which has 500
    if _MERMAID.search(body):
        app.add_js_file("mermaid/mermaid.min.js", loading_method="defer")
        app.add_js_file("draw-mermaid.js", loading_method="defer", priority=510)
    if _SORTABLE.search(body):
        app.add_js_file("tablesort/tablesort.min.js", loading_method="defer")
        app.add_js_file("tablesort/tablesort.number.min.js", loading_method="defer", priority=510)
        app.add_js_file("sort-tables.js", loading_method="defer", priority=520)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx; load it after sphinxcontrib.mermaid."""
    app.connect("builder-inited", replace_mermaid_loader)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
