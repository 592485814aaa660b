"""GatherElements and GatherND: entries chosen one by one, or by their coordinates."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def gather_elements(data: Array, indices: Array, *, axis: int = 0) -> Array:
    """Return one entry for each index; along the other axes it stands where the index stands.

    Source: ONNX, `GatherElements <https://onnx.ai/onnx/operators/onnx__GatherElements.html>`__.

    Parameters
    ----------
    data
        Any array.
    indices
        int32 or int64, as many axes; below 0 they count from the end.
    axis
        The axis of ``data`` that they run along.

    Raises
    ------
    UserError
        If an index lies outside, or the shapes do not fit.

    Examples
    --------
    >>> gather_elements(np.array([[1, 2], [3, 4]]), np.array([[0, 0], [1, 0]]), axis=1)
    array([[1, 1],
           [4, 3]])
    """
    if data.ndim != indices.ndim or not -data.ndim <= axis < data.ndim:
        raise UserError(
            f"data has shape {list(data.shape)}, indices {list(indices.shape)}, axis is {axis}",
            "as many axes, and one of them", "Correct the node.",
        )  # fmt: skip
    along = axis % data.ndim
    fits = all(a <= b for k, (a, b) in enumerate(zip(indices.shape, data.shape, strict=True)) if k != along)
    if not fits or not np.all((indices >= -data.shape[along]) & (indices < data.shape[along])):
        raise UserError(
            f"indices of shape {list(indices.shape)} reach from {np.min(indices, initial=0)} to "
            f"{np.max(indices, initial=0)}",
            f"indices of axis {along} of {list(data.shape)}", "Correct the input: there is no such entry.",
        )  # fmt: skip
    places: list[Array] = list(np.indices(indices.shape, sparse=True))
    places[along] = indices
    return np.asarray(data[tuple(places)])


def gather_nd(data: Array, indices: Array, *, batch_dims: int = 0) -> Array:
    """Return the entries or slices at coordinates (ONNX, `GatherND <https://onnx.ai/onnx/operators/onnx__GatherND.html>`__).

    Parameters
    ----------
    data
        Any array.
    indices
        int64, the coordinates along its last axis; below 0 they count from the end.
    batch_dims
        How many leading axes both share.

    Raises
    ------
    UserError
        If a coordinate lies outside, or the shapes do not fit.

    Examples
    --------
    >>> gather_nd(np.array([[1, 2], [3, 4]]), np.array([[0, 1], [-1, 0]]))
    array([2, 3])
    """
    batch, inner = data.shape[:batch_dims], indices.shape[-1] if indices.ndim else 0
    sizes = np.array(data.shape[batch_dims : batch_dims + inner], np.int64)
    good = indices.ndim > batch_dims and indices.shape[:batch_dims] == batch and 0 < inner == len(sizes)
    if not good or not np.all((indices >= -sizes) & (indices < sizes)):
        raise UserError(
            f"data has shape {list(data.shape)}, indices {list(indices.shape)} reach from "
            f"{np.min(indices, initial=0)} to {np.max(indices, initial=0)}",
            "coordinates that lie in data", "Correct the input: there is no such entry.",
        )  # fmt: skip
    own = np.indices((*batch, *(1,) * (indices.ndim - 1 - batch_dims)), sparse=True)[:batch_dims]
    return np.asarray(data[(*own, *np.moveaxis(indices, -1, 0))])


ELEMENTS = Operator("GatherElements", "", gather_elements, ("output",), (11, 13), "movement")
ND = Operator("GatherND", "", gather_nd, ("output",), (11, 12, 13), "movement")
