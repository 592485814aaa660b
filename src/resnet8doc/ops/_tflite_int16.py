r"""int16 codes with int8 weights ("16x8") in TensorFlow Lite, which quantizes so on demand.

All zero points of int16 codes are 0. Each operator is defined by the kernel sets that have it; any other runtime
refuses it by name. Inputs and attributes are those of the operator of int8 codes, so the names of the inputs too.
"""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._operator import Codes, Operator
from ._tflite import PARTS, TFLITE, own

Array = npt.NDArray[Any]


def recorded(
    op_type: str, function: Callable[..., Array], output: str, codes: Mapping[str, Codes], **more: Any
) -> Operator:
    """Return an operator's record: a trace and the slow twin are those of the runtime's own function."""
    names = [p.name for p in signature(function).parameters.values() if p.kind is Parameter.POSITIONAL_OR_KEYWORD]

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any) -> Trace:
        given = inputs or tuple(named.pop(name, None) for name in names)
        return own(op_type, runtime).element(index, *given, **named, runtime=runtime)

    def loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
        y = np.empty_like(function(*inputs, runtime=runtime, **attributes))
        for index in np.ndindex(y.shape):
            y[index] = element(index, *inputs, runtime=runtime, **attributes).output
        return y

    return Operator(op_type, TFLITE, function, (output,), (1,), "codes", loops=loops, element=element, parts=PARTS,
                    codes=codes, **more)  # fmt: skip


