"""Reading the playground's data, from a folder at the desk and from the page's own address in the browser."""

import io
import json
import os
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph, from_bytes
from ...workspace import build_folder

Array = npt.NDArray[Any]
GALLERY = "gallery.npz"
MODEL, FLOAT = "resnet8_int8_qoperator", "resnet8"


EXPORTING = "RESNET8DOC_EXPORTING"
"""Set while the notebook is run for its export."""
IN_BROWSER = sys.platform == "emscripten"


def locate(notebook: Any) -> str:
    """Return where the data lies: beside the notebook in the browser and in the export, else in the build folder.

    Parameters
    ----------
    notebook
        What ``marimo.notebook_location()`` says: a path, an address, or None.
    """
    if IN_BROWSER:
        return str(notebook / "public")
    beside = Path(notebook or ".") / "public"
    return str(beside if beside.is_dir() else build_folder() / "playground")


def exporting() -> bool:
    """Tell whether the notebook runs for the site's export, which shows what a browser will show, and no more."""
    return EXPORTING in os.environ


@dataclass(frozen=True)
class Gallery:
    """The test images that can be chosen.

    Attributes
    ----------
    images
        uint8 ``[N, 32, 32, 3]``.
    labels, indices
        ``[N]``: the class, and the place among the 10,000 test images.
    float_answer, answer
        ``[N]``: what the float and the quantized network say.
    batch
        How many of the first are a plain sample: ten of each class, the earliest in the test set.
    """

    images: Array
    labels: Array
    indices: Array
    float_answer: Array
    answer: Array
    batch: int

    def kind(self, number: int) -> str:
        """Return whether quantization changed the answer, else whether it is right."""
        if self.float_answer[number] != self.answer[number]:
            return "changed"
        return "right" if self.answer[number] == self.labels[number] else "wrong"

    def number(self, index: str) -> int | None:
        """Return the place in the gallery of a test image, by its index as text."""
        found = [n for n, known in enumerate(self.indices) if str(int(known)) == index]
        return found[0] if found else None


class Assets:
    """Everything that the notebook reads, each thing once.

    Parameters
    ----------
    location
        A folder, or an address that ends in ``/public``.
    """

    def __init__(self, location: Path | str) -> None:
        self.location = str(location)

    def bytes(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises
        ------
        UserError
            If it is not there.
        """
        return _read(self.location, name)

    def graph(self, name: str) -> Graph:
        """Return the extraction of that name."""
        return _graph(self.location, name)

    @cached_property
    def gallery(self) -> Gallery:
        """The test images."""
        with np.load(io.BytesIO(self.bytes(GALLERY)), allow_pickle=False) as stored:
            return Gallery(
                **{name: stored[name] for name in stored.files if name != "batch"}, batch=int(stored["batch"])
            )

    def json(self, name: str) -> Any:
        """Return a JSON file's content."""
        return json.loads(self.bytes(name))


@lru_cache(maxsize=32)
def _read(location: str, name: str) -> bytes:
    if urllib.parse.urlsplit(location).scheme in ("http", "https"):
        address = f"{location}/{urllib.parse.quote(name)}"
        with urllib.request.urlopen(address) as answer:  # noqa: S310  # the page's own address, http or https as tested above
            return bytes(answer.read())
    path = Path(location, name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read", "the playground's data", "Make it first: nox -s build.") from error


@lru_cache(maxsize=8)
def _graph(location: str, name: str) -> Graph:
    return from_bytes(_read(location, f"{name}_operations.json"), _read(location, f"{name}_operations.npz"))
