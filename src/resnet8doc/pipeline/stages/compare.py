"""All models in one table."""

from collections.abc import Iterator
from pathlib import Path

from ...evaluate import compare, load
from ...files import read_json, write_json
from .._stage import Stage
from . import checkpoint, evaluate, quantize

RESULT = "results/comparison.json"


def stages() -> Iterator[Stage]:
    """Yield the stage that compares."""
    arrays = tuple(name.replace(".json", ".npz") for name in evaluate.RESULTS)
    yield Stage(
        "compare",
        run,
        reads=(*evaluate.RESULTS, *arrays, *quantize.REPORTS, checkpoint.RESULT),
        writes=(RESULT,),
    )


def run(build: Path) -> None:
    """Compare what was evaluated, and nothing else."""
    comparison = compare(
        [load(build / name) for name in evaluate.RESULTS],
        [read_json(build / name) for name in quantize.REPORTS],
        checkpoint=read_json(build / checkpoint.RESULT),
    )
    write_json(build / RESULT, comparison)
