"""The training images that the quantizers measure ranges on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ... import dataset
from ...files import replacing
from ...schemas import write_result
from .._stage import Stage
from . import dataset as dataset_stage

COUNT = 1000
SEED = 42
SAMPLES = "results/calibration.npz"
RESULT = "results/calibration.json"


def stages() -> Iterator[Stage]:
    """Yield the stage that draws the calibration samples."""
    yield Stage("calibrate", draw, (COUNT, SEED), reads=(dataset_stage.RESULT,), writes=(SAMPLES, RESULT))


def draw(build: Path, count: int, seed: int) -> None:
    """Draw stratified samples and write them with a report on their distribution."""
    calibration = dataset.calibration_samples(dataset.load("train"), count, seed)
    with replacing(build / SAMPLES) as temporary:
        np.savez(temporary, indices=calibration.indices, images=calibration.images, labels=calibration.labels)
    write_result(build / RESULT, calibration.report(), "calibration")


def images(build: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the calibration images, uint8 ``[N, 32, 32, 3]``."""
    with np.load(build / SAMPLES) as samples:
        found: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = samples["images"]
    return found
