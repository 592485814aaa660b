"""QLinearReduceMean: the mean of codes over the image; what TensorFlow Lite's MEAN becomes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Functions, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from . import _checks as check
from ._operator import MICROSOFT, Codes, Operator

Array = npt.NDArray[Any]

PARTS = frozenset({"overflow", "relu"})
"""Where a fault can be made."""


def qlinear_reduce_mean(
    data: Array, data_scale: Number, data_zero_point: Number | None, reduced_scale: Number,
    reduced_zero_point: Number | None = None, *, axes: Sequence[int], keepdims: int = 1,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Average codes over the image: :math:`y = \mathrm{mean}(x - z_x) s_x / s_y + z_y`, as a runtime rounds it.

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
        Whose formula. ONNX Runtime has no kernel for it, and refuses.

    Raises
    ------
    UserError
        If the runtime has no such operator, other axes are asked for, or types and shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> X, one, zero = np.array([[[[-1, -2], [-1, -2]]]], np.int8), np.float32(1), np.int8(0)
    >>> qlinear_reduce_mean(X, one, zero, one, zero, axes=(2, 3), keepdims=0, runtime=TFLITE_REFERENCE)
    array([[-2]], dtype=int8)
    """
    inputs = (data, data_scale, data_zero_point, reduced_scale, reduced_zero_point)
    return np.asarray(_own(runtime).function(*inputs, axes=axes, keepdims=keepdims, runtime=runtime))


def qlinear_reduce_mean_element(
    index: tuple[int, ...], data: Array, data_scale: Number, data_zero_point: Number | None, reduced_scale: Number,
    reduced_zero_point: Number | None = None, *, axes: Sequence[int], keepdims: int = 1,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:  # fmt: skip
    """Write down how ``qlinear_reduce_mean(...)[index]`` comes about."""
    inputs = (data, data_scale, data_zero_point, reduced_scale, reduced_zero_point)
    return _own(runtime).element(index, *inputs, axes=axes, keepdims=keepdims, runtime=runtime)


def qlinear_reduce_mean_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`qlinear_reduce_mean` does, one output after another (the slow twin)."""
    x = np.asarray(inputs[0])
    y = np.empty((*x.shape[:2], 1, 1) if attributes.get("keepdims", 1) else x.shape[:2], x.dtype)
    for index in np.ndindex(y.shape):
        y[index] = qlinear_reduce_mean_element(index, *inputs, runtime=runtime, **attributes).output
    return y


def checked(
    data: Array, data_scale: Number, data_zero_point: Number | None, reduced_scale: Number,
    reduced_zero_point: Number | None, axes: Sequence[int],
) -> tuple[Array, tuple[Any, Any], tuple[int, int]]:  # fmt: skip
    """Return codes, scales and zero points."""
    x = check.codes(data, "data")
    check.rank(x, "data", "[N, C, H, W]")
    if sorted(int(axis) % 4 for axis in axes) != [2, 3]:
        raise UserError(f"axes is {list(axes)}", "2 and 3, the image's", "Average over the image only.")
    zeros = [
        int(check.zero_point(zero, name, x.dtype, "data"))
        for zero, name in ((data_zero_point, "data_zero_point"), (reduced_zero_point, "reduced_zero_point"))
    ]
    scales = check.scale(data_scale, "data_scale")[()], check.scale(reduced_scale, "reduced_scale")[()]
    return x, scales, (zeros[0], zeros[1])


def _own(runtime: Runtime) -> Functions:
    runtime.refuse_others("QLinearReduceMean", PARTS)
    functions = runtime.own("QLinearReduceMean")
    if functions is None:
        raise UserError(
            f"{runtime.title} has no kernel of QLinearReduceMean", "a runtime of TensorFlow Lite",
            "Run it as tflite_reference, tflite_micro, tflite_builtin or xnnpack.",
        )  # fmt: skip
    return functions


OPERATOR = Operator(
    "QLinearReduceMean", MICROSOFT, qlinear_reduce_mean, ("reduced",), (1,), "codes",
    loops=qlinear_reduce_mean_loops, element=qlinear_reduce_mean_element, parts=PARTS,
    codes={"data": Codes("data_scale", "data_zero_point"), "reduced": Codes("reduced_scale", "reduced_zero_point")},
    ranks={"data": (4,)}, optional=frozenset({"data_zero_point"}),
)  # fmt: skip
