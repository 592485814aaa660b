"""Finding the library's source without importing it.

To see whether a page of source code is up to date, viewcode asks Sphinx for each module's file, and Sphinx imports the
module to learn it: TensorFlow and PyTorch with it, seconds for a build that has nothing to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import resnet8doc

ROOT = Path(resnet8doc.__file__).parent
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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    ModuleAnalyzer.get_module_source = staticmethod(get_module_source)  # type: ignore[method-assign, assignment] # Sphinx has no hook for it
    return {"parallel_read_safe": True, "parallel_write_safe": True}
