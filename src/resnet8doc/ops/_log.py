"""Log: the natural logarithm."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def log(input: Array) -> Array:
    r"""Return :math:`\ln x`, computed in float64 and rounded to float32.

    Below 0 the result is not a number.

    Parameters
    ----------
    input
        float32, any shape.

    References
    ----------
    ONNX, `Log <https://onnx.ai/onnx/operators/onnx__Log.html>`__; ONNX Runtime,
    ``core/providers/cpu/math/element_wise_ops.cc``.

    Examples
    --------
    >>> log(np.array([1, 0], np.float32))
    array([  0., -inf], dtype=float32)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(float32(input, "input").astype(np.float64)).astype(np.float32)


OPERATOR = Operator(
    "Log",
    "",
    log,
    ("output",),
    (6, 13),
    "real",
    exact="the runtime takes the logarithm of its matrix library, whose last bit is not the nearest",
)
