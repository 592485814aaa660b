"""AffineGrid: where each pixel of an image lies after a turn, a stretch and a shift; GridSample reads it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32, made_size
from ._operator import Operator

Array = npt.NDArray[Any]


def affine_grid(theta: Array, size: Array, *, align_corners: int = 0) -> Array:
    r"""Return :math:`A p + t` for the places :math:`p` of all pixels, from -1 to 1 along each axis, x before y.

    Parameters
    ----------
    theta
        float32 ``[N, 2, 3]`` or ``[N, 3, 4]``: :math:`A`, and :math:`t` in the last column.
    size
        int64 ``[N, C, H, W]`` or ``[N, C, D, H, W]``.
    align_corners
        Whether -1 and 1 are the middles of the outer pixels; else they are the image's edges.

    Returns
    -------
    numpy.ndarray
        float32 ``[N, H, W, 2]`` or ``[N, D, H, W, 3]``.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `AffineGrid <https://onnx.ai/onnx/operators/onnx__AffineGrid.html>`__; ONNX Runtime,
    ``core/providers/cpu/tensor/affine_grid.cc``.

    Examples
    --------
    >>> affine_grid(np.array([[[1, 0, 0.5], [0, 1, 0]]], np.float32), np.array([1, 1, 1, 2]))
    array([[[[0., 0.],
             [1., 0.]]]], dtype=float32)
    """
    matrix, lengths = float32(theta, "theta"), made_size(size, "size")
    axes = len(lengths) - 2
    if axes not in (2, 3) or matrix.shape != (lengths[0], axes, axes + 1):
        raise UserError(
            f"theta has shape {list(matrix.shape)} and size is {list(lengths)}", "[N, 2, 3] with [N, C, H, W], or "
            "[N, 3, 4] with [N, C, D, H, W]", "Correct the shapes.",
        )  # fmt: skip
    places = [_places(n, align_corners) for n in lengths[2:]]
    grid = np.meshgrid(*places, indexing="ij")[::-1]
    each = matrix[..., *(None,) * axes]
    total = each[:, :, axes - 1] * grid[axes - 1]
    for axis in reversed(range(axes - 1)):
        total = each[:, :, axis] * grid[axis] + total
    return np.ascontiguousarray(np.moveaxis(total + each[:, :, axes], 1, -1))


def _places(n: int, align_corners: int) -> Array:
    """Return n places from -1 to 1; of one alone it is 1, or the middle."""
    step = np.float32(2) / np.float32(n - 1) if n > 1 else np.float32(0)
    places = np.float32(-1) + np.arange(n, dtype=np.float32) * step
    places[-1:] = 1
    return places if align_corners else places * np.float32(n - 1) / np.float32(n)


OPERATOR = Operator("AffineGrid", "", affine_grid, ("grid",), (20,), "real")
