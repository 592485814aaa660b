"""Conv: the convolution of real numbers."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._conv_geometry import geometry
from ._operator import Operator
from ._windows import AutoPad, channels_first, channels_last, columns

Array = npt.NDArray[Any]

BLOCK = 1 << 19
"""Columns are made for so many floats at a time (2 MB)."""


def conv(
    X: Array,
    W: Array,
    B: Array | None = None,
    *,
    auto_pad: AutoPad = "NOTSET",
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    r"""Convolve: :math:`y_{mij} = B_m + \sum_{ckl} x_{c,\, i s - p + k d,\, j s - p + l d} \, w_{mckl}`.

    The standard does not specify the order of a float32 sum, so two correct implementations differ in their last bits.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``, or with one or three axes in place of H and W.
    W
        float32 ``[M, C / group, kH, kW]``.
    B
        float32 ``[M]``, or None.
    auto_pad, dilations, group, kernel_shape, pads, strides
        As in the standard. ``pads`` is ``(top, left, bottom, right)``.

    Returns
    -------
    numpy.ndarray
        float32 ``[N, M, oH, oW]``, its memory channels last.

    Raises
    ------
    UserError
        If shapes and attributes do not fit.

    References
    ----------
    ONNX, `Conv <https://onnx.ai/onnx/operators/onnx__Conv.html>`__.

    Examples
    --------
    >>> image, kernel = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2), np.float32)
    >>> conv(image, kernel, np.array([0.5], np.float32))
    array([[[[ 8.5, 12.5],
             [20.5, 24.5]]]], dtype=float32)
    """
    g = geometry(X.shape, W.shape, auto_pad, dilations, group, kernel_shape, pads, strides)
    if B is not None and B.shape != W.shape[:1]:
        raise UserError(
            f"B has shape {list(B.shape)}", f"{list(W.shape[:1])}", "Give one bias for each output channel."
        )
    n, axes = X.shape[0], len(g.kernel)
    edges = [(g.pads[axis], g.pads[axis + axes]) for axis in range(axes)]
    image = np.pad(channels_last(X), [(0, 0), *edges, (0, 0)])
    y = np.empty((n, *g.size, g.channels_out), X.dtype)
    per_group = g.channels_out // group
    step = max(1, BLOCK // max(1, math.prod(g.size) * g.channels_in * math.prod(g.kernel)))
    for number in range(group):
        outputs = slice(number * per_group, (number + 1) * per_group)
        inputs = slice(number * g.channels_in, (number + 1) * g.channels_in)
        w = np.moveaxis(W[outputs], (0, 1), (-1, -2)).reshape(-1, per_group)
        for start in range(0, n, step):
            block = image[start : start + step, ..., inputs]
            out = y[start : start + step, ..., outputs]
            rows = columns(block, g.kernel, g.strides, g.dilations, g.size)
            if group == 1:  # a product of contiguous matrices, written where it belongs
                np.matmul(rows, w, out=out.reshape(-1, per_group))
            else:
                out[...] = (rows @ w).reshape(out.shape)
    if B is not None:
        images = y.reshape(n, math.prod(g.size) * g.channels_out)
        images += np.tile(B, math.prod(g.size))  # one long row an image, which numpy adds faster than many short ones
    return channels_first(y)


OPERATOR = Operator(
    "Conv", "", conv, ("Y",), (1, 11, 22), "real", weights="W", bias="B", ranks={"W": (3, 4, 5)},
    exact="the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
