"""CenterCropPad: a tensor cut or framed with zeros, its middle where it was."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import made_size
from ._operator import Operator

Array = npt.NDArray[Any]


def center_crop_pad(input_data: Array, shape: Array, *, axes: Sequence[int] | None = None) -> Array:
    r"""Return a tensor of another shape with the same middle; of an odd difference less is cut, or put, at the front.

    Source: ONNX, `CenterCropPad <https://onnx.ai/onnx/operators/onnx__CenterCropPad.html>`__.

    Parameters
    ----------
    input_data
        Any numbers, any shape.
    shape
        int64, the new lengths, of all axes or of ``axes``.
    axes
        Those that change.

    Raises
    ------
    UserError
        If there is not one length for each axis.

    Examples
    --------
    >>> center_crop_pad(np.array([[1, 2, 3, 4]]), np.array([2, 1]))
    array([[2],
           [0]])
    """
    chosen = range(input_data.ndim) if axes is None else [int(axis) for axis in axes]
    lengths = made_size(shape, "shape")
    if len(lengths) != len(chosen) or not all(-input_data.ndim <= axis < input_data.ndim for axis in chosen):
        raise UserError(
            f"shape is {list(lengths)} and axes {list(chosen)}", "one length for each axis of input_data",
            "Correct axes.",
        )  # fmt: skip
    y = input_data
    for axis, length in zip(chosen, lengths, strict=True):
        first = abs(y.shape[axis] - length) // 2
        moved = np.moveaxis(y, axis, 0)
        if length <= len(moved):
            moved = moved[first : first + length]
        else:
            moved = np.concatenate([
                np.zeros((first, *moved.shape[1:]), y.dtype), moved,
                np.zeros((length - first - len(moved), *moved.shape[1:]), y.dtype),
            ])  # fmt: skip
        y = np.moveaxis(moved, 0, axis)
    return np.ascontiguousarray(y)


OPERATOR = Operator("CenterCropPad", "", center_crop_pad, ("output_data",), (18,), "movement")
