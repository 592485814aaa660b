"""Archives of the gates, written and unpacked as a reader has them."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy.typing as npt

from resnet8doc.graph import Graph
from resnet8doc.hardware.rtl import write_archive


def unpacked(graph: Graph, images: npt.NDArray[Any], folder: Path, runtime: Path | None = None) -> Path:
    """Write the archive and unpack it; with Verilator's own C++ as another has compiled it, where that is given."""
    write_archive(graph, images, folder / "a.zip")
    with zipfile.ZipFile(folder / "a.zip") as archive:
        archive.extractall(folder)
    made = folder / "resnet8_rtl"
    if runtime:
        (made / "obj").mkdir()
        shutil.copy(runtime, made / "obj" / "runtime.o")
    return made
