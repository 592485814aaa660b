"""SUM of TensorFlow Lite: the sum of codes over the image."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._operator import Codes, Operator
from ._tflite import PARTS, TFLITE, own

Array = npt.NDArray[Any]


def sum_codes(
    data: Array, data_scale: Number, data_zero_point: Number | None, reduced_scale: Number,
    reduced_zero_point: Number | None = None, *, axes: Sequence[int], keepdims: int = 1,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Sum codes up over the image: :math:`y = \sum (x - z_x)\, s_x / s_y + z_y`, as a runtime rounds it.

    Parameters
    ----------
    data
        int8 ``[N, C, H, W]``.
    data_scale, reduced_scale
        float32 scalars.
    data_zero_point, reduced_zero_point
        Scalars of ``data``'s type, or None for 0.
    axes
        2 and 3, the image's.
    keepdims
        Keep them with length 1.
    runtime
        Whose formula. TensorFlow Lite's reference kernels take the bits of the codes for uint8.

    Raises
    ------
    UserError
        If the runtime has no such operator, other axes are asked for, or types and shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_MICRO
    >>> X, one, two, zero = np.array([[[[-1, -2], [-1, -2]]]], np.int8), np.float32(1), np.float32(2), np.int8(0)
    >>> sum_codes(X, one, zero, two, zero, axes=(2, 3), keepdims=0, runtime=TFLITE_MICRO)
    array([[-3]], dtype=int8)
    """
    inputs = (data, data_scale, data_zero_point, reduced_scale, reduced_zero_point)
    return np.asarray(own("SUM", runtime).function(*inputs, axes=axes, keepdims=keepdims, runtime=runtime))


def sum_codes_element(
    index: tuple[int, ...], data: Array, data_scale: Number, data_zero_point: Number | None, reduced_scale: Number,
    reduced_zero_point: Number | None = None, *, axes: Sequence[int], keepdims: int = 1,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:  # fmt: skip
    """Write down how ``sum_codes(...)[index]`` comes about."""
    inputs = (data, data_scale, data_zero_point, reduced_scale, reduced_zero_point)
    return own("SUM", runtime).element(index, *inputs, axes=axes, keepdims=keepdims, runtime=runtime)


def sum_codes_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`sum_codes` does, one output after another (the slow twin)."""
    x = np.asarray(inputs[0])
    y = np.empty((*x.shape[:2], 1, 1) if attributes.get("keepdims", 1) else x.shape[:2], x.dtype)
    for index in np.ndindex(y.shape):
        y[index] = sum_codes_element(index, *inputs, runtime=runtime, **attributes).output
    return y


OPERATOR = Operator(
    "SUM", TFLITE, sum_codes, ("reduced",), (1,), "codes", loops=sum_codes_loops, element=sum_codes_element,
    parts=PARTS,
    codes={"data": Codes("data_scale", "data_zero_point"), "reduced": Codes("reduced_scale", "reduced_zero_point")},
    ranks={"data": (4,)}, optional=frozenset({"data_zero_point"}),
)  # fmt: skip
