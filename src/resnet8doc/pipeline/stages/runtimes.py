"""How much the specified network differs in every two arithmetics."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset, graph
from ...analysis.runtimes import compare_runtimes
from ...files import write_json
from ...networks import SPECIFIED
from ...schemas import validate
from .._stage import Stage
from . import extract

IMAGES = 1000
"""Test images in every build; ``nox -s proof`` takes all."""

RESULT = "results/runtimes.json"


def stages() -> Iterator[Stage]:
    """Yield the one stage."""
    yield Stage("compare runtimes", run, (IMAGES,), reads=extract.operations(SPECIFIED), writes=(RESULT,))


def run(build: Path, images: int | None, *, progress: bool = False) -> None:
    """Compare all runtimes on so many test images, or on all."""
    network = graph.load(build / extract.operations(SPECIFIED)[0])
    found = compare_runtimes(network, dataset.load("test").images[:images], progress=progress)
    validate(found, found["schema"])
    write_json(build / RESULT, found)


if __name__ == "__main__":
    from ...workspace import build_folder

    run(build_folder(), None, progress=True)
