"""TRANSPOSE_CONV of TensorFlow Lite: a convolution that makes an image larger."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._operator import Codes, Operator
from ._tflite import PARTS, TFLITE, own

Array = npt.NDArray[Any]
NAMES = ("x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "B")


def transposed_convolution(
    x: Array, x_scale: Number, x_zero_point: Number, w: Array, w_scale: Number, w_zero_point: Number, y_scale: Number,
    y_zero_point: Number, B: Array | None = None, *, strides: Sequence[int], pads: Sequence[int],
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    """Convolve an image of codes with zero points between its rows and columns.

    Parameters
    ----------
    x
        int8 ``[N, C, H, W]``.
    w
        int8 ``[M, C, kH, kW]``, as the file has them; they are turned round.
    x_scale, x_zero_point, w_scale, w_zero_point, y_scale, y_zero_point, B
        As :func:`resnet8doc.ops.qlinear_conv`'s.
    strides
        From one row to the next in the output, and from one column to the next.
    pads
        ``[top, left, bottom, right]`` of the image that is spread out.
    runtime
        Whose kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, w = np.array([[[[1, 2]]]], np.int8), np.array([[[[3, 4]]]], np.int8)
    >>> one, zero = np.float32(1), np.int8(0)
    >>> inputs = (x, one, zero, w, one, zero, one, zero)
    >>> transposed_convolution(*inputs, strides=(1, 2), pads=(0, 1, 0, 1), runtime=TFLITE_REFERENCE)
    array([[[[3, 4, 6, 8]]]], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
    function = own("TRANSPOSE_CONV", runtime).function
    return np.asarray(function(*inputs, strides=strides, pads=pads, runtime=runtime))


def transposed_convolution_element(
    index: tuple[int, ...], *inputs: Any, strides: Sequence[int], pads: Sequence[int],
    runtime: Runtime = ONNXRUNTIME_X86, **named: Any,
) -> Trace:  # fmt: skip
    """Write down how ``transposed_convolution(...)[index]`` comes about."""
    given = inputs or tuple(named.get(name) for name in NAMES)
    return own("TRANSPOSE_CONV", runtime).element(index, *given, strides=strides, pads=pads, runtime=runtime)


def transposed_convolution_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`transposed_convolution` does, one output after another (the slow twin)."""
    y = np.empty_like(transposed_convolution(*inputs, runtime=runtime, **attributes))
    for index in np.ndindex(y.shape):
        y[index] = transposed_convolution_element(index, *inputs, runtime=runtime, **attributes).output
    return y


OPERATOR = Operator(
    "TRANSPOSE_CONV", TFLITE, transposed_convolution, ("y",), (1,), "codes", loops=transposed_convolution_loops,
    element=transposed_convolution_element, parts=PARTS,
    codes={"x": Codes("x_scale", "x_zero_point"), "w": Codes("w_scale", "w_zero_point", 0),
           "y": Codes("y_scale", "y_zero_point")},
    weights="w", bias="B", ranks={"x": (4,), "w": (4,)},
)  # fmt: skip
