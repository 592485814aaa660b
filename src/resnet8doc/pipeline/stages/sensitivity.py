"""Which layers cost accuracy, on all test images."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset, graph
from ...analysis.sensitivity import merged, sensitivity
from ...files import read_json, write_json
from ...schemas import write_result
from .._stage import Stage
from . import extract

RESULT = "results/sensitivity.json"
PARTS = 4
"""The longest study of all: in parts, so that it fills the cores beside others and an interrupted build resumes."""

MODEL, FLOAT = "resnet8_int8_qoperator", "resnet8"


def stages() -> Iterator[Stage]:
    """Yield the stages that measure parts, and the one that puts them together."""
    reads = (*extract.operations(MODEL), *extract.operations(FLOAT))
    for number in range(PARTS):
        yield Stage(f"sensitivity part {number + 1}", measure, (number,), reads=reads, writes=(_part(number),))
    yield Stage("sensitivity", merge, reads=tuple(map(_part, range(PARTS))), writes=(RESULT,))


def _part(number: int) -> str:
    return f"sensitivity/part{number + 1}.json"


def measure(build: Path, number: int) -> None:
    """Quantize each layer alone, and leave each alone in float, on one part of the test images."""
    quantized, plain = (graph.load(build / extract.operations(model)[0]) for model in (MODEL, FLOAT))
    test = dataset.load("test")
    images, labels = test.images[number::PARTS], test.labels[number::PARTS]
    write_json(build / _part(number), sensitivity(quantized, plain, images, labels, progress=False))


def merge(build: Path) -> None:
    """Add up the parts."""
    found = merged([read_json(build / _part(number)) for number in range(PARTS)])
    write_result(build / RESULT, found, "sensitivity")
