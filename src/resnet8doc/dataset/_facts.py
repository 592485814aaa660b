"""What CIFAR-10 is: shapes and the hashes by which any copy of it is recognised."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..architecture import IMAGE_SHAPE
from ..errors import UserError

SplitName = Literal["train", "test"]
SPLITS: tuple[SplitName, ...] = get_args(SplitName)

Bytes = NDArray[np.uint8]
Arrays = dict[str, Bytes]

SHAPES: dict[str, tuple[int, ...]] = {
    "train_images": (50_000, *IMAGE_SHAPE),
    "train_labels": (50_000,),
    "test_images": (10_000, *IMAGE_SHAPE),
    "test_labels": (10_000,),
}
"""Names and shapes of the four arrays; all are uint8, C order, channels last (RGB)."""

SHA256 = {
    "train_images": "47af8b02cfcfb6cdf3dbbd1969ad7f1b70f4413f6f80f437b020ee4e5bc8304a",
    "train_labels": "2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253",
    "test_images": "f9b1e2130bab680db56eb06d886f7f1ad0f1183907ceff4659d1735c890f5b04",
    "test_labels": "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5",
}
"""The sha256 of each decoded array's bytes, whatever file it was decoded from."""

PARTIAL = ".partial-"
"""Prefix of the folders that downloads arrive in; one that is left over belongs to a build that was interrupted."""


@dataclass(frozen=True, eq=False)
class Split:
    """The training or the test images with their labels.

    Attributes
    ----------
    images
        uint8 ``[N, 32, 32, 3]``, RGB pixels 0 to 255.
    labels
        uint8 ``[N]``, indices into `resnet8doc.architecture.CLASSES`.
    """

    images: Bytes
    labels: Bytes


def array_sha256(array: NDArray[Any]) -> str:
    """Return the sha256 of an array's bytes in C order."""
    return hashlib.sha256(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data).hexdigest()


def verified(arrays: Mapping[str, NDArray[Any]], origin: str) -> Arrays:
    """Return the four arrays if they are CIFAR-10 to the bit, else say how they differ."""
    remedy = "It is damaged, altered or another data set: fetch it again from where it came."
    for name, shape in SHAPES.items():
        if name not in arrays:
            raise UserError(f"{origin} has no {name}", "training and test images with labels", remedy)
        array = arrays[name]
        if array.shape != shape or array.dtype != np.uint8:
            raise UserError(f"{origin}: {name} is {array.dtype} {array.shape}", f"uint8 {shape}", remedy)
        found = array_sha256(array)
        if found != SHA256[name]:
            raise UserError(f"{origin}: the bytes of {name} have sha256 {found}", SHA256[name], remedy)
    return {name: np.ascontiguousarray(arrays[name]) for name in SHAPES}
