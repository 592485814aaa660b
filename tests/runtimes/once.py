"""What several kernel sets are asked about, drawn and read once: that takes longer than to run one operator."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import numpy as np

from resnet8doc.graph import Graph
from resnet8doc.proof import TfliteCase
from resnet8doc.reading.tflite import read_content


@cache
def drawn(generator: Callable[..., TfliteCase], seed: int | tuple[int, ...], *arguments: object) -> TfliteCase:
    """Return the case that a generator draws with a seed."""
    parts: int | Sequence[int] = seed if isinstance(seed, int) else list(seed)
    return generator(np.random.default_rng(parts), *arguments)


@lru_cache(maxsize=64)
def loaded(content: bytes) -> Graph:
    """Return the extraction of a file; a graph is never changed, only copied with changes."""
    reading = read_content(content, "one.tflite")
    return Graph.from_parts(reading.operations, reading.tensors)
