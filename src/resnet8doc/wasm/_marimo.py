"""Run as a program: ``python -m resnet8doc.wasm._marimo NOTEBOOK FOLDER RUNTIME``; export one notebook.

``marimo export html-wasm`` does the same, but its command line insists on uv and on fetching a linter to look for local
modules, and takes a runtime of one's own only together with a browser. The function that it calls has neither need.
It is marimo's own and may change: marimo's version is pinned, and `resnet8doc.wasm` checks what comes out.
"""

import asyncio
import sys
from pathlib import Path

from marimo._export.exporter import Exporter
from marimo._export.file import export_wasm
from marimo._export.requests import NotebookExecutionOptions, WASMFileExportRequest
from marimo._schemas.export_options import WASMExportOptions, WASMRuntimeConfig
from marimo._utils.marimo_path import MarimoPath


def main(notebook: str, folder: str, runtime: str) -> int:
    """Export ``notebook``, executed, into ``folder``; ``runtime`` is the relative address of Pyodide's folder."""
    path = MarimoPath(notebook)
    Exporter().export_assets(Path(folder))
    Exporter().export_public_folder(Path(folder), path)
    request = WASMFileExportRequest(
        path=path,
        options=WASMExportOptions(
            mode="run",
            show_code=False,
            runtime=WASMRuntimeConfig(
                pyodide_index_url=f"{runtime}/",
                pyodide_lockfile_url=f"{runtime}/pyodide-lock.json",
                pypi_index_url=f"{runtime}/",
            ),
        ),
        execution=NotebookExecutionOptions(cli_args={}, argv=[], persist_session=False, stderr=sys.stderr),
    )
    result = asyncio.run(export_wasm(request))
    Path(folder, "index.html").write_text(str(result.contents), encoding="utf-8")
    return 1 if result.did_error else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
