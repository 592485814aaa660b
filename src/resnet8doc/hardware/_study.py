"""Other arithmetic on real images: how many bytes of each tensor it changes, and what becomes of the accuracy."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph import Graph
from ..ops import OPERATORS
from ..requantize import Arithmetic
from ._network import Network

Array = npt.NDArray[Any]

BATCH = 50


def study(
    graph: Graph, images: Array, labels: Array, variants: Sequence[Arithmetic], *, title: str, progress: bool = True
) -> dict[str, Any]:
    """Run a network with each arithmetic and compare every tensor with the right one.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images, labels
        uint8 ``[N, 32, 32, 3]`` and ``[N]``.
    variants
        What to run instead of ONNX Runtime's arithmetic.
    title
        What the progress bar says.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        ``images``, ``accuracy`` of the right network, and ``variants``: for each its ``arithmetic`` in words,
        ``accuracy``, ``predictions_changed``, ``changed_alone`` (bytes that change where each operator is given right
        inputs, all tensors together), ``values``, and ``tensors`` with ``tensor``, ``layer``, ``values``,
        ``changed_alone``, ``changed`` (with the whole network computing so), ``largest_difference`` (alone).
    """
    network = Network(graph)
    nodes = [o.node for o in network.operations if OPERATORS[o.node.domain, o.op_type].quantized]
    final = graph.outputs[0].name
    rows = [
        {n.output: {"tensor": n.output, "layer": n.layer, "values": 0, "changed_alone": 0, "changed": 0,
                    "largest_difference": 0} for n in nodes}
        for _ in variants
    ]  # fmt: skip
    right, hits, moved = 0, [0] * len(variants), [0] * len(variants)
    for start in _bar(range(0, len(images), BATCH), title, progress):
        batch, truth = images[start : start + BATCH], np.asarray(labels[start : start + BATCH]).ravel()
        expected = graph.run(batch, "all")
        best = expected[final].argmax(axis=1)
        right += int((best == truth).sum())
        for number, arithmetic in enumerate(variants):
            whole = graph.run(batch, "all", arithmetic=arithmetic)
            chosen = whole[final].argmax(axis=1)
            hits[number] += int((chosen == truth).sum())
            moved[number] += int((chosen != best).sum())
            for node in nodes:
                alone = graph.compute(node, expected, arithmetic)
                _count(rows[number][node.output], expected[node.output], alone, whole[node.output])
    count = len(images)
    return {
        "images": count,
        "accuracy": right / count,
        "variants": [
            {
                "arithmetic": arithmetic.describe(),
                "accuracy": hits[number] / count,
                "predictions_changed": moved[number],
                "values": sum(row["values"] for row in rows[number].values()),
                "changed_alone": sum(row["changed_alone"] for row in rows[number].values()),
                "changed": sum(row["changed"] for row in rows[number].values()),
                "tensors": list(rows[number].values()),
            }
            for number, arithmetic in enumerate(variants)
        ],
    }


def _bar(starts: range, title: str, progress: bool) -> Iterable[int]:
    if not progress:
        return starts
    from tqdm import tqdm

    bar: Iterable[int] = tqdm(starts, desc=title, unit="batch")
    return bar


def _count(row: dict[str, Any], expected: Array, alone: Array, whole: Array) -> None:
    row["values"] += expected.size
    row["changed"] += int((whole != expected).sum())
    differ = alone != expected
    if differ.any():
        row["changed_alone"] += int(differ.sum())
        difference = np.abs(alone.astype(np.int32) - expected.astype(np.int32)).max()
        row["largest_difference"] = max(row["largest_difference"], int(difference))
