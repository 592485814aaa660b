"""DeformConv: a convolution whose taps lie where another tensor says, between pixels too."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator
from ._products import SUMS
from ._windows import output_size, pair, resolve_pads

Array = npt.NDArray[Any]


def deform_conv(
    X: Array,
    W: Array,
    offset: Array,
    B: Array | None = None,
    mask: Array | None = None,
    *,
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    offset_group: int = 1,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    r"""Return :math:`\sum_{c, k} w_{f, c, k} \, m_k \, x_c(p + k + o_k) + b_f`.

    :math:`x_c` between pixels is the mean of the four around, each weighed with its distance from the opposite one;
    pixels outside are 0.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``.
    W
        float32 ``[F, C / group, kH, kW]``.
    offset
        float32 ``[N, offset_group * kH * kW * 2, oH, oW]``: for each tap how far down, then how far to the right.
    B
        float32 ``[F]``, or None.
    mask
        float32 ``[N, offset_group * kH * kW, oH, oW]``: a factor for each tap, or None.
    group, offset_group
        Into how many parts the channels are divided for the products; for the offsets.
    dilations, kernel_shape, pads, strides
        As for Conv.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `DeformConv <https://onnx.ai/onnx/operators/onnx__DeformConv.html>`__.

    Examples
    --------
    >>> x, w = np.array([[[[1, 3]]]], np.float32), np.ones((1, 1, 1, 1), np.float32)
    >>> deform_conv(x, w, np.array([[[[0, 0]], [[0.5, -1]]]], np.float32))
    array([[[[2., 1.]]]], dtype=float32)
    """
    x, w, moved = float32(X, "X"), float32(W, "W"), float32(offset, "offset")
    if (
        x.ndim != 4
        or w.ndim != 4
        or group < 1
        or offset_group < 1
        or x.shape[1] != w.shape[1] * group
        or (x.shape[1] % offset_group or len(w) % group or tuple(kernel_shape or w.shape[2:]) != w.shape[2:])
    ):
        raise UserError(
            f"X has shape {list(x.shape)} and W {list(w.shape)} with group {group} and offset_group {offset_group}",
            "[N, C, H, W] and [F, C / group, kH, kW]", "Correct the node.",
        )  # fmt: skip
    kernel, steps, spread = w.shape[2:], pair(strides, "strides"), pair(dilations, "dilations")
    edges = resolve_pads(x.shape[2:], kernel, steps, spread, pads, "NOTSET")
    size = output_size(x.shape[2:], kernel, steps, spread, edges)
    taps = kernel[0] * kernel[1]
    factors = None if mask is None else float32(mask, "mask")
    wanted = [(len(x), offset_group * taps * 2, *size), (len(x), offset_group * taps, *size)]
    if moved.shape != wanted[0] or (factors is not None and factors.shape != wanted[1]):
        raise UserError(
            f"offset has shape {list(moved.shape)} and mask {None if factors is None else list(factors.shape)}",
            f"{list(wanted[0])} and {list(wanted[1])}", "Reshape them.",
        )  # fmt: skip
    moved = moved.reshape(len(x), offset_group, *kernel, 2, *size)
    planes = x.reshape(len(x), offset_group, -1, *x.shape[2:])
    columns = np.empty((*planes.shape[:3], *kernel, *size), np.float32)
    rows, across = (np.arange(n, dtype=np.float32) * s - e for n, s, e in zip(size, steps, edges, strict=False))
    for tap in np.ndindex(*kernel):
        down = rows[:, None] + np.float32(tap[0] * spread[0]) + moved[:, :, *tap, 0]
        right = across + np.float32(tap[1] * spread[1]) + moved[:, :, *tap, 1]
        columns[:, :, :, *tap] = _between(planes, down, right)
    if factors is not None:
        columns *= factors.reshape(len(x), offset_group, 1, *kernel, *size)
    inner = columns.reshape(len(x), group, -1, size[0] * size[1])
    y = np.matmul(w.reshape(group, len(w) // group, -1), inner).reshape(len(x), len(w), *size)
    return y if B is None else np.asarray(y + float32(B, "B")[:, None, None])


def _between(planes: Array, down: Array, right: Array) -> Array:
    """Return ``[N, groups, C, oH, oW]`` of ``[N, groups, C, H, W]`` at places ``[N, groups, oH, oW]``."""
    height, width = planes.shape[3:]
    top, left, one = np.floor(down), np.floor(right), np.float32(1)
    low, near = down - top, right - left
    inside = (down > -1) & (down < height) & (right > -1) & (right < width)
    item, part = np.ogrid[: planes.shape[0], : planes.shape[1]]
    total = np.zeros((*planes.shape[:3], *down.shape[2:]), np.float32)
    for row, column, weight in (
        (top, left, (one - low) * (one - near)), (top, left + one, (one - low) * near),
        (top + one, left, low * (one - near)), (top + one, left + one, low * near),
    ):  # fmt: skip
        there = inside & (row >= 0) & (row < height) & (column >= 0) & (column < width)
        places = (np.where(there, place, 0).astype(np.int64) for place in (row, column))
        at: tuple[Any, ...] = (item[..., None, None], part[..., None, None], slice(None), *places)
        pixels = planes[at]
        total += np.moveaxis(pixels, -1, 2) * np.where(there, weight, np.float32(0))[:, :, None]
    return total


OPERATOR = Operator(
    "DeformConv", "", deform_conv, ("Y",), (19, 22), "real", weights="W", bias="B", exact=SUMS,
    optional=frozenset({"B"}),
)  # fmt: skip
