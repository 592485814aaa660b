"""Dropout: nothing, once a network is trained."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def dropout(
    data: Array, ratio: Array | None = None, training_mode: Array | None = None, *, seed: int = 0
) -> tuple[Array, Array]:
    """Return the data as it is, and that all of it was kept.

    Source: ONNX, `Dropout <https://onnx.ai/onnx/operators/onnx__Dropout.html>`__.

    Parameters
    ----------
    data
        Any array.
    ratio, seed
        Of training; they change nothing.
    training_mode
        Must not be set: random numbers are not computed.

    Raises
    ------
    UserError
        If training is asked for.

    Examples
    --------
    >>> dropout(np.array([1.5]))
    (array([1.5]), array([ True]))
    """
    if training_mode is not None and np.any(training_mode):
        raise UserError("training_mode is set", "inference", "Export the model for inference.")
    return data, np.ones(data.shape, bool)


def dropout_7(data: Array, *, ratio: float = 0.5) -> tuple[Array, Array]:
    """Return the data as it is: Dropout before opset 12, whose ratio is an attribute.

    Examples
    --------
    >>> dropout_7(np.array([1.5]))[0]
    array([1.5])
    """
    return dropout(data)


OPERATOR = Operator(
    "Dropout", "", dropout, ("output", "mask"), (7, 10, 12, 13, 22), "movement", older={7: dropout_7, 12: dropout},
    optional=frozenset({"ratio"}),
)  # fmt: skip
