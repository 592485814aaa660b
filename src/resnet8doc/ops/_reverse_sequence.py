"""ReverseSequence: the first so many of each sequence from the end."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def reverse_sequence(input: Array, sequence_lens: Array, *, batch_axis: int = 1, time_axis: int = 0) -> Array:
    """Turn round the beginning of each sequence; what lies behind stays.

    Source: ONNX, `ReverseSequence <https://onnx.ai/onnx/operators/onnx__ReverseSequence.html>`__.

    Parameters
    ----------
    input
        Any array of two axes or more.
    sequence_lens
        int64 ``[N]``: how many of each sequence.
    batch_axis, time_axis
        The axis of the sequences, and that of their steps: 0 and 1 or 1 and 0.

    Raises
    ------
    UserError
        If axes or lengths do not fit.

    Examples
    --------
    >>> reverse_sequence(np.array([[1, 2, 3], [4, 5, 6]]), np.array([2, 3]), batch_axis=0, time_axis=1)
    array([[2, 1, 3],
           [6, 5, 4]])
    """
    if {batch_axis, time_axis} != {0, 1} or input.ndim < 2:
        raise UserError(
            f"axes {batch_axis} and {time_axis} of {list(input.shape)}", "0 and 1 of two axes or more", "Transpose."
        )
    lengths = np.asarray(sequence_lens).reshape(-1)
    most = input.shape[time_axis]
    if lengths.size != input.shape[batch_axis] or (lengths < 0).any() or (lengths > most).any():
        raise UserError(
            f"sequence_lens are {lengths.tolist()}", f"{input.shape[batch_axis]} numbers from 0 to {most}",
            "Correct sequence_lens.",
        )  # fmt: skip
    steps = np.arange(most)[:, None]
    source = np.where(steps < lengths, lengths - 1 - steps, steps)
    moved = input if time_axis == 0 else np.swapaxes(input, 0, 1)
    made = moved[source, np.arange(lengths.size)]
    return np.ascontiguousarray(made if time_axis == 0 else np.swapaxes(made, 0, 1))


OPERATOR = Operator("ReverseSequence", "", reverse_sequence, ("Y",), (10,), "movement")
