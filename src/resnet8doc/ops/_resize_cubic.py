"""How Resize weighs four neighbours along an axis, and how many more where it takes a mean of what it leaves out."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def cubic(x: Array, rows: Array, columns: Array, a: float, exclude: int) -> Array:
    """Return ``[..., H, W]`` at places of its last two axes: along each row first, then along the column.

    Each weight is divided by the sum of those that count, where pixels outside do not; then it is multiplied, and the
    products are added from the first to the last one, in float32.
    """
    height, width = x.shape[-2:]
    row, of_row, sum_row = _weights(rows, height, np.float32(a), exclude)
    column, of_column, sum_column = _weights(columns, width, np.float32(a), exclude)
    along = np.zeros((*x.shape[:-1], len(columns)), np.float32)
    for tap in range(4):
        along = along + of_column[:, tap] / sum_column * x[..., column[:, tap]]
    y = np.zeros((*x.shape[:-2], len(rows), len(columns)), np.float32)
    for tap in range(4):
        y = y + along[..., row[:, tap], :] * of_row[:, tap, None] / sum_row[:, None]
    return y


def _weights(place: Array, n: int, a: Any, exclude: int) -> tuple[Array, Array, Array]:
    """Return four neighbours of each place, their weights ``[places, 4]``, and what these are divided by."""
    first = np.floor(place)
    s, one, two = place - first, np.float32(1), np.float32(2)
    four, five, eight = np.float32(4) * a, np.float32(5) * a, np.float32(8) * a
    near, far = s + one, two - s
    weights = np.stack([
        ((a * near - five) * near + eight) * near - four,
        ((a + two) * s - (a + np.float32(3))) * s * s + one,
        ((a + two) * (one - s) - (a + np.float32(3))) * (one - s) * (one - s) + one,
        ((a * far - five) * far + eight) * far - four,
    ], -1).astype(np.float32)  # fmt: skip
    neighbours = first.astype(np.int64)[:, None] + np.arange(-1, 3)
    total = np.ones(len(place), np.float32)
    if exclude:
        weights = np.where((neighbours < 0) | (neighbours >= n), np.float32(0), weights)
        total = ((weights[:, 0] + weights[:, 1]) + weights[:, 2]) + weights[:, 3]
    return np.clip(neighbours, 0, n - 1), weights, total


def antialiased(x: Array, axis: int, place: Array, factor: Any, mode: str, a: float, exclude: int) -> Array:
    """Return what one axis becomes: each element a mean over as many as it stands for, weighed by a wider filter.

    All in float32. What lies outside is read at the edge, or with ``exclude`` not at all. Codes are multiplied by
    weights of 22 bits and rounded, halves up.
    """
    n, one, half = x.shape[axis], np.float32(1), np.float32(0.5)
    scale = one / np.float32(factor)
    reach = np.float32(2 if mode == "cubic" else 1)
    support = reach * scale if scale >= 1 else reach
    inverse = one / scale if scale >= 1 else one
    window = int(np.ceil(support)) * 2 + 1
    center = place + half
    lowest = np.floor(center - support + half).astype(np.int64)
    highest = lowest + np.clip(np.floor(center + support + half).astype(np.int64) - lowest, 0, window)
    moved = np.moveaxis(x, axis, 0)
    codes = x.dtype == np.uint8
    y = np.zeros((len(place), *moved.shape[1:]), np.float32 if not codes else np.int64)
    for number, (low, high, middle) in enumerate(zip(lowest, highest, center, strict=True)):
        first, last = (int(value) for value in np.clip([low, high], 0, n))
        begin, end = (first, last) if exclude else (int(low), int(high))
        weights = _filter(
            (np.arange(end - begin, dtype=np.float32) + np.float32(begin) - middle + half) * inverse, mode, a
        )
        total = np.float32(0)
        for weight in weights:
            total = total + weight
        if not exclude and first < last:
            weights = _folded(weights, begin, n, first, last)
        weights = weights[: last - first] * (one / total if total else one)
        if codes:
            held = np.floor(np.abs(weights * np.float32(1 << 22)) + half) * np.sign(weights)
            taken = moved[first:last].astype(np.int64) * held.astype(np.int64).reshape(-1, *(1,) * (moved.ndim - 1))
            y[number] = taken.sum(axis=0)
        else:
            for pixel, weight in zip(moved[first:last], weights, strict=True):
                y[number] += pixel * weight
    result = np.clip(y + (1 << 21) >> 22, 0, 255).astype(np.uint8) if codes else y
    return np.moveaxis(result, 0, axis)


def _folded(weights: Array, begin: int, n: int, first: int, last: int) -> Array:
    """Return weights whose parts outside are added to those at the edges."""
    held, count = weights.copy(), len(weights)
    before = int(np.clip(-begin, 0, count - 1))
    for place in range(before):
        held[before] += held[place]
    after = int(np.clip(count + begin - n, 0, count - 1))
    for place in range(count - after, count):
        held[count - after - 1] += held[place]
    return held[before : before + last - first] if before or after else held


def _filter(x: Array, mode: str, a: float) -> Array:
    x, one, c = np.abs(x), np.float32(1), np.float32(a)
    if mode != "cubic":
        return np.asarray(np.where(x < one, one - x, np.float32(0)))
    inner = ((c + np.float32(2)) * x - (c + np.float32(3))) * x * x + one
    outer = (((x - np.float32(5)) * x + np.float32(8)) * x - np.float32(4)) * c
    return np.asarray(np.where(x < one, inner, np.where(x < np.float32(2), outer, np.float32(0))))
