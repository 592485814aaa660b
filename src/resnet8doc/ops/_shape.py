"""Transpose, Reshape, Flatten, Squeeze: the same numbers in another shape, real or codes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def transpose(data: Array, *, perm: Sequence[int] | None = None) -> Array:
    """Return the axes in another order (ONNX, `Transpose <https://onnx.ai/onnx/operators/onnx__Transpose.html>`__).

    Parameters
    ----------
    data
        Any array.
    perm
        ``perm[i]`` is the input axis that becomes axis ``i``; reversed without it.

    Returns
    -------
    numpy.ndarray
        A view: the numbers stay where they are.

    Raises
    ------
    UserError
        If ``perm`` is not an order of the axes.

    Examples
    --------
    >>> transpose(np.zeros((1, 32, 16, 3)), perm=(0, 3, 1, 2)).shape
    (1, 3, 32, 16)
    """
    order = tuple(range(data.ndim))[::-1] if perm is None else tuple(perm)
    if sorted(order) != list(range(data.ndim)):
        raise UserError(f"perm is {list(order)}", f"an order of {data.ndim} axes", "Correct perm.")
    return data.transpose(order)


def reshape(data: Array, shape: Array, *, allowzero: int = 0) -> Array:
    """Return the numbers in another shape (ONNX, `Reshape <https://onnx.ai/onnx/operators/onnx__Reshape.html>`__).

    Parameters
    ----------
    data
        Any array, read in row-major order of its axes.
    shape
        int64; one -1 is worked out, 0 keeps the input's length (unless ``allowzero``).
    allowzero
        Take 0 as 0.

    Raises
    ------
    UserError
        If the shape does not hold as many numbers.

    Examples
    --------
    >>> reshape(np.zeros((5, 64, 1, 1)), np.array([-1, 64])).shape
    (5, 64)
    """
    wanted = [int(length) for length in np.asarray(shape).tolist()]
    if not allowzero:
        wanted = [data.shape[i] if length == 0 and i < data.ndim else length for i, length in enumerate(wanted)]
    try:
        return data.reshape(wanted)
    except ValueError as error:
        raise UserError(
            f"data has shape {list(data.shape)}", f"{data.size} elements in shape {wanted}", "Correct shape."
        ) from error


def flatten(input: Array, *, axis: int = 1) -> Array:
    """Return a matrix (ONNX, `Flatten <https://onnx.ai/onnx/operators/onnx__Flatten.html>`__).

    Parameters
    ----------
    input
        Any array.
    axis
        The first axis that belongs to the columns.

    Examples
    --------
    >>> flatten(np.zeros((5, 64, 1, 1))).shape
    (5, 64)
    """
    axis = axis if axis >= 0 else axis + input.ndim
    return input.reshape(math.prod(input.shape[:axis]), math.prod(input.shape[axis:]))


def squeeze(data: Array, axes: Array | None = None) -> Array:
    """Return an array without axes of length 1 (ONNX, `Squeeze <https://onnx.ai/onnx/operators/onnx__Squeeze.html>`__).

    Raises
    ------
    UserError
        If one of ``axes`` is longer than 1.

    Examples
    --------
    >>> squeeze(np.zeros((5, 64, 1, 1)), np.array([2, 3])).shape
    (5, 64)
    """
    # no axes mean all of length 1, as no input does
    chosen = None if axes is None or not np.size(axes) else tuple(int(axis) for axis in np.asarray(axes).tolist())
    try:
        return np.squeeze(data, axis=chosen)
    except ValueError as error:
        raise UserError(f"data has shape {list(data.shape)}", f"length 1 on axes {chosen}", "Correct axes.") from error


def squeeze_1(data: Array, *, axes: Sequence[int] | None = None) -> Array:
    """Return an array without axes of length 1, which are an attribute: Squeeze before opset 13.

    Examples
    --------
    >>> squeeze_1(np.zeros((5, 64, 1, 1)), axes=[2, 3]).shape
    (5, 64)
    """
    return squeeze(data, None if axes is None else np.asarray(axes, np.int64))


TRANSPOSE = Operator("Transpose", "", transpose, ("transposed",), (1, 13, 21, 23, 24, 25), "movement")
RESHAPE = Operator("Reshape", "", reshape, ("reshaped",), (5, 13, 14, 19, 21, 23, 24, 25), "movement")
FLATTEN = Operator("Flatten", "", flatten, ("output",), (1, 9, 11, 13, 21, 23, 24, 25), "movement")
SQUEEZE = Operator(
    "Squeeze", "", squeeze, ("squeezed",), (1, 11, 13, 21, 23, 24, 25), "movement",
    older={1: squeeze_1, 13: squeeze},
)  # fmt: skip
