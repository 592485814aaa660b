"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ._activation import emit
from ._build import Build
from ._elementwise import OWN, both, same_scales
from ._file import Operation
from ._parts import gathered

Array = npt.NDArray[Any]


def nearest(build: Build, op: Operation) -> None:
    """RESIZE_NEAREST_NEIGHBOR as a Gather of rows and one of columns."""
    x, y = same_scales(build, op)
    corners, half = _grid(build, op)
    chosen = {}
    for axis in (1, 2):
        chosen[axis] = neighbours(x.shape[axis], y.shape[axis], align_corners=corners, half_pixel_centers=half)
        if not corners and not half and not np.array_equal(chosen[axis], in_16_bits(x.shape[axis], y.shape[axis])):
            raise UserError(
                f"{build.where(op)} makes {y.shape[axis]} of {x.shape[axis]}, where TensorFlow Lite's kernels differ "
                "in the element they take",
                "a size at which all of them take the same", "Convert the model with half_pixel_centers.",
            )  # fmt: skip
    gathered(build, op, chosen)


def bilinear(build: Build, op: Operation) -> None:
    """RESIZE_BILINEAR, which keeps its own name."""
    x, y = same_scales(build, op)
    name = build.names[y.index]
    sizes = build.store(f"{name.node}_sizes", np.array(y.shape[1:3], np.int64))
    inputs = [("x", build.value(op, x).name), *both(build, "x", x), ("sizes", sizes)]
    corners, half = _grid(build, op)
    attributes = {"align_corners": int(corners), "half_pixel_centers": int(half)}
    emit(build, op, "RESIZE_BILINEAR", OWN, inputs, attributes, "y", 0)


def _grid(build: Build, op: Operation) -> tuple[bool, bool]:
    """Return ``align_corners`` and ``half_pixel_centers``: two grids, of which a file may name one."""
    corners, half = bool(op.options["alignCorners"]), bool(op.options["halfPixelCenters"])
    if corners and half:
        raise UserError(
            f"{build.where(op)} sets align_corners and half_pixel_centers", "one of them at most",
            "Convert the model again with one.",
        )  # fmt: skip
    return corners, half


def neighbours(length: int, wanted: int, *, align_corners: bool, half_pixel_centers: bool) -> Array:
    """Return the index of the nearest element for each one of the output, in float32.

    Source: TensorFlow Lite, ``kernels/internal/reference/resize_nearest_neighbor.h``.

    Examples
    --------
    >>> neighbours(2, 4, align_corners=False, half_pixel_centers=False)
    array([0, 0, 1, 1])
    >>> neighbours(3, 5, align_corners=True, half_pixel_centers=False)
    array([0, 1, 1, 2, 2])
    """
    corners = align_corners and wanted > 1
    scale = np.float32(length - 1) / np.float32(wanted - 1) if corners else np.float32(length) / np.float32(wanted)
    place = (np.arange(wanted, dtype=np.float32) + np.float32(0.5 if half_pixel_centers else 0)) * scale
    whole = np.floor(place + np.float32(0.5)) if align_corners else np.floor(place)
    return np.asarray(np.clip(whole, 0, length - 1).astype(np.int64))


def in_16_bits(length: int, wanted: int) -> Array:
    """Return the same as the built-in kernels have it: a factor of 16 bits after the point, rounded up.

    Source: TensorFlow Lite, ``kernels/internal/optimized/optimized_ops.h``, ``ResizeNearestNeighbor``.

    Examples
    --------
    >>> in_16_bits(2, 4)
    array([0, 0, 1, 1])
    """
    factor = (length << 16) // wanted + 1
    return np.asarray(np.minimum((np.arange(wanted, dtype=np.int64) * factor) >> 16, length - 1))
