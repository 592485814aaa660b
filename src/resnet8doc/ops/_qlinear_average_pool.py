"""QLinearAveragePool: the mean over windows; ONNX Runtime's own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime, round_to_integer
from . import _checks as check
from ._average_pool import window_sums
from ._dequantize_linear import dequantize_linear
from ._operator import MICROSOFT, Codes, Operator
from ._qlinear_average_pool_loops import (
    PARTS,
    qlinear_average_pool_element,
    qlinear_average_pool_loops,
)
from ._qlinear_global_average_pool import qlinear_global_average_pool
from ._qlinear_global_average_pool_loops import PARTS as GLOBAL_PARTS
from ._windows import AutoPad, channels_first, pair, pool_pads, spatial
from ._windows import channels_last as to_last

Array = npt.NDArray[Any]


def qlinear_average_pool(
    X: Array,
    x_scale: Number,
    x_zero_point: Number | None,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0,
    channels_last: int = 0,
    count_include_pad: int = 0,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Average codes over windows.

    Two computations, and which one runs depends on the shapes. A window that covers the whole image without padding is
    computed in integers, as :func:`~resnet8doc.ops.qlinear_global_average_pool` does (ResNet8's case). Any other window
    is computed in real numbers, each step rounded to float32:

    .. math::
       y = \mathrm{saturate}\left(\mathrm{round}\left(\frac{\left(\sum_{ij} (x_{ij} - z_x) s_x\right) / n}{s_y}
       + z_y\right)\right)

    summed row by row, with :math:`n` the number of elements inside the image (or of the whole window with
    ``count_include_pad``). The zero point is added *before* rounding, ties to even.

    Parameters
    ----------
    X
        int8 or uint8 ``[N, C, H, W]``, or ``[N, H, W, C]`` with ``channels_last``; one or three axes may
        stand in place of H and W.
    x_scale, y_scale
        float32 scalars.
    x_zero_point, y_zero_point
        Scalars of ``X``'s type, or None for 0.
    kernel_shape, auto_pad, ceil_mode, channels_last, count_include_pad, pads, strides
        As in the documentation.
    runtime
        Whose formula, faults included. Where the window does not cover the whole image, only ``rounding`` and
        ``overflow`` have a place; other faults change nothing there.

    Returns
    -------
    numpy.ndarray
        Of ``X``'s type, ``[N, C, oH, oW]`` (or channels last).

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/qlinear_pool.cc``.

    Examples
    --------
    >>> X = np.array([[[[2, 3, 9, 9], [4, 5, 9, 9]]]], np.uint8)
    >>> one, zero = np.float32(1), np.uint8(0)
    >>> qlinear_average_pool(X, one, zero, one, zero, kernel_shape=(2, 2), strides=(2, 2))
    array([[[[4, 9]]]], dtype=uint8)
    """
    runtime.refuse_others("QLinearAveragePool", PARTS)
    functions = runtime.own("QLinearAveragePool")
    if functions is not None:
        given = {
            "kernel_shape": kernel_shape, "auto_pad": auto_pad, "ceil_mode": ceil_mode, "pads": pads,
            "channels_last": channels_last, "count_include_pad": count_include_pad, "strides": strides,
        }  # fmt: skip
        return np.asarray(functions.function(X, x_scale, x_zero_point, y_scale, y_zero_point, **given, runtime=runtime))
    x = check.codes(X, "X")
    axes = spatial(x.ndim, "X")
    scale = check.scale(y_scale, "y_scale")
    zero = check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y")
    image = channels_first(x) if channels_last else x
    kernel, steps = pair(kernel_shape, "kernel_shape", axes), pair(strides, "strides", axes)
    edges = pool_pads(image.shape[2:], kernel, steps, (1,) * axes, pads, auto_pad)
    whole_image = tuple(kernel_shape) == image.shape[2:] and not any(edges)
    if whole_image:
        runtime = runtime.limited_to("QLinearGlobalAveragePool", GLOBAL_PARTS)
        return qlinear_global_average_pool(
            x, x_scale, x_zero_point, y_scale, y_zero_point, channels_last=channels_last, runtime=runtime
        )
    real = dequantize_linear(image, x_scale, check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X"))
    sums, counts = window_sums(
        real, kernel_shape, auto_pad, ceil_mode, count_include_pad, pads, strides, (1,) * axes, bool(count_include_pad)
    )
    with np.errstate(over="ignore", invalid="ignore"):
        quotients = sums / counts / scale + np.float32(zero)
    whole = round_to_integer(check.in_int32(quotients), runtime.finish.rounding)
    y = runtime.finish.narrowed(whole, zero, x.dtype)
    return to_last(y) if channels_last else y


OPERATOR = Operator(
    "QLinearAveragePool", MICROSOFT, qlinear_average_pool, ("Y",), (1,), "codes",
    loops=qlinear_average_pool_loops, element=qlinear_average_pool_element, parts=PARTS,
    codes={"X": Codes("x_scale", "x_zero_point"), "Y": Codes("y_scale", "y_zero_point")},
    ranks={"X": (3, 4, 5)}, optional=frozenset({"x_zero_point"}),
)  # fmt: skip
