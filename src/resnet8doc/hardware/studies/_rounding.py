"""How other roundings differ from ties to even: on single numbers, and on a whole network."""

from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from ...arithmetic import Rounding, round_to_integer
from ...faults import Rounded
from ...graph import Graph
from ..network import Network, accumulators, multipliers
from ._study import BATCH, study

Array = npt.NDArray[Any]

MODES: tuple[Rounding, ...] = get_args(Rounding)


def shift_as_printed(value: int, frac_bits: int) -> int:
    """Round ``value / 2**frac_bits`` as the familiar line of C does, half and all: wrong for negative numbers.

    ``(value >= 0) ? (value + half) >> frac_bits : (value - half) >> frac_bits`` with ``half = 1 << (frac_bits - 1)``.
    An arithmetic right shift rounds toward minus infinity, so the half must be *added* whatever the sign.

    Examples
    --------
    >>> [shift_as_printed(v, 2) for v in (-6, -5, -4, -2, 2, 4, 5, 6)]  # -1.5, -1.25, -1, -0.5, 0.5, 1, 1.25, 1.5
    [-2, -2, -2, -1, 1, 1, 1, 2]
    """
    half = 1 << (frac_bits - 1)
    return (value + half) >> frac_bits if value >= 0 else (value - half) >> frac_bits


def shift_half_away(value: int, frac_bits: int) -> int:
    """Round ``value / 2**frac_bits``, ties away from zero: what the familiar line means.

    Examples
    --------
    >>> [shift_half_away(v, 2) for v in (-6, -5, -4, -2, 2, 4, 5, 6)]
    [-2, -1, -1, -1, 1, 1, 1, 2]
    """
    half = 1 << (frac_bits - 1)
    return (value + half) >> frac_bits if value >= 0 else -((-value + half) >> frac_bits)


def shift_half_up(value: int, frac_bits: int) -> int:
    """Round ``value / 2**frac_bits``, ties toward plus infinity: the least hardware.

    Examples
    --------
    >>> [shift_half_up(v, 2) for v in (-6, -5, -4, -2, 2, 4, 5, 6)]
    [-1, -1, -1, 0, 1, 1, 1, 2]
    """
    return (value + (1 << (frac_bits - 1))) >> frac_bits


def shift_half_even(value: int, frac_bits: int) -> int:
    """Round ``value / 2**frac_bits``, ties to even: a half less one, plus the bit that will be the lowest.

    Examples
    --------
    >>> [shift_half_even(v, 2) for v in (-6, -5, -4, -2, 2, 4, 5, 6)]
    [-2, -1, -1, 0, 0, 1, 1, 2]
    """
    odd = (value >> frac_bits) & 1
    return (value + (1 << (frac_bits - 1)) - 1 + odd) >> frac_bits


SHIFTS = {
    "as printed": shift_as_printed, "half away from zero": shift_half_away, "half up": shift_half_up,
    "half even": shift_half_even,
}  # fmt: skip
"""The integer forms by their names."""


def truth_table(values: Array) -> list[dict[str, Any]]:
    """Return what each rounding makes of some real numbers.

    Parameters
    ----------
    values
        Real numbers, float32 ``[N]``.

    Returns
    -------
    list of dict
        ``value`` and an integer for each rounding of :data:`~resnet8doc.arithmetic.Rounding`.

    Examples
    --------
    >>> truth_table(np.array([-0.5], np.float32))[0]["half_away_from_zero"]
    -1
    """
    made = {mode: round_to_integer(np.asarray(values, np.float32), mode) for mode in MODES}
    return [
        {"value": float(value), **{mode: int(made[mode][number]) for mode in MODES}}
        for number, value in enumerate(values)
    ]


def rounding(
    graph: Graph, images: Array, labels: Array, *, alone_images: int | None = 100, progress: bool = True
) -> dict[str, Any]:
    """Run a network with each rounding and count what changes against ties to even.

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
        As :func:`~resnet8doc.hardware.study` returns it, with ``model``, ``modes`` (in the order of ``variants``) and
        ``ties``: for each tensor with a multiplier how many of its ``values`` were exact ``ties`` before rounding.
    """
    others = [mode for mode in MODES if mode != "half_even"]
    found = study(
        graph,
        images,
        labels,
        [Rounded(mode) for mode in others],
        title="rounding",
        alone_images=alone_images,
        progress=progress,
    )
    return {"model": graph.name, "modes": others, "ties": _ties(graph, images), **found}


def _ties(graph: Graph, images: Array) -> list[dict[str, Any]]:
    network = Network(graph)
    rows: dict[str, dict[str, Any]] = {}
    for start in range(0, len(images), BATCH):
        values = network.items.run(images[start : start + BATCH])
        for operation in network.operations:
            total, factor = accumulators(network, operation, values), multipliers(network, operation)
            if total is None or factor is None:
                continue
            scaled = total.astype(np.float32) * factor
            row = rows.setdefault(operation.output, {"tensor": operation.output, "values": 0, "ties": 0})
            row["values"] += scaled.size
            row["ties"] += int((np.abs(scaled - np.trunc(scaled)) == np.float32(0.5)).sum())
    return list(rows.values())
