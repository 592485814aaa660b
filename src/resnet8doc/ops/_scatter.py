"""ScatterElements and ScatterND: entries put in their places."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import numbers
from ._operator import Operator

Array = npt.NDArray[Any]

REDUCTIONS = {"add": np.add, "mul": np.multiply, "min": np.minimum, "max": np.maximum}


def scatter_elements(data: Array, indices: Array, updates: Array, *, axis: int = 0, reduction: str = "none") -> Array:
    """Return ``data`` with one entry for each index replaced; the counterpart of GatherElements.

    Source: ONNX, `ScatterElements <https://onnx.ai/onnx/operators/onnx__ScatterElements.html>`__.

    Parameters
    ----------
    data
        Any array.
    indices
        int32 or int64, as many axes; below 0 they count from the end.
    updates
        What is put there, of the shape of ``indices``.
    axis
        The axis of ``data`` that they run along.
    reduction
        ``none`` replaces; ``add``, ``mul``, ``min``, ``max`` combine, in the order of ``indices``.

    Raises
    ------
    UserError
        If an index lies outside, or the shapes do not fit.

    Examples
    --------
    >>> scatter_elements(np.array([[1, 2, 3]]), np.array([[2, 0]]), np.array([[8, 9]]), axis=1)
    array([[9, 2, 8]])
    """
    if data.ndim != indices.ndim or indices.shape != updates.shape or not -data.ndim <= axis < data.ndim:
        raise UserError(
            f"data has shape {list(data.shape)}, indices {list(indices.shape)}, updates {list(updates.shape)}, "
            f"axis is {axis}",
            "as many axes, one of them, and an update for each index", "Correct the node.",
        )  # fmt: skip
    places = list(np.broadcast_arrays(*np.indices(indices.shape, sparse=True))) if indices.size else []
    if places:
        places[axis % data.ndim] = indices
    return _put(data, tuple(place.reshape(-1) for place in places), updates.reshape(-1), reduction)


def scatter_nd(data: Array, indices: Array, updates: Array, *, reduction: str = "none") -> Array:
    """Return ``data`` with entries or slices at coordinates replaced; the counterpart of GatherND.

    Source: ONNX, `ScatterND <https://onnx.ai/onnx/operators/onnx__ScatterND.html>`__.

    Parameters
    ----------
    data
        Any array.
    indices
        int64, the coordinates along its last axis; below 0 they count from the end.
    updates
        What is put there: the shape of ``indices`` but its last axis, then that of a slice.
    reduction
        ``none`` replaces; ``add``, ``mul``, ``min``, ``max`` combine, in the order of ``indices``.

    Raises
    ------
    UserError
        If a coordinate lies outside, or the shapes do not fit.

    Examples
    --------
    >>> scatter_nd(np.array([1, 2, 3]), np.array([[2], [0]]), np.array([8, 9]))
    array([9, 2, 8])
    """
    inner = indices.shape[-1] if indices.ndim else data.ndim + 1
    if not 0 < inner <= data.ndim or updates.shape != (*indices.shape[:-1], *data.shape[inner:]):
        raise UserError(
            f"data has shape {list(data.shape)}, indices {list(indices.shape)}, updates {list(updates.shape)}",
            "coordinates along the last axis of indices, and an update for each", "Correct the node.",
        )  # fmt: skip
    rows = indices.reshape(-1, inner)
    return _put(data, tuple(rows.T), updates.reshape(len(rows), *data.shape[inner:]), reduction)


def scatter(data: Array, indices: Array, updates: Array, *, axis: int = 0) -> Array:
    """Return :func:`scatter_elements`: what it was called before opset 11.

    Examples
    --------
    >>> scatter(np.array([[1, 2, 3]]), np.array([[2, 0]]), np.array([[8, 9]]), axis=1)
    array([[9, 2, 8]])
    """
    return scatter_elements(data, indices, updates, axis=axis)


def _put(data: Array, places: tuple[Array, ...], updates: Array, reduction: str) -> Array:
    for axis, place in enumerate(places):
        if not np.all((place >= -data.shape[axis]) & (place < data.shape[axis])):
            raise UserError(
                f"indices reach from {place.min()} to {place.max()}", f"indices of axis {axis} of {list(data.shape)}",
                "Correct the input: there is no such entry.",
            )  # fmt: skip
    if reduction != "none" and reduction not in REDUCTIONS:
        raise UserError(f"reduction is {reduction!r}", f"none, {', '.join(REDUCTIONS)}", "Correct the node.")
    result = np.array(data)
    if not updates.size or not places:
        return result
    if reduction == "none":
        result[places] = updates
    else:
        with np.errstate(invalid="ignore", over="ignore"):
            REDUCTIONS[reduction].at(result, places, updates)
        if reduction in ("min", "max"):
            numbers(result[places], "data, or updates,")
    return result


ELEMENTS = Operator("ScatterElements", "", scatter_elements, ("output",), (11, 13, 16, 18), "real")
ND = Operator("ScatterND", "", scatter_nd, ("output",), (11, 13, 16, 18), "real")
BEFORE = Operator("Scatter", "", scatter, ("output",), (9,), "real")
