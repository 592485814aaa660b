"""The C program against the engine, byte for byte, on every tensor."""

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import Graph
from .._network import channels_last
from ._compile import describe_compiler
from ._generate import Variant
from ._run import build, run

Array = npt.NDArray[Any]

BATCH = 100
"""Images at a time: 17 MB of tensors."""


def equality(
    graph: Graph, images: Array, labels: Array, folder: Path, variant: Variant = "float", *, progress: bool = True
) -> dict[str, Any]:
    """Compile a network's C and compare every tensor of every image with the engine's.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images
        uint8 ``[N, 32, 32, 3]``.
    labels
        ``[N]``.
    folder
        Where the C files and the program go.
    variant
        ``float`` or ``integer``: of both every count must be 0.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        ``images``, ``compiler``, ``flags``, ``values`` and ``mismatches`` over all tensors, ``tensors`` (one entry
        each: ``tensor``, ``values``, ``mismatches``, ``largest_difference``, and of the ``first`` mismatch image,
        index, the engine's code and the program's, or None), ``accuracy`` and ``engine_accuracy``, ``seconds`` of the
        program alone with all tensors written, ``seconds_per_image`` of processor time without.

    Raises
    ------
    UserError
        If there is no compiler, or the program fails.
    """
    program = build(graph, folder, variant)
    rows: dict[str, dict[str, Any]] = {}
    right = {"program": 0, "engine": 0}
    seconds = 0.0
    for start in _starts(len(images), progress):
        batch, truth = images[start : start + BATCH], np.asarray(labels[start : start + BATCH]).ravel()
        before = time.perf_counter()
        found = run(program, graph, batch, "all")
        seconds += time.perf_counter() - before
        expected = graph.run(batch, "all")
        for tensor, codes in found.items():
            row = rows.setdefault(
                tensor, {"tensor": tensor, "values": 0, "mismatches": 0, "largest_difference": 0, "first": None}
            )
            _compare(row, channels_last(expected[tensor]).reshape(codes.shape), codes, start)
        last = list(found)[-1]
        right["program"] += int((found[last].argmax(axis=1) == truth).sum())
        right["engine"] += int((expected[last].argmax(axis=1) == truth).sum())
    before = _processor_time()
    run(program, graph, images[:BATCH])
    alone = (_processor_time() - before) / min(BATCH, len(images))
    return {
        "images": len(images),
        "variant": variant,
        "compiler": describe_compiler(),
        "flags": "-std=c99 -O2",
        "values": sum(row["values"] for row in rows.values()),
        "mismatches": sum(row["mismatches"] for row in rows.values()),
        "tensors": list(rows.values()),
        "accuracy": right["program"] / len(images),
        "engine_accuracy": right["engine"] / len(images),
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
