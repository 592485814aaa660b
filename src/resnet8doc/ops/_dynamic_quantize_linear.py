"""DynamicQuantizeLinear: real numbers to codes, with the scale that their range asks for."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import round_to_integer
from ..errors import UserError
from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def dynamic_quantize_linear(x: Array) -> tuple[Array, Array, Array]:
    r"""Quantize real numbers to uint8 with a scale and zero point of their own.

    .. math::
       s = \frac{\max(0, x_{max}) - \min(0, x_{min})}{255}, \qquad
       z = \mathrm{round}\left(\mathrm{clamp}\left(0 - \frac{\min(0, x_{min})}{s}\right)\right), \qquad
       y = \mathrm{saturate}\left(\mathrm{round}\left(\frac{x}{s}\right) + z\right)

    every operation rounded to float32, ties to even. Where all numbers are 0, the scale is 1.

    Parameters
    ----------
    x
        float32, any shape, finite.

    Returns
    -------
    y : numpy.ndarray
        uint8, of ``x``'s shape.
    y_scale : numpy.ndarray
        float32 scalar.
    y_zero_point : numpy.ndarray
        uint8 scalar.

    Raises
    ------
    UserError
        If the type is another, or a number is not finite.

    References
    ----------
    ONNX, `DynamicQuantizeLinear <https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html>`__; ONNX Runtime,
    ``core/util/qmath.h``.

    Examples
    --------
    >>> y, scale, zero = dynamic_quantize_linear(np.array([-1, 0, 1.55], np.float32))
    >>> y, float(scale), int(zero)
    (array([  0, 100, 255], dtype=uint8), 0.009999999776482582, 100)
    """
    x = float32(x, "x")
    if not np.isfinite(x).all():
        raise UserError(
            "x holds numbers that are not finite", "finite numbers", "Find the operator before it that makes them."
        )
    single = np.float32
    low, high = np.minimum(x.min(initial=0), single(0)), np.maximum(x.max(initial=0), single(0))
    scale = single(1) if low == high else (high - low) / single(255)
    zero = np.rint(np.clip(single(0) - low / scale, single(0), single(255)))
    with np.errstate(over="ignore"):
        codes = np.clip(round_to_integer(np.asarray(x / scale), "half_even") + zero, 0, 255)
    return codes.astype(np.uint8), np.asarray(scale, single), np.asarray(zero, np.uint8)


OPERATOR = Operator(
    "DynamicQuantizeLinear", "", dynamic_quantize_linear, ("y", "y_scale", "y_zero_point"), (11,), "boundary",
)  # fmt: skip
