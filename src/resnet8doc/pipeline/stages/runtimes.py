"""How much the specified network differs in every two arithmetics."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset, graph
from ...networks import SPECIFIED
from .._stage import Stage
from . import extract

IMAGES = 1000
"""Test images in every build; ``nox -s proof`` takes all."""

RESULT = "results/runtimes.json"


def stages() -> Iterator[Stage]:
    """Yield the one stage."""
    yield Stage("compare runtimes", run, (IMAGES,), reads=extract.operations(SPECIFIED), writes=(RESULT,))


def run(build: Path, images: int) -> None:
    """Compare all runtimes on so many test images."""
    from ...proof.runtimes import write_comparison  # here, so that listing the stages costs no framework

    network = graph.load(build / extract.operations(SPECIFIED)[0])
    write_comparison(build / RESULT, network, dataset.load("test").images[:images], progress=False)
