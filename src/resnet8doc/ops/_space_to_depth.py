"""SpaceToDepth: pixels laid out as channels."""

from typing import Any

import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def space_to_depth(input: Array, *, blocksize: int) -> Array:
    """Return squares of pixels as blocks of channels.

    Source: ONNX, `SpaceToDepth <https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html>`__.

    Parameters
    ----------
    input
        ``[N, C, H, W]``, ``H`` and ``W`` multiples of ``blocksize``.
    blocksize
        The side of a square. The place in the square is the slow index of the channel.

    Raises
    ------
    UserError
        If rows or columns do not divide.

    Examples
    --------
    >>> import numpy as np
    >>> space_to_depth(np.array([[[[0, 1], [2, 3]]]]), blocksize=2).reshape(-1)
    array([0, 1, 2, 3])
    """
    if input.ndim != 4 or blocksize < 1 or input.shape[2] % blocksize or input.shape[3] % blocksize:
        raise UserError(
            f"input has shape {list(input.shape)}", f"4 axes, rows and columns in multiples of {blocksize}",
            "Reshape it.",
        )  # fmt: skip
    n, c, h, w = input.shape
    parts = input.reshape(n, c, h // blocksize, blocksize, w // blocksize, blocksize)
    return parts.transpose(0, 3, 5, 1, 2, 4).reshape(n, c * blocksize**2, h // blocksize, w // blocksize)


OPERATOR = Operator("SpaceToDepth", "", space_to_depth, ("output",), (1, 13), "movement")
