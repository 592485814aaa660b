"""MeanVarianceNormalization: numbers over some axes brought to mean 0 and variance 1."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._float_sums import packet_sums, sums_of_computed
from ._operator import Operator

Array = npt.NDArray[Any]


def mean_variance_normalization(X: Array, *, axes: Sequence[int] = (0, 2, 3)) -> Array:
    r"""Return :math:`d / \sqrt{\overline{d^2}}` of :math:`d = x - \overline x`, the means over the axes.

    The sums are added up in the runtime's order, four at a time; each operation is rounded to float32. Nothing is added
    to the variance: where all numbers are equal, the result is NaN.

    Parameters
    ----------
    X
        float32, any shape.
    axes
        Over which to take the means; one that ``X`` does not have is not read.

    Raises
    ------
    UserError
        If ``X`` is not float32.

    References
    ----------
    ONNX, `MeanVarianceNormalization <https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html>`__; ONNX
    Runtime, ``core/providers/cpu/tensor/mean_variance_normalization.cc``.

    Examples
    --------
    >>> mean_variance_normalization(np.array([[1, 3], [5, 5.5]], np.float32), axes=[1])
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """
    x = float32(X, "X")
    over = sorted({axis % x.ndim for axis in axes if -x.ndim <= axis < x.ndim})
    order = [*(axis for axis in range(x.ndim) if axis not in over), *over]
    moved = x.transpose(order)
    length = math.prod(x.shape[axis] for axis in over)
    rows = np.ascontiguousarray(moved).reshape(-1, length) if x.size else np.zeros((0, 1), np.float32)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        away = rows - (packet_sums(rows) / np.float32(length))[:, None]
        y = away / np.sqrt(sums_of_computed(away * away) / np.float32(length))[:, None]
    return np.asarray(y.reshape(moved.shape).transpose(np.argsort(order)))


OPERATOR = Operator("MeanVarianceNormalization", "", mean_variance_normalization, ("Y",), (9, 13), "real")
