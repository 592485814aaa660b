"""Windows over images: padding, output size, and the copy that turns a convolution into one matrix product."""

import math
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
    """Return a pool's pads as :func:`resolve_pads` does, where the runtime means the same by them.

    ONNX Runtime's pools take "SAME" without dilations, and pad by less than nothing where a stride is longer than the
    kernel.

    Raises
    ------
    UserError
        For "SAME" in these two cases, and as :func:`resolve_pads`.
    """
    odd = any((d > 1 and k > 1) or s > k for k, s, d in zip(kernel, strides, dilations, strict=True))
    if auto_pad in ("SAME_UPPER", "SAME_LOWER") and odd:
        raise UserError(
            f"auto_pad is {auto_pad} with kernel {list(kernel)}, strides {list(strides)}, dilations {list(dilations)}",
            "no dilations and strides no longer than the kernel, or pads as numbers",
            "Write the pads as numbers: what a pool means by auto_pad here differs between runtimes.",
        )
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

    With one or three axes in place of H and W likewise. Channels last, so that a copy moves runs of ``C`` (of
    ``kernel columns * C`` without dilation) numbers.
    """
    n, channels, (sn, *inner, sc) = padded.shape[0], padded.shape[-1], padded.strides
    steps = [length * stride for length, stride in zip(inner, strides, strict=True)]
    taps = [length * dilation for length, dilation in zip(inner, dilations, strict=True)]
    return np.lib.stride_tricks.as_strided(
        padded, (n, *size, *kernel, channels), (sn, *steps, *taps, sc), writeable=False
    )


def columns(
    padded: Array, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], size: Sequence[int]
) -> Array:
    """Return every window as one row: ``[N * rows * columns, kernel rows * kernel columns * C]``."""
    view = windows(padded, kernel, strides, dilations, size)
    return view.reshape(padded.shape[0] * math.prod(size), math.prod(kernel) * padded.shape[-1])


def spatial(rank: int, name: str = "x") -> int:
    """Return how many axes follow ``[N, C, ...]``, one to three, or refuse the rank.

    Raises
    ------
    UserError
        Naming the tensor.
    """
    if not 3 <= rank <= 5:
        raise UserError(
            f"{name} has {rank} axes", "3 to 5 axes: [N, C, W], [N, C, H, W] or [N, C, D, H, W]", f"Reshape {name}."
        )
    return rank - 2


def channels_last(array: Array) -> Array:
    """Return a view with the channels behind: ``[N, C, H, W]`` as ``[N, H, W, C]``."""
    return np.moveaxis(array, 1, -1)


def channels_first(array: Array) -> Array:
    """Return a view with the channels in second place again."""
    return np.moveaxis(array, -1, 1)
