"""MaxUnpool: the largest of each window back at its place, zeros elsewhere."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32, made_size
from ._operator import Operator
from ._windows import pair, resolve_pads

Array = npt.NDArray[Any]


def max_unpool(
    X: Array,
    I: Array,  # noqa: E741  # the standard's name
    output_shape: Array | None = None,
    *,
    kernel_shape: Sequence[int],
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    """Return what MaxPool was given, as far as it is known.

    Source: ONNX, `MaxUnpool <https://onnx.ai/onnx/operators/onnx__MaxUnpool.html>`__.

    Parameters
    ----------
    X
        float32 ``[N, C, ...]``.
    I
        int64, of ``X``'s shape: where in the whole result, laid out row by row, each number stands. Of several at one
        place the last one stays.
    output_shape
        int64, the result's shape, no smaller than the one that follows from the windows; that one without.
    kernel_shape, pads, strides
        Of the pool.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a place lies outside.

    Examples
    --------
    >>> max_unpool(np.array([[[5, 6]]], np.float32), np.array([[[1, 2]]]), kernel_shape=[2], strides=[2])
    array([[[0., 5., 6., 0.]]], dtype=float32)
    """
    x, axes = float32(X, "X"), X.ndim - 2
    if axes < 1 or I.shape != x.shape:
        raise UserError(
            f"X has shape {list(x.shape)} and I {list(I.shape)}", "one shape for both, [N, C, ...]", "Reshape one."
        )
    kernel, steps = pair(kernel_shape, "kernel_shape", axes), pair(strides, "strides", axes)
    edges = resolve_pads(x.shape[2:], kernel, steps, (1,) * axes, pads, "NOTSET")
    made = [
        (n - 1) * s - edges[axis] - edges[axis + axes] + k
        for axis, (n, s, k) in enumerate(zip(x.shape[2:], steps, kernel, strict=True))
    ]
    shape = (*x.shape[:2], *made)
    if output_shape is not None:
        given = made_size(output_shape, "output_shape")
        if len(given) != x.ndim or any(g < n for g, n in zip(given, shape, strict=True)):
            raise UserError(
                f"output_shape is {list(given)}", f"{x.ndim} lengths no smaller than {list(shape)}", "Correct it."
            )
        shape = given
    if min(shape) < 0 or I.min(initial=0) < 0 or I.max(initial=-1) >= math.prod(shape):
        raise UserError(
            f"I reaches from {I.min(initial=0)} to {I.max(initial=0)}", f"places in {list(shape)}",
            "Unpool with the windows of the pool.",
        )  # fmt: skip
    y = np.zeros(math.prod(shape), np.float32)
    y[I.reshape(-1)] = x.reshape(-1)
    return y.reshape(shape)


OPERATOR = Operator("MaxUnpool", "", max_unpool, ("output",), (9, 11, 22), "movement")
