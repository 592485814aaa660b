"""The tests that hold criteria, as pages with numbered lines, so that a criterion's test can be read offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx

from resnet8doc.criteria import holders
from resnet8doc.files import read_json, write_json

Rendered = tuple[str, dict[str, Any], str]


def pages(app: Sphinx) -> Iterator[Rendered]:
    """Yield a page for each test file that holds a criterion, if it or what every page names has changed."""
    if app.builder.format != "html" or not app.config.listings_root:
        return
    builder: Any = app.builder  # the base class lacks what HTML's have
    root = Path(app.config.listings_root)
    record = Path(app.doctreedir) / "listings.json"
    last = read_json(record) if record.is_file() else {}
    frame = json.dumps(app.config.html_context, sort_keys=True, default=str)
    now: dict[str, str] = {}
    for file in sorted({holder.file for found in holders(root / "tests").values() for holder in found}):
        source = (root / file).read_text(encoding="utf-8")
        now[file] = hashlib.sha256((frame + source).encode()).hexdigest()
        name = f"listings/{file}"
        if now[file] != last.get(file) or not Path(builder.get_outfilename(name)).exists():
            yield name, {"title": file, "body": f"<h1>{file}</h1>\n{_highlighted(source)}"}, "page.html"
    write_json(record, now)


def _highlighted(source: str) -> str:
    formatter = HtmlFormatter(lineanchors="L", linenos="inline", anchorlinenos=True, wrapcode=True)
    return str(highlight(source, PythonLexer(), formatter))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("listings_root", "", "", str)
    app.connect("html-collect-pages", pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
