"""What made what: versions, processor, hashes, checkpoint, seed, times."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...environment import environment
from ...files import read_json, write_json
from .._stage import Stage
from . import calibrate, checkpoint

RESULT = "manifest.json"


def stages(others: Sequence[Stage]) -> Iterator[Stage]:
    """Yield the stage that gathers the notes of the ``others``."""
    stamps = tuple(stage.stamp for stage in others)
    yield Stage("manifest", run, (stamps,), reads=(checkpoint.RESULT, *stamps), writes=(RESULT,))


def run(build: Path, stamps: tuple[str, ...]) -> None:
    """Write the manifest."""
    found = read_json(build / checkpoint.RESULT)
    write_json(
        build / RESULT,
        {
            "checkpoint": {key: found[key] for key in ("name", "label", "sha256", "source", "licence")},
            "environment": environment(),
            "seed": calibrate.SEED,
            "stages": [read_json(build / stamp) for stamp in stamps],
        },
    )
