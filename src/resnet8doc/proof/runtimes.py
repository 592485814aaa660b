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

RESULT = "results/runtimes.json"


def write_comparison(build: Path, graph: Graph, images: npt.NDArray[Any], *, progress: bool) -> None:
    """Compare all runtimes on these images and write what was found."""
    found = compare_runtimes(graph, images, progress=progress)
    write_result(build / RESULT, found, "runtimes")


if __name__ == "__main__":
    write_comparison(build_folder(), open_network(), dataset.load("test").images, progress=True)
