"""Scales and zero points that run along one axis of a tensor."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Number
from ..errors import UserError
from ._checks import scale as checked_scale

Array = npt.NDArray[Any]


def along_axis(
    x: Array, x_name: str, scale: Number, scale_name: str, zero_point: Number, zero_point_name: str, axis: int
) -> tuple[Array, Array]:
    """Return scale and zero point reshaped so that they broadcast against ``x``."""
    if np.size(scale) == 1:
        scale = checked_scale(np.reshape(scale, ()) if np.ndim(scale) <= 1 else scale, scale_name, zero=True)
        if np.size(zero_point) != 1:
            raise UserError(
                f"{scale_name} is a scalar and {zero_point_name} has shape {list(zero_point.shape)}",
                "one shape for both",
                f"Give {zero_point_name} the shape of {scale_name}.",
            )
        return scale, np.reshape(zero_point, ())
    if not -x.ndim <= axis < x.ndim:
        raise UserError(f"axis is {axis}", f"an axis of {x_name}, which has {x.ndim}", "Correct axis.")
    scale, zero_point = checked_scale(scale, scale_name, x.shape[axis], zero=True), np.asarray(zero_point)
    if zero_point.shape not in (scale.shape, ()):
        raise UserError(
            f"{scale_name} has shape {list(scale.shape)} and {zero_point_name} {list(zero_point.shape)}",
            "one shape for both",
            f"Give {zero_point_name} the shape of {scale_name}.",
        )
    shape = [1] * x.ndim
    shape[axis] = -1
    return scale.reshape(shape), zero_point.reshape(shape) if zero_point.ndim else zero_point
