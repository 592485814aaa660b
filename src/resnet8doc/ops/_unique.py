"""Unique: each entry once."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import numbers
from ._operator import Operator

Array = npt.NDArray[Any]


def unique(X: Array, *, axis: int | None = None, sorted: int = 1) -> tuple[Array, Array, Array, Array]:
    """Return each number once, or each slice of an axis.

    Source: ONNX, `Unique <https://onnx.ai/onnx/operators/onnx__Unique.html>`__.

    Parameters
    ----------
    X
        Any numbers, any shape; no NaN.
    axis
        Whose slices are compared; without it the numbers of the whole tensor are.
    sorted
        Whether they come in order; else as they first stand.

    Returns
    -------
    tuple
        The entries; int64, where each first stands; for each entry of ``X``, which one it is; how often each is there.

    Raises
    ------
    UserError
        If there is no such axis, or NaN among the numbers.

    Examples
    --------
    >>> unique(np.array([3, 1, 3]), sorted=0)
    (array([3, 1]), array([0, 1]), array([0, 1, 0]), array([2, 1]))
    """
    x = numbers(X, "X")
    if axis is not None and not -x.ndim <= axis < x.ndim:
        raise UserError(f"axis is {axis}", f"an axis of a tensor of {x.ndim}", "Correct axis.")
    rows = x.reshape(-1, 1) if axis is None else np.moveaxis(x, axis, 0).reshape(x.shape[axis], -1)
    order = np.lexsort(rows.T[::-1]) if rows.size else np.arange(len(rows))
    ranked = rows[order]
    starts = np.ones(len(rows), bool)
    starts[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
    group = np.empty(len(rows), np.int64)
    group[order] = np.cumsum(starts) - 1
    first = order[starts]  # lexsort is stable: the first of each group stands first in X
    if not sorted:
        turned = np.argsort(first)
        place = np.empty(len(first), np.int64)
        place[turned] = np.arange(len(first))
        first, group = first[turned], place[group]
    counts = np.bincount(group, minlength=len(first))
    y = x.reshape(-1)[first] if axis is None else np.take(x, first, axis)
    return y, first.astype(np.int64), group, counts.astype(np.int64)


OPERATOR = Operator("Unique", "", unique, ("Y", "indices", "inverse_indices", "counts"), (11, 28), "movement")
