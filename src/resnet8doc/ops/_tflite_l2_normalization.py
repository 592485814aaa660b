"""L2_NORMALIZATION of TensorFlow Lite: rows of codes, each over its length."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ._tflite import of_one, own

Array = npt.NDArray[Any]


def l2_normalization_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86, axis: int = -1,
) -> Array:  # fmt: skip
    r"""Return :math:`x / \sqrt{\sum x_i^2}` along an axis of codes; the output's scale is 1/128, its zero point 0.

    Raises
    ------
    UserError
        If the runtime has no such operator, the output has another scale, or 32 bits do not hold the sum of squares.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_MICRO
    >>> x, tenth, zero = np.array([[3, 4, 0], [9, 0, 0]], np.int8), np.float32(0.1), np.int8(0)
    >>> l2_normalization_codes(x, tenth, zero, np.float32(1 / 128), zero, runtime=TFLITE_MICRO)
    array([[ 77, 102,   0],
           [127,   0,   0]], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("L2_NORMALIZATION", runtime).function(*inputs, axis=axis, runtime=runtime))


OPERATOR = of_one("L2_NORMALIZATION", l2_normalization_codes, ("axis",))
