"""How many cycles each layer takes, and what bounds it: from the program alone; the simulation says the same."""

from collections.abc import Mapping
from typing import Any

from ._generate import Memories
from ._words import WIDTH

START = 2
"""A layer's fields are fetched and taken over."""


def layer_cycles(fields: Mapping[str, int], lanes: int) -> dict[str, Any]:
    """Count the cycles in which a layer's sequencer runs.

    Parameters
    ----------
    fields
        Of one layer of the program.
    lanes
        Output channels at once.

    Returns
    -------
    dict
        ``steps`` in which multipliers or adders get work, ``waits`` in which the last sums have not left yet,
        ``products`` that the multipliers make in all (padding and filled channels included), ``bound``: what it waits
        for.

    Examples
    --------
    >>> layer_cycles({"add": 1, "written": 15}, 16)
    {'steps': 64, 'waits': 0, 'products': 0, 'bound': 'one adder: 4 codes of a word in 4 cycles'}
    """
    if fields.get("add"):
        return {
            "steps": 4 * (fields["written"] + 1), "waits": 0, "products": 0,
            "bound": "one adder: 4 codes of a word in 4 cycles",
        }  # fmt: skip
    one = (fields.get("words", 0) + 1) * (fields.get("kernel", 0) + 1) ** 2
    sums = (fields.get("size", 0) + 1) ** 2 * (fields.get("groups", 0) + 1)
    waits = max(0, lanes - one) * (sums - 1)
    return {
        "steps": one * sums, "waits": waits, "products": one * sums * lanes * WIDTH,
        "bound": f"one requantizer: {lanes} codes in {lanes} cycles" if waits else "multipliers",
    }  # fmt: skip


def cycles(memories: Memories) -> list[dict[str, Any]]:
    """Return one entry a layer of the program: ``layer``, ``tensor``, and what :func:`layer_cycles` says."""
    lanes = memories.parameters["LANES"]
    return [
        {"layer": step.layer, "tensor": step.tensor, **layer_cycles(fields, lanes)}
        for step, fields in zip(memories.steps, memories.program, strict=True)
    ]
