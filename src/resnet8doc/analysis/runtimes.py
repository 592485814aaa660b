"""How much one network differs in every two arithmetics, and where: codes of each layer, and predictions."""

import sys
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph import Graph
from ..ops import OPERATORS
from ..runtimes import RUNTIMES

Array = npt.NDArray[Any]
BATCH = 50
"""Images at a time: every runtime's codes of a batch are held at once."""


def compare_runtimes(
    graph: Graph, images: Array, runtimes: Iterable[str] = tuple(RUNTIMES), *, progress: bool = True
) -> dict[str, Any]:
    """Run a classifier of codes in each runtime, from the image to the end, and count what differs.

    Parameters
    ----------
    graph
        A graph that every one of the runtimes computes.
    images
        Its input, ``[N, ...]``.
    runtimes
        Names in `resnet8doc.runtimes.RUNTIMES`.
    progress
        Write a line for each hundred images to stderr.

    Returns
    -------
    dict
        JSON-able, by ``runtimes.schema.json``: ``model``, ``images`` (how many), ``runtimes``; ``layers``, a row for
        each operator of codes: ``node`` and ``values``; ``pairs``, a row for each two runtimes: ``one``, ``other``,
        ``values`` and ``different`` (codes), ``by_layer`` (``different`` of each layer), ``predictions`` (images
        of another class).
    """
    names, final = tuple(runtimes), graph.outputs[0].name
    layers = [
        node for node in graph.nodes
        if OPERATORS[node.domain, node.op_type].quantized and node.op_type != "DequantizeLinear"
    ]  # fmt: skip
    tensors = [node.output for node in layers]
    pairs = list(combinations(names, 2))
    different, predictions = np.zeros((len(pairs), len(layers)), np.int64), np.zeros(len(pairs), np.int64)
    sizes = np.zeros(len(layers), np.int64)
    for start in range(0, len(images), BATCH):
        part = images[start : start + BATCH]
        found = {name: graph.run(part, [*tensors, final], runtime=name) for name in names}
        sizes += [found[names[0]][tensor].size for tensor in tensors]
        for number, (one, other) in enumerate(pairs):
            different[number] += _different(found[one], found[other], tensors)
            ours, theirs = (found[name][final].argmax(axis=-1) for name in (one, other))
            predictions[number] += int(np.count_nonzero(ours != theirs))
        if progress and start % 100 == 0:
            print(f"runtimes compared: {start + len(part)} of {len(images)} images", file=sys.stderr, flush=True)
    return {
        "schema": "runtimes", "model": graph.name, "images": len(images), "runtimes": list(names),
        "layers": [{"node": node.name, "values": int(size)} for node, size in zip(layers, sizes, strict=True)],
        "pairs": [
            {
                "one": one, "other": other, "values": int(sizes.sum()), "different": int(row.sum()),
                "by_layer": row.tolist(), "predictions": int(flipped),
            }
            for (one, other), row, flipped in zip(pairs, different, predictions, strict=True)
        ],
    }  # fmt: skip


def _different(ours: Mapping[str, Array], theirs: Mapping[str, Array], tensors: list[str]) -> list[int]:
    return [int(np.count_nonzero(ours[tensor] != theirs[tensor])) for tensor in tensors]
