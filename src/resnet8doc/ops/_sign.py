"""Sign, IsNaN, IsInf: of which kind a number is."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator

Array = npt.NDArray[Any]


def sign(input: Array) -> Array:
    """Return -1, 0 or 1; NaN of NaN (ONNX, `Sign <https://onnx.ai/onnx/operators/onnx__Sign.html>`__).

    Examples
    --------
    >>> sign(np.array([-1.5, 0, 7, np.nan], np.float32))
    array([-1.,  0.,  1., nan], dtype=float32)
    """
    return np.asarray(np.sign(input) + input.dtype.type(0))  # 0.0 of -0.0


def is_nan(X: Array) -> Array:
    """Return where a number is NaN (ONNX, `IsNaN <https://onnx.ai/onnx/operators/onnx__IsNaN.html>`__).

    Examples
    --------
    >>> is_nan(np.array([1, np.nan], np.float32))
    array([False,  True])
    """
    return np.asarray(np.isnan(X))


def is_inf(X: Array, *, detect_negative: int = 1, detect_positive: int = 1) -> Array:
    """Return where a number is infinite (ONNX, `IsInf <https://onnx.ai/onnx/operators/onnx__IsInf.html>`__).

    Parameters
    ----------
    X
        float32, any shape.
    detect_negative, detect_positive
        Whether infinity below or above counts.

    Examples
    --------
    >>> is_inf(np.array([1, np.inf, -np.inf], np.float32), detect_negative=0)
    array([False,  True, False])
    """
    return np.asarray((np.isposinf(X) & bool(detect_positive)) | (np.isneginf(X) & bool(detect_negative)))


SIGN = Operator("Sign", "", sign, ("output",), (9, 13), "real")
IS_NAN = Operator("IsNaN", "", is_nan, ("Y",), (9, 13, 20), "real")
IS_INF = Operator("IsInf", "", is_inf, ("Y",), (10, 20), "real")
