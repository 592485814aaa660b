"""ConvTranspose: a convolution turned round, real numbers."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import made_size
from ._operator import Operator
from ._windows import AutoPad, pair, spatial

Array = npt.NDArray[Any]


def conv_transpose(
    X: Array,
    W: Array,
    B: Array | None = None,
    *,
    auto_pad: AutoPad = "NOTSET",
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    output_padding: Sequence[int] | None = None,
    output_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    r"""Spread every input element over a window of the output.

    .. math:: y_{m,\, i s - p + k d,\, j s - p + l d} \mathrel{+}= x_{cij} \, w_{cmkl}

    then the bias. The standard does not specify the order of the sum.

    Parameters
    ----------
    X
        float32 ``[N, C, H, W]``, or with one or three axes in place of H and W.
    W
        float32 ``[C, M / group, kH, kW]``.
    B
        float32 ``[M]``, or None.
    auto_pad, dilations, group, kernel_shape, output_padding, output_shape, pads, strides
        As in the standard; ``auto_pad`` other than ``NOTSET`` and ``VALID`` and any ``output_shape`` are refused.

    Raises
    ------
    UserError
        If shapes and attributes do not fit.

    References
    ----------
    ONNX, `ConvTranspose <https://onnx.ai/onnx/operators/onnx__ConvTranspose.html>`__.

    Examples
    --------
    >>> conv_transpose(np.array([[[1, 2]]], np.float32), np.array([[[1, 10]]], np.float32), strides=[2])
    array([[[ 1., 10.,  2., 20.]]], dtype=float32)
    """
    axes = spatial(X.ndim, "X")
    if auto_pad not in ("NOTSET", "VALID") or output_shape:
        raise UserError("auto_pad or output_shape is set", "pads as numbers", "Export the model with pads as numbers.")
    if W.ndim != X.ndim or W.shape[0] != X.shape[1] or group < 1 or X.shape[1] % group:
        raise UserError(
            f"X has shape {list(X.shape)} and W {list(W.shape)} (group={group})",
            "as many channels in W's first axis as X has, in multiples of group", "Give the matching X or W.",
        )  # fmt: skip
    steps, spread = pair(strides, "strides", axes), pair(dilations, "dilations", axes)
    edges = (0,) * (2 * axes) if pads is None or auto_pad == "VALID" else tuple(pads)
    more = (0,) * axes if output_padding is None else tuple(output_padding)
    kernel, each = W.shape[2:], W.shape[1]
    full = [(X.shape[a + 2] - 1) * steps[a] + (kernel[a] - 1) * spread[a] + 1 + more[a] for a in range(axes)]
    made_size((X.shape[0], each * group, *full), "the output")
    y = np.zeros((X.shape[0], each * group, *full), X.dtype)
    channels = X.shape[1] // group
    for number in range(group):
        x = X[:, number * channels : (number + 1) * channels].reshape(X.shape[0], channels, -1)
        w = W[number * channels : (number + 1) * channels].reshape(channels, each, math.prod(kernel))
        out = y[:, number * each : (number + 1) * each]
        for flat, tap in enumerate(np.ndindex(*kernel)):
            where = [
                slice(tap[a] * spread[a], tap[a] * spread[a] + (X.shape[a + 2] - 1) * steps[a] + 1, steps[a])
                for a in range(axes)
            ]
            part = np.einsum("ncp,cm->nmp", x, w[:, :, flat]).reshape(X.shape[0], each, *X.shape[2:])
            out[(slice(None), slice(None), *where)] += part
    if B is not None:
        y += B.reshape(-1, *(1,) * axes)
    inside = [slice(edges[a], full[a] - edges[a + axes]) for a in range(axes)]
    return y[(slice(None), slice(None), *inside)]


OPERATOR = Operator(
    "ConvTranspose", "", conv_transpose, ("Y",), (1, 11, 22), "real", weights="W", bias="B", ranks={"W": (3, 4, 5)},
    exact="the order in which a real sum is added up is left to each implementation",
)  # fmt: skip
