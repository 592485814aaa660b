"""TensorScatter: new steps written into a cache, each picture's at a place of its own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def tensor_scatter(
    past_cache: Array, update: Array, write_indices: Array | None = None, *, axis: int = -2, mode: str = "linear"
) -> Array:
    """Return a cache in which some steps are new.

    Source: ONNX, `TensorScatter <https://onnx.ai/onnx/operators/onnx__TensorScatter.html>`__.

    Parameters
    ----------
    past_cache
        Any numbers ``[N, ..., capacity, ...]``.
    update
        Of its type and shape, but with as many steps along ``axis`` as are written.
    write_indices
        int64 ``[N]``: where the first one goes; 0 without.
    axis
        Of the steps, not the first one.
    mode
        ``linear``; ``circular``: behind the end it goes on at the beginning.

    Raises
    ------
    UserError
        If types or shapes do not fit, or something would be written outside.

    Examples
    --------
    >>> tensor_scatter(np.zeros((1, 3, 1)), np.array([[[5.0], [6]]]), np.array([2]), mode="circular").ravel()
    array([6., 0., 5.])
    """
    cache, axes = past_cache, past_cache.ndim
    if not -axes <= axis < axes or not axis % axes or mode not in ("linear", "circular"):
        raise UserError(
            f"axis is {axis} of {axes} and mode {mode!r}", "an axis behind the first one; linear or circular",
            "Correct them.",
        )  # fmt: skip
    along = axis % axes
    fits = (
        update.ndim == axes
        and update.dtype == cache.dtype
        and all(a == b for place, (a, b) in enumerate(zip(update.shape, cache.shape, strict=False)) if place != along)
    )
    if not fits or update.shape[along] > cache.shape[along]:
        raise UserError(
            f"update is {update.dtype} {list(update.shape)} and past_cache {cache.dtype} {list(cache.shape)}",
            f"one type, and shapes that differ along axis {axis} alone", "Reshape one.",
        )  # fmt: skip
    first = np.zeros(len(cache), np.int64) if write_indices is None else write_indices
    places = first[:, None] + np.arange(update.shape[along])
    if mode == "circular":
        places = places % max(cache.shape[along], 1)
    if first.shape != (len(cache),) or first.min(initial=0) < 0 or places.max(initial=-1) >= cache.shape[along]:
        raise UserError(
            f"write_indices are {first.tolist()} and {update.shape[along]} steps are new", f"{len(cache)} places, all "
            f"steps within {cache.shape[along]}", "Correct them.",
        )  # fmt: skip
    y, new = np.moveaxis(cache.copy(), along, 1), np.moveaxis(update, along, 1)
    y[np.arange(len(cache))[:, None], places] = new
    return np.ascontiguousarray(np.moveaxis(y, 1, along))


OPERATOR = Operator("TensorScatter", "", tensor_scatter, ("present_cache",), (24,), "movement")
