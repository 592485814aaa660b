"""In which order ONNX Runtime adds up float32 numbers over some axes of a tensor: a sum depends on it.

Source: ONNX Runtime, ``core/providers/cpu/reduction/reduction_ops.cc``; Eigen, ``Core/Redux.h``.
"""

import math
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from ._eigen_exp import LANES

Array = npt.NDArray[Any]


def float_sums(data: Array, chosen: set[int]) -> Array:
    """Return the sums over the chosen axes, by the place of these axes; neighbours of one kind count as one.

    Reduced axes last: Eigen's order, see ``packet_sums``. Between kept ones: fours, each added up by itself, then a
    pair, then a single one, as the runtime's matrix product with a row of ones does. First and last: the last ones in
    Eigen's order, these sums one after another. Anywhere else, and where the first kept axis of these last two is
    shorter than 2 (or than the number of the runtime's threads; here it is asked with two at most): one after another.

    Parameters
    ----------
    data
        float32, contiguous.
    chosen
        The axes over which to add up.

    Returns
    -------
    numpy.ndarray
        float32: the shape of the kept axes, or one that has as many numbers.

    Examples
    --------
    >>> float_sums(np.array([[1, 2], [5, 6]], np.float32), {1})
    array([ 3., 11.], dtype=float32)
    """
    if not data.size:
        return np.zeros([n for axis, n in enumerate(data.shape) if axis not in chosen], np.float32)
    kinds = [(axis in chosen, n) for axis, n in enumerate(data.shape)]
    runs = [(reduced, math.prod(n for _, n in run)) for reduced, run in groupby(kinds, key=lambda kind: kind[0])]
    pattern = "".join("R" if reduced else "K" for reduced, _ in runs)
    merged = data.reshape([n for _, n in runs])
    if pattern in ("", "K"):
        return merged
    if pattern in ("R", "KR"):
        return packet_sums(merged.reshape(-1, merged.shape[-1]))
    if pattern == "RKR" and merged.shape[1] > 1:
        first, middle, last = merged.shape
        return _one_by_one(packet_sums(merged.reshape(-1, last)).reshape(first, middle))
    if pattern == "KRK" and merged.shape[0] > 1:
        return _by_fours(merged.transpose(1, 0, 2))
    reduced = [axis for axis, (is_reduced, _) in enumerate(runs) if is_reduced]
    rest = [axis for axis in range(len(runs)) if axis not in reduced]
    moved = merged.transpose(*reduced, *rest)
    return _one_by_one(moved.reshape(-1, *moved.shape[len(reduced) :]))


def packet_sums(rows: Array) -> Array:
    """Sum each row of ``[rows, n]`` in Eigen's order.

    Two accumulators of four lanes take turns from the first address on that 16 divides; the second is added to the
    first, then a last four if there is one; then lanes 0 and 2, lanes 1 and 3, the two sums; then what stood before
    the first address, then what is left behind.

    Parameters
    ----------
    rows
        float32, one row behind the other in memory: where a row begins decides what is aligned.
    """
    count, n = rows.shape
    sums = np.empty(count, np.float32)
    before = -np.arange(count) * n % LANES
    for lead in range(LANES):
        mine = before == lead
        if mine.any():
            sums[mine] = _aligned(rows[mine], min(lead, n))
    return sums


def sums_of_computed(rows: Array) -> Array:
    """Sum each row in the same order, of numbers that are computed as they are added up: each row begins a four."""
    return _aligned(rows, 0)


def _aligned(rows: Array, lead: int) -> Array:
    body = rows[:, lead:]
    pairs, fours = (body.shape[1] // size * size for size in (2 * LANES, LANES))
    if not fours:
        return _one_by_one(rows.T)
    first = body[:, :LANES].copy()
    if fours > LANES:
        second = body[:, LANES : 2 * LANES].copy()
        for at in range(2 * LANES, pairs, 2 * LANES):
            first += body[:, at : at + LANES]
            second += body[:, at + LANES : at + 2 * LANES]
        first += second
        if fours > pairs:
            first += body[:, pairs:fours]
    total = (first[:, 0] + first[:, 2]) + (first[:, 1] + first[:, 3])
    for column in (*rows[:, :lead].T, *body[:, fours:].T):
        total = total + column
    return np.asarray(total)


def _one_by_one(parts: Array) -> Array:
    """Add up along the first axis, one after another."""
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return np.asarray(total)


def _by_fours(parts: Array) -> Array:
    """Add up along the first axis: fours, each by itself, then a pair, then a single one."""
    n, sums = len(parts), []
    for start in range(0, n - n % 4, 4):
        sums.append(_one_by_one(parts[start : start + 4]))
    rest = parts[n - n % 4 :]
    if len(rest) >= 2:
        sums.append(rest[0] + rest[1])
    if len(rest) % 2:
        sums.append(rest[-1])
    return _one_by_one(np.stack(sums))
