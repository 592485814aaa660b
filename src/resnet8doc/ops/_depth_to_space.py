"""DepthToSpace: channels laid out as pixels."""

from typing import Any

import numpy as np

from ..errors import UserError
from ._operator import Operator

Array = np.ndarray[Any, np.dtype[Any]]


def depth_to_space(input: Array, *, blocksize: int, mode: str = "DCR") -> Array:
    """Return blocks of channels as squares of pixels.

    Source: ONNX, `DepthToSpace <https://onnx.ai/onnx/operators/onnx__DepthToSpace.html>`__.

    Parameters
    ----------
    input
        ``[N, C, H, W]``, ``C`` a multiple of ``blocksize`` squared.
    blocksize
        The side of a square.
    mode
        ``DCR``: the place in the square is the slow index of the channel; ``CRD``: the fast one.

    Raises
    ------
    UserError
        If the channels do not divide.

    Examples
    --------
    >>> depth_to_space(np.arange(4).reshape(1, 4, 1, 1), blocksize=2)
    array([[[[0, 1],
             [2, 3]]]])
    """
    if input.ndim != 4 or blocksize < 1 or input.shape[1] % blocksize**2:
        raise UserError(
            f"input has shape {list(input.shape)}", f"4 axes and channels in multiples of {blocksize**2}", "Reshape it."
        )
    n, c, h, w = input.shape
    square, each = (blocksize, blocksize), c // blocksize**2
    if mode == "DCR":
        parts = input.reshape(n, *square, each, h, w).transpose(0, 3, 4, 1, 5, 2)
    else:
        parts = input.reshape(n, each, *square, h, w).transpose(0, 1, 4, 2, 5, 3)
    return parts.reshape(n, each, h * blocksize, w * blocksize)


OPERATOR = Operator("DepthToSpace", "", depth_to_space, ("output",), (1, 11, 13), "movement")
