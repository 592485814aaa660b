"""Col2Im: columns of windows added up to images, the way back of taking windows."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32, made_size
from ._operator import Operator
from ._windows import pair, resolve_pads

Array = npt.NDArray[Any]


def col2im(
    input: Array,
    image_shape: Array,
    block_shape: Array,
    *,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    r"""Return images in which each pixel is the sum of what all windows have at it.

    The elements of a window are added one after another, in float32, all windows at a time.

    Parameters
    ----------
    input
        float32 ``[N, C * size of a block, L]``: L windows, the last axis of the image fastest.
    image_shape, block_shape
        int64: the lengths of an image and of a window.
    dilations, pads, strides
        As in the standard; what falls into the padding is dropped.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `Col2Im <https://onnx.ai/onnx/operators/onnx__Col2Im.html>`__.

    Examples
    --------
    >>> windows = np.array([[[1, 2], [3, 4]]], np.float32)
    >>> col2im(windows, np.array([1, 3]), np.array([1, 2]))
    array([[[[1., 5., 4.]]]], dtype=float32)
    """
    x, image, block = (
        float32(input, "input"),
        made_size(image_shape, "image_shape"),
        made_size(block_shape, "block_shape"),
    )
    axes, whole = len(image), math.prod(block)
    steps, spread = pair(strides, "strides", axes), pair(dilations, "dilations", axes)
    if axes != 2 and max(spread, default=1) > 1:
        raise UserError(
            f"dilations are {list(spread)} of an image of {axes} axes", "1, or an image of two axes: of others ONNX "
            "Runtime puts the elements elsewhere than the standard does", "Export without dilations.",
        )  # fmt: skip
    edges = resolve_pads(image, block, steps, spread, pads, "NOTSET")
    padded = [n + edges[axis] + edges[axis + axes] for axis, n in enumerate(image)]
    counts = [(n - (b - 1) * d - 1) // s + 1 for n, b, d, s in zip(padded, block, spread, steps, strict=True)]
    if (
        len(block) != axes
        or not axes
        or x.ndim != 3
        or not whole
        or x.shape[1] % whole
        or x.shape[2] != math.prod(counts)
    ):
        raise UserError(
            f"input has shape {list(x.shape)}, image_shape is {list(image)} and block_shape {list(block)}",
            "[N, C * size of a block, number of windows]", "Correct the shapes.",
        )  # fmt: skip
    items, channels = x.shape[0], x.shape[1] // whole
    taken = x.reshape(items, channels, whole, *counts)
    total = np.zeros((items, channels, *padded), np.float32)
    for number, tap in enumerate(np.ndindex(*block)):
        at = tuple(
            slice(t * d, t * d + (m - 1) * s + 1, s) for t, d, m, s in zip(tap, spread, counts, steps, strict=True)
        )
        total[(slice(None), slice(None), *at)] += taken[:, :, number]
    inner = tuple(slice(edges[axis], edges[axis] + n) for axis, n in enumerate(image))
    return np.ascontiguousarray(total[(slice(None), slice(None), *inner)])


OPERATOR = Operator("Col2Im", "", col2im, ("output",), (18,), "real")
