"""Pad: a tensor with a border."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _checks as check
from ._in_parts import memory_order
from ._operator import Operator

Array = npt.NDArray[Any]


def pad(
    data: Array, pads: Array, constant_value: Array | None = None, axes: Array | None = None, *, mode: str = "constant"
) -> Array:
    """Return a tensor with a border (ONNX, `Pad <https://onnx.ai/onnx/operators/onnx__Pad.html>`__).

    Parameters
    ----------
    data
        Any array.
    pads
        int64, how many elements before each axis, then how many behind; below 0 they are taken away.
    constant_value
        What the border holds, 0 without it: for codes the model must give the zero point.
    axes
        Which axes ``pads`` speaks of; all without it.
    mode
        ``constant``, ``edge``, ``reflect`` or ``wrap``.

    Raises
    ------
    UserError
        If the numbers do not fit the axes, or the mode is another.

    Examples
    --------
    >>> pad(np.array([1, 2], np.int8), np.array([1, 2]), np.int8(-7))
    array([-7,  1,  2, -7, -7], dtype=int8)
    """
    which = list(range(data.ndim)) if axes is None else [int(axis) % data.ndim for axis in axes.tolist()]
    amounts = [int(amount) for amount in np.asarray(pads).reshape(-1).tolist()]
    if mode not in MODES or len(amounts) != 2 * len(which):
        raise UserError(
            f"mode is {mode!r} with pads {amounts}", f"one of {', '.join(MODES)} and {2 * len(which)} numbers",
            "Correct the model.",
        )  # fmt: skip
    around, inside = [(0, 0)] * data.ndim, [slice(None)] * data.ndim
    for number, axis in enumerate(which):
        before, behind = amounts[number], amounts[number + len(which)]
        inside[axis] = slice(max(0, -before), data.shape[axis] - max(0, -behind))
        around[axis] = (max(0, before), max(0, behind))
    check.made_size([n + a + b for n, (a, b) in zip(data.shape, around, strict=True)], "the padded shape")
    kept = data[tuple(inside)]
    order = memory_order(data)  # is kept
    kept, around, back = kept.transpose(order), [around[axis] for axis in order], np.argsort(order)
    if mode == "constant":
        value = 0 if constant_value is None else np.asarray(constant_value, data.dtype).reshape(())
        return np.pad(kept, around, constant_values=value).transpose(back)
    padded: Array = np.pad(kept, around, mode=mode)  # type: ignore[call-overload]  # numpy has these three modes
    return padded.transpose(back)


MODES = ("constant", "edge", "reflect", "wrap")


def pad_2(data: Array, *, pads: Sequence[int], mode: str = "constant", value: float = 0.0) -> Array:
    """Return a tensor with a border whose widths are attributes: Pad before opset 11.

    Examples
    --------
    >>> pad_2(np.array([1, 2], np.float32), pads=[1, 0], value=0.5)
    array([0.5, 1. , 2. ], dtype=float32)
    """
    return pad(data, np.asarray(pads, np.int64), np.asarray(value, data.dtype), mode=mode)


OPERATOR = Operator(
    "Pad", "", pad, ("output",), (2, 11, 13, 18, 19, 21, 23, 24, 25), "movement", older={2: pad_2, 11: pad},
    optional=frozenset({"constant_value"}),
)  # fmt: skip
