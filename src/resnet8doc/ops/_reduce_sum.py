"""ReduceSum, in the order in which ONNX Runtime adds up."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._float_sums import float_sums
from ._operator import Operator
from ._reduce_axes import kept_shape, reduced_axes, with_axes_as_attribute

Array = npt.NDArray[Any]

MOST = 2**53
"""Up to here float64 holds every integer."""


def reduce_sum(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    r"""Add up over some axes: float32 in the order of ``float_sums``; integers without error, clamped to their type.

    The runtime adds integers up in float64, which holds them up to :math:`2^{53}`; where a sum could leave that range
    it depends on the order and is refused.

    Parameters
    ----------
    data
        float32, int32 or int64, any shape.
    axes
        int64; all of them without it, or with none.
    keepdims
        Whether the reduced axes stay, with length 1.
    noop_with_empty_axes
        With no axes, return ``data`` as it is.

    Raises
    ------
    UserError
        If the type is another, there is no such axis, or a sum of integers is too large.

    References
    ----------
    ONNX, `ReduceSum <https://onnx.ai/onnx/operators/onnx__ReduceSum.html>`__; ONNX Runtime,
    ``core/providers/cpu/reduction/reduction_ops.cc``.

    Examples
    --------
    >>> reduce_sum(np.array([[1, 2], [5, 6]], np.float32), np.array([1]), keepdims=0)
    array([ 3., 11.], dtype=float32)
    """
    if data.dtype not in (np.float32, np.int32, np.int64):
        raise UserError(f"data is {data.dtype}", "float32, int32 or int64", "Convert the model to one of these.")
    chosen = reduced_axes(data, axes, noop_with_empty_axes)
    if data.dtype == np.float32:
        total = float_sums(np.ascontiguousarray(data).reshape(data.shape), chosen)
    else:
        total = _whole_sums(data, tuple(chosen))
    return total.reshape(kept_shape(data, chosen, keepdims))


def _whole_sums(data: Array, axes: tuple[int, ...]) -> Array:
    size = np.add.reduce(np.abs(data.astype(np.float64)), axis=axes)
    if np.any(size >= MOST):
        raise UserError(
            f"integers add up to {np.max(size):.4g}", f"less than {MOST:,} (2^53), which float64 holds",
            "Convert data to float32 before the sum (Cast), or add up smaller numbers.",
        )  # fmt: skip
    limits = np.iinfo(data.dtype)
    return np.asarray(np.add.reduce(data, axis=axes, dtype=np.int64).clip(limits.min, limits.max).astype(data.dtype))


OPERATOR = Operator(
    "ReduceSum", "", reduce_sum, ("reduced",), (1, 11, 13), "real",
    older={1: with_axes_as_attribute(reduce_sum), 13: reduce_sum},
)  # fmt: skip
