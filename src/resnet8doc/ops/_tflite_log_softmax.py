"""LOG_SOFTMAX of TensorFlow Lite: logarithms of probabilities."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ._tflite import of_one, own

Array = npt.NDArray[Any]


def log_softmax_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86, axis: int = -1,
) -> Array:  # fmt: skip
    r"""Return :math:`x - \log \sum e^{x_i}` along an axis of codes; the output's scale is 1/16, its zero point 127.

    Raises
    ------
    UserError
        If the runtime has no such operator, the output has another scale, or C libraries disagree about a code.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_MICRO
    >>> x, tenth, sixteenth = np.array([[10, 20, 30]], np.int8), np.float32(0.1), np.float32(1 / 16)
    >>> log_softmax_codes(x, tenth, np.int8(0), sixteenth, np.int8(127), runtime=TFLITE_MICRO)
    array([[ 88, 104, 120]], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("LOG_SOFTMAX", runtime).function(*inputs, axis=axis, runtime=runtime))


OPERATOR = of_one("LOG_SOFTMAX", log_softmax_codes, ("axis",))
