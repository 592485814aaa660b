"""Equal, Greater, Less and the like, Not, And, Or, Xor: truth values."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def equal(A: Array, B: Array) -> Array:
    """Return where ``A == B`` (ONNX, `Equal <https://onnx.ai/onnx/operators/onnx__Equal.html>`__).

    Examples
    --------
    >>> equal(np.array([1, 2]), np.array([1, 3]))
    array([ True, False])
    """
    return np.asarray(A == B)


def greater(A: Array, B: Array) -> Array:
    """Return where ``A > B`` (ONNX, `Greater <https://onnx.ai/onnx/operators/onnx__Greater.html>`__).

    Examples
    --------
    >>> greater(np.array([1, 4]), np.array([1, 3]))
    array([False,  True])
    """
    return np.asarray(A > B)


def less(A: Array, B: Array) -> Array:
    """Return where ``A < B`` (ONNX, `Less <https://onnx.ai/onnx/operators/onnx__Less.html>`__).

    Examples
    --------
    >>> less(np.array([1, 2]), np.array([1, 3]))
    array([False,  True])
    """
    return np.asarray(A < B)


def greater_or_equal(A: Array, B: Array) -> Array:
    """Return where ``A >= B``.

    Source: ONNX, `GreaterOrEqual <https://onnx.ai/onnx/operators/onnx__GreaterOrEqual.html>`__.

    Examples
    --------
    >>> greater_or_equal(np.array([1, 2]), np.array([1, 3]))
    array([ True, False])
    """
    return np.asarray(A >= B)


def less_or_equal(A: Array, B: Array) -> Array:
    """Return where ``A <= B`` (ONNX, `LessOrEqual <https://onnx.ai/onnx/operators/onnx__LessOrEqual.html>`__).

    Examples
    --------
    >>> less_or_equal(np.array([1, 4]), np.array([1, 3]))
    array([ True, False])
    """
    return np.asarray(A <= B)


def not_(X: Array) -> Array:
    """Return the contrary (ONNX, `Not <https://onnx.ai/onnx/operators/onnx__Not.html>`__).

    Examples
    --------
    >>> not_(np.array([True, False]))
    array([False,  True])
    """
    return np.logical_not(X)


def and_(A: Array, B: Array) -> Array:
    """Return where both hold (ONNX, `And <https://onnx.ai/onnx/operators/onnx__And.html>`__).

    Examples
    --------
    >>> and_(np.array([True, True]), np.array([True, False]))
    array([ True, False])
    """
    return np.logical_and(A, B)


def or_(A: Array, B: Array) -> Array:
    """Return where one or both hold (ONNX, `Or <https://onnx.ai/onnx/operators/onnx__Or.html>`__).

    Examples
    --------
    >>> or_(np.array([True, False]), np.array([False, False]))
    array([ True, False])
    """
    return np.logical_or(A, B)


def xor(A: Array, B: Array) -> Array:
    """Return where exactly one holds (ONNX, `Xor <https://onnx.ai/onnx/operators/onnx__Xor.html>`__).

    Examples
    --------
    >>> xor(np.array([True, True]), np.array([True, False]))
    array([False,  True])
    """
    return np.logical_xor(A, B)


EQUAL = Operator("Equal", "", equal, ("C",), (7, 11, 13, 19), "real")
GREATER = Operator("Greater", "", greater, ("C",), (7, 9, 13), "real")
LESS = Operator("Less", "", less, ("C",), (7, 9, 13), "real")
GREATER_OR_EQUAL = Operator("GreaterOrEqual", "", greater_or_equal, ("C",), (12, 16), "real")
LESS_OR_EQUAL = Operator("LessOrEqual", "", less_or_equal, ("C",), (12, 16), "real")
NOT = Operator("Not", "", not_, ("Y",), (1,), "real")
AND = Operator("And", "", and_, ("C",), (7,), "real")
OR = Operator("Or", "", or_, ("C",), (7,), "real")
XOR = Operator("Xor", "", xor, ("C",), (7,), "real")
