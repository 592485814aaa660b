r"""Sums of integer products, exact and as fast as numpy allows.

A float32 matrix product of integers is exact while every partial sum stays below :math:`2^{24}` in magnitude, whatever
the order of the additions, because then every intermediate is an integer that float32 can hold. Whether it stays below
follows from the weights alone:

.. math:: |a_c| \le \max(|x_{min} - z_x|, |x_{max} - z_x|) \sum_k |w_{kc} - z_w| .

So the bound is computed for each layer, and where it does not hold float64 (:math:`2^{53}`) does.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import FirstStage, Number

Array = npt.NDArray[Any]

EXACT_IN_FLOAT32 = 1 << 24


def largest_operand(dtype: npt.DTypeLike, zero_point: Number) -> int:
    """Return the largest ``|x - zero_point|`` that codes of that type can have."""
    limits = np.iinfo(dtype)
    z = np.asarray(zero_point, np.int64)
    return int(max(np.max(np.abs(limits.min - z)), np.max(np.abs(limits.max - z))))


def accumulator_bound(w_centred: Array, operand: int, bias: Array | None = None) -> Array:
    """Return the largest magnitude that each output channel's accumulator can have, bias included.

    Parameters
    ----------
    w_centred
        Weights less their zero point, ``[..., K, channels]``, as integers or as floats (in float32 the sum is exact for
        all ``K`` below 65,793).
    operand
        From :func:`largest_operand`.
    bias
        int32 ``[channels]``.

    Returns
    -------
    numpy.ndarray
        int64 ``[..., channels]``. No partial sum exceeds it, in any order.

    Examples
    --------
    >>> accumulator_bound(np.array([[3, -2], [-4, 1]]), 255, np.array([10, -10], np.int32))
    array([1795,  775])
    """
    bound = np.add.reduce(np.abs(w_centred), axis=-2).astype(np.int64) * operand
    return np.asarray(bound if bias is None else bound + np.abs(bias.astype(np.int64)))


def exact_float(bound: Array) -> type[np.float32] | type[np.float64]:
    """Return the smallest float type whose matrix product is exact under that bound."""
    return np.float32 if int(np.max(bound, initial=0)) < EXACT_IN_FLOAT32 else np.float64


def accumulate(x_centred: Array, w_centred: Array, stage: FirstStage) -> Array:
    """Return ``x_centred @ w_centred`` as int64, in an accumulator of the width and habits that were asked for.

    Parameters
    ----------
    x_centred
        Whole numbers ``[..., M, K]``.
    w_centred
        Whole numbers ``[..., K, N]``.
    stage
        Width and overflow of the accumulator.
    """
    x, w = x_centred.astype(np.float64), w_centred.astype(np.float64)
    if stage.overflow == "wrap":
        return stage.held(np.asarray(x @ w).astype(np.int64))
    total = np.zeros((*np.broadcast_shapes(x.shape[:-2], w.shape[:-2]), x.shape[-2], w.shape[-1]), np.int64)
    for k in range(x.shape[-1]):
        product = x[..., :, k, None] * w[..., k, None, :]
        total = stage.held(total + product.astype(np.int64))
    return total
