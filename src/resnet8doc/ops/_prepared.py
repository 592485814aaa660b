"""What a convolution makes of its weights before it looks at an image, kept for the next call.

A network runs many times with the same weights, and making matrices of them, and proofs of what their sums can be,
takes as long as a twentieth of its arithmetic. It is kept by content, not by name or place: a graph whose weights were
replaced finds nothing of the old ones.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Content
from ._conv_geometry import Geometry
from ._paired_rows import paired_weights
from ._qlinear_conv_loops import Checked
from ._row_products import folded_bias

Array = npt.NDArray[Any]

KEPT = 64
"""Convolutions for which it is kept, those that ran last."""

LARGEST = 1 << 16
"""Bytes of weights up to which it is kept; so all together takes 48 MB at most. More take far longer to multiply."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What follows from weights, zero points and bias; read-only.

    Attributes
    ----------
    weights
        From :func:`centred_weights`.
    bias
        From :func:`~resnet8doc.ops._row_products.folded_bias`.
    pairs
        From :func:`~resnet8doc.ops._paired_rows.paired_weights`; None also where ``bias`` is.
    """

    weights: Array
    bias: Array | None
    pairs: Array | None


def prepared(q: Checked, g: Geometry, images: int) -> Prepared:
    """Return what follows from the weights of a convolution.

    Parameters
    ----------
    q
        Its inputs; of ``x`` nothing but type and zero point counts.
    g
        Where the windows lie.
    images
        How many are convolved at once, as one group; 0 where there are several groups, which are never paired.
    """
    make = _kept if q.w.nbytes <= LARGEST else _prepared
    bias = None if q.B is None else Content.of(q.B)
    return make(Content.of(q.w), Content.of(q.w_zero_point), bias, q.x.dtype, int(q.x_zero_point), g, images)


def _prepared(
    w: Content, w_zero_point: Content, bias: Content | None, dtype: Any, x_zero_point: int, g: Geometry, images: int
) -> Prepared:
    weights = centred_weights(w.array, w_zero_point.array)
    folded = folded_bias(weights, dtype, x_zero_point, None if bias is None else bias.array)
    pairs = paired_weights(images, g, weights, dtype) if images and folded is not None else None
    for made in (weights, folded, pairs):
        if made is not None:
            made.flags.writeable = False
    return Prepared(weights, folded, pairs)


_kept = lru_cache(KEPT)(_prepared)


def centred_weights(w: Array, zero_point: Array) -> Array:
    """Return ``w - zero_point`` as float32 ``[kH * kW * C, channels]``, as columns are.

    Examples
    --------
    >>> centred_weights(np.array([[[[4, 5]]], [[[6, 7]]]], np.uint8), np.array([1, 6], np.uint8))
    array([[3., 0.],
           [4., 1.]], dtype=float32)
    """
    zero = zero_point.reshape(-1, *(1,) * (w.ndim - 1)) if zero_point.ndim else zero_point
    centred = np.subtract(w, zero, dtype=np.float32)
    return np.moveaxis(centred, (0, 1), (-1, -2)).reshape(-1, w.shape[0])
