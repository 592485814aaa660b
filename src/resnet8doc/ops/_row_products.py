"""A convolution as matrix products for each row of the kernel, for float32 sums that are known to be exact.

The products of the rows are added up. They are smaller than one product of whole windows, and where BLAS has kernels
for small matrices, they are of a size for which it packs nothing.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._accumulate import EXACT_IN_FLOAT32, accumulator_bound
from ._conv_geometry import Geometry
from ._padded_rows import PaddedRows, is_by_columns
from ._scratch import Scratch

Array = npt.NDArray[Any]

HELD_BY_INT32 = 1 << 31


class RowProducts:
    """Room for some images and their sums.

    Parameters
    ----------
    scratch
        Where the memory is from.
    images
        How many at once.
    g
        Where the windows lie.
    zero_point
        Of ``x``; padding holds it.
    w
        ``w - w_zero_point``, float32 ``[kH * kW * C, M]``.
    """

    def __init__(self, scratch: Scratch, images: int, g: Geometry, zero_point: Any, w: Array) -> None:
        self.images = images
        self.rows = PaddedRows(scratch, images, g, zero_point, by_columns=is_by_columns(g.size[0] * images, g))
        self.windows = [self.rows.matrices(rows) for rows in self.rows.taps]
        self.weights = w.reshape(len(self.windows), -1, g.channels_out)
        self.sums = self.rows.room_for(g.size[0])[None]
        self.products = scratch.take((*self.windows[0].shape[:2], g.channels_out))

    def sums_of(self, block: Array) -> Array:
        """Return the convolution, valid until called again: float32 ``[1, products, rows, N, columns / products, M]``.

        Parameters
        ----------
        block
            Codes ``[N, C, H, W]``, as many images as there is room for.
        """
        self.rows.fill(block)
        sums = self.sums.reshape(self.products.shape, copy=False)
        for number, (windows, weights) in enumerate(zip(self.windows, self.weights, strict=True)):
            np.matmul(windows, weights, out=self.products if number else sums)
            if number:
                sums += self.products
        return self.sums


def folded_bias(w: Array, dtype: Any, zero_point: Any, bias: Array | None) -> Array | None:
    r"""Return the bias that stands for ``x_zero_point`` as well, or None if float32 products might not be exact.

    :math:`\sum (x - z) w + B = \sum x w + (B - z \sum w)`: subtracting :math:`z` once from each sum costs nothing.

    Parameters
    ----------
    w
        ``w - w_zero_point``, float32 ``[K, M]``.
    dtype, zero_point
        Of ``x``.
    bias
        int32 ``[M]``, or None.

    Returns
    -------
    numpy.ndarray
        ``[M]``: float32; or float64 where only the bias is so large that float32 would not hold the sum with it, as in
        a channel whose weights are next to nothing: so is its scale, and the bias is counted in that.

    Examples
    --------
    >>> folded_bias(np.array([[3], [-5]], np.float32), np.int8, np.int8(-128), np.array([7], np.int32))
    array([-249.], dtype=float32)
    """
    limits, zero = np.iinfo(dtype), int(zero_point)
    offset = np.zeros(w.shape[1], np.int64) if bias is None else bias.astype(np.int64)
    # no partial sum is larger, in any order, nor is what stands for the zero point
    products = accumulator_bound(w, max(-limits.min, limits.max) + abs(zero))
    whole = (products + np.abs(offset)).max(initial=0)
    if products.max(initial=0) >= EXACT_IN_FLOAT32 or whole >= HELD_BY_INT32:
        return None
    return np.asarray(
        offset - zero * w.sum(axis=0, dtype=np.float64), np.float32 if whole < EXACT_IN_FLOAT32 else np.float64
    )
