"""The comparison of all runtimes as a result file; on all test images by ``python -m resnet8doc.proof.runtimes``."""

from pathlib import Path
from typing import Any

import numpy.typing as npt

from .. import dataset
from ..analysis.runtimes import compare_runtimes
from ..graph import Graph
from ..networks import open_network
from ..schemas import write_result
from ..workspace import build_folder

OF_ALL = "results/runtimes_of_all.json"
"""What the command writes: another file than the build's, which pages and the manifest speak of."""


def write_comparison(path: Path, graph: Graph, images: npt.NDArray[Any], *, progress: bool) -> None:
    """Compare all runtimes on these images and write what was found."""
    found = compare_runtimes(graph, images, progress=progress)
    write_result(path, found, "runtimes")


if __name__ == "__main__":
    write_comparison(build_folder() / OF_ALL, open_network(), dataset.load("test").images, progress=True)
