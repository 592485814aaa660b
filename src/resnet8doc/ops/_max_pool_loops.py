"""MaxPool in plain loops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..trace import Term, Trace
from ._windows import AutoPad, output_size, pair, pool_pads

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Pooling:
    """Where the windows lie, one number for each axis after the channels; ``pads`` has begins, then ends."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: tuple[int, ...]
    size: tuple[int, ...]
    lowest: Any


def pooling(
    X: Array, kernel_shape: Sequence[int], auto_pad: AutoPad, ceil_mode: int, dilations: Sequence[int] | None,
    pads: Sequence[int] | None, strides: Sequence[int] | None,
) -> Pooling:  # fmt: skip
    """Check type, shape and attributes, and work the windows out."""
    axes = X.ndim - 2
    if axes < 1:
        raise UserError(f"X has shape {list(X.shape)}", "[N, C, D1, ...], 3 axes or more", "Reshape X.")
    if X.dtype not in (np.dtype(np.float32), np.dtype(np.int8), np.dtype(np.uint8)):
        raise UserError(f"X is {X.dtype}", "float32, int8 or uint8", "Convert X to one of these.")
    kernel = pair(kernel_shape, "kernel_shape", axes)
    steps, spread = pair(strides, "strides", axes), pair(dilations, "dilations", axes)
    edges = pool_pads(X.shape[2:], kernel, steps, spread, pads, auto_pad)
    size = output_size(X.shape[2:], kernel, steps, spread, edges, ceil_mode)
    lowest = np.finfo(X.dtype).min if X.dtype.kind == "f" else np.iinfo(X.dtype).min
    return Pooling(kernel, steps, spread, edges, size, X.dtype.type(lowest))


def max_pool_loops(X: Array, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.max_pool` does, one output after another (the slow twin).

    Examples
    --------
    >>> max_pool_loops(np.array([[[[1, 9, 3], [4, 5, 6]]]], np.int8), kernel_shape=(2, 2))
    array([[[[9, 9]]]], dtype=int8)
    """
    p = _of(X, **attributes)
    y = np.empty((*X.shape[:2], *p.size), X.dtype)
    for index in np.ndindex(y.shape):
        y[index] = max_pool_element(index, X, **attributes).output
    return y


def max_pool_element(index: tuple[int, ...], X: Array, **attributes: Any) -> Trace:
    """Write down how ``max_pool(...)[index]`` comes about; the terms are the window's elements, and the largest so far.

    Examples
    --------
    >>> trace = max_pool_element((0, 0, 0, 0), np.array([[[[1, 9], [4, 5]]]], np.int8), kernel_shape=(2, 2))
    >>> [(term.x, term.accumulator) for term in trace.terms], trace.output
    ([(1, 1), (9, 9), (4, 9), (5, 9)], 9)
    """
    p = _of(X, **attributes)
    n, channel, *place = index
    trace = Trace("MaxPool", tuple(index))
    largest = p.lowest.item()
    for tap in np.ndindex(*p.kernel):
        at = [place[a] * p.strides[a] - p.pads[a] + k * p.dilations[a] for a, k in enumerate(tap)]
        inside = all(0 <= i < length for i, length in zip(at, X.shape[2:], strict=True))
        x = X[(n, channel, *at)].item() if inside else p.lowest.item()
        largest = max(largest, x)
        trace.terms.append(Term(tap, (n, channel, *at) if inside else None, x, x, 1, 1, x, largest))
    trace.step("largest", f"max of {len(trace.terms)} elements", X.dtype.type(largest))
    return trace


def _of(
    X: Array, *, kernel_shape: Sequence[int], auto_pad: AutoPad = "NOTSET", ceil_mode: int = 0,
    dilations: Sequence[int] | None = None, pads: Sequence[int] | None = None, strides: Sequence[int] | None = None,
    storage_order: int = 0,
) -> Pooling:  # fmt: skip
    return pooling(X, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides)
