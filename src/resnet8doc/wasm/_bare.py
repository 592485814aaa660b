"""A page that starts Pyodide as it comes, with numpy: what the playground's start is compared with."""

import json
import shutil
from pathlib import Path

from . import _registries, _runtime, pins

PAGE = """<!doctype html>
<title>Pyodide</title>
<script type="module">
  import { loadPyodide } from "./pyodide.mjs";
  const pyodide = await loadPyodide({ lockFileURL: "pyodide-lock.json", packageBaseUrl: new URL(".", location).href });
  await pyodide.loadPackage("numpy");
  pyodide.runPython("import numpy; numpy.arange(4).sum()");
  window.r8Done = true;
</script>
"""


def bare(folder: Path, cache: Path) -> None:
    """Write a page that starts Pyodide and imports numpy, from the files that their makers publish.

    Parameters
    ----------
    folder
        Where: ``index.html`` and what it loads. It exists.
    cache
        Keeps what was fetched, as for `resnet8doc.wasm.export`.

    Raises
    ------
    UserError
        If a registry does not answer or serves other bytes than those pinned.
    """
    pyodide = _registries.pyodide(cache / "downloads")
    wheels = [path for path in _registries.inner(cache=cache / "downloads") if path.name.startswith("numpy")]
    for path in (*wheels, *(pyodide / name for name in pins.PYODIDE_FILES)):
        shutil.copyfile(path, folder / path.name)
    info = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    (folder / "pyodide-lock.json").write_text(json.dumps(_runtime.lock(wheels, info)), encoding="utf-8")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
