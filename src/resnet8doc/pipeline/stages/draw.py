"""Drawings of the quantized network."""

from collections.abc import Iterator
from pathlib import Path

from ... import graph
from ...figures import write_graph
from .._stage import Stage
from . import extract

MODELS = ("resnet8_int8", "resnet8_int8_qoperator")
KINDS = ("svg", "png")


def stages() -> Iterator[Stage]:
    """Yield a stage for the QDQ model and one for the QOperator model."""
    for model in MODELS:
        files = tuple(f"figures/{model}.{kind}" for kind in KINDS)
        yield Stage(f"draw {model}", run, (model,), reads=extract.operations(model), writes=files)


def run(build: Path, model: str) -> None:
    """Draw one model."""
    network = graph.load(build / extract.operations(model)[0])
    for kind in KINDS:
        write_graph(network, build / "figures" / f"{model}.{kind}")
