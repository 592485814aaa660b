"""What the playground has at the desk and not in the browser: the frameworks, live, on any model in a folder."""

import re
from base64 import b64encode
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from . import microscope
from .evaluate import OPENERS, Runner, open_model

Float32 = npt.NDArray[np.float32]


def page_head(folder: Path) -> str:
    """Return the notebook's head and the microscope's as an output: marimo's editor leaves ``html_head_file`` out.

    Its styles go as they are. A script of an output is loaded only from an address, so it goes as one.

    Parameters
    ----------
    folder
        The notebook's.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "head.html").write_text("<style>p { color: red }</style> <script>act()</script>")
    >>> head = page_head(folder)
    >>> head.startswith("<style>p { color: red }</style>"), 'src="data:text/javascript;base64,YWN0KCk="' in head
    (True, True)
    """
    text = (folder / "head.html").read_text(encoding="utf-8") + str(microscope.style()) + str(microscope.script())
    styles = re.findall(r"<style>.*?</style>", text, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    sources = (f"data:text/javascript;base64,{b64encode(script.encode()).decode()}" for script in scripts)
    return "".join([*styles, *(f'<script src="{source}"></script>' for source in sources)])


def models(folder: Path) -> dict[str, Path]:
    """Return the models in a folder that a framework can run, by file name; empty where there is no such folder.

    Parameters
    ----------
    folder
        ``build/models``, or any other.
    """
    if not folder.is_dir():
        return {}
    return {path.name: path for path in sorted(folder.iterdir()) if path.suffix in OPENERS}


def load(path: Path) -> Runner:
    """Load a model, once for each content: asked again for the same file, the same session is returned.

    Parameters
    ----------
    path
        ``.onnx``, ``.pt`` or ``.keras``.

    Raises
    ------
    UserError
        If it cannot be loaded, or is no ResNet8.
    """
    found = path.stat() if path.exists() else None
    return _load(path, found.st_mtime_ns if found else 0, found.st_size if found else 0)


@lru_cache(maxsize=8)
def _load(path: Path, modified: int, size: int) -> Runner:
    del modified, size  # they are there for the cache: a file that was written anew is loaded anew
    return open_model(path)


def probabilities(path: Path, images: npt.NDArray[np.uint8]) -> Float32:
    """Return what a framework answers, float32 ``[N, 10]``.

    Parameters
    ----------
    path
        A model's file.
    images
        uint8 ``[N, 32, 32, 3]``.

    Raises
    ------
    UserError
        If the model cannot be loaded.
    """
    return load(path).run(images.astype(np.float32))
