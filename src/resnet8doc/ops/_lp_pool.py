"""LpPool: the size of each window as a vector."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._average_pool import window_sums
from ._checks import float32
from ._operator import Operator
from ._windows import AutoPad, pair, spatial

Array = npt.NDArray[Any]


def lp_pool(
    X: Array,
    *,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0,
    dilations: Sequence[int] | None = None,
    p: int = 2,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    r"""Return :math:`\left(\sum |x|^p\right)^{1/p}` of each window.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``, or with one or three axes in place of H and W.
    kernel_shape, auto_pad, ceil_mode, dilations, pads, strides
        As in the standard.
    p
        1 or more.

    Raises
    ------
    UserError
        If shapes and attributes do not fit.

    References
    ----------
    ONNX, `LpPool <https://onnx.ai/onnx/operators/onnx__LpPool.html>`__.

    Examples
    --------
    >>> lp_pool(np.array([[[3, -4, 0]]], np.float32), kernel_shape=[2])
    array([[[5., 4.]]], dtype=float32)
    """
    x = float32(X, "X")
    if p < 1:
        raise UserError(f"p is {p}", "1 or more", "Correct p.")
    spread = pair(dilations, "dilations", spatial(x.ndim, "X"))
    powers = np.abs(x.astype(np.float64)) ** p
    sums, _ = window_sums(powers, kernel_shape, auto_pad, ceil_mode, 0, pads, strides, spread)
    with np.errstate(over="ignore"):
        return np.asarray(sums ** (1 / p)).astype(np.float32)


OPERATOR = Operator(
    "LpPool", "", lp_pool, ("Y",), (2, 11, 18, 22), "real",
    exact="the order in which a real sum is added up, and the root, are left to each implementation",
)  # fmt: skip
