"""Sin and Cos, of which positions in transformers are made."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def sin(input: Array) -> Array:
    """Return the sine (ONNX, `Sin <https://onnx.ai/onnx/operators/onnx__Sin.html>`__).

    Raises
    ------
    UserError
        If the type is not float32.

    Examples
    --------
    >>> sin(np.array([0, 0.5], np.float32))
    array([0.        , 0.47942555], dtype=float32)
    """
    return np.asarray(np.sin(float32(input, "input"), dtype=np.float64).astype(np.float32))


def cos(input: Array) -> Array:
    """Return the cosine (ONNX, `Cos <https://onnx.ai/onnx/operators/onnx__Cos.html>`__).

    Raises
    ------
    UserError
        If the type is not float32.

    Examples
    --------
    >>> cos(np.array([0, 4], np.float32))
    array([ 1.       , -0.6536436], dtype=float32)
    """
    return np.asarray(np.cos(float32(input, "input"), dtype=np.float64).astype(np.float32))


LIBRARY = "it is the machine's C library that computes it there; here it is the nearest float32"
SIN = Operator("Sin", "", sin, ("output",), (7, 22), "real", exact=LIBRARY)
COS = Operator("Cos", "", cos, ("output",), (7, 22), "real", exact=LIBRARY)
