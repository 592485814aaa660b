"""Everything that the pipeline made, copied into the site so that it can be downloaded from it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from resnet8doc.files import read_json, replacing

VECTORS = "vectors/manifest.json"
"""Lists the files of test vectors: which ones there are depends on the model's layers."""


def copy_all(app: Sphinx, exception: Exception | None) -> None:
    """Copy what the manifest lists, each file only if it changed, and remove what it lists no longer."""
    if exception is not None or app.builder.format != "html":
        return
    build = Path(app.config.freshness_build_folder)
    target = Path(app.outdir) / "downloads"
    listed = {name for stage in read_json(build / "manifest.json")["stages"] for name in stage["writes"]}
    if VECTORS in listed:
        listed |= {f"vectors/{entry['path']}" for entry in read_json(build / VECTORS)["files"]}
    for name in sorted(listed):
        source, copy = build / name, target / name
        if not copy.is_file() or _stamp(copy) != _stamp(source):
            with replacing(copy) as temporary:
                shutil.copy2(source, temporary)
    for path in target.rglob("*"):
        if path.is_file() and path.relative_to(target).as_posix() not in listed:
            path.unlink()


def _stamp(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_size, about.st_mtime_ns


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx; load it after freshness, whose build folder it uses."""
    app.connect("build-finished", copy_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
