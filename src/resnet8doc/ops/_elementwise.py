"""Add, Mul, Relu, Clip, Identity: element by element on real numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def _same_kind(A: Array, B: Array) -> None:
    try:
        np.broadcast_shapes(A.shape, B.shape)
    except ValueError as error:
        raise UserError(
            f"A has shape {list(A.shape)} and B {list(B.shape)}", "shapes that broadcast", "Reshape one."
        ) from error
    if A.dtype != B.dtype:
        raise UserError(f"A is {A.dtype} and B is {B.dtype}", "one type for both", "Convert one of them.")


def add(A: Array, B: Array) -> Array:
    """Return ``A + B``, broadcast (ONNX, `Add <https://onnx.ai/onnx/operators/onnx__Add.html>`__).

    Raises
    ------
    UserError
        If the types differ or the shapes do not broadcast.

    Examples
    --------
    >>> add(np.array([1.5], np.float32), np.array([1, 2], np.float32))
    array([2.5, 3.5], dtype=float32)
    """
    _same_kind(A, B)
    return np.asarray(A + B)


def mul(A: Array, B: Array) -> Array:
    """Return ``A * B``, broadcast (ONNX, `Mul <https://onnx.ai/onnx/operators/onnx__Mul.html>`__).

    Raises
    ------
    UserError
        If the types differ or the shapes do not broadcast.

    Examples
    --------
    >>> mul(np.array([1.5], np.float32), np.array([1, 2], np.float32))
    array([1.5, 3. ], dtype=float32)
    """
    _same_kind(A, B)
    return np.asarray(A * B)


def relu(X: Array) -> Array:
    """Return ``X`` where it is not below 0, else 0 (ONNX, `Relu <https://onnx.ai/onnx/operators/onnx__Relu.html>`__).

    -0.0 is not below 0, and stays.

    Examples
    --------
    >>> relu(np.array([-1.5, 2], np.float32))
    array([0., 2.], dtype=float32)
    """
    return np.where(X < 0, np.zeros((), X.dtype), X)


def clip(input: Array, min: Array | None = None, max: Array | None = None) -> Array:
    """Return ``input`` held between two numbers (ONNX, `Clip <https://onnx.ai/onnx/operators/onnx__Clip.html>`__).

    What is not below ``min`` stays, then what is not above ``max``: -0.0 between 0 and 6 stays -0.0.

    Examples
    --------
    >>> clip(np.array([-1.5, 7], np.float32), None, np.float32(6))
    array([-1.5,  6. ], dtype=float32)
    """
    result = input if min is None else np.where(input < min, min, input)
    return result if max is None else np.where(result > max, max, result)


def clip_6(input: Array, *, min: float = -3.4028234663852886e38, max: float = 3.4028234663852886e38) -> Array:
    """Return ``input`` held between two numbers that are attributes: Clip before opset 11.

    Examples
    --------
    >>> clip_6(np.array([-1.5, 7], np.float32), max=6.0)
    array([-1.5,  6. ], dtype=float32)
    """
    return clip(input, np.asarray(min, input.dtype), np.asarray(max, input.dtype))


def identity(input: Array) -> Array:
    """Return ``input`` (ONNX, `Identity <https://onnx.ai/onnx/operators/onnx__Identity.html>`__).

    Examples
    --------
    >>> identity(np.array([1, 2]))
    array([1, 2])
    """
    return input


ADD = Operator("Add", "", add, ("C",), (7, 13, 14), "real")
MUL = Operator("Mul", "", mul, ("C",), (7, 13, 14), "real")
RELU = Operator("Relu", "", relu, ("Y",), (6, 13, 14), "real")
CLIP = Operator("Clip", "", clip, ("output",), (6, 11, 12, 13), "real", older={6: clip_6, 11: clip})
IDENTITY = Operator("Identity", "", identity, ("output",), (1, 13, 14, 16, 19, 21, 23, 24, 25), "movement")
