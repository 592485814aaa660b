"""A convolution of groups, for float32 sums that are known to be exact.

A depthwise one has a matrix of a single column for each group: there all groups are multiplied at once, one element of
the kernel after the other, and windows are views of the padded image. Wider groups are multiplied one by one, as a
convolution without groups is: the windows copied as rows, times a matrix.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ._conv_geometry import Geometry
from ._windows import windows

Array = npt.NDArray[Any]

ROWS = 1 << 16
"""Sums are made for so many floats at a time (256 KB): they stay in the processor's cache for all elements of the
kernel."""


def padded(block: Array, zero_point: Any, g: Geometry, channels: int) -> Array:
    """Return codes ``[N, C, H, W]`` as float32 ``[N, H + pads, W + pads, C]``; padding holds the zero point."""
    top, left, bottom, right = g.pads
    shape = block.shape[0], top + g.image[0] + bottom, left + g.image[1] + right, channels
    image = np.full(shape, zero_point, np.float32) if any(g.pads) else np.empty(shape, np.float32)
    np.copyto(image[:, top : top + g.image[0], left : left + g.image[1]], block.transpose(0, 2, 3, 1))
    return image


def group_sums(image: Array, w: Array, g: Geometry, group: int) -> Array:
    """Return the convolution of one padded image, float32 ``[rows * columns, M]``.

    Parameters
    ----------
    image
        From :func:`padded`, ``[1, H, W, C]``.
    w
        ``w - w_zero_point``, float32 ``[kH * kW * C / group, M]``.
    g
        Where the windows lie.
    group
        The number of groups.
    """
    each = g.channels_out // group
    view = windows(image, g.kernel, g.strides, g.dilations, g.size)[0]
    sums = np.empty((*g.size, g.channels_out), np.float32)
    # [taps, C / group, group, M / group]
    taps = w.reshape(math.prod(g.kernel), g.channels_in, group, each)
    step = max(1, ROWS // max(1, g.size[1] * g.channels_out))
    for start in range(0, g.size[0], step):
        out, part = sums[start : start + step], view[start : start + step]
        if g.channels_in == 1:
            _each_channel(part, taps[:, 0], out, each)
        else:
            _each_group(part, taps, out, group)
    return sums.reshape(-1, g.channels_out)


def _each_channel(part: Array, taps: Array, out: Array, each: int) -> None:
    """Multiply every input channel by its own weights (depthwise): ``[rows, columns, kH, kW, C]`` into ``[..., M]``."""
    if each == 1:
        product, target, taps = np.empty_like(out), out, taps[..., 0]
    else:
        target = out.reshape(*out.shape[:2], -1, each)
        product, part = np.empty_like(target), part[..., None]
    for number, (k, column) in enumerate(np.ndindex(*part.shape[2:4])):
        np.multiply(part[:, :, k, column], taps[number], out=product if number else target)
        if number:
            target += product


def _each_group(part: Array, taps: Array, out: Array, group: int) -> None:
    """Multiply every group's windows, copied as rows, by its own matrix."""
    inputs, each = taps.shape[1], out.shape[-1] // group
    rows = np.empty((*out.shape[:2], *part.shape[2:4], inputs), np.float32)
    for number in range(group):
        np.copyto(rows, part[..., number * inputs : (number + 1) * inputs])
        matrix = taps[:, :, number].reshape(-1, each)
        product = rows.reshape(-1, matrix.shape[0]) @ matrix
        out[..., number * each : (number + 1) * each] = product.reshape(*out.shape[:2], each)
