"""Two arithmetics on a batch: how many images each gets right, and whose answers flip."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import Graph
from ._run import Run
from ._sides import Side

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Batch:
    """What two sides make of a batch.

    Attributes
    ----------
    images
        How many.
    right
        How many each gets right.
    flips
        Place in the batch, answer of A, answer of B, where these differ.
    """

    images: int
    right: tuple[int, int]
    flips: tuple[tuple[int, int, int], ...]


def batch(graph: Graph, one: Side, other: Side, images: Array, labels: Array) -> Batch:
    """Run both sides on a batch.

    Parameters
    ----------
    graph
        The unchanged model.
    one, other
        The sides.
    images, labels
        uint8 ``[N, 32, 32, 3]`` and ``[N]``.
    """
    original = Run.of(graph, images)
    answers = [side.run(original).probabilities.argmax(axis=1) for side in (one, other)]
    right = [int((answer == labels).sum()) for answer in answers]
    flips = tuple((int(n), int(answers[0][n]), int(answers[1][n])) for n in np.flatnonzero(answers[0] != answers[1]))
    return Batch(len(labels), (right[0], right[1]), flips)
