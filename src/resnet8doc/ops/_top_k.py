"""TopK: the largest few along an axis, and where they stand."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def top_k(X: Array, K: Array, *, axis: int = -1, largest: int = 1, sorted: int = 1) -> tuple[Array, Array]:
    """Return the ``K`` largest or smallest along an axis, in order; of equal ones the first.

    Parameters
    ----------
    X
        Numbers of one axis or more.
    K
        int64, one number.
    axis
        The axis.
    largest
        Whether the largest are wanted.
    sorted
        In order; without it the standard leaves the order open.

    Returns
    -------
    Values : numpy.ndarray
        Of the type of ``X``.
    Indices : numpy.ndarray
        int64.

    Raises
    ------
    UserError
        If there is no such axis, there are fewer than ``K`` along it, the order is left open, or a NaN is among them:
        where NaN stands is left to each implementation.

    References
    ----------
    ONNX, `TopK <https://onnx.ai/onnx/operators/onnx__TopK.html>`__.

    Examples
    --------
    >>> top_k(np.array([5, 9, 2, 9]), np.array([3]))
    (array([9, 9, 5]), array([1, 3, 0]))
    """
    k = int(np.asarray(K).reshape(-1)[0]) if np.size(K) == 1 else -1
    if not -X.ndim <= axis < X.ndim or not 0 <= k <= X.shape[axis]:
        raise UserError(
            f"K is {np.asarray(K).tolist()}, axis {axis} of {list(X.shape)}", "at most as many as there are along it",
            "Correct K or axis.",
        )  # fmt: skip
    if not sorted:
        raise UserError("sorted is 0", "1", "Export the model with sorted=True: the runtime's own order is not known.")
    if X.dtype.kind == "f" and np.isnan(X).any():
        raise UserError("X holds NaN", "numbers", "Find the operator before it that makes NaN.")
    if largest:  # from the end, so that a stable sort leaves equal ones in their order
        order = X.shape[axis] - 1 - np.flip(np.argsort(np.flip(X, axis), axis=axis, kind="stable"), axis)
    else:
        order = np.argsort(X, axis=axis, kind="stable")
    where = np.take(order, np.arange(k), axis=axis)
    return np.take_along_axis(X, where, axis), where.astype(np.int64)


def top_k_1(X: Array, *, k: int, axis: int = -1) -> tuple[Array, Array]:
    """Return the ``k`` largest along an axis: TopK before opset 10, where ``k`` is an attribute.

    Examples
    --------
    >>> top_k_1(np.array([5, 9, 2, 9]), k=1)
    (array([9]), array([1]))
    """
    return top_k(X, np.array([k]), axis=axis)


OPERATOR = Operator("TopK", "", top_k, ("Values", "Indices"), (1, 10, 11, 24), "real", older={1: top_k_1, 10: top_k})
