"""RoiAlign: regions of a picture brought to one size."""

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32, made_size
from ._operator import Operator

Array = npt.NDArray[Any]

ONE = np.float32(1)


def roi_align(
    X: Array,
    rois: Array,
    batch_indices: Array,
    *,
    coordinate_transformation_mode: str = "half_pixel",
    mode: str = "avg",
    output_height: int = 1,
    output_width: int = 1,
    sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Array:
    """Return the mean or the largest of samples in each cell of a grid over each region.

    A sample is interpolated between four pixels, its weights float32; the largest is that of the four products alone.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``.
    rois
        float32 ``[regions, 4]``: ``x1, y1, x2, y2``.
    batch_indices
        int64 ``[regions]``: each region's picture.
    coordinate_transformation_mode
        ``half_pixel``: half a pixel is taken from the corners; ``output_half_pixel``: none, and a region is at least
        one pixel wide and high.
    mode
        ``avg`` or ``max``.
    output_height, output_width
        Cells of the grid.
    sampling_ratio
        Samples along each side of a cell; 0 for as many as pixels.
    spatial_scale
        From the region's coordinates to those of ``X``.

    Raises
    ------
    UserError
        If types or shapes do not fit, or an attribute is another.

    References
    ----------
    ONNX, `RoiAlign <https://onnx.ai/onnx/operators/onnx__RoiAlign.html>`__; ONNX Runtime,
    ``core/providers/cpu/object_detection/roialign.cc``.

    Examples
    --------
    >>> image = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
    >>> roi_align(image, np.array([[0, 0, 4, 4]], np.float32), np.array([0]), output_height=2, output_width=2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]], dtype=float32)
    """
    x, rois = float32(X, "X"), float32(rois, "rois")
    if x.ndim != 4 or rois.ndim != 2 or rois.shape[1] != 4 or batch_indices.shape != rois.shape[:1]:
        raise UserError(
            f"X has shape {list(x.shape)}, rois {list(rois.shape)} and batch_indices {list(batch_indices.shape)}",
            "[N, C, H, W], [regions, 4] and [regions]", "Reshape one.",
        )  # fmt: skip
    if mode not in ("avg", "max") or coordinate_transformation_mode not in ("half_pixel", "output_half_pixel"):
        raise UserError(
            f"mode is {mode!r} and coordinate_transformation_mode {coordinate_transformation_mode!r}",
            "avg or max; half_pixel or output_half_pixel", "Export the model with one of these.",
        )  # fmt: skip
    if batch_indices.size and not (batch_indices.min() >= 0 and batch_indices.max() < len(x)):
        raise UserError(f"batch_indices reach {batch_indices.max()}", f"numbers of {len(x)} pictures", "Correct them.")
    half = coordinate_transformation_mode == "half_pixel"
    y = np.zeros(made_size((len(rois), x.shape[1], output_height, output_width), "the result's shape"), np.float32)
    for number, (region, picture) in enumerate(zip(rois, batch_indices, strict=True)):
        corners = region * np.float32(spatial_scale) - np.float32(0.5 if half else 0)
        sizes = corners[2:] - corners[:2]
        sizes = sizes if half else np.maximum(sizes, ONE)
        columns = _samples(corners[0], sizes[0], output_width, sampling_ratio, x.shape[3])
        rows = _samples(corners[1], sizes[1], output_height, sampling_ratio, x.shape[2])
        y[number] = _cells(x[picture], rows, columns, mode)
    return y


Samples = tuple[Array, Array, Array, Array, int]
"""For each cell and sample ``[cells, samples]``: the two pixels, the weight of the second, whether it lies inside; and
the number of samples."""


def _samples(start: Any, size: Any, cells: int, ratio: int, length: int) -> Samples:
    each = np.float32(size) / np.float32(cells)
    count = ratio if ratio > 0 else int(np.ceil(each))
    made_size((cells, max(count, 0)), "the number of samples")
    inner = (np.arange(max(count, 0), dtype=np.float32) + np.float32(0.5)) * each / np.float32(max(count, 1))
    at = (start + np.arange(cells, dtype=np.float32)[:, None] * each) + inner[None]
    inside = (at >= -1) & (at <= length)
    at = np.maximum(at, np.float32(0))
    low = np.minimum(at.astype(np.int64), length - 1)
    high = np.minimum(low + 1, length - 1)
    weight = np.where(low >= length - 1, np.float32(0), at - low.astype(np.float32)).astype(np.float32)
    return low, high, weight, inside, max(count, 0)


def _cells(image: Array, rows: Samples, columns: Samples, mode: str) -> Array:
    """Return each cell's value, ``[C, rows, columns]``, its samples one after another."""
    y0, y1, wy, in_y, n_y = rows
    x0, x1, wx, in_x, n_x = columns
    total = np.zeros((len(image), len(y0), len(x0)), np.float32)
    first = True
    for i in range(n_y):
        for j in range(n_x):
            inside = in_y[:, i, None] & in_x[None, :, j]
            up, down, left, right = ONE - wy[:, i, None], wy[:, i, None], ONE - wx[None, :, j], wx[None, :, j]
            corners = [
                np.where(inside, v * h, np.float32(0))
                * np.where(inside, image[:, y[:, i]][:, :, x[:, j]], image[:, :1, :1])  # 0 times it: a sign
                for v, y in ((up, y0), (down, y1))
                for h, x in ((left, x0), (right, x1))
            ]
            if mode == "avg":
                total = total + (((corners[0] + corners[1]) + corners[2]) + corners[3])
            else:
                best = reduce(_larger, corners)
                total, first = best if first else _larger(total, best), False
    return total / np.float32(max(n_y * n_x, 1)) if mode == "avg" else total


def _larger(a: Array, b: Array) -> Array:
    """Return the larger, of two zeros the first: their signs may differ."""
    return np.where(a < b, b, a)


def roi_align_10(
    X: Array,
    rois: Array,
    batch_indices: Array,
    *,
    mode: str = "avg",
    output_height: int = 1,
    output_width: int = 1,
    sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Array:
    """Return what RoiAlign gave before opset 16: corners are not moved by half a pixel.

    Examples
    --------
    >>> roi_align_10(np.ones((1, 1, 2, 2), np.float32), np.array([[0, 0, 2, 2]], np.float32), np.array([0]))
    array([[[[1.]]]], dtype=float32)
    """
    return roi_align(
        X, rois, batch_indices, coordinate_transformation_mode="output_half_pixel", mode=mode,
        output_height=output_height, output_width=output_width, sampling_ratio=sampling_ratio,
        spatial_scale=spatial_scale,
    )  # fmt: skip


OPERATOR = Operator(
    "RoiAlign", "", roi_align, ("Y",), (10, 16), "real", older={10: roi_align_10, 16: roi_align},
)  # fmt: skip
