r"""Two rows of a convolution from four matrix products instead of six (Winograd's :math:`F(2, 3)`), exactly.

Where the kernel has three rows :math:`g_0, g_1, g_2` and the stride is 1, two output rows read four input rows
:math:`d_0, \ldots, d_3`:

.. math:: y_0 = d_0 g_0 + d_1 g_1 + d_2 g_2, \qquad y_1 = d_1 g_0 + d_2 g_1 + d_3 g_2 .

With the four products

.. math::
   m_0 &= (d_0 - d_2)\, g_0, & m_1 &= (d_1 + d_2)\, \frac{g_0 + g_1 + g_2}{2}, \\
   m_3 &= (d_1 - d_3)\, g_2, & m_2 &= (d_2 - d_1)\, \frac{g_0 - g_1 + g_2}{2}

they are :math:`y_0 = m_0 + m_1 + m_2` and :math:`y_1 = m_1 - m_2 - m_3`. On real numbers this rounds otherwise than
the sums above. On codes it does not round at all: every term is a whole number of halves, and float32 holds such sums
below :math:`2^{23}`. Whether they stay below follows from the weights, as it does for the sums themselves.

Source: A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", section 4.1.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._accumulate import EXACT_IN_FLOAT32
from ._conv_geometry import Geometry
from ._padded_rows import PaddedRows, is_by_columns
from ._scratch import Scratch

Array = npt.NDArray[Any]

ROWS = 3
"""Of the kernel."""

WORTH_IT = 16
"""Output channels from which on the products that are saved take longer than the sums of rows."""


def paired_weights(images: int, g: Geometry, w: Array, dtype: Any) -> Array | None:
    """Return the kernel's rows for the four products, ``[4, kW * C, M]``; None where they are of no use.

    Parameters
    ----------
    images
        How many at once.
    g
        Where the windows lie.
    w
        ``w - w_zero_point``, float32 ``[kH * kW * C, M]``.
    dtype
        Of ``x``.

    Examples
    --------
    >>> g = Geometry((2, 2), 1, 16, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1), (2, 2))
    >>> w = np.repeat(np.array([1, 2, 4], np.float32), 3 * 16).reshape(9, 16)
    >>> paired_weights(64, g, w, np.int8)[:, 0, 0]
    array([1. , 3.5, 1.5, 4. ], dtype=float32)
    """
    if (g.kernel[0], g.strides[0], g.dilations[0], g.size[0] % 2) != (ROWS, 1, 1, 0) or g.channels_out < WORTH_IT:
        return None
    if not is_by_columns(g.size[0] // 2 * images, g):
        return None
    first, second, third = w.reshape(ROWS, -1, g.channels_out)
    found = np.stack([first, (first + second + third) / 2, (first - second + third) / 2, third])
    limits = np.iinfo(dtype)
    apart, together = limits.max - limits.min, 2 * max(-limits.min, limits.max)
    each = np.abs(found).sum(axis=1) * np.array([[apart], [together], [apart], [apart]], np.float32)
    largest = np.maximum(each[:3].sum(axis=0), each[1:].sum(axis=0)).max(initial=0)
    return found if largest < EXACT_IN_FLOAT32 / 2 else None


class PairedRows:
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
    weights
        From :func:`paired_weights`.
    """

    def __init__(self, scratch: Scratch, images: int, g: Geometry, zero_point: Any, weights: Array) -> None:
        self.images, self.weights = images, weights
        self.rows = PaddedRows(scratch, images, g, zero_point, by_columns=True)
        first, _, third = self.rows.taps
        self.given = first[::2], first[1::2], third[::2], third[1::2]
        self.mixed = scratch.take((g.size[0] // 2, *first.shape[1:]))
        self.windows = self.rows.matrices(self.mixed)
        self.product = self.rows.room_for(g.size[0] // 2)
        self.sums = scratch.take((2, *self.product.shape))

    def sums_of(self, block: Array) -> Array:
        """Return the convolution, valid until called again: float32 ``[2, columns, rows / 2, N, 1, M]``.

        Parameters
        ----------
        block
            Codes ``[N, C, H, W]``, as many images as there is room for.
        """
        self.rows.fill(block)
        d0, d1, d2, d3 = self.given
        even, odd = self.sums
        self._multiply(np.add, d1, d2, 1, even)
        self._multiply(np.subtract, d2, d1, 2, self.product)
        np.subtract(even, self.product, out=odd)
        even += self.product
        self._multiply(np.subtract, d0, d2, 0, self.product)
        even += self.product
        self._multiply(np.subtract, d1, d3, 3, self.product)
        odd -= self.product
        return self.sums

    def _multiply(self, mix: np.ufunc, first: Array, second: Array, number: int, product: Array) -> None:
        """Make one of the four products."""
        mix(first, second, out=self.mixed)
        weights = self.weights[number]
        out = product.reshape(len(product), -1, weights.shape[1], copy=False)
        np.matmul(self.windows, weights, out=out)
