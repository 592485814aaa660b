"""A convolution as one matrix product for each row of the kernel, for float32 sums that are known to be exact.

All windows copied side by side (im2col) hold each element as often as the kernel has elements, and copying them takes
as long as half of the arithmetic. Here only the columns of a window are copied side by side, so that each element is
held as often as the kernel is wide; a kernel row then meets a contiguous part of the image, and the products of the
rows are added up. The smaller products also are of a size for which BLAS packs nothing.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._accumulate import EXACT_IN_FLOAT32, accumulator_bound
from ._conv_geometry import Geometry
from ._windows import windows

Array = npt.NDArray[Any]

HELD_BY_INT32 = 1 << 31


class RowProducts:
    """Room for some images, used again for every block: fresh memory would cost as much as the arithmetic.

    Parameters
    ----------
    images
        How many at once, at most.
    g
        Where the windows lie.
    zero_point
        Of ``x``; padding holds it.
    """

    def __init__(self, images: int, g: Geometry, zero_point: Any) -> None:
        (top, left, _, _), stride = g.pads, g.strides[0]
        taps = [divmod(row * g.dilations[0], stride) for row in range(g.kernel[0])]
        rows = max(offset for offset, _ in taps) + g.size[0]
        width = (g.size[1] - 1) * g.strides[1] + (g.kernel[1] - 1) * g.dilations[1] + 1
        height = max(rows * stride, top + g.image[0])
        shape = images, height, max(width, left + g.image[1]), g.channels_in
        image = np.full(shape, zero_point, np.float32)
        self.inside = image[:, top : top + g.image[0], left : left + g.image[1]]
        # every stride-th row belongs together: kernel rows reach them as contiguous parts
        held = images, rows, g.size[1], g.kernel[1] * g.channels_in
        strips = {phase: np.empty(held, np.float32) for phase in {phase for _, phase in taps}}
        kernel, strides, dilations, size = (1, g.kernel[1]), (1, g.strides[1]), (1, g.dilations[1]), held[1:3]
        self.copies = []
        for phase, strip in strips.items():
            view = windows(image[:, phase :: g.strides[0]], kernel, strides, dilations, size)
            self.copies.append((strip.reshape(view.shape), view))
        places = g.size[0] * g.size[1]
        self.parts = [
            strips[phase][:, offset : offset + g.size[0]].reshape(images, places, held[3], copy=False)
            for offset, phase in taps
        ]
        self.sums = np.empty((images, places, g.channels_out), np.float32)
        self.products = np.empty_like(self.sums)

    def sums_of(self, block: Array, w: Array) -> Array:
        """Return the convolution of the codes, float32 ``[N * rows * columns, M]``, valid until called again.

        Parameters
        ----------
        block
            Codes ``[N, C, H, W]``.
        w
            ``w - w_zero_point``, float32 ``[kH * kW * C, M]``.
        """
        n, depth = block.shape[0], w.shape[0] // len(self.parts)
        np.copyto(self.inside[:n], block.transpose(0, 2, 3, 1))
        for strip, view in self.copies:
            np.copyto(strip[:n], view[:n])
        sums, products = self.sums[:n], self.products[:n]
        for row, part in enumerate(self.parts):
            np.matmul(part[:n], w[row * depth : (row + 1) * depth], out=products if row else sums)
            if row:
                sums += products
        return sums.reshape(-1, w.shape[1])


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
