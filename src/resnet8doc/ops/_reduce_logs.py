"""ReduceLogSum and ReduceLogSumExp: logarithms of sums."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator
from ._reduce_axes import kept_shape, reduced_axes, with_axes_as_attribute

Array = npt.NDArray[Any]


def reduce_log_sum(
    data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0
) -> Array:
    """Return the logarithm of sums (ONNX, `ReduceLogSum <https://onnx.ai/onnx/operators/onnx__ReduceLogSum.html>`__).

    Raises
    ------
    UserError
        If the type is not float32, or there is no such axis.

    Examples
    --------
    >>> reduce_log_sum(np.array([1, 1], np.float32), keepdims=0)
    array(0.6931472, dtype=float32)
    """
    x = float32(data, "data")
    chosen = reduced_axes(x, axes, noop_with_empty_axes)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.log(x.sum(axis=tuple(chosen), dtype=np.float64))
    return np.asarray(total, np.float32).reshape(kept_shape(x, chosen, keepdims))


def reduce_log_sum_exp(
    data: Array, axes: Array | None = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0
) -> Array:
    r"""Return :math:`\ln \sum e^x`, computed as :math:`m + \ln \sum e^{x - m}` with the largest number :math:`m`.

    Source: ONNX, `ReduceLogSumExp <https://onnx.ai/onnx/operators/onnx__ReduceLogSumExp.html>`__.

    Raises
    ------
    UserError
        If the type is not float32, or there is no such axis.

    Examples
    --------
    >>> reduce_log_sum_exp(np.array([100, 100], np.float32), keepdims=0)
    array(100.693146, dtype=float32)
    """
    x = float32(data, "data")
    chosen = reduced_axes(x, axes, noop_with_empty_axes)
    wide, over = x.astype(np.float64), tuple(chosen)
    largest = wide.max(axis=over, keepdims=True, initial=-np.inf)
    held = np.where(np.isfinite(largest), largest, 0)
    with np.errstate(divide="ignore"):
        total = held + np.log(np.exp(wide - held).sum(axis=over, keepdims=True))
    return np.asarray(total, np.float32).reshape(kept_shape(x, chosen, keepdims))


SUMS = "the order in which a real sum is added up is left to each implementation"
LOG_SUM = Operator(
    "ReduceLogSum", "", reduce_log_sum, ("reduced",), (1, 11, 13, 18), "real", exact=SUMS,
    older={1: with_axes_as_attribute(reduce_log_sum), 18: reduce_log_sum},
)  # fmt: skip
LOG_SUM_EXP = Operator(
    "ReduceLogSumExp", "", reduce_log_sum_exp, ("reduced",), (1, 11, 13, 18), "real", exact=SUMS,
    older={1: with_axes_as_attribute(reduce_log_sum_exp), 18: reduce_log_sum_exp},
)  # fmt: skip
