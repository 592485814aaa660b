"""AveragePool: the mean over windows of real numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator
from ._windows import AutoPad, output_size, pair, pool_pads, spatial

Array = npt.NDArray[Any]


def average_pool(
    X: Array,
    *,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    """Average real numbers over windows; the sum runs row by row in float32.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``, or with one or three axes in place of H and W.
    kernel_shape, auto_pad, ceil_mode, count_include_pad, dilations, pads, strides
        As in the standard.

    Returns
    -------
    numpy.ndarray
        float32 ``[N, C, oH, oW]``.

    Raises
    ------
    UserError
        If shapes and attributes do not fit.

    References
    ----------
    ONNX, `AveragePool <https://onnx.ai/onnx/operators/onnx__AveragePool.html>`__.

    Examples
    --------
    >>> average_pool(np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2), kernel_shape=(2, 2))
    array([[[[1.5]]]], dtype=float32)
    """
    spread = pair(dilations, "dilations", spatial(X.ndim, "X"))
    sums, counts = window_sums(X, kernel_shape, auto_pad, ceil_mode, count_include_pad, pads, strides, spread)
    return np.asarray(sums / counts)


def window_sums(
    real: Array,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad,
    ceil_mode: int,
    count_include_pad: int,
    pads: Sequence[int] | None,
    strides: Sequence[int] | None,
    dilations: Sequence[int],
    count_whole: bool = False,
) -> tuple[Array, Array]:
    """Return each window's sum, added row by row in float32, and the number of elements that its mean divides by.

    With ``count_include_pad`` a window that ``ceil_mode`` lets hang over the padding counts what lies in the padded
    image; with ``count_whole`` it counts all its elements.
    """
    axes = real.ndim - 2
    kernel, steps = pair(kernel_shape, "kernel_shape", axes), pair(strides, "strides", axes)
    image = real.shape[2:]
    edges = pool_pads(image, kernel, steps, dilations, pads, auto_pad)
    size = output_size(image, kernel, steps, dilations, edges, ceil_mode)
    sums = np.zeros((*real.shape[:2], *size), real.dtype)
    counts = np.zeros(size, real.dtype)
    starts = [np.arange(size[axis]) * steps[axis] - edges[axis] for axis in range(axes)]
    for tap in np.ndindex(*kernel):
        at = [starts[axis] + tap[axis] * dilations[axis] for axis in range(axes)]
        inside = _all_within(at, image)
        if inside.all():
            steady = (slice(index[0], index[-1] + 1, step) for index, step in zip(at, steps, strict=True))
            sums += real[(slice(None), slice(None), *steady)]
        else:
            held = np.ix_(*(np.clip(index, 0, length - 1) for index, length in zip(at, image, strict=True)))
            sums += np.where(inside, real[(slice(None), slice(None), *held)], sums.dtype.type(0))
        if count_whole:
            inside = np.ones(size, bool)
        elif count_include_pad:
            padded = [image[axis] + edges[axis] + edges[axis + axes] for axis in range(axes)]
            inside = _all_within([index + edges[axis] for axis, index in enumerate(at)], padded)
        counts += inside
    return sums, counts


def _all_within(indices: Sequence[Array], lengths: Sequence[int]) -> Array:
    """Return, for each window, whether its element lies inside along every axis."""
    inside = np.ones([len(index) for index in indices], bool)
    for axis, (index, length) in enumerate(zip(indices, lengths, strict=True)):
        inside &= ((index >= 0) & (index < length)).reshape(-1, *(1,) * (len(indices) - axis - 1))
    return inside


OPERATOR = Operator(
    "AveragePool", "", average_pool, ("Y",), (7, 10, 11, 19, 22), "real",
    exact="the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
