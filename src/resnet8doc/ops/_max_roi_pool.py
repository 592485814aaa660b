"""MaxRoiPool: the largest of each part of regions of images."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def max_roi_pool(X: Array, rois: Array, *, pooled_shape: Sequence[int], spatial_scale: float = 1.0) -> Array:
    r"""Return the largest number of each part of each region; 0 of a part without pixels.

    A region's corners, times ``spatial_scale``, are rounded to pixels, halves away from 0, and both belong to it. Part
    :math:`i` of :math:`n` goes from :math:`\lfloor i h \rfloor` to before :math:`\lceil (i + 1) h \rceil`,
    :math:`h` being the region's length divided by n, in float32.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``.
    rois
        float32 ``[regions, 5]``: the number of the image, then left, top, right, bottom.
    pooled_shape
        Into how many rows and columns a region is cut.
    spatial_scale
        Pixels of ``X`` for one of ``rois``.

    Returns
    -------
    numpy.ndarray
        float32 ``[regions, C, rows, columns]``.

    Raises
    ------
    UserError
        If types or shapes do not fit, or there is no such image.

    References
    ----------
    ONNX, `MaxRoiPool <https://onnx.ai/onnx/operators/onnx__MaxRoiPool.html>`__; ONNX Runtime,
    ``core/providers/cpu/nn/roi_pool.cc``.

    Examples
    --------
    >>> image = np.arange(6, dtype=np.float32).reshape(1, 1, 2, 3)
    >>> max_roi_pool(image, np.array([[0, 0, 0, 2, 1]], np.float32), pooled_shape=[1, 2])
    array([[[[4., 5.]]]], dtype=float32)
    """
    x, regions = float32(X, "X"), float32(rois, "rois")
    if x.ndim != 4 or regions.ndim != 2 or regions.shape[1] != 5 or len(pooled_shape) != 2 or min(pooled_shape) < 1:
        raise UserError(
            f"X has shape {list(x.shape)}, rois {list(regions.shape)} and pooled_shape is {list(pooled_shape)}",
            "[N, C, H, W], [regions, 5] and two numbers above 0", "Correct them.",
        )  # fmt: skip
    images = regions[:, 0].astype(np.int64)
    if not ((images >= 0) & (images < len(x))).all() or not np.isfinite(regions).all():
        raise UserError(f"rois name the images {images.tolist()[:8]}", f"from 0 to {len(x) - 1}", "Correct rois.")
    scaled = regions[:, 1:] * np.float32(spatial_scale)
    corners = np.trunc(scaled + np.copysign(np.float32(0.5), scaled)).astype(np.int64)
    y = np.zeros((len(regions), x.shape[1], *pooled_shape), np.float32)
    for number, (image, (left, top, right, bottom)) in enumerate(zip(images, corners, strict=True)):
        rows = _parts(int(top), int(bottom), int(pooled_shape[0]), x.shape[2])
        columns = _parts(int(left), int(right), int(pooled_shape[1]), x.shape[3])
        for row, (begin, end) in enumerate(rows):
            for column, (first, last) in enumerate(columns):
                part = x[image, :, begin:end, first:last]
                if part.size:
                    y[number, :, row, column] = part.max(axis=(1, 2))
    return y


def _parts(first: int, last: int, count: int, length: int) -> list[tuple[int, int]]:
    """Return where each part of an axis begins and before which pixel it ends."""
    each = np.float32(max(last - first + 1, 1)) / np.float32(count)
    places = np.arange(count, dtype=np.float32)
    begins = np.floor(places * each).astype(np.int64) + first
    ends = np.ceil((places + np.float32(1)) * each).astype(np.int64) + first
    return [tuple(pair) for pair in np.clip(np.stack([begins, ends], 1), 0, length).tolist()]


OPERATOR = Operator("MaxRoiPool", "", max_roi_pool, ("Y",), (1,), "movement")
