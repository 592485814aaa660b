"""What the data set in hand is, in numbers."""

from typing import Any

import numpy as np

from ..architecture import CLASSES
from ._facts import SPLITS, Bytes, Split, array_sha256
from ._load import load, ready_cache


def describe(progress: bool = True) -> dict[str, Any]:
    """Return source, shapes, counts, statistics and hashes of both splits, computed from the arrays.

    Means and deviations are in pixels (0 to 255), one a channel (red, green, blue). They come from exact integer sums,
    so they do not depend on the order of summation. The hashes are computed, and a cache whose bytes are not
    CIFAR-10's is mended first.

    Parameters
    ----------
    progress
        Whether to show a bar on stderr while something is downloaded.

    Returns
    -------
    dict
        JSON-able: ``source``, ``classes``, ``credit`` and ``splits``.

    Raises
    ------
    UserError
        As `load`.
    """
    _, source = ready_cache(progress, thorough=True)
    return {
        "source": source,
        "classes": list(CLASSES),
        "credit": "Alex Krizhevsky, Vinod Nair, Geoffrey Hinton: CIFAR-10 (2009)",
        "splits": {name: _describe_split(load(name, progress)) for name in SPLITS},
    }


def _describe_split(split: Split) -> dict[str, Any]:
    histograms = _histograms(split.images)
    values = np.arange(256)
    pixels = split.images.size // 3
    means = [int((h * values).sum()) / pixels for h in histograms]
    variances = [int((h * values**2).sum()) / pixels - m**2 for h, m in zip(histograms, means, strict=True)]
    counts = np.bincount(split.labels, minlength=len(CLASSES)).tolist()
    return {
        "images": _describe_array(split.images),
        "labels": _describe_array(split.labels),
        "per_class": dict(zip(CLASSES, counts, strict=True)),
        "pixel_mean": means,
        "pixel_deviation": [float(np.sqrt(variance)) for variance in variances],
    }


def _describe_array(array: Bytes) -> dict[str, Any]:
    return {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": array_sha256(array)}


def _histograms(images: Bytes) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    """Count each pixel value, one histogram a channel; in small pieces, since bincount widens its input to int64."""
    histograms = [np.zeros(256, np.int64) for _ in range(3)]
    for start in range(0, len(images), 200):
        piece = images[start : start + 200]
        for channel, histogram in enumerate(histograms):
            histogram += np.bincount(piece[..., channel].reshape(-1), minlength=256)
    return histograms
