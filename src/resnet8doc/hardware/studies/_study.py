"""Faults on real images: how many bytes of each tensor it changes, and what becomes of the accuracy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...faults import Fault
from ...graph import Graph, Node
from ...ops import OPERATORS
from ..network import Network

Array = npt.NDArray[Any]

BATCH = 50
COUNTS = ("values", "changed", "alone_values", "changed_alone")


def study(
    graph: Graph,
    images: Array,
    labels: Array,
    variants: Sequence[Fault],
    *,
    alone_images: int | None = None,
    title: str,
    progress: bool = True,
) -> dict[str, Any]:
    """Run a network with each fault and compare every tensor with the right one.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images, labels
        uint8 ``[N, 32, 32, 3]`` and ``[N]``.
    variants
        The mistakes to make in the graph's runtime.
    alone_images
        On how many of the images each operator is also run by itself, given right inputs; None for all.
    title
        What the progress bar says.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        ``images``, ``alone_images``, ``accuracy`` of the right network, and ``variants``: for each its ``fault``
        in words, ``accuracy``, ``predictions_changed``, ``changed_alone`` (bytes that change where each operator is
        given right inputs, all tensors of the first ``alone_images`` together) of ``alone_values``, ``changed`` (with
        the whole network computing so) of ``values``, and ``tensors`` with the same four counts, ``tensor``,
        ``layer`` and ``largest_difference`` (alone).
    """
    network = Network(graph)
    nodes = [graph.node(o.node.name) for o in network.operations if OPERATORS[o.node.domain, o.op_type].quantized]
    final = graph.outputs[0].name
    rows: list[dict[str, dict[str, Any]]] = [
        {n.output: {"tensor": n.output, "layer": n.layer, **dict.fromkeys((*COUNTS, "largest_difference"), 0)}
         for n in nodes}
        for _ in variants
    ]  # fmt: skip
    few = len(images) if alone_images is None else min(alone_images, len(images))
    right, hits, moved = 0, [0] * len(variants), [0] * len(variants)
    for start in _bar(range(0, len(images), BATCH), title, progress):
        batch, truth = images[start : start + BATCH], np.asarray(labels[start : start + BATCH]).ravel()
        expected = graph.run(batch, "all")
        best = expected[final].argmax(axis=1)
        first = {name: codes[: max(0, few - start)] for name, codes in expected.items()}
        right += int((best == truth).sum())
        for number, fault in enumerate(variants):
            whole = graph.run(batch, "all", runtime=graph.runtime.with_fault(fault))
            chosen = whole[final].argmax(axis=1)
            hits[number] += int((chosen == truth).sum())
            moved[number] += int((chosen != best).sum())
            for node in nodes:
                row, truth_codes = rows[number][node.output], expected[node.output]
                row["values"] += truth_codes.size
                row["changed"] += int((whole[node.output] != truth_codes).sum())
                if start < few:
                    _count_alone(row, truth_codes[: few - start], _alone(graph, node, first, fault))
    count = len(images)
    return {
        "images": count,
        "alone_images": few,
        "accuracy": right / count,
        "variants": [
            {
                "fault": fault.describe(),
                "accuracy": hits[number] / count,
                "predictions_changed": moved[number],
                **{key: sum(row[key] for row in rows[number].values()) for key in COUNTS},
                "tensors": list(rows[number].values()),
            }
            for number, fault in enumerate(variants)
        ],
    }


def _bar(starts: range, title: str, progress: bool) -> Iterable[int]:
    if not progress:
        return starts
    from tqdm import tqdm

    bar: Iterable[int] = tqdm(starts, desc=title, unit="batch")
    return bar


def _alone(graph: Graph, node: Node, values: Mapping[str, Array], fault: Fault) -> Array:
    """Return one node's output on right inputs, with the mistake if it can be made there."""
    return graph.compute(node, values, graph.runtime.with_fault(fault) if graph.can_have(node, fault) else None)


def _count_alone(row: dict[str, Any], expected: Array, alone: Array) -> None:
    row["alone_values"] += expected.size
    differ = alone != expected
    if differ.any():
        row["changed_alone"] += int(differ.sum())
        difference = np.abs(alone.astype(np.int32) - expected.astype(np.int32)).max()
        row["largest_difference"] = max(row["largest_difference"], int(difference))
