"""Windows over images: padding, output size, and the copy that turns a convolution into one matrix product."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import UserError

Array = npt.NDArray[Any]
AutoPad = Literal["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]


def resolve_pads(
    size: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    pads: Sequence[int] | None,
    auto_pad: AutoPad,
) -> tuple[int, ...]:
    """Return pads as ONNX orders them, ``(top, left, bottom, right)``.

    "SAME" means ceil(size / stride) outputs; the odd row goes to the end with SAME_UPPER, to the start with SAME_LOWER.

    Raises
    ------
    UserError
        If ``auto_pad`` is unknown, or if the pads are not two numbers of 0 or more for each axis.
    """
    axes = len(size)
    if auto_pad == "VALID":
        return (0,) * (2 * axes)
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        begin, end = [], []
        for length, k, stride, dilation in zip(size, kernel, strides, dilations, strict=True):
            total = max((-(-length // stride) - 1) * stride + (k - 1) * dilation + 1 - length, 0)
            small, large = total // 2, total - total // 2
            begin.append(small if auto_pad == "SAME_UPPER" else large)
            end.append(large if auto_pad == "SAME_UPPER" else small)
        return (*begin, *end)
    if auto_pad != "NOTSET":
        known = "NOTSET, SAME_UPPER, SAME_LOWER or VALID"
        raise UserError(f"auto_pad is {auto_pad!r}", known, "Choose one of these.")
    pads = (0,) * (2 * axes) if pads is None else tuple(int(pad) for pad in pads)
    if len(pads) != 2 * axes or min(pads) < 0:
        raise UserError(
            f"pads are {list(pads)}", f"{2 * axes} numbers of 0 or more, begins then ends", "Correct the pads."
        )
    return pads


def pool_pads(
    size: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    pads: Sequence[int] | None,
    auto_pad: AutoPad,
) -> tuple[int, ...]:
    """Return the pads of a pool: as :func:`resolve_pads`, but for "SAME" where ONNX Runtime departs from the standard.

    Of pools it leaves dilations out of account there, and where the stride is longer than the kernel its padding is
    negative.

    Raises
    ------
    UserError
        If ``auto_pad`` is of that kind, and as :func:`resolve_pads`.
    """
    if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
        needed = [
            (-(-n // step) - 1) * step + (k - 1) * d + 1 - n
            for n, k, step, d in zip(size, kernel, strides, dilations, strict=True)
        ]
        if any(d > 1 for d in dilations) or min(needed) < 0:
            raise UserError(
                f"auto_pad is {auto_pad}, strides are {list(strides)} and dilations {list(dilations)} of a kernel "
                f"{list(kernel)}", "pads written out: ONNX Runtime and the standard mean different ones here",
                "Write the padding as pads.",
            )  # fmt: skip
    return resolve_pads(size, kernel, strides, dilations, pads, auto_pad)


def output_size(
    size: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    pads: Sequence[int],
    ceil_mode: int = 0,
) -> tuple[int, ...]:
    """Return how many windows fit along each axis.

    Raises
    ------
    UserError
        If a window is larger than the padded image.
    """
    axes = len(size)
    result = []
    for axis in range(axes):
        span = (kernel[axis] - 1) * dilations[axis] + 1
        room = size[axis] + pads[axis] + pads[axis + axes] - span
        if room < 0:
            raise UserError(
                f"the kernel spans {span} and the padded axis has {room + span} elements",
                "a kernel no larger than the padded image",
                "Check kernel_shape, dilations and pads.",
            )
        steps = -(-room // strides[axis]) if ceil_mode else room // strides[axis]
        if ceil_mode and steps * strides[axis] >= size[axis] + pads[axis]:
            steps -= 1  # a window that starts in the padding at the end is dropped
        result.append(steps + 1)
    return tuple(result)


def pair(value: Sequence[int] | None, name: str, axes: int = 2) -> tuple[int, ...]:
    """Return a per-axis attribute, ones if it is absent, or refuse it."""
    numbers = (1,) * axes if value is None else tuple(int(number) for number in value)
    if len(numbers) != axes or min(numbers) < 1:
        raise UserError(f"{name} is {list(numbers)}", f"{axes} numbers above 0", f"Correct {name}.")
    return numbers


def windows(
    padded: Array, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], size: Sequence[int]
) -> Array:
    """Return a view of every window of ``[N, H, W, C]``: ``[N, rows, columns, kernel rows, kernel columns, C]``.

    Channels last, so that a copy moves runs of ``C`` (of ``kernel columns * C`` without dilation) numbers.
    """
    n, _, _, channels = padded.shape
    sn, sh, sw, sc = padded.strides
    return np.lib.stride_tricks.as_strided(
        padded,
        (n, size[0], size[1], kernel[0], kernel[1], channels),
        (sn, sh * strides[0], sw * strides[1], sh * dilations[0], sw * dilations[1], sc),
        writeable=False,
    )


def columns(
    padded: Array, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], size: Sequence[int]
) -> Array:
    """Return every window as one row: ``[N * rows * columns, kernel rows * kernel columns * C]``."""
    view = windows(padded, kernel, strides, dilations, size)
    return view.reshape(padded.shape[0] * size[0] * size[1], kernel[0] * kernel[1] * padded.shape[3])
