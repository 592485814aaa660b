"""CIFAR-10: into the cache, and described."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset
from ...schemas import write_result
from .._stage import Stage

RESULT = "results/dataset.json"


def stages() -> Iterator[Stage]:
    """Yield the stage that makes the data set ready."""
    yield Stage("dataset", describe, writes=(RESULT,))


def describe(build: Path) -> None:
    """Fetch and decode the data set if the cache has not got it, and write what it is."""
    write_result(build / RESULT, dataset.describe(), "dataset")
