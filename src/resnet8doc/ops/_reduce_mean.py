"""ReduceMean, in the order in which ONNX Runtime adds up."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._float_sums import float_sums
from ._operator import Operator
from ._reduce_axes import kept_shape, reduced_axes, with_axes_as_attribute

Array = npt.NDArray[Any]


def reduce_mean(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    r"""Average over some axes: a sum in float32 (``float_sums`` has its order), divided by the number of elements.

    Of no elements it is 0.

    Parameters
    ----------
    data
        float32, any shape.
    axes
        int64; all of them without it, or with none.
    keepdims
        Whether the reduced axes stay, with length 1.
    noop_with_empty_axes
        With no axes, return ``data`` as it is.

    Raises
    ------
    UserError
        If the type is another, or there is no such axis.

    References
    ----------
    ONNX, `ReduceMean <https://onnx.ai/onnx/operators/onnx__ReduceMean.html>`__; ONNX Runtime,
    ``core/providers/cpu/reduction/reduction_ops.cc``.

    Examples
    --------
    >>> reduce_mean(np.array([[1, 2], [5, 6]], np.float32), np.array([1]), keepdims=0)
    array([1.5, 5.5], dtype=float32)
    """
    data = np.ascontiguousarray(float32(data, "data")).reshape(data.shape)
    chosen = reduced_axes(data, axes, noop_with_empty_axes)
    count = math.prod(data.shape[axis] for axis in chosen)
    mean = float_sums(data, chosen)
    if count:  # of nothing the mean is the sum, 0
        mean = mean / np.float32(count)
    return np.asarray(mean).reshape(kept_shape(data, chosen, keepdims))


OPERATOR = Operator(
    "ReduceMean", "", reduce_mean, ("reduced",), (1, 11, 13, 18), "real",
    older={1: with_axes_as_attribute(reduce_mean), 18: reduce_mean},
)  # fmt: skip
