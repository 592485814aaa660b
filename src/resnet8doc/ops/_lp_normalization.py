"""LpNormalization and GlobalLpPool: lengths of vectors."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def lp_normalization(input: Array, *, axis: int = -1, p: int = 2) -> Array:
    r"""Return :math:`x / \lVert x \rVert_p` along an axis; 0 where the length is 0.

    Source: ONNX, `LpNormalization <https://onnx.ai/onnx/operators/onnx__LpNormalization.html>`__.

    Parameters
    ----------
    input
        float32 of one axis or more.
    axis, p
        The axis; 1 or 2.

    Raises
    ------
    UserError
        If there is no such axis, the type is another, or ``p`` is.

    Examples
    --------
    >>> lp_normalization(np.array([3, 4], np.float32))
    array([0.6, 0.8], dtype=float32)
    """
    x = float32(input, "input")
    if p not in (1, 2) or not -x.ndim <= axis < x.ndim:
        raise UserError(f"p is {p} and axis {axis}", f"1 or 2, and an axis of a tensor of {x.ndim}", "Correct them.")
    with np.errstate(over="ignore", invalid="ignore"):  # what float32 cannot hold is infinite or 0 to the runtime too
        parts = np.abs(x) if p == 1 else np.square(x)
        sums = parts.sum(axis=axis, keepdims=True, dtype=np.float64).astype(np.float32)
        size = sums if p == 1 else np.sqrt(sums)
        return np.asarray(np.divide(x, size, out=np.zeros_like(x), where=size != 0))


def global_lp_pool(X: Array, *, p: int = 2) -> Array:
    r"""Return :math:`\lVert x \rVert_p` over all pixels.

    Source: ONNX, `GlobalLpPool <https://onnx.ai/onnx/operators/onnx__GlobalLpPool.html>`__.

    Parameters
    ----------
    X
        float32 ``[N, C, ...]``.
    p
        1 or more.

    Raises
    ------
    UserError
        If the shape, the type or ``p`` is another.

    Examples
    --------
    >>> global_lp_pool(np.array([[[3, -4]]], np.float32))
    array([[[5.]]], dtype=float32)
    """
    x = float32(X, "X")
    if p < 1 or x.ndim < 3:
        raise UserError(f"p is {p} and X has shape {list(x.shape)}", "1 or more, and [N, C, ...]", "Correct them.")
    sums = (np.abs(x.astype(np.float64)) ** p).sum(axis=tuple(range(2, x.ndim)), keepdims=True)
    return np.asarray(sums ** (1 / p)).astype(np.float32)


SUMS = "the order in which a real sum is added up is left to each implementation"
NORMALIZATION = Operator("LpNormalization", "", lp_normalization, ("output",), (1, 22), "real", exact=SUMS)
GLOBAL_POOL = Operator("GlobalLpPool", "", global_lp_pool, ("Y",), (2,), "real", exact=SUMS)