def convolution_int16(
    x: Array, x_scale: Number, x_zero_point: Number, w: Array, w_scale: Number, w_zero_point: Number, y_scale: Number,
    y_zero_point: Number, B: Array | None = None, *, dilations: Sequence[int] | None = None, group: int = 1,
    kernel_shape: Sequence[int] | None = None, pads: Sequence[int] | None = None, strides: Sequence[int] | None = None,
    depthwise: int = 0, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Convolve int16 codes with int8 weights: :math:`y = (\sum x\,w + B)\, s_x s_w / s_y`, as a runtime rounds it.

    Parameters
    ----------
    x
        int16 ``[N, C, H, W]``.
    w
        int8 ``[M, C / group, kH, kW]``.
    B
        int64 or int32 ``[M]``: sums have its width, and are requantized accordingly.
    x_scale, x_zero_point, w_scale, w_zero_point, y_scale, y_zero_point
        As :func:`resnet8doc.ops.qlinear_conv`'s; the zero points are 0.
    dilations, group, kernel_shape, pads, strides, depthwise
        As there.
    runtime
        Whose kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, w = np.array([[[[1000, -3]]]], np.int16), np.array([[[[5]]]], np.int8)
    >>> one, two, zero, bias = np.float32(1), np.float32(2), np.int16(0), np.array([1])
    >>> convolution_int16(x, one, zero, w, one, np.int8(0), two, zero, bias, runtime=TFLITE_REFERENCE)
    array([[[[2501,   -7]]]], dtype=int16)
    """
    inputs = (x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
    attributes = {"dilations": dilations, "group": group, "kernel_shape": kernel_shape, "pads": pads,
                  "strides": strides, "depthwise": depthwise}  # fmt: skip
    return np.asarray(own("CONV_2D_INT16", runtime).function(*inputs, **attributes, runtime=runtime))


def transposed_convolution_int16(
    x: Array, x_scale: Number, x_zero_point: Number, w: Array, w_scale: Number, w_zero_point: Number, y_scale: Number,
    y_zero_point: Number, B: Array | None = None, *, strides: Sequence[int], pads: Sequence[int],
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Convolve an image of int16 codes with zeros between its rows and columns.

    Parameters
    ----------
    x
        int16 ``[N, C, H, W]``.
    w
        int8 ``[M, C, kH, kW]``, as the file has them; they are turned round.
    B
        int64 ``[M]``, or None.
    x_scale, x_zero_point, w_scale, w_zero_point, y_scale, y_zero_point
        As :func:`convolution_int16`'s.
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
    >>> x, w = np.array([[[[100, 200]]]], np.int16), np.array([[[[3, 4]]]], np.int8)
    >>> one, zero = np.float32(1), np.int16(0)
    >>> inputs = (x, one, zero, w, one, np.int8(0), one, zero)
    >>> transposed_convolution_int16(*inputs, strides=(1, 2), pads=(0, 1, 0, 1), runtime=TFLITE_REFERENCE)
    array([[[[300, 400, 600, 800]]]], dtype=int16)
    """
    inputs = (x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
    function = own("TRANSPOSE_CONV_INT16", runtime).function
    return np.asarray(function(*inputs, strides=strides, pads=pads, runtime=runtime))


def fully_connected_int16(
    A: Array, a_scale: Number, a_zero_point: Number, B: Array, b_scale: Number, b_zero_point: Number, C: Array | None,
    y_scale: Number, y_zero_point: Number, *, alpha: float = 1.0, transA: int = 0, transB: int = 1,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Multiply rows of int16 codes by int8 weights: :math:`y = (A B^\top + C)\, s_a s_b / s_y`, as a runtime rounds.

    Parameters
    ----------
    A
        int16 ``[M, K]``.
    B
        int8 ``[N, K]``.
    C
        int64 or int32 ``[N]``, or None.
    a_scale, a_zero_point, b_scale, b_zero_point, y_scale, y_zero_point
        As :func:`resnet8doc.ops.qgemm`'s; the zero points are 0.
    alpha, transA, transB
        1, 0 and 1, as TensorFlow Lite has it.
    runtime
        Whose kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_MICRO, TFLITE_REFERENCE
    >>> A, B, one, four = np.array([[1000, -2]], np.int16), np.array([[5, 1]], np.int8), np.float32(1), np.float32(4)
    >>> zero, short = np.int8(0), np.int16(0)
    >>> for runtime in (TFLITE_REFERENCE, TFLITE_MICRO):
    ...     print(fully_connected_int16(A, one, short, B, one, zero, None, four, short, runtime=runtime))
    [[1250]]
    [[1250]]
    """
    inputs = (A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point)
    return np.asarray(own("FULLY_CONNECTED_INT16", runtime).function(*inputs, runtime=runtime))


def average_pool_int16(
    X: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    kernel_shape: Sequence[int], ceil_mode: int = 0, channels_last: int = 0, count_include_pad: int = 0,
    pads: Sequence[int] | None = None, strides: Sequence[int] | None = None, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Average int16 codes inside windows, halves away from zero.

    Parameters
    ----------
    X
        int16 ``[N, C, H, W]``.
    x_scale, x_zero_point, y_scale, y_zero_point, kernel_shape, pads, strides
        As :func:`resnet8doc.ops.qlinear_average_pool`'s: one scale, and zero points of 0.
    ceil_mode, channels_last, count_include_pad
        0.
    runtime
        Whose kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> X, one, zero = np.array([[[[-2, -3, 900, 901]]]], np.int16), np.float32(1), np.int16(0)
    >>> given = (X, one, zero, one, zero)
    >>> average_pool_int16(*given, kernel_shape=(1, 2), strides=(1, 2), runtime=TFLITE_REFERENCE)
    array([[[[ -3, 901]]]], dtype=int16)
    """
    inputs = (X, x_scale, x_zero_point, y_scale, y_zero_point)
    attributes = {"kernel_shape": kernel_shape, "ceil_mode": ceil_mode, "channels_last": channels_last,
                  "count_include_pad": count_include_pad, "pads": pads, "strides": strides}  # fmt: skip
    return np.asarray(own("AVERAGE_POOL_2D_INT16", runtime).function(*inputs, **attributes, runtime=runtime))


def max_pool_int16(
    X: Array, *, kernel_shape: Sequence[int], ceil_mode: int = 0, pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return the largest int16 code inside each window.

    Parameters
    ----------
    X
        int16 ``[N, C, H, W]``.
    kernel_shape, ceil_mode, pads, strides
        As :func:`resnet8doc.ops.max_pool`'s; ``ceil_mode`` is 0.
    runtime
        Whose kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> X = np.array([[[[-2, -3, 900, 901]]]], np.int16)
    >>> max_pool_int16(X, kernel_shape=(1, 2), strides=(1, 2), runtime=TFLITE_REFERENCE)
    array([[[[ -2, 901]]]], dtype=int16)
    """
    attributes = {"kernel_shape": kernel_shape, "ceil_mode": ceil_mode, "pads": pads, "strides": strides}
    return np.asarray(own("MAX_POOL_2D_INT16", runtime).function(X, **attributes, runtime=runtime))


def mean_int16(
    data: Array, data_scale: Number, data_zero_point: Number | None, reduced_scale: Number,
    reduced_zero_point: Number | None = None, *, axes: Sequence[int], keepdims: int = 1,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Average int16 codes over the image: :math:`y = \mathrm{mean}(x)\, s_x / s_y`, as a runtime rounds it.

    Parameters
    ----------
    data
        int16 ``[N, C, H, W]``.
    data_scale, data_zero_point, reduced_scale, reduced_zero_point, axes, keepdims
        As :func:`resnet8doc.ops.qlinear_reduce_mean`'s; the zero points are 0.
    runtime
        Whose kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> X, one, zero = np.array([[[[-1, -2], [-1, -2]]]], np.int16), np.float32(1), np.int16(0)
    >>> mean_int16(X, one, zero, one, zero, axes=(2, 3), keepdims=0, runtime=TFLITE_REFERENCE)
    array([[-2]], dtype=int16)
    """
    inputs = (data, data_scale, data_zero_point, reduced_scale, reduced_zero_point)
    return np.asarray(own("MEAN_INT16", runtime).function(*inputs, axes=axes, keepdims=keepdims, runtime=runtime))


def softmax_int16(
    X: Array, X_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number, *, opset: int,
    axis: int = -1, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Turn int16 codes into codes of probabilities, in steps of 1/32768.

    Parameters
    ----------
    X
        int16, any shape.
    X_scale, x_zero_point, y_scale, y_zero_point, opset, axis
        As :func:`resnet8doc.ops.qlinear_softmax`'s; the zero points are 0.
    runtime
        Whose kernels.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the numbers do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> X, scale, zero = np.array([[1000, 2000, 3000]], np.int16), np.float32(0.001), np.int16(0)
    >>> softmax_int16(X, scale, zero, np.float32(1 / 32768), zero, opset=21, runtime=TFLITE_REFERENCE)
    array([[ 2950,  8019, 21799]], dtype=int16)
    """
    inputs = (X, X_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("SOFTMAX_INT16", runtime).function(*inputs, opset=opset, axis=axis, runtime=runtime))


CONVOLUTION = recorded(
    "CONV_2D_INT16", convolution_int16, "y",
    {"x": Codes("x_scale", "x_zero_point"), "w": Codes("w_scale", "w_zero_point", 0),
     "y": Codes("y_scale", "y_zero_point")},
    weights="w", bias="B", ranks={"x": (4,), "w": (4,)},
)  # fmt: skip
TRANSPOSED = recorded(
    "TRANSPOSE_CONV_INT16", transposed_convolution_int16, "y", CONVOLUTION.codes, weights="w", bias="B",
    ranks={"x": (4,), "w": (4,)},
)  # fmt: skip
FULLY_CONNECTED = recorded(
    "FULLY_CONNECTED_INT16", fully_connected_int16, "Y",
    {"A": Codes("a_scale", "a_zero_point"), "B": Codes("b_scale", "b_zero_point", 0),
     "Y": Codes("y_scale", "y_zero_point")},
    weights="B", bias="C", ranks={"A": (2,), "B": (2,)}, optional=frozenset({"C"}),
)  # fmt: skip
AVERAGE_POOL = recorded(
    "AVERAGE_POOL_2D_INT16", average_pool_int16, "Y",
    {"X": Codes("x_scale", "x_zero_point"), "Y": Codes("y_scale", "y_zero_point")}, ranks={"X": (4,)},
)  # fmt: skip
MAX_POOL = recorded("MAX_POOL_2D_INT16", max_pool_int16, "Y", {}, ranks={"X": (4,)})
MEAN = recorded(
    "MEAN_INT16", mean_int16, "reduced",
    {"data": Codes("data_scale", "data_zero_point"), "reduced": Codes("reduced_scale", "reduced_zero_point")},
    ranks={"data": (4,)},
)  # fmt: skip
SOFTMAX = recorded(
    "SOFTMAX_INT16", softmax_int16, "Y",
    {"X": Codes("X_scale", "x_zero_point"), "Y": Codes("y_scale", "y_zero_point")},
)  # fmt: skip
