"""Executed pages that are never stale: one runs again when its cells, the library they use, or what they read changed.

jupyter-cache reuses an execution whenever the cells are the same, so by itself it would show yesterday's numbers after
the library or a model changed. Here each page has a key: the sha256 of

- the source of every module of the package that its cells import, directly or not, with the packages' ``__init__``
  files and the data files beside them;
- the content of every artifact that matches a pattern under ``reads`` in its front matter;
- the interpreter's version and those of the pinned distributions.

The key is written into the page's kernelspec before it is parsed, which makes it part of what jupyter-cache looks up;
and a page whose key is not the one of the last successful build is read again. So a result is reused when, and only
when, everything that could change it is the same; nothing needs to be deleted, parallel reading is safe, an interrupted
build resumes, and going back to an earlier state finds the earlier results.

Not seen: modules imported by a name computed at run time, and files read otherwise than by
`resnet8doc.workspace.artifact`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from typing import Any

from pages import Page
from sphinx.application import Sphinx
from sphinx.util import logging

from resnet8doc.files import read_json, write_json
from resnet8doc.imports import Imports
from resnet8doc.workspace import BUILD_VARIABLE, READS_VARIABLE

logger = logging.getLogger(__name__)


class Freshness:
    """The keys of one build's pages."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.keys: dict[str, str] = {}
        self.inputs: dict[str, dict[str, str]] = {}
        """For each executed page: what it may read, with its sha256."""
        self._hashes: dict[Path, str] = {}

    def compute(self, names: Iterable[str]) -> None:
        """Compute the keys of the executed pages among ``names``."""
        library = Imports(self.app.config.freshness_package, self.build / ".grimp_cache")
        versions = "\n".join(_versions(self.app.config.freshness_distributions))
        for name in names:
            path = Path(self.app.env.doc2path(name))
            if path.suffix != ".md":
                continue
            page = Page.of(name, path.read_text(encoding="utf-8"))
            if page.executed:
                self.inputs[name] = self._artifacts(page.reads)
                parts = [versions, self._digest(library, page.imports(library.package)), json.dumps(self.inputs[name])]
                self.keys[name] = hashlib.sha256("\n\n".join(parts).encode()).hexdigest()

    def _digest(self, library: Imports, names: set[str] | None) -> str:
        """Return a text that changes when a module that ``names`` lead to changes; ``None`` stands for all of them."""
        modules = library.graph.modules if names is None else library.all_that_runs(names)
        files = library.files(modules)
        return "\n".join(f"{file.relative_to(library.root).as_posix()} {self._sha256(file)}" for file in files)

    def _artifacts(self, patterns: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for pattern in patterns:
            fixed = pattern.split("*")[0].split("?")[0].split("[")[0]
            if fixed == pattern:
                path = self.build / pattern
                found[pattern] = self._sha256(path) if path.is_file() else "missing"
                continue
            folder = self.build / fixed.rpartition("/")[0]
            for path in folder.rglob("*"):
                name = path.relative_to(self.build).as_posix()
                if fnmatch(name, pattern) and path.is_file() and not path.name.startswith("."):
                    found[name] = self._sha256(path)
        return dict(sorted(found.items()))

    def _sha256(self, path: Path) -> str:
        if path not in self._hashes:
            with path.open("rb") as stream:
                self._hashes[path] = hashlib.file_digest(stream, "sha256").hexdigest()
        return self._hashes[path]

    @property
    def build(self) -> Path:
        """The folder of everything that is made."""
        return Path(self.app.config.freshness_build_folder or self.app.outdir.parent).resolve()

    @property
    def record(self) -> Path:
        """Where the keys of the last successful build stand."""
        return Path(self.app.doctreedir) / "freshness.json"

    def on_builder_inited(self, app: Sphinx) -> None:
        """Tell the kernels where the artifacts are."""
        os.environ[BUILD_VARIABLE] = str(self.build)

    def on_env_get_outdated(
        self, app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        """Read again the pages whose key changed; after a failed build all of them, to see its warnings again."""
        self.compute(sorted(env.found_docs))
        if not self.record.is_file():
            return sorted(env.found_docs)
        last = read_json(self.record)
        self.record.unlink()  # put back when this build has succeeded
        return [name for name, key in self.keys.items() if last.get(name) != key or not self._notebook(name).is_file()]

    def _notebook(self, name: str) -> Path:
        env: Any = self.app.env  # myst-nb adds its configuration to it
        return Path(env.mystnb_config.output_folder) / f"{name}.ipynb"

    def on_source_read(self, app: Sphinx, name: str, content: list[str]) -> None:
        """Make the key part of the notebook, and let its kernel read only what the page declares."""
        if name in self.keys:
            page = Page.of(name, content[0])
            content[0] = page.with_kernelspec_entry("freshness", self.keys[name])
            os.environ[READS_VARIABLE] = json.dumps(page.reads)

    def on_env_updated(self, app: Sphinx, env: Any) -> list[str]:
        """Let the build fail if a cell did; its traceback has been printed."""
        os.environ.pop(READS_VARIABLE, None)
        executions = {name: data.get("exec_data") for name, data in getattr(env, "nb_metadata", {}).items()}
        failed = sorted(name for name, data in executions.items() if data and not data["succeeded"])
        if failed:
            logger.error("a cell failed on %d page(s), see above: %s", len(failed), ", ".join(failed))
            app.statuscode = 1  # whether or not warnings are errors; the build goes on, to show all that is wrong
        return []

    def on_html_page_context(
        self, app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: Any
    ) -> None:
        """Let the foot of the page say what it was computed from."""
        context["page_inputs"] = self.inputs.get(name, {})

    def on_build_finished(self, app: Sphinx, exception: Exception | None) -> None:
        """Remember the keys if all went well."""
        warned = app._warncount > 0 and app._fail_on_warnings
        if exception is None and not warned and app.statuscode == 0:
            write_json(self.record, self.keys)


def _versions(names: Iterable[str]) -> list[str]:
    return [f"python {platform.python_version()}"] + [f"{name} {metadata.version(name)}" for name in sorted(names)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx; load it after myst_nb."""
    app.add_config_value("freshness_package", "resnet8doc", "", str)
    app.add_config_value("freshness_build_folder", "", "", str)
    app.add_config_value("freshness_distributions", [], "", list)
    freshness = Freshness(app)
    app.connect("builder-inited", freshness.on_builder_inited)
    app.connect("env-get-outdated", freshness.on_env_get_outdated)
    app.connect("source-read", freshness.on_source_read)
    app.connect("env-updated", freshness.on_env_updated)
    app.connect("html-page-context", freshness.on_html_page_context)
    app.connect("build-finished", freshness.on_build_finished, priority=900)  # after every other part has finished
    return {"parallel_read_safe": True, "parallel_write_safe": True}
