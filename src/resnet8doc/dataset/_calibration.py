"""Calibration samples: the images from which a quantizer learns the range of every activation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..architecture import CLASSES
from ..errors import UserError
from ._facts import SHA256, Bytes, Split, array_sha256

MINIMUM = 200
MINIMUM_PER_CLASS = 20

_REMEDY = f"Draw at least {MINIMUM} training images, equally many of each class: calibration_samples(load('train'))."


@dataclass(frozen=True, eq=False)
class Calibration:
    """Images chosen for calibration; refused when it is empty, too small or unbalanced.

    Attributes
    ----------
    indices
        int64 ``[N]``, which training images these are.
    images
        uint8 ``[N, 32, 32, 3]``, raw pixels 0 to 255; give them to `preprocess`, as evaluation does.
    labels
        uint8 ``[N]``.
    seed
        What the choice was drawn with, or None if it was not drawn by `calibration_samples`.
    """

    indices: NDArray[np.int64]
    images: Bytes
    labels: Bytes
    seed: int | None = None

    def __post_init__(self) -> None:
        if not len(self.indices) == len(self.images) == len(self.labels):
            found = f"{len(self.indices)} indices, {len(self.images)} images, {len(self.labels)} labels"
            raise UserError(f"the calibration set has {found}", "the same number of images and labels", _REMEDY)
        if len(self.labels) < MINIMUM:
            raise UserError(f"the calibration set has {len(self.labels)} images", f"at least {MINIMUM}", _REMEDY)
        counts = self.per_class
        if min(counts.values()) < MINIMUM_PER_CLASS or len(set(counts.values())) > 1:
            raise UserError(
                f"the calibration set is unbalanced: {', '.join(f'{count} {name}' for name, count in counts.items())}",
                f"the same number of each class, at least {MINIMUM_PER_CLASS}",
                _REMEDY,
            )

    @property
    def per_class(self) -> dict[str, int]:
        """How many images each class has."""
        return dict(zip(CLASSES, np.bincount(self.labels, minlength=len(CLASSES)).tolist(), strict=True))

    def report(self) -> dict[str, Any]:
        """Return the distribution as JSON-able values: counts, pixel statistics, and the hash of the indices.

        ``indices_sha256`` is that of the indices as little-endian int64, in their order.
        """
        histogram = np.bincount(self.images.reshape(-1), minlength=256)
        present = np.flatnonzero(histogram)
        return {
            "count": len(self.labels),
            "seed": self.seed,
            "per_class": self.per_class,
            "balanced": len(set(self.per_class.values())) == 1,
            "minimum": MINIMUM,
            "minimum_per_class": MINIMUM_PER_CLASS,
            "pixel": {
                "min": int(present[0]),
                "max": int(present[-1]),
                "mean": float((histogram * np.arange(256)).sum() / histogram.sum()),
            },
            "indices_sha256": array_sha256(self.indices.astype("<i8")),
        }


def calibration_samples(train: Split, count: int = 1000, seed: int = 42) -> Calibration:
    """Draw calibration images from the training images, equally many of each class.

    Every training image gets a random 64-bit key; the images are sorted by it, and the first ``count / 10`` of each
    class are taken, in that order. So a smaller count gives a subset of a larger one, and the first images of any
    choice are a mixture of classes. The keys are the raw output of PCG64, which numpy keeps the same from version to
    version.

    Parameters
    ----------
    train
        The training images. The test images are refused: what they teach the quantizer, they cannot measure any more.
    count
        How many, a multiple of 10, at least 200.
    seed
        Any integer from 0 on.

    Returns
    -------
    Calibration
        ``count`` images with labels and indices.

    Raises
    ------
    UserError
        If ``count`` is too small, not a multiple of 10 or more than the images give, if there are no images, or if they
        are the test images.

    Examples
    --------
    >>> import numpy as np
    >>> labels = np.arange(1000, dtype=np.uint8) % 10
    >>> train = Split(np.zeros((1000, 32, 32, 3), np.uint8), labels)
    >>> chosen = calibration_samples(train, count=200)
    >>> np.bincount(chosen.labels)
    array([20, 20, 20, 20, 20, 20, 20, 20, 20, 20])
    >>> calibration_samples(train, count=50)
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: 50 calibration images were requested; expected a multiple of 10, at least 200. ...
    """
    classes = len(CLASSES)
    if count < MINIMUM or count % classes:
        raise UserError(
            f"{count} calibration images were requested",
            f"a multiple of {classes}, at least {MINIMUM}",
            "With fewer images the ranges depend on chance, and other numbers cannot be balanced. The default is 1000.",
        )
    if len(train.labels) == 0:
        raise UserError("the training set has no images", "CIFAR-10's training images", "Load them: load('train').")
    if array_sha256(train.labels) == SHA256["test_labels"]:
        raise UserError(
            "the images given are CIFAR-10's test images",
            "its training images",
            "Use load('train'): accuracy must not be measured on images that the model was calibrated with.",
        )
    available = np.bincount(train.labels, minlength=classes)
    if available.min() < count // classes:
        scarce = int(available.argmin())
        raise UserError(
            f"the training set has {available[scarce]} images of class {CLASSES[scarce]}",
            f"at least {count // classes}, for {count} calibration images",
            "Request fewer images, or give all of CIFAR-10's training images.",
        )
    order = np.argsort(np.random.PCG64(seed).random_raw(len(train.labels)), kind="stable")
    ordered_labels = train.labels[order]
    places = np.concatenate([np.flatnonzero(ordered_labels == label)[: count // classes] for label in range(classes)])
    indices = order[np.sort(places)].astype(np.int64)
    return Calibration(indices, train.images[indices], train.labels[indices], seed)
