"""CIFAR-10, whole and lossless, and the calibration samples that are drawn from it.

The data are decoded once into a cache and memory-mapped from there; with a warm cache this package needs
numpy alone (and platformdirs, to find the cache where ``RESNET8DOC_CACHE`` does not name it).
"""

from ._cache import CACHE_VARIABLE, cache_folder
from ._calibration import Calibration, calibration_samples
from ._describe import describe
from ._facts import SHA256, Split, SplitName
from ._load import load
from ._preprocess import preprocess
from ._published import published_indices
from ._user import CIFAR10_VARIABLE

__all__ = [
    "CACHE_VARIABLE",
    "CIFAR10_VARIABLE",
    "SHA256",
    "Calibration",
    "Split",
    "SplitName",
    "cache_folder",
    "calibration_samples",
    "describe",
    "load",
    "preprocess",
    "published_indices",
]
