"""Inputs in pieces that a model takes in one call."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph import Graph

Array = npt.NDArray[Any]


def chunks(graph: Graph, feeds: Mapping[str, Array], most: int) -> Iterator[tuple[int, dict[str, Array]]]:
    """Yield the number of the first item, and inputs for one call.

    Parameters
    ----------
    graph
        Whose inputs they are: where every first axis is free, many items go together; else one item a call, as the
        model's shapes have it.
    feeds
        By the inputs' names, items along the first axis.
    most
        Items in one call, where they go together.
    """
    shapes = {entry.name: entry.shape for entry in graph.inputs if entry.name in feeds}
    free = all(shape is None or (len(shape) > 0 and not isinstance(shape[0], int)) for shape in shapes.values())
    if free:
        count = len(next(iter(feeds.values())))
        for start in range(0, count, most):
            yield start, {name: array[start : start + most] for name, array in feeds.items()}
        return
    lengths = {name: _length(shape, feeds[name]) for name, shape in shapes.items()}
    count = min(np.shape(feeds[name])[0] // length for name, length in lengths.items() if length) if any(
        lengths.values()
    ) else 1  # fmt: skip
    for number in range(count):
        yield (
            number,
            {
                name: array[number * lengths[name] : (number + 1) * lengths[name]] if lengths[name] else array
                for name, array in feeds.items()
            },
        )


def _length(shape: tuple[int | str | None, ...] | None, array: Array) -> int:
    """Return how long one item's first axis is; 0 for a number without axes."""
    if array.ndim == 0:
        return 0
    first = shape[0] if shape else None
    return first if isinstance(first, int) else 1
