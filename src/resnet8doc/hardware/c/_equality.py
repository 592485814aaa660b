"""The C program against the engine, byte for byte, on every tensor."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import Graph
from ..memory import steps
from ..network import Feeds, Network
from ._arithmetic import Variant
from ._compile import describe_compiler
from ._run import build, default_pixels, run

Array = npt.NDArray[Any]

BATCH = 100
"""Images at a time: 17 MB of tensors."""


def equality(
    graph: Graph,
    images: Feeds,
    labels: Array | None,
    folder: Path,
    variant: Variant | None = None,
    *,
    progress: bool = True,
) -> dict[str, Any]:
    """Compile a network's C and compare every tensor of every image (or other item) with the engine's.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images
        What the network is fed: ``[N, ...]`` in the order of axes that the model has, or for several inputs a
        dictionary.
    labels
        Classes ``[N]``, of which the last output is a row of probabilities; None where there are none.
    folder
        Where the C files and the program go.
    variant
        As for :func:`~resnet8doc.hardware.c.generate`: of all every count must be 0.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        ``images``, ``runtime`` (its name), ``variant``, ``compiler``, ``flags``, ``values`` and ``mismatches`` over all
        tensors, ``tensors``
        (one entry each: ``tensor``, ``values``, ``mismatches``, ``largest_difference``, and of the ``first`` mismatch
        image, index, the engine's code and the program's, or None), ``accuracy`` and ``engine_accuracy`` (None where
        there are no labels or no classes), ``seconds`` of the program alone with all tensors written,
        ``seconds_per_image`` of processor time without.

    Raises
    ------
    UserError
        If there is no compiler, or the program fails.
    """
    program = build(graph, folder, variant, pixels=default_pixels(graph, images))
    network = Network(graph)
    fed, count = network.items.feeds(images)
    kept = {step.output.name: step.output for step in steps(network).steps}
    rows: dict[str, dict[str, Any]] = {}
    right = {"program": 0, "engine": 0}
    seconds, classes = 0.0, False
    for start in _starts(count, progress):
        batch = network.items.take(fed, list(range(start, min(start + BATCH, count))))
        before = time.perf_counter()
        found = run(program, graph, batch, "all")
        seconds += time.perf_counter() - before
        expected = network.items.run(batch)
        for tensor, codes in found.items():
            row = rows.setdefault(
                tensor, {"tensor": tensor, "values": 0, "mismatches": 0, "largest_difference": 0, "first": None}
            )
            _compare(
                row,
                network.stored(kept[tensor].tensor, expected[kept[tensor].tensor], kept[tensor].order),
                codes,
                start,
            )
        last = list(found)[-1]
        classes = labels is not None and found[last].ndim == 2
        if labels is not None and classes:
            truth = np.asarray(labels[start : start + BATCH]).ravel()
            made = network.stored(kept[last].tensor, expected[kept[last].tensor], kept[last].order)
            right["program"] += int((found[last].argmax(axis=-1) == truth).sum())
            right["engine"] += int((made.argmax(axis=-1) == truth).sum())
    few = network.items.take(fed, list(range(min(BATCH, count))))
    before = _processor_time()
    run(program, graph, few)
    alone = (_processor_time() - before) / min(BATCH, count)
    return {
        "images": count,
        "runtime": graph.runtime.name,
        "variant": variant,
        "compiler": describe_compiler(),
        "flags": "-std=c99 -O2",
        "values": sum(row["values"] for row in rows.values()),
        "mismatches": sum(row["mismatches"] for row in rows.values()),
        "tensors": list(rows.values()),
        "accuracy": right["program"] / count if classes else None,
        "engine_accuracy": right["engine"] / count if classes else None,
        "seconds": seconds,
        "seconds_per_image": alone,
    }


def _processor_time() -> float:
    """Return the seconds that programs run by this one have computed so far: waiting for a shared core is left out."""
    times = os.times()
    return times.children_user + times.children_system


def _starts(count: int, progress: bool) -> Any:
    starts = range(0, count, BATCH)
    if not progress:
        return starts
    from tqdm import tqdm

    return tqdm(starts, desc="C against the engine", unit="batch")


def _compare(row: dict[str, Any], expected: Array, found: Array, start: int) -> None:
    differ = expected != found
    row["values"] += expected.size
    count = int(differ.sum())
    if not count:
        return
    row["mismatches"] += count
    difference = np.abs(expected.astype(np.int32) - found.astype(np.int32))
    row["largest_difference"] = max(row["largest_difference"], int(difference.max()))
    if row["first"] is None:
        image, *index = (int(i) for i in np.argwhere(differ)[0])
        place = (image, *index)
        row["first"] = {
            "image": start + image, "index": index, "engine": int(expected[place]), "program": int(found[place]),
        }  # fmt: skip
