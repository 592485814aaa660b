"""Over which axes ReduceMean, ReduceSum, ReduceMax and ReduceMin go: an input, an attribute in older opsets."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError

Array = npt.NDArray[Any]


def reduced_axes(data: Array, axes: Array | None, noop_with_empty_axes: int) -> set[int]:
    """Return the axes: those named, or all where none is named (none if such is to do nothing).

    Raises
    ------
    UserError
        If there is no such axis.

    Examples
    --------
    >>> reduced_axes(np.zeros((2, 3)), np.array([-1]), 0), reduced_axes(np.zeros((2, 3)), None, 0)
    ({1}, {0, 1})
    """
    given = [] if axes is None else [int(axis) for axis in np.asarray(axes).reshape(-1).tolist()]
    if any(not -data.ndim <= axis < data.ndim for axis in given):
        raise UserError(f"axes are {given}", f"axes of a tensor of {data.ndim}", "Correct axes.")
    if not given:
        return set() if noop_with_empty_axes else set(range(data.ndim))
    return {axis % data.ndim for axis in given}


def kept_shape(data: Array, chosen: set[int], keepdims: int) -> tuple[int, ...]:
    """Return the shape after the reduction: a reduced axis has length 1, or is gone.

    Examples
    --------
    >>> kept_shape(np.zeros((2, 3)), {0}, 1), kept_shape(np.zeros((2, 3)), {0}, 0)
    ((1, 3), (3,))
    """
    lengths = enumerate(data.shape)
    return tuple(1 if axis in chosen else n for axis, n in lengths if keepdims or axis not in chosen)


def with_axes_as_attribute(function: Callable[..., Array]) -> Callable[..., Array]:
    """Return a reduction as it was while its axes were an attribute.

    Examples
    --------
    >>> from resnet8doc.ops import OPERATORS
    >>> OPERATORS["", "ReduceMax"].at(11).function(np.array([[1, 5], [7, 2]]), axes=[0], keepdims=0)
    array([7, 5])
    """

    def older(data: Array, *, axes: Sequence[int] | None = None, keepdims: int = 1) -> Array:
        """Reduce over axes that are an attribute."""
        return function(data, None if axes is None else np.asarray(axes, np.int64), keepdims=keepdims)

    return older
