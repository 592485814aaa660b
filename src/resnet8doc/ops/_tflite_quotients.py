"""PRELU, SQUARED_DIFFERENCE and DIV of TensorFlow Lite: one code of two."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ._tflite import of_two, own

Array = npt.NDArray[Any]


def parametric_relu(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`A`, or :math:`A B` below 0, of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([-8, 12], np.int8), np.array([4, 4], np.int8), np.int8(0)
    >>> half, one = np.float32(0.5), np.float32(1)
    >>> parametric_relu(A, half, zero, B, half, zero, one, zero, runtime=TFLITE_REFERENCE)
    array([-8,  6], dtype=int8)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(own("PRELU", runtime).function(*inputs, runtime=runtime))


def squared_difference(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`(A - B)^2` of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the output's scale is too small.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([-8, 12], np.int8), np.array([4, 4], np.int8), np.int8(0)
    >>> half, one = np.float32(0.5), np.float32(1)
    >>> squared_difference(A, half, zero, B, half, zero, one, zero, runtime=TFLITE_REFERENCE)
    array([36, 16], dtype=int8)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(own("SQUARED_DIFFERENCE", runtime).function(*inputs, runtime=runtime))


def divide(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`A / B` of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, a code of ``B`` stands for 0, or a shift leaves 32 bits.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([-8, 12], np.int8), np.array([4, 4], np.int8), np.int8(0)
    >>> half, one = np.float32(0.5), np.float32(1)
    >>> divide(A, half, zero, B, half, zero, np.float32(1 / 64), zero, runtime=TFLITE_REFERENCE)
    array([-128,  127], dtype=int8)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(own("DIV", runtime).function(*inputs, runtime=runtime))


PRELU = of_two("PRELU", parametric_relu)
SQUARED_DIFFERENCE = of_two("SQUARED_DIFFERENCE", squared_difference)
DIV = of_two("DIV", divide)
