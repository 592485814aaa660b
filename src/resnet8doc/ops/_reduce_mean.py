"""ReduceMean, in the order in which ONNX Runtime adds up."""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]

LANES = 4
"""Numbers that the runtime's build for x86-64 adds at once (SSE)."""


def reduce_mean(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    r"""Average over some axes: a sum in float32, divided by the number of elements.

    A float32 sum depends on its order, and the runtime's depends on where the reduced axes stand; neighbours of one
    kind count as one. Reduced axes last: Eigen's order, see ``packet_sums``. Between kept ones: fours, each added
    up by itself, then a pair, then a single one, as its matrix product with a row of ones does. First and last: the
    last ones in Eigen's order, these sums one after another. Anywhere else, and where the first kept axis of these
    last two is shorter than 2 (or than the number of the runtime's threads; here it is asked with two at most): one
    after another.

    Parameters
    ----------
    data
        float32, any shape.
    axes
        int64; all of them without it, or with none.
    keepdims
        Whether the reduced axes stay, with length 1.
    noop_with_empty_axes
        With no axes, return ``data`` as it is.

    Raises
    ------
    UserError
        If the type is another, or there is no such axis.

    References
    ----------
    ONNX, `ReduceMean <https://onnx.ai/onnx/operators/onnx__ReduceMean.html>`__; ONNX Runtime,
    ``core/providers/cpu/reduction/reduction_ops.cc``; Eigen, ``Core/Redux.h``.

    Examples
    --------
    >>> reduce_mean(np.array([[1, 2], [5, 6]], np.float32), np.array([1]), keepdims=0)
    array([1.5, 5.5], dtype=float32)
    """
    data = np.ascontiguousarray(float32(data, "data")).reshape(data.shape)
    given = [] if axes is None else [int(axis) for axis in np.asarray(axes).reshape(-1).tolist()]
    if not given and noop_with_empty_axes:
        return data
    if any(not -data.ndim <= axis < data.ndim for axis in given):
        raise UserError(f"axes are {given}", f"axes of a tensor of {data.ndim}", "Correct axes.")
    chosen = {axis % data.ndim for axis in given} if given else set(range(data.ndim))
    kept = tuple(int(data.shape[axis]) for axis in range(data.ndim) if axis not in chosen)
    count = math.prod(data.shape[axis] for axis in chosen)
    total = _sums(data, chosen) if data.size else np.zeros(kept, np.float32)
    with np.errstate(invalid="ignore"):
        mean = total.reshape(kept) / np.float32(count)
    shape = [1 if axis in chosen else data.shape[axis] for axis in range(data.ndim)]
    return np.asarray(mean.reshape(shape) if keepdims else mean)


def reduce_mean_1(data: Array, *, axes: Sequence[int] | None = None, keepdims: int = 1) -> Array:
    """Average over axes that are an attribute: ReduceMean before opset 18.

    Examples
    --------
    >>> reduce_mean_1(np.array([[1, 2], [5, 6]], np.float32), axes=[1], keepdims=0)
    array([1.5, 5.5], dtype=float32)
    """
    return reduce_mean(data, None if axes is None else np.asarray(axes, np.int64), keepdims=keepdims)


def _sums(data: Array, chosen: set[int]) -> Array:
    """Return the sums in the order of the kept axes."""
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


OPERATOR = Operator(
    "ReduceMean", "", reduce_mean, ("reduced",), (1, 11, 13, 18), "real", older={1: reduce_mean_1, 18: reduce_mean},
)  # fmt: skip
