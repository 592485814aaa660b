"""ABS, NEG, EXP, ELU, GELU, SQRT and RSQRT of TensorFlow Lite: one code of one code."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ._tflite import of_one, own

Array = npt.NDArray[Any]


def absolute_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`|x|` of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_BUILTIN
    >>> x, one, quarter, zero = np.array([-2, 0, 2], np.int8), np.float32(1), np.float32(0.25), np.int8(0)
    >>> absolute_codes(x, one, zero, quarter, zero, runtime=TFLITE_BUILTIN)
    array([8, 0, 8], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("ABS", runtime).function(*inputs, runtime=runtime))


def negative_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return the codes negated, in 8 bits: scales and zero points do not count in TensorFlow Lite's kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_BUILTIN
    >>> x, one, quarter, zero = np.array([-2, 0, 2], np.int8), np.float32(1), np.float32(0.25), np.int8(0)
    >>> negative_codes(x, one, zero, quarter, zero, runtime=TFLITE_BUILTIN)
    array([ 2,  0, -2], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("NEG", runtime).function(*inputs, runtime=runtime))


def exponential_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`e^x` of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, or C libraries disagree about a code.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_BUILTIN
    >>> x, one, quarter, zero = np.array([-2, 0, 2], np.int8), np.float32(1), np.float32(0.25), np.int8(0)
    >>> exponential_codes(x, one, zero, quarter, zero, runtime=TFLITE_BUILTIN)
    array([ 1,  4, 30], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("EXP", runtime).function(*inputs, runtime=runtime))


def exponential_linear_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`x`, or :math:`e^x - 1` below 0, of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, or C libraries disagree about a code.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_BUILTIN
    >>> x, one, quarter, zero = np.array([-2, 0, 2], np.int8), np.float32(1), np.float32(0.25), np.int8(0)
    >>> exponential_linear_codes(x, one, zero, quarter, zero, runtime=TFLITE_BUILTIN)
    array([-3,  0,  8], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("ELU", runtime).function(*inputs, runtime=runtime))


def gelu_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86, approximate: int = 0,
) -> Array:  # fmt: skip
    r"""Return :math:`\frac{x}{2} (1 + \mathrm{erf}(x / \sqrt 2))` of codes; ``approximate`` by tanh.

    Raises
    ------
    UserError
        If the runtime has no such operator, or C libraries disagree about a code.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_BUILTIN
    >>> x, one, quarter, zero = np.array([-2, 0, 2], np.int8), np.float32(1), np.float32(0.25), np.int8(0)
    >>> gelu_codes(x, one, zero, quarter, zero, runtime=TFLITE_BUILTIN)
    array([0, 0, 8], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("GELU", runtime).function(*inputs, approximate=approximate, runtime=runtime))


def root_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`\sqrt x` of codes, rounded down, as TensorFlow Lite's kernels do.

    Raises
    ------
    UserError
        If the runtime has no such operator, or a code stands for a number below 0.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_BUILTIN
    >>> x, one, quarter, zero = np.array([0, 1, 4], np.int8), np.float32(1), np.float32(0.25), np.int8(0)
    >>> root_codes(x, one, zero, quarter, zero, runtime=TFLITE_BUILTIN)
    array([0, 4, 8], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("SQRT", runtime).function(*inputs, runtime=runtime))


def inverse_root_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`1 / \sqrt x` of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, or a code stands for a number below 0.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_BUILTIN
    >>> x, one, quarter, zero = np.array([0, 1, 4], np.int8), np.float32(1), np.float32(0.25), np.int8(0)
    >>> inverse_root_codes(x, one, zero, quarter, zero, runtime=TFLITE_BUILTIN)
    array([127,   4,   2], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("RSQRT", runtime).function(*inputs, runtime=runtime))


ABS = of_one("ABS", absolute_codes)
NEG = of_one("NEG", negative_codes)
EXP = of_one("EXP", exponential_codes)
ELU = of_one("ELU", exponential_linear_codes)
GELU = of_one("GELU", gelu_codes, ("approximate",))
SQRT = of_one("SQRT", root_codes)
RSQRT = of_one("RSQRT", inverse_root_codes)
