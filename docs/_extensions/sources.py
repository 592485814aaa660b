"""Pages of the library's source: of its own modules alone, found without importing them, never with a stale link.

To see whether a page of source code is up to date, viewcode asks Sphinx for each module's file, and Sphinx imports the
module to learn it: TensorFlow and PyTorch with it, seconds for a build that has nothing to do.

And it makes a page again only when the module has changed, although the page also links back to the documentation,
which may have moved.

And it takes for a module's documentation the first page that mentions it. A page with a constant mentions the module of
the constant's class; which page is first depends on which of the reading processes is faster.
"""

from __future__ import annotations

from collections.abc import Collection, Container
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import resnet8doc
from resnet8doc.files import read_json, write_json

ROOT = Path(resnet8doc.__file__).parent
RECORD = "backlinks.json"
_ask_sphinx = ModuleAnalyzer.get_module_source


def get_module_source(name: str) -> tuple[Path | None, str | None]:
    """Return a module's file and text, as `ModuleAnalyzer.get_module_source` does."""
    package, *parts = name.split(".")
    if package == "resnet8doc":
        base = ROOT.joinpath(*parts)
        for path in (base / "__init__.py", base.with_suffix(".py")):
            if path.is_file():
                return path, path.read_text(encoding="utf-8")
    return _ask_sphinx(name)


def documented_in(module: str, names: Collection[str], anchors: Container[str]) -> str | None:
    """Return the module, or the package around it, whose page has an anchor for each name; None where there is none."""
    parts = module.split(".")
    packages = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((package for package in packages if all(f"{package}.{name}" in anchors for name in names)), None)


def keep_own_and_fresh(app: Sphinx) -> list[Any]:
    """Forget other projects' modules, and let pages whose links back have changed be made again."""
    env: Any = app.env  # viewcode adds to it
    modules = getattr(env, "_viewcode_modules", {})
    for name in [name for name in modules if name.partition(".")[0] != "resnet8doc"]:
        del modules[name]
    anchors = {entry.node_id for entry in app.env.get_domain("py").data["objects"].values()}
    for name, entry in modules.items():
        if entry:
            modules[name] = *entry[:3], documented_in(name, entry[2], anchors) or entry[3]
    record = Path(app.doctreedir) / RECORD
    before = read_json(record) if record.is_file() else {}
    now = {name: [*entry[2:]] for name, entry in modules.items() if entry}
    for name, links in now.items():
        if before.get(name) != links:
            (Path(app.outdir) / "_modules" / f"{name.replace('.', '/')}.html").unlink(missing_ok=True)
    write_json(record, now)
    return []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    ModuleAnalyzer.get_module_source = staticmethod(get_module_source)  # type: ignore[method-assign, assignment] # Sphinx has no hook for it
    app.connect("html-collect-pages", keep_own_and_fresh, priority=100)  # before viewcode makes its pages
    return {"parallel_read_safe": True, "parallel_write_safe": True}
