"""The float activations' histograms over many images, and the share that each scale clips."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...analysis.pairs import tensor_pairs
from ...graph import Graph
from ._ranges import clipped_share, limits
from ._run import Run

Array = npt.NDArray[Any]
BINS = 128
BATCH = 100


def histograms(graph: Graph, float_graph: Graph, images: Array) -> dict[str, dict[str, Any]]:
    """Measure every tensor that becomes codes.

    Parameters
    ----------
    graph, float_graph
        The quantized network and the float one.
    images
        uint8 ``[N, 32, 32, 3]``.

    Returns
    -------
    dict
        For each tensor of codes: ``counts`` of 128 bins from ``low`` to ``high``, ``clipped`` (a share) and ``images``.
    """
    pairs = tensor_pairs(graph, float_graph)
    ends = {codes: found for codes in pairs if (found := limits(Run(graph, {}), codes)) is not None}
    spans: dict[str, tuple[float, float]] = {}
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    for batch in batches:
        values = float_graph.run(batch, [pairs[codes] for codes in ends])
        for codes in ends:
            data = values[pairs[codes]]
            low, high = spans.get(codes, (np.inf, -np.inf))
            spans[codes] = min(low, float(data.min())), max(high, float(data.max()))
    result: dict[str, dict[str, Any]] = {}
    for batch in batches:
        values = float_graph.run(batch, [pairs[codes] for codes in ends])
        for codes, (low, high) in spans.items():
            data = values[pairs[codes]]
            counts = np.histogram(data, bins=BINS, range=(low, high if high > low else low + 1))[0]
            entry = result.setdefault(codes, {"low": low, "high": high, "counts": [0] * BINS, "clipped": 0.0,
                                              "images": len(images)})  # fmt: skip
            entry["counts"] = [a + int(b) for a, b in zip(entry["counts"], counts, strict=True)]
            entry["clipped"] += clipped_share(data, ends[codes]) * len(batch) / len(images)
    return result
