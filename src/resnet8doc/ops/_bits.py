"""BitShift, BitwiseAnd, BitwiseOr, BitwiseXor, BitwiseNot: whole numbers bit by bit."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def bit_shift(X: Array, Y: Array, *, direction: str) -> Array:
    """Shift ``X`` by ``Y`` bits (ONNX, `BitShift <https://onnx.ai/onnx/operators/onnx__BitShift.html>`__).

    Raises
    ------
    UserError
        If the types are not unsigned and the same, ``direction`` is neither ``LEFT`` nor ``RIGHT``, or a number of bits
        is not below the type's.

    Examples
    --------
    >>> bit_shift(np.array([16, 4], np.uint8), np.array([1, 2], np.uint8), direction="RIGHT")
    array([8, 1], dtype=uint8)
    """
    if X.dtype.kind != "u" or X.dtype != Y.dtype or direction not in ("LEFT", "RIGHT"):
        raise UserError(
            f"X is {X.dtype}, Y {Y.dtype}, direction {direction!r}", "one unsigned type; LEFT or RIGHT", "Correct them."
        )
    if Y.size and int(Y.max()) >= 8 * X.dtype.itemsize:
        raise UserError(f"Y reaches {int(Y.max())}", f"less than {8 * X.dtype.itemsize} bits", "Correct Y.")
    return np.asarray(np.left_shift(X, Y) if direction == "LEFT" else np.right_shift(X, Y))


def bitwise_and(A: Array, B: Array) -> Array:
    """Return A & B (ONNX, `BitwiseAnd <https://onnx.ai/onnx/operators/onnx__BitwiseAnd.html>`__).

    Examples
    --------
    >>> bitwise_and(np.array([6]), np.array([3]))
    array([2])
    """
    return np.asarray(np.bitwise_and(A, B))


def bitwise_or(A: Array, B: Array) -> Array:
    """Return A | B (ONNX, `BitwiseOr <https://onnx.ai/onnx/operators/onnx__BitwiseOr.html>`__).

    Examples
    --------
    >>> bitwise_or(np.array([6]), np.array([3]))
    array([7])
    """
    return np.asarray(np.bitwise_or(A, B))


def bitwise_xor(A: Array, B: Array) -> Array:
    """Return A ^ B (ONNX, `BitwiseXor <https://onnx.ai/onnx/operators/onnx__BitwiseXor.html>`__).

    Examples
    --------
    >>> bitwise_xor(np.array([6]), np.array([3]))
    array([5])
    """
    return np.asarray(np.bitwise_xor(A, B))


def bitwise_not(X: Array) -> Array:
    """Return ~X (ONNX, `BitwiseNot <https://onnx.ai/onnx/operators/onnx__BitwiseNot.html>`__).

    Examples
    --------
    >>> bitwise_not(np.array([6]))
    array([-7])
    """
    return np.asarray(np.bitwise_not(X))


SHIFT = Operator("BitShift", "", bit_shift, ("Z",), (11,), "real")
AND = Operator("BitwiseAnd", "", bitwise_and, ("C",), (18,), "real")
OR = Operator("BitwiseOr", "", bitwise_or, ("C",), (18,), "real")
XOR = Operator("BitwiseXor", "", bitwise_xor, ("C",), (18,), "real")
NOT = Operator("BitwiseNot", "", bitwise_not, ("Y",), (18,), "real")
