"""A checkpoint: weights by the architecture's names, and where they come from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..architecture import WEIGHTS

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Checkpoint:
    """Named weights of ResNet8.

    Attributes
    ----------
    name
        ``"bundled"``, ``"mlperf-tiny"``, or for a file its name.
    label
        What a page calls it.
    weights
        Every array of `resnet8doc.architecture.WEIGHTS`: float32, kernels ``[height, width, in, out]``.
    sha256
        Of the arrays' bytes, see `weights_sha256`; it does not depend on the file's format.
    source
        Where the weights come from, for people.
    licence
        Under which licence, as an SPDX identifier, or ``"unknown"``.
    card
        What is known of the training (the bundled checkpoint's JSON card), else None.
    """

    name: str
    label: str
    weights: Weights = field(repr=False)
    sha256: str
    source: str
    licence: str
    card: dict[str, Any] | None = field(default=None, repr=False)

    def describe(self) -> dict[str, Any]:
        """Return everything but the weights, for a JSON file."""
        return {
            "name": self.name,
            "label": self.label,
            "sha256": self.sha256,
            "source": self.source,
            "licence": self.licence,
            "card": self.card,
        }


def weights_sha256(weights: Mapping[str, NDArray[np.float32]]) -> str:
    """Return the sha256, in hexadecimal, of all arrays' bytes: float32, little endian, C order, one after another.

    Parameters
    ----------
    weights
        The arrays; they are taken in the order of `resnet8doc.architecture.WEIGHTS`.

    Examples
    --------
    >>> weights_sha256({name: np.zeros(shape, np.float32) for name, shape in WEIGHTS.items()})[:16]
    '5abbb8e17444086b'
    """
    digest = hashlib.sha256()
    for name in WEIGHTS:
        digest.update(np.ascontiguousarray(weights[name], "<f4").tobytes())
    return digest.hexdigest()
