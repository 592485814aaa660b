"""int16 codes in TensorFlow Lite, element by element: ADD, SUB, MUL, LEAKY_RELU, LOGISTIC, TANH, QUANTIZE."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ._operator import Codes
from ._tflite import own
from ._tflite_int16 import recorded

Array = npt.NDArray[Any]


def add_int16(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Add int16 codes: :math:`C = (A s_A + B s_B) / s_C`, as a runtime rounds it. All zero points are 0.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types and shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([1000, 1], np.int16), np.array([400, 0], np.int16), np.int16(0)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> add_int16(A, half, zero, B, quarter, zero, one, zero, runtime=TFLITE_REFERENCE)
    array([600,   1], dtype=int16)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(own("ADD_INT16", runtime).function(*inputs, runtime=runtime))


def subtract_int16(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Subtract int16 codes: :math:`C = (A s_A - B s_B) / s_C`, as a runtime rounds it. All zero points are 0.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types and shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([1000, 1], np.int16), np.array([400, 0], np.int16), np.int16(0)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> subtract_int16(A, half, zero, B, quarter, zero, one, zero, runtime=TFLITE_REFERENCE)
    array([400,   1], dtype=int16)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(own("SUB_INT16", runtime).function(*inputs, runtime=runtime))


def multiply_int16(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Multiply int16 codes: :math:`C = A s_A B s_B / s_C`, as a runtime rounds it. All zero points are 0.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types and shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([1000, -2], np.int16), np.array([40, 1], np.int16), np.int16(0)
    >>> half, one = np.float32(0.5), np.float32(1)
    >>> multiply_int16(A, half, zero, B, half, zero, one, zero, runtime=TFLITE_REFERENCE)
    array([10000,    -1], dtype=int16)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(own("MUL_INT16", runtime).function(*inputs, runtime=runtime))


def leaky_relu_int16(
    X: Array, X_scale: Number, X_zero_point: Number | None, Y_scale: Number, Y_zero_point: Number | None = None, *,
    alpha: float = 0.01, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`x` of int16 codes, and :math:`\alpha x` below 0, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> X, one, zero = np.array([1000, -1000], np.int16), np.float32(1), np.int16(0)
    >>> leaky_relu_int16(X, one, zero, one, zero, alpha=0.25, runtime=TFLITE_REFERENCE)
    array([1000, -250], dtype=int16)
    """
    inputs = (X, X_scale, X_zero_point, Y_scale, Y_zero_point)
    return np.asarray(own("LEAKY_RELU_INT16", runtime).function(*inputs, alpha=alpha, runtime=runtime))


def logistic_int16(
    X: Array, X_scale: Number, X_zero_point: Number | None, Y_scale: Number, Y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`1 / (1 + e^{-x})` of int16 codes; the output's scale is 1/32768.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the output has another scale.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> X, scale, zero = np.array([-1000, 0, 1000], np.int16), np.float32(0.001), np.int16(0)
    >>> logistic_int16(X, scale, zero, np.float32(1 / 32768), zero, runtime=TFLITE_REFERENCE)
    array([ 8812, 16384, 23956], dtype=int16)
    """
    inputs = (X, X_scale, X_zero_point, Y_scale, Y_zero_point)
    return np.asarray(own("LOGISTIC_INT16", runtime).function(*inputs, runtime=runtime))


def tanh_int16(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`\tanh` of int16 codes; the output's scale is 1/32768.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the output has another scale.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, scale, zero = np.array([-1000, 0, 1000], np.int16), np.float32(0.001), np.int16(0)
    >>> tanh_int16(x, scale, zero, np.float32(1 / 32768), zero, runtime=TFLITE_REFERENCE)
    array([-24956,      0,  24956], dtype=int16)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("TANH_INT16", runtime).function(*inputs, runtime=runtime))


def requantize_int16(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Bring int16 codes to another scale, or to int8 codes, or those to int16, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, one, two = np.array([-3, 3, 5], np.int16), np.float32(1), np.float32(2)
    >>> requantize_int16(x, one, np.int16(0), two, np.int8(7), runtime=TFLITE_REFERENCE)
    array([ 6,  9, 10], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("QUANTIZE_INT16", runtime).function(*inputs, runtime=runtime))


_PAIR = {letter: Codes(f"{letter}_scale", f"{letter}_zero_point") for letter in "ABC"}
_UPPER = {letter: Codes(f"{letter}_scale", f"{letter}_zero_point") for letter in "XY"}
_LOWER = {letter: Codes(f"{letter}_scale", f"{letter}_zero_point") for letter in "xy"}

ADD = recorded("ADD_INT16", add_int16, "C", _PAIR)
SUB = recorded("SUB_INT16", subtract_int16, "C", _PAIR)
MUL = recorded("MUL_INT16", multiply_int16, "C", _PAIR)
LEAKY_RELU = recorded("LEAKY_RELU_INT16", leaky_relu_int16, "Y", _UPPER)
LOGISTIC = recorded("LOGISTIC_INT16", logistic_int16, "Y", _UPPER)
TANH = recorded("TANH_INT16", tanh_int16, "y", _LOWER)
QUANTIZE = recorded("QUANTIZE_INT16", requantize_int16, "y", _LOWER)
