"""Scales and zero points that run along one axis of a tensor."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Number
from ..errors import UserError
from ._checks import scale as checked_scale

Array = npt.NDArray[Any]


def along_axis(
    x: Array, x_name: str, scale: Number, scale_name: str, zero_point: Number, zero_point_name: str, axis: int,
    block_size: int = 0,
) -> tuple[Array, Array]:  # fmt: skip
    """Return scale, as float32, and zero point in shapes that broadcast against ``x``.

    A scalar, one for each index of the axis, or with ``block_size`` one for each block of so many.
    """
    if block_size:
        return _blocks(
            x, x_name, np.asarray(scale), scale_name, np.asarray(zero_point), zero_point_name, axis, block_size
        )
    if np.size(scale) == 1:
        scale = checked_scale(np.reshape(scale, ()) if np.ndim(scale) <= 1 else scale, scale_name, zero=True, half=True)
        if np.size(zero_point) != 1:
            raise UserError(
                f"{scale_name} is a scalar and {zero_point_name} has shape {list(zero_point.shape)}",
                "one shape for both",
                f"Give {zero_point_name} the shape of {scale_name}.",
            )
        return scale, np.reshape(zero_point, ())
    if not -x.ndim <= axis < x.ndim:
        raise UserError(f"axis is {axis}", f"an axis of {x_name}, which has {x.ndim}", "Correct axis.")
    scale, zero_point = checked_scale(scale, scale_name, x.shape[axis], zero=True, half=True), np.asarray(zero_point)
    if zero_point.shape not in (scale.shape, ()):
        raise UserError(
            f"{scale_name} has shape {list(scale.shape)} and {zero_point_name} {list(zero_point.shape)}",
            "one shape for both",
            f"Give {zero_point_name} the shape of {scale_name}.",
        )
    shape = [1] * x.ndim
    shape[axis] = -1
    return scale.reshape(shape), zero_point.reshape(shape) if zero_point.ndim else zero_point


def _blocks(
    x: Array, x_name: str, scale: Array, scale_name: str, zero: Array, zero_name: str, axis: int, block_size: int
) -> tuple[Array, Array]:
    """Repeat each scale and zero point for its block; the last block may be shorter."""
    if not -x.ndim <= axis < x.ndim or block_size < 1:
        raise UserError(
            f"axis is {axis} and block_size {block_size}", f"an axis of {x_name}, which has {x.ndim}, and 1 or more",
            "Correct the attributes.",
        )  # fmt: skip
    wanted = list(x.shape)
    wanted[axis] = -(-x.shape[axis] // block_size)
    for name, value in ((scale_name, scale), (zero_name, zero)):
        if list(value.shape) != wanted and not (name == zero_name and value.ndim == 0):
            raise UserError(
                f"{name} has shape {list(value.shape)}", f"{wanted}, one for each block", f"Reshape {name}."
            )
    scale = checked_scale(scale.reshape(-1), scale_name, scale.size, zero=True, half=True).reshape(wanted)
    where = (slice(None),) * (axis % x.ndim) + (slice(0, x.shape[axis]),)
    return np.repeat(scale, block_size, axis)[where], np.repeat(zero, block_size, axis)[where] if zero.ndim else zero
