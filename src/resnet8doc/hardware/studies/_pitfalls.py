"""Each pitfall, broken on purpose and run on test images."""

from typing import Any

import numpy.typing as npt

from ...faults import Fault
from ...graph import Graph
from ..checker import PITFALLS
from ..network import Network
from ._study import study

Array = npt.NDArray[Any]

SMALLEST_PICTURE = 64
"""A feature map of fewer pixels shows nothing."""


def pitfalls(
    graph: Graph, images: Array, labels: Array, *, alone_images: int | None = 100, progress: bool = True
) -> dict[str, Any]:
    """Break each pitfall on purpose in the engine and count the damage.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images, labels
        Test images uint8 ``[N, 32, 32, 3]`` and their classes ``[N]``.
    alone_images
        On how many of them each operator is also run by itself; None for all.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``model``, ``images``, ``alone_images``, ``accuracy`` of the right network, and ``pitfalls``: for
        each its ``key``, ``title``, ``rule``, ``wrong``, ``sign``, a ``picture`` (a feature map before and after) and
        ``faults``, each as :func:`~resnet8doc.hardware.study` counts it.
    """
    every = [(key, fault) for key, pitfall in PITFALLS.items() for fault in pitfall.faults]
    found = study(
        graph,
        images,
        labels,
        [fault for _, fault in every],
        title="pitfalls",
        alone_images=alone_images,
        progress=progress,
    )
    return {
        "model": graph.name,
        "images": found["images"],
        "alone_images": found["alone_images"],
        "accuracy": found["accuracy"],
        "pitfalls": [
            {
                "key": key,
                "title": pitfall.title,
                "rule": pitfall.rule,
                "wrong": pitfall.wrong,
                "sign": pitfall.sign,
                "picture": next(
                    (drawn for fault in pitfall.faults if (drawn := picture(graph, images[:1], fault))), None
                ),
                "faults": [counts for (of, _), counts in zip(every, found["variants"], strict=True) if of == key],
            }
            for key, pitfall in PITFALLS.items()
        ],
    }


def picture(graph: Graph, image: Array, fault: Fault) -> dict[str, Any] | None:
    """Return the feature map that a fault damages most, before and after.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    image
        uint8 ``[1, 32, 32, 3]``.
    fault
        Done by one operator, given right inputs.

    Returns
    -------
    dict or None
        ``node``, ``layer``, ``channel``, ``fault``, ``changed`` (pixels), ``right`` and ``wrong`` (codes as
        lists of rows). None if the fault changes no feature map of this image.
    """
    values = graph.run(image, "all")
    best: tuple[int, dict[str, Any]] | None = None
    for operation in Network(graph).operations:
        right = values[operation.output]
        if right.ndim != 4 or right[0, 0].size < SMALLEST_PICTURE or operation.op_type == "QuantizeLinear":
            continue
        if not graph.can_have(operation.node, fault):
            continue
        wrong = graph.compute(graph.node(operation.node.name), values, graph.runtime.with_fault(fault))
        changed = (right != wrong)[0].sum(axis=(1, 2))
        channel = int(changed.argmax())
        if changed[channel] > 0 and (best is None or changed[channel] > best[0]):
            best = int(changed[channel]), {
                "node": operation.node.name, "layer": operation.node.layer, "channel": channel,
                "fault": fault.describe(), "changed": int(changed[channel]),
                "right": right[0, channel].tolist(), "wrong": wrong[0, channel].tolist(),
            }  # fmt: skip
    return None if best is None else best[1]
