"""QLinearGlobalAveragePool: the mean of all pixels, in integers; ONNX Runtime's own."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from . import _checks as check
from ._accumulate import accumulate
from ._operator import MICROSOFT, Codes, Operator
from ._qlinear_global_average_pool_loops import (
    PARTS,
    qlinear_global_average_pool_element,
    qlinear_global_average_pool_loops,
)
from ._windows import channels_last as to_last
from ._windows import spatial

Array = npt.NDArray[Any]


def qlinear_global_average_pool(
    X: Array,
    x_scale: Number,
    x_zero_point: Number | None,
    y_scale: Number,
    y_zero_point: Number | None = None,
    *,
    channels_last: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Average codes over all pixels.

    .. math::
       y = \mathrm{saturate}(\mathrm{round}(\mathrm{float32}(a) \cdot M) + z_y), \quad
       a = \sum_{i, j} (x_{ij} - z_x), \quad M = \frac{s_x}{s_y \cdot \mathrm{float32}(H W)}

    the sum in int32; the product in :math:`M`'s denominator, the quotient and :math:`a M` rounded to float32; ties to
    even. It is a requantization: the division by the number of pixels is folded into the multiplier.

    Parameters
    ----------
    X
        int8 or uint8 ``[N, C, H, W]``, or ``[N, H, W, C]`` with ``channels_last``; one or three axes may
        stand in place of H and W.
    x_scale, y_scale
        float32 scalars.
    x_zero_point, y_zero_point
        Scalars of ``X``'s type, or None for 0.
    runtime
        As for :func:`~resnet8doc.ops.qlinear_conv`; there is no padding.

    Returns
    -------
    numpy.ndarray
        Of ``X``'s type, with 1 for H and W.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

    References
    ----------
    ONNX Runtime, ``core/mlas/lib/qlgavgpool.cpp`` and ``contrib_ops/cpu/quantization/qlinear_global_average_pool.cc``.

    Examples
    --------
    The mean of four codes, 2 less zero point 1 and so on: (1 + 2 + 3 + 4) / 4 = 2.5, a tie, goes to 2, plus 1.

    >>> X = np.array([[[[2, 3], [4, 5]]]], np.uint8)
    >>> qlinear_global_average_pool(X, np.float32(1), np.uint8(1), np.float32(1), np.uint8(1))
    array([[[[3]]]], dtype=uint8)
    """
    runtime.refuse_others("QLinearGlobalAveragePool", PARTS)
    functions = runtime.own("QLinearGlobalAveragePool")
    if functions is not None:
        inputs = (X, x_scale, x_zero_point, y_scale, y_zero_point)
        return np.asarray(functions.function(*inputs, channels_last=channels_last, runtime=runtime))
    x = check.codes(X, "X")
    x_scale, y_scale = check.scale(x_scale, "x_scale"), check.scale(y_scale, "y_scale")
    x_zero = check.zero_point(x_zero_point, "x_zero_point", x.dtype, "X")
    y_zero = check.zero_point(y_zero_point, "y_zero_point", x.dtype, "y")
    count = spatial(x.ndim, "X")
    axes = tuple(range(1, 1 + count) if channels_last else range(2, 2 + count))
    pixels = math.prod(x.shape[axis] for axis in axes)
    stage = runtime.first_stage
    if stage.overflow == "wrap":
        total = stage.held(x.sum(axis=axes, keepdims=True, dtype=np.int64) - int(x_zero) * pixels)
    else:
        image = x if channels_last else to_last(x)
        rows = np.subtract(image, x_zero, dtype=np.float64).reshape(image.shape[0], pixels, -1).transpose(0, 2, 1)
        ones = (1,) * count
        shape = (image.shape[0], *ones, -1) if channels_last else (image.shape[0], -1, *ones)
        total = accumulate(rows, np.ones((pixels, 1)), stage).reshape(shape)
    factor = runtime.second_stage.mean_factor(x_scale, y_scale, pixels)
    return runtime.second_stage.apply(total, factor, y_zero, y_zero.dtype, runtime.finish)


OPERATOR = Operator(
    "QLinearGlobalAveragePool", MICROSOFT, qlinear_global_average_pool, ("Y",), (1,), "codes",
    loops=qlinear_global_average_pool_loops, element=qlinear_global_average_pool_element, parts=PARTS,
    codes={"X": Codes("x_scale", "x_zero_point"), "Y": Codes("y_scale", "y_zero_point")},
    ranks={"X": (3, 4, 5)}, optional=frozenset({"x_zero_point"}),
)  # fmt: skip
