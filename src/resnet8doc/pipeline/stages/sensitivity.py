"""Which layers cost accuracy, on all test images."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset, graph
from ...analysis.sensitivity import sensitivity
from ...files import write_json
from .._stage import Stage
from . import extract

RESULT = "results/sensitivity.json"
MODEL, FLOAT = "resnet8_int8_qoperator", "resnet8"


def stages() -> Iterator[Stage]:
    """Yield the stage that measures."""
    reads = (*extract.operations(MODEL), *extract.operations(FLOAT))
    yield Stage("sensitivity", run, reads=reads, writes=(RESULT,))


def run(build: Path) -> None:
    """Quantize each layer alone, and leave each alone in float."""
    quantized, plain = (graph.load(build / extract.operations(model)[0]) for model in (MODEL, FLOAT))
    test = dataset.load("test")
    write_json(build / RESULT, sensitivity(quantized, plain, test.images, test.labels, progress=False))
