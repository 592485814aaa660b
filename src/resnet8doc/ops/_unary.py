"""Neg, Abs, Floor, Ceil, Reciprocal: one number at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def neg(X: Array) -> Array:
    """Return ``-X`` (ONNX, `Neg <https://onnx.ai/onnx/operators/onnx__Neg.html>`__).

    Examples
    --------
    >>> neg(np.array([1.5, -2], np.float32))
    array([-1.5,  2. ], dtype=float32)
    """
    return np.negative(X)


def abs_(X: Array) -> Array:
    """Return ``|X|`` (ONNX, `Abs <https://onnx.ai/onnx/operators/onnx__Abs.html>`__).

    Examples
    --------
    >>> abs_(np.array([1.5, -2], np.float32))
    array([1.5, 2. ], dtype=float32)
    """
    return np.abs(X)


def floor(X: Array) -> Array:
    """Return the largest integer not above (ONNX, `Floor <https://onnx.ai/onnx/operators/onnx__Floor.html>`__).

    Examples
    --------
    >>> floor(np.array([1.5, -2.5], np.float32))
    array([ 1., -3.], dtype=float32)
    """
    return np.floor(X)


def ceil(X: Array) -> Array:
    """Return the smallest integer not below (ONNX, `Ceil <https://onnx.ai/onnx/operators/onnx__Ceil.html>`__).

    Examples
    --------
    >>> ceil(np.array([1.5, -2.5], np.float32))
    array([ 2., -2.], dtype=float32)
    """
    return np.ceil(X)


def reciprocal(X: Array) -> Array:
    """Return ``1 / X`` (ONNX, `Reciprocal <https://onnx.ai/onnx/operators/onnx__Reciprocal.html>`__).

    Examples
    --------
    >>> reciprocal(np.array([4, 0], np.float32))
    array([0.25,  inf], dtype=float32)
    """
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(X.dtype.type(1) / X)


NEG = Operator("Neg", "", neg, ("Y",), (6, 13), "real")
ABS = Operator("Abs", "", abs_, ("Y",), (6, 13), "real")
FLOOR = Operator("Floor", "", floor, ("Y",), (6, 13), "real")
CEIL = Operator("Ceil", "", ceil, ("Y",), (6, 13), "real")
RECIPROCAL = Operator("Reciprocal", "", reciprocal, ("Y",), (6, 13), "real")
