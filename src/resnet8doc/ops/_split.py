"""Split: a tensor cut into parts along an axis."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def split(input: Array, split: Array | None = None, *, axis: int = 0, num_outputs: int = 0) -> tuple[Array, ...]:
    """Return the parts of a tensor (ONNX, `Split <https://onnx.ai/onnx/operators/onnx__Split.html>`__, version 18).

    Parameters
    ----------
    input
        Any array.
    split
        int64, the length of each part; without it, ``num_outputs`` equal ones, the last shorter if need be.
    axis
        Along which to cut.
    num_outputs
        How many parts, where ``split`` is not given; the graph fills it in for models of opset 17 and before.

    Raises
    ------
    UserError
        If the lengths do not add up.

    Examples
    --------
    >>> split(np.array([1, 2, 3]), np.array([2, 1]))
    (array([1, 2]), array([3]))
    """
    length = input.shape[axis]
    if split is None:
        if not num_outputs:
            raise UserError("neither split nor num_outputs is given", "one of the two", "Give the parts' lengths.")
        each = -(-length // num_outputs)
        lengths = [min(each, max(0, length - number * each)) for number in range(num_outputs)]
    else:
        lengths = [int(part) for part in split.tolist()]
    if sum(lengths) != length or min(lengths) < 0:
        raise UserError(f"parts of {lengths} on an axis of {length}", "parts that add up to it", "Correct split.")
    return tuple(np.split(input, np.cumsum(lengths)[:-1], axis))


def split_2(
    input: Array, *, axis: int = 0, split: Sequence[int] | None = None, num_outputs: int = 0
) -> tuple[Array, ...]:
    """Return the parts of a tensor whose lengths are an attribute: Split before opset 13.

    Examples
    --------
    >>> split_2(np.array([1, 2, 3]), split=[1, 2])
    (array([1]), array([2, 3]))
    """
    lengths = None if split is None else np.asarray(split, np.int64)
    return _split(input, lengths, axis=axis, num_outputs=num_outputs)


_split = split

OPERATOR = Operator(
    "Split", "", split, ("outputs",), (2, 11, 13, 18), "movement", older={2: split_2, 13: split}, variadic_output=True,
)  # fmt: skip
