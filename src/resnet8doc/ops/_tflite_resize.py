"""RESIZE_BILINEAR of TensorFlow Lite: codes between four codes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._operator import Codes, Operator
from ._tflite import PARTS, TFLITE, own

Array = npt.NDArray[Any]


def resize_bilinear(
    x: Array, x_scale: Number, x_zero_point: Number | None, sizes: Array, *, align_corners: int = 0,
    half_pixel_centers: int = 0, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    """Resize images of codes, each code a mean of the four around its place, as a runtime rounds it.

    Parameters
    ----------
    x
        int8 ``[N, C, H, W]``.
    x_scale, x_zero_point
        What the codes stand for, of the output's too; no code depends on them.
    sizes
        int64 ``[2]``: rows and columns of the output.
    align_corners, half_pixel_centers
        Where an output's place lies, as TensorFlow Lite has it.
    runtime
        Whose formula.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types and shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, one, zero = np.array([[[[0, 10]]]], np.int8), np.float32(1), np.int8(0)
    >>> resize_bilinear(x, one, zero, np.array([1, 4]), half_pixel_centers=1, runtime=TFLITE_REFERENCE)
    array([[[[ 0,  3,  8, 10]]]], dtype=int8)
    """
    given: dict[str, Any] = {"align_corners": align_corners, "half_pixel_centers": half_pixel_centers}
    return np.asarray(
        own("RESIZE_BILINEAR", runtime).function(x, x_scale, x_zero_point, sizes, **given, runtime=runtime)
    )


def resize_bilinear_element(
    index: tuple[int, ...], x: Array, x_scale: Number, x_zero_point: Number | None, sizes: Array, *,
    align_corners: int = 0, half_pixel_centers: int = 0, runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:  # fmt: skip
    """Write down how ``resize_bilinear(...)[index]`` comes about."""
    given: dict[str, Any] = {"align_corners": align_corners, "half_pixel_centers": half_pixel_centers}
    return own("RESIZE_BILINEAR", runtime).element(
        index, x, x_scale, x_zero_point, sizes, **given, runtime=runtime
    )  # fmt: skip


def resize_bilinear_loops(x: Array, *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`resize_bilinear` does, one output after another (the slow twin)."""
    y = np.empty((*np.shape(x)[:2], *(int(size) for size in inputs[2])), np.asarray(x).dtype)
    for index in np.ndindex(y.shape):
        y[index] = resize_bilinear_element(index, x, *inputs, runtime=runtime, **attributes).output
    return y


OPERATOR = Operator(
    "RESIZE_BILINEAR", TFLITE, resize_bilinear, ("y",), (1,), "codes", loops=resize_bilinear_loops,
    element=resize_bilinear_element, parts=PARTS,
    codes={"x": Codes("x_scale", "x_zero_point"), "y": Codes("x_scale", "x_zero_point")},
    ranks={"x": (4,)}, optional=frozenset({"x_zero_point"}),
)  # fmt: skip
