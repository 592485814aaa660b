"""GridSample: a picture read at any places."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]

ONE = np.float32(1)
MOST = 1 << 22
"""Pixels from the picture: up to here float32 holds the places between two pixels."""


def grid_sample(
    X: Array, grid: Array, *, align_corners: int = 0, mode: str = "linear", padding_mode: str = "zeros"
) -> Array:
    """Return the pixels at places of a picture, whose borders are at -1 and 1.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``.
    grid
        float32 ``[N, oH, oW, 2]``: x and y of each place.
    align_corners
        Whether -1 and 1 are the middles of the outermost pixels, not their edges.
    mode
        ``linear`` or ``nearest``, ties to even.
    padding_mode
        What lies outside: ``zeros``; ``border``, the nearest pixel; ``reflection``, the picture mirrored.

    Raises
    ------
    UserError
        If types or shapes do not fit, or an attribute is another.

    References
    ----------
    ONNX, `GridSample <https://onnx.ai/onnx/operators/onnx__GridSample.html>`__; ONNX Runtime,
    ``core/providers/cpu/tensor/grid_sample.cc``.

    Examples
    --------
    >>> image = np.array([[[[1, 2], [3, 4]]]], np.float32)
    >>> grid_sample(image, np.array([[[[0, 0], [-1, -1]]]], np.float32), align_corners=1)
    array([[[[2.5, 1. ]]]], dtype=float32)
    """
    x, grid = float32(X, "X"), float32(grid, "grid")
    if x.ndim != 4 or grid.ndim != 4 or grid.shape[3] != 2 or len(x) != len(grid):
        raise UserError(
            f"X has shape {list(x.shape)} and grid {list(grid.shape)}",
            "[N, C, H, W] and [N, oH, oW, 2]",
            "Reshape one.",
        )
    if mode not in ("linear", "nearest") or padding_mode not in ("zeros", "border", "reflection"):
        raise UserError(
            f"mode is {mode!r} and padding_mode {padding_mode!r}",
            "linear or nearest; zeros, border or reflection", "Export the model with one of these.",
        )  # fmt: skip
    height, width = x.shape[2:]
    columns, inside_x = _places(grid[..., 0], width, align_corners, mode, padding_mode)
    rows, inside_y = _places(grid[..., 1], height, align_corners, mode, padding_mode)
    picture = np.arange(len(x))[:, None, None]
    total = np.zeros((len(x), *grid.shape[1:3], x.shape[1]), np.float32)
    for row, up in rows:
        for column, left in columns:
            inside = inside_y(row) & inside_x(column)
            pixels = x[picture, :, np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
            total += np.where(inside, up * left, np.float32(0))[..., None] * pixels
    return np.ascontiguousarray(np.moveaxis(total, 3, 1))


def _places(place: Array, length: int, corners: int, mode: str, padding: str) -> Any:
    """Return pixels along one axis with their weights, and what tells which of them lie in the picture."""
    if not (np.abs(place) < MOST / max(length, 1)).all():
        raise UserError(
            "grid holds NaN or a place very far from the picture", f"places within {MOST:,} pixels",
            "Clip grid before the node: the runtime converts such a place to an integer that does not hold it.",
        )  # fmt: skip
    half = np.float32(0.5)
    if corners:
        at, low, high = (place + ONE) * half * np.float32(length - 1), 0.0, length - 1.0
    else:
        at, low, high = ((place + ONE) * np.float32(length) - ONE) * half, -0.5, length - 0.5
    if mode == "nearest":
        at = np.rint(at)
    if padding == "border":
        at = np.clip(at, np.float32(0), np.float32(length - 1))
    elif padding == "reflection":
        at = _reflected(at, np.float32(low), np.float32(high))
        at = np.clip(np.rint(at) if mode == "nearest" else at, np.float32(0), np.float32(length - 1))
    first = np.floor(at)
    weight = (at - first).astype(np.float32)
    index = np.clip(first, -2, length + 1).astype(np.int64)
    found = [(index, np.ones_like(weight))] if mode == "nearest" else [(index, ONE - weight), (index + 1, weight)]
    return found, lambda pixel: (pixel >= 0) & (pixel < length)


def _reflected(at: Array, low: np.float32, high: np.float32) -> Array:
    span = high - low
    if span <= 0:
        return np.zeros_like(at)
    beyond = np.abs(at - low)
    turns, rest = np.divmod(beyond, span)
    return np.where(turns % 2 == 0, low + rest, high - rest).astype(np.float32)


def grid_sample_16(
    X: Array, grid: Array, *, align_corners: int = 0, mode: str = "bilinear", padding_mode: str = "zeros"
) -> Array:
    """Return what GridSample gave before opset 20, where ``linear`` was called ``bilinear``.

    Examples
    --------
    >>> grid_sample_16(np.ones((1, 1, 2, 2), np.float32), np.zeros((1, 1, 1, 2), np.float32))
    array([[[[1.]]]], dtype=float32)
    """
    known = {"bilinear": "linear", "nearest": "nearest"}
    return grid_sample(X, grid, align_corners=align_corners, mode=known.get(mode, mode), padding_mode=padding_mode)


OPERATOR = Operator(
    "GridSample", "", grid_sample, ("Y",), (16, 20, 22), "real", older={16: grid_sample_16, 20: grid_sample},
    exact="the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
