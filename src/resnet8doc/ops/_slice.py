"""Slice: a part of a tensor."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def slice_(data: Array, starts: Array, ends: Array, axes: Array | None = None, steps: Array | None = None) -> Array:
    """Return a part of a tensor (ONNX, `Slice <https://onnx.ai/onnx/operators/onnx__Slice.html>`__).

    Parameters
    ----------
    data
        Any array.
    starts, ends
        Where the part begins and where it ends, exclusive, on each axis; negative numbers count from the end, numbers
        beyond it are held to it.
    axes
        Which axes; the first ones without it.
    steps
        On each axis; 1 without it. With a negative step it runs backward.

    Raises
    ------
    UserError
        If the numbers do not fit the axes, or a step is 0.

    Examples
    --------
    >>> slice_(np.arange(6).reshape(2, 3), np.array([1]), np.array([9]), np.array([1]))
    array([[1, 2],
           [4, 5]])
    """
    begin, end = starts.tolist(), ends.tolist()
    which = list(range(len(begin))) if axes is None else axes.tolist()
    step = [1] * len(begin) if steps is None else steps.tolist()
    if not len(begin) == len(end) == len(which) == len(step) or 0 in step:
        raise UserError(
            f"starts {begin}, ends {end}, axes {which}, steps {step}", "one number each, and steps other than 0",
            "Correct the model.",
        )  # fmt: skip
    chosen = [slice(None)] * data.ndim
    for axis, first, last, stride in zip(which, begin, end, step, strict=True):
        if not -data.ndim <= axis < data.ndim:
            raise UserError(f"axes are {which}", f"axes of a tensor of {data.ndim}", "Correct axes.")
        # a step backward to before the first element is written as no end at all
        open_end = stride < 0 and last < -data.shape[axis]
        chosen[axis] = slice(first, None if open_end else last, stride)
    return data[tuple(chosen)]


def slice_1(data: Array, *, starts: Sequence[int], ends: Sequence[int], axes: Sequence[int] | None = None) -> Array:
    """Return a part of a tensor, its ends being attributes: Slice before opset 10.

    Examples
    --------
    >>> slice_1(np.arange(3), starts=[1], ends=[3])
    array([1, 2])
    """
    which = None if axes is None else np.asarray(axes, np.int64)
    return slice_(data, np.asarray(starts, np.int64), np.asarray(ends, np.int64), which)


OPERATOR = Operator(
    "Slice", "", slice_, ("output",), (1, 10, 11, 13), "movement", older={1: slice_1, 10: slice_},
    optional=frozenset({"axes"}),
)  # fmt: skip
