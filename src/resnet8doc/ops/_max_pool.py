"""MaxPool: the largest of each window, of codes or real numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._max_pool_loops import max_pool_element, max_pool_loops, pooling
from ._operator import Operator
from ._windows import AutoPad

Array = npt.NDArray[Any]


def max_pool(
    X: Array,
    *,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    storage_order: int = 0,
    strides: Sequence[int] | None = None,
) -> Array:
    r"""Return the largest element of each window.

    .. math:: y_{n,c,i} = \max_{k} x_{n,c,\; i s - p + k d}

    over what lies inside the image; padding counts as lower than every number. Codes keep their scale and zero point:
    the order of codes is that of the real numbers they stand for, so nothing is requantized.

    Parameters
    ----------
    X
        float32, int8 or uint8 ``[N, C, D1, ..., Dn]``, one axis or more after the channels.
    kernel_shape, auto_pad, ceil_mode, dilations, pads, strides
        As in the standard, one number (of ``pads`` two) for each of those axes.
    storage_order
        Concerns the second output alone, the indices, which is not computed.

    Returns
    -------
    numpy.ndarray
        Of ``X``'s type, ``[N, C, O1, ..., On]``. Of a window that lies in the padding alone, the type's lowest number.

    Raises
    ------
    UserError
        If type, shape and attributes do not fit, or a dilated window is padded by ``auto_pad``.

    References
    ----------
    ONNX, `MaxPool <https://onnx.ai/onnx/operators/onnx__MaxPool.html>`__.

    Examples
    --------
    >>> max_pool(np.array([[[[1, 9, 3], [4, 5, 6]]]], np.int8), kernel_shape=(2, 2))
    array([[[[9, 9]]]], dtype=int8)
    """
    if storage_order not in (0, 1):
        raise UserError(f"storage_order is {storage_order}", "0 or 1", "Correct storage_order.")
    p = pooling(X, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides)
    axes = len(p.kernel)
    room = [
        max(0, (p.size[a] - 1) * p.strides[a] + (p.kernel[a] - 1) * p.dilations[a] + 1 - X.shape[2 + a] - p.pads[a])
        for a in range(axes)
    ]
    widths = [(0, 0), (0, 0), *((p.pads[a], room[a]) for a in range(axes))]
    padded = np.pad(X, widths, constant_values=p.lowest)
    y = np.full((*X.shape[:2], *p.size), p.lowest, X.dtype)
    for tap in np.ndindex(*p.kernel):
        part = [
            slice(start := k * p.dilations[a], start + (p.size[a] - 1) * p.strides[a] + 1, p.strides[a])
            for a, k in enumerate(tap)
        ]
        np.maximum(padded[(slice(None), slice(None), *part)], y, out=y)
    return y


OPERATOR = Operator(
    "MaxPool", "", max_pool, ("Y",), (1, 8, 10, 11, 12, 22), "movement", loops=max_pool_loops, element=max_pool_element,
    exact="which of two real zeros of unlike sign is the larger is left to each implementation; codes are exact",
)  # fmt: skip
