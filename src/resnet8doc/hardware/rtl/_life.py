"""One output's life, cycle by cycle, cut out of the simulator's trace."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import UserError
from ._generate import Memories
from ._simulate import Simulator
from ._words import CHANNEL, FLOAT32, POINT, unpack

BEFORE, AFTER = 2, 3
"""Cycles that are shown before its first word is read, and after it is written."""

LATENCY = {"operands": 2, "sum": 3, "leaves": 2}
"""Cycles from an address to its operands, from the last operands to the sum, from the sum to its leaving."""


def shortest_sum(memories: Memories) -> int:
    """Return the place in the program of the layer of several pixels whose sums take the fewest steps."""
    found = [
        ((fields.get("words", 0) + 1) * (fields.get("kernel", 0) + 1) ** 2, n)
        for n, fields in enumerate(memories.program)
        if not fields.get("add") and fields.get("size", 0) > 0
    ]
    if not found:
        raise UserError(
            f"{memories.model} has no convolution",
            "at least one",
            "Follow a sum in a network with a convolution over several pixels.",
        )
    return min(found)[1]


def life(simulator: Simulator, image: Any, layer: int | None = None) -> dict[str, Any]:
    """Follow the first channel of one pixel of a layer through the machine.

    Parameters
    ----------
    simulator
        Of the network.
    image
        uint8 ``[rows, columns, colours]``.
    layer
        Its place in the program; without it, the one whose sums are shortest.

    Returns
    -------
    dict
        ``layer``, ``output`` (its place among the layer's), ``channel`` (its bias, mantissa, align and zero point),
        ``rows`` (the signals of each cycle, the first one 0), ``reads`` and ``work`` (the cycles in which its words
        are addressed and multiplied), ``marks`` (in which cycle: ``operands`` arrive, the ``sum`` is complete,
        ``leaves`` the array, becomes a ``code``, and part of a ``word``).

    Raises
    ------
    UserError
        If the gates are not in ONNX Runtime's arithmetic, or there is no convolution.
    """
    memories = simulator.memories
    if memories.parameters["ARITHMETIC"] != FLOAT32:
        raise UserError(
            f"{memories.model} is in fixed point", "ONNX Runtime's arithmetic", "Follow a sum of an ONNX model."
        )
    layer = shortest_sum(memories) if layer is None else layer
    fields = memories.program[layer]
    rows = simulator.trace(image, layer)
    sums = [n for n, row in enumerate(rows) if row["sums_valid"]]
    words = int(memories.steps[layer].channels) // memories.parameters["LANES"]
    codes = [n for n, row in enumerate(rows) if row["code_valid"]]
    lanes = memories.parameters["LANES"]
    # One in the middle whose code is not clamped, of the first group of channels.
    order = np.argsort(np.abs(np.arange(0, len(sums), words) - len(sums) / 2)) * words
    number = next(
        (int(n) for n in order if -128 < rows[codes[n * lanes]]["code"] < 127 and rows[sums[n]]["sum_0"] != 0), 0
    )
    first = codes[number * lanes]
    steps = (fields.get("words", 0) + 1) * (fields.get("kernel", 0) + 1) ** 2
    work = _work(rows, sums[number], steps)
    word = next(n for n in range(first, len(rows)) if rows[n]["word_valid"])
    begin, end = work[0] - LATENCY["operands"] - BEFORE, word + AFTER
    place = fields["channel"]
    channel = unpack(CHANNEL, int(memories.files["channels.hex"].splitlines()[place], 16))
    leaves = sums[number] + LATENCY["leaves"]
    marks = {"operands": work[0], "sum": sums[number], "leaves": leaves, "code": first, "word": word}
    return {
        "layer": memories.steps[layer].layer,
        "output": number,
        "reads": [cycle - LATENCY["operands"] - begin for cycle in work],
        "work": [cycle - begin for cycle in work],
        "channel": channel | {"shift": POINT - channel["align"]},
        "rows": [row | {"cycle": n} for n, row in enumerate(rows[begin : end + 1])],
        "marks": {name: cycle - begin for name, cycle in marks.items()},
    }


def _work(rows: Sequence[dict[str, int]], sum_at: int, steps: int) -> list[int]:
    """Return the cycles in which the operands of the sum that is complete at ``sum_at`` are multiplied."""
    last = sum_at - LATENCY["sum"]
    return [n for n in range(last + 1) if rows[n]["multiply"]][-steps:]
