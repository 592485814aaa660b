"""ReduceMax and ReduceMin."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import numbers
from ._operator import Operator
from ._reduce_axes import reduced_axes, with_axes_as_attribute

Array = npt.NDArray[Any]


def reduce_max(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    """Return the largest along axes (ONNX, `ReduceMax <https://onnx.ai/onnx/operators/onnx__ReduceMax.html>`__).

    Raises
    ------
    UserError
        If there is no such axis, nothing along it, or a NaN in it: whether it wins is left to each implementation.

    Examples
    --------
    >>> reduce_max(np.array([[1, 5], [7, 2]]), np.array([1]), keepdims=0)
    array([5, 7])
    """
    return _extreme(np.maximum, data, axes, keepdims, noop_with_empty_axes)


def reduce_min(data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
    """Return the smallest along axes (ONNX, `ReduceMin <https://onnx.ai/onnx/operators/onnx__ReduceMin.html>`__).

    See :func:`reduce_max`.

    Examples
    --------
    >>> reduce_min(np.array([[1, 5], [7, 2]]), np.array([1]), keepdims=0)
    array([1, 2])
    """
    return _extreme(np.minimum, data, axes, keepdims, noop_with_empty_axes)


def _extreme(larger: np.ufunc, data: Array, axes: Array | None, keepdims: int, noop: int) -> Array:
    chosen = tuple(sorted(reduced_axes(data, axes, noop)))
    try:
        return numbers(np.asarray(larger.reduce(data, axis=chosen, keepdims=bool(keepdims))), "data")
    except ValueError as error:
        raise UserError(
            f"axes are {list(chosen)} of {list(data.shape)}", "axes along which there is something", "Correct axes."
        ) from error


ZEROS = "which of 0.0 and -0.0 is the larger is left to each implementation; all other numbers are equal to the bit"
MAX, MIN = (
    Operator(
        name, "", function, ("reduced",), (1, 11, 12, 13, 18, 20), "real",
        older={1: with_axes_as_attribute(function), 18: function}, exact=ZEROS,
    )
    for name, function in (("ReduceMax", reduce_max), ("ReduceMin", reduce_min))
)  # fmt: skip
