"""SPACE_TO_BATCH_ND of TensorFlow Lite on images: every place within a block becomes an image of its own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._operator import Codes, Operator
from ._tflite import TFLITE, own

Array = npt.NDArray[Any]


def space_to_batch(
    x: Array, x_scale: Number, x_zero_point: Number | None, block_shape: Array, paddings: Array, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    """Split images of codes into images of every n-th row and column.

    The border is the zero point; TensorFlow Lite Micro does not set it.

    Parameters
    ----------
    x
        int8 ``[N, C, H, W]``.
    x_scale, x_zero_point
        What the codes stand for, of the output's too.
    block_shape
        int64 ``[2]``: rows and columns of a block.
    paddings
        int64 ``[2, 2]``: what is added above and below, left and right.
    runtime
        Whose kernels.

    Returns
    -------
    numpy.ndarray
        ``[rows of a block * columns of a block * N, C, H', W']``.

    Raises
    ------
    UserError
        If the runtime has no such operator or no defined border, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, one, seven, block = np.array([[[[1, 2, 3]]]], np.int8), np.float32(1), np.int8(7), np.array([1, 2])
    >>> space_to_batch(x, one, seven, block, np.array([[0, 0], [0, 1]]), runtime=TFLITE_REFERENCE).tolist()
    [[[[1, 3]]], [[[2, 7]]]]
    """
    inputs = (x, x_scale, x_zero_point, block_shape, paddings)
    return np.asarray(own("SPACE_TO_BATCH_ND", runtime).function(*inputs, runtime=runtime))


def space_to_batch_element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any
) -> Trace:
    """Write down how ``space_to_batch(...)[index]`` comes about."""
    return own("SPACE_TO_BATCH_ND", runtime).element(index, *inputs, **named, runtime=runtime)


def space_to_batch_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
    """Compute what :func:`space_to_batch` does, one output after another (the slow twin)."""
    y = np.empty_like(space_to_batch(*inputs, runtime=runtime))
    for index in np.ndindex(y.shape):
        y[index] = space_to_batch_element(index, *inputs, runtime=runtime).output
    return y


OPERATOR = Operator(
    "SPACE_TO_BATCH_ND", TFLITE, space_to_batch, ("y",), (1,), "codes", loops=space_to_batch_loops,
    element=space_to_batch_element, parts=frozenset({"overflow", "relu"}),
    codes={"x": Codes("x_scale", "x_zero_point"), "y": Codes("x_scale", "x_zero_point")},
    ranks={"x": (4,)}, optional=frozenset({"x_zero_point"}),
)  # fmt: skip
