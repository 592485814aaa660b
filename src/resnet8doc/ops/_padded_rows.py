"""Images as a convolution's matrix products read them: padded, rows outermost, copied as seldom as can be.

All windows copied side by side (im2col) hold each element as often as the kernel has elements, and copying them takes
as long as half of the arithmetic. Here a kernel row is one matrix product, or one for each output column:

- The windows of one output column do not overlap within a kernel row: in memory they lie a whole row apart, so they are
  the rows of a matrix that BLAS can read where it stands. With the rows of all images side by side,
  ``[rows, N, columns, C]``, it is one matrix for all output rows of all images, and nothing is copied but the image.
- Where such matrices would be too low, or a window's columns are no neighbours, the columns of each window are copied
  side by side, so that each element is held as often as the kernel is wide.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._conv_geometry import Geometry
from ._scratch import Scratch
from ._windows import windows

Array = npt.NDArray[Any]

LOWEST = 64
"""Rows that a matrix has at least, and as many as the weights have columns: BLAS copies these for every product."""


def is_by_columns(rows: int, g: Geometry) -> bool:
    """Tell whether each output column is a product of its own, of matrices with so many rows."""
    return g.kernel[1] > 1 == g.dilations[1] and rows >= max(LOWEST, g.channels_out)


class PaddedRows:
    """Room for some images, used again for every block.

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
    by_columns
        Whether each output column is a product of its own.

    Attributes
    ----------
    taps
        For each kernel row, the rows that it reads: ``[output rows, N, columns, C]``, the columns those of the padded
        image; or those of the output, and in place of ``C`` what the kernel row reads there.
    """

    def __init__(self, scratch: Scratch, images: int, g: Geometry, zero_point: Any, *, by_columns: bool) -> None:
        (top, left, _, _), stride = g.pads, g.strides[0]
        where = [divmod(row * g.dilations[0], stride) for row in range(g.kernel[0])]
        rows = max(offset for offset, _ in where) + g.size[0]
        reach = (g.size[1] - 1) * g.strides[1] + (g.kernel[1] - 1) * g.dilations[1] + 1
        shape = rows, images, max(reach, left + g.image[1]), g.channels_in
        # every stride-th row belongs together: a kernel row reads contiguous ones then
        planes = {phase: scratch.take(shape) for phase in {phase for _, phase in where}}
        self.scratch, self.images, self.g, self.by_columns = scratch, images, g, by_columns
        self.inside = []
        for phase, plane in planes.items():
            first = max(0, -((phase - top) // stride))
            source = slice(first * stride + phase - top, g.image[0], stride)
            last = min(rows, first + len(range(g.image[0])[source]))
            plane[:first] = plane[last:] = zero_point
            plane[first:last, :, :left] = plane[first:last, :, left + g.image[1] :] = zero_point
            self.inside.append((plane[first:last, :, left : left + g.image[1]], source))
        self.copies = []
        held = rows, images, g.size[1], g.kernel[1] * g.channels_in
        if not by_columns and held != shape:
            strips = {phase: scratch.take(held) for phase in planes}
            for phase, plane in planes.items():
                kernel, strides, dilations = (1, g.kernel[1]), (1, g.strides[1]), (1, g.dilations[1])
                view = windows(plane, kernel, strides, dilations, (images, g.size[1]))
                self.copies.append((strips[phase].reshape(view.shape), view))
            planes = strips
        self.taps = [planes[phase][offset : offset + g.size[0]] for offset, phase in where]

    def fill(self, block: Array) -> None:
        """Copy codes ``[N, C, H, W]``, as many images as there is room for."""
        for target, source in self.inside:
            np.copyto(target, block.transpose(2, 0, 3, 1)[source][: len(target)])
        for strip, view in self.copies:
            np.copyto(strip, view)

    def matrices(self, rows: Array) -> Array:
        """Return the windows of rows as matrices, ``[products, rows * N * columns / products, kernel columns * C]``.

        Parameters
        ----------
        rows
            Contiguous, of the shape of ``taps`` but for the number of rows.
        """
        if not self.by_columns:
            return rows.reshape(1, -1, rows.shape[3], copy=False)
        _, row, column, each = rows.strides
        shape = self.g.size[1], rows.shape[0] * self.images, self.g.kernel[1] * rows.shape[3]
        strides = self.g.strides[1] * column, row, each
        return np.lib.stride_tricks.as_strided(rows, shape, strides, writeable=False)

    def room_for(self, rows: int) -> Array:
        """Return room for what the matrices of so many rows make: ``[products, rows, N, columns / products, M]``."""
        products = self.g.size[1] if self.by_columns else 1
        return self.scratch.take((products, rows, self.images, self.g.size[1] // products, self.g.channels_out))
