"""The export itself: runtime, notebook, data and page put together in one folder of the site."""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from ..errors import UserError
from ..playground import EXPORTING
from . import _page, _runtime

_STEPS = 9


@dataclass(frozen=True)
class Sizes:
    """What was written.

    Attributes
    ----------
    files
        How many files.
    bytes
        Their sizes, summed.
    gzipped
        The same after ``gzip -6`` of each, as a web server sends them.
    """

    files: int
    bytes: int
    gzipped: int


def _sizes(*folders: Path) -> Sizes:
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    contents = (path.read_bytes() for path in paths)
    pairs = [(len(content), len(gzip.compress(content, 6, mtime=0))) for content in contents]
    return Sizes(len(pairs), sum(size for size, _ in pairs), sum(size for _, size in pairs))


def _swap(made: Path, target: Path) -> None:
    """Put ``made`` in the place of ``target``; what stood there goes only when the new folder is whole."""
    old = made.with_name(made.name + ".old")
    if target.exists():
        target.replace(old)
    made.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def export(
    notebook: Path, data: Path, output: Path, cache: Path, *, runtime: Path | None = None, progress: bool = True
) -> Sizes:
    """Export a marimo notebook as a page that runs in the browser and asks no other host for anything.

    Parameters
    ----------
    notebook
        The notebook. Files beside it that it names (``head.html``, ``style.css``) go along; its siblings do not.
    data
        Folder that the notebook finds as ``mo.notebook_location() / "public"``.
    output
        Folder to write: ``index.html``, ``assets/``, ``public/``. Replaced as a whole when all is done.
    cache
        Keeps what was fetched and compiled, each by its hash; a second export fetches nothing.
    runtime
        Folder of the browser's Python, shared by every export beside it. Default ``output.parent / "_wasm"``.
    progress
        Show a bar on stderr.

    Returns
    -------
    Sizes
        Of output and runtime together.

    Raises
    ------
    UserError
        If a file is missing, a registry does not answer or serves other bytes than those pinned, or a cell of the
        notebook fails.
    """
    for path, what in ((notebook, "a marimo notebook"), (data, "the playground's data folder")):
        if not path.exists():
            raise UserError(f"{path} does not exist", what, "Build it first: nox -s build.")
    output, runtime = output.resolve(), (runtime or output.parent / "_wasm").resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        tqdm(total=_STEPS, desc="playground", disable=not progress, file=sys.stderr) as bar,
        tempfile.TemporaryDirectory(dir=output.parent, prefix=".playground-") as name,
    ):

        def step(text: str) -> None:
            bar.set_postfix_str(text)
            bar.update()

        work = Path(name)
        (work / "runtime").mkdir()
        _runtime.write(work / "runtime", cache, step)
        step("running the notebook")
        stage = work / "stage"
        shutil.copytree(data, stage / "public")
        for path in (notebook, *(notebook.parent / name for name in _page.SIBLINGS)):
            if path.exists():
                shutil.copyfile(path, stage / path.name)
        _page.add_microscope(stage)
        address = Path(os.path.relpath(runtime, output)).as_posix()
        command = (
            sys.executable,
            "-m",
            "resnet8doc.wasm._marimo",
            str(stage / notebook.name),
            str(work / "out"),
            address,
        )
        environment = {**os.environ, EXPORTING: "1"}
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=stage, env=environment)
        if done.returncode:
            raise UserError(
                f"{notebook} does not run:\n{(done.stderr or done.stdout)[-4000:]}",
                "a notebook whose every cell runs without an error",
                f"Open it and correct the cell: marimo edit {notebook}.",
            )
        step("the page")
        _page.finish(work / "out", address)
        _swap(work / "runtime", runtime)
        _swap(work / "out", output)
        step("measuring")
        return _sizes(output, runtime)
