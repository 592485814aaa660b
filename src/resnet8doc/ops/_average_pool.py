"""AveragePool: the mean over windows of real numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import rank
from ._operator import Operator
from ._windows import AutoPad, output_size, pair, pool_pads

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
        float32 ``[N, C, H, W]``.
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
    rank(X, "X", "[N, C, H, W]")
    spread = pair(dilations, "dilations")
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
    kernel, steps = pair(kernel_shape, "kernel_shape"), pair(strides, "strides")
    image = real.shape[2:]
    edges = pool_pads(image, kernel, steps, dilations, pads, auto_pad)
    size = output_size(image, kernel, steps, dilations, edges, ceil_mode)
    sums = np.zeros((*real.shape[:2], *size), np.float32)
    counts = np.zeros(size, np.float32)
    starts = [np.arange(size[axis]) * steps[axis] - edges[axis] for axis in (0, 1)]
    for row in range(kernel[0]):
        for column in range(kernel[1]):
            i, j = starts[0] + row * dilations[0], starts[1] + column * dilations[1]
            inside = _within(i, image[0])[:, None] & _within(j, image[1])[None, :]
            taken = real[:, :, np.clip(i, 0, image[0] - 1)[:, None], np.clip(j, 0, image[1] - 1)[None, :]]
            sums += np.where(inside, taken, np.float32(0))
            if count_whole:
                inside = np.ones(size, bool)
            elif count_include_pad:
                bounds = [_within(k + edges[a], image[a] + edges[a] + edges[a + 2]) for a, k in ((0, i), (1, j))]
                inside = bounds[0][:, None] & bounds[1][None, :]
            counts += inside
    return sums, counts


def _within(index: Array, length: int) -> Array:
    return np.asarray((index >= 0) & (index < length))


OPERATOR = Operator(
    "AveragePool", "", average_pool, ("Y",), (7, 10, 11, 19, 22), "real",
    exact="the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
