"""The weights that everything is made from."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ... import checkpoints
from ...files import replacing
from ...schemas import write_result
from .._stage import Stage

WEIGHTS = "models/checkpoint.npz"
RESULT = "results/checkpoint.json"


def stages(name: str) -> Iterator[Stage]:
    """Yield the stage that takes the weights of the checkpoint ``name``."""
    files = checkpoints.files_of(name)
    if not all(file.is_file() for file in files):
        checkpoints.load(name)  # says what is wrong with it, before anything is made
    yield Stage("checkpoint", take, (name,), writes=(WEIGHTS, RESULT), sources=tuple(files))


def take(build: Path, name: str) -> None:
    """Read and check the checkpoint, and write its weights under the architecture's names."""
    checkpoint = checkpoints.load(name)
    with replacing(build / WEIGHTS) as temporary:
        np.savez(temporary, **checkpoint.weights)  # type: ignore[arg-type]  # numpy's stub takes it for allow_pickle
    write_result(build / RESULT, checkpoint.describe(), "checkpoint")
