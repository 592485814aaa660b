"""TRANSPOSE_CONV of int16 codes in TensorFlow Lite's kernel sets: a CONV_2D of an image with zeros between its pixels.

Source: TensorFlow Lite, ``kernels/internal/reference/integer_ops/transpose_conv.h``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import check
from ..trace import Trace
from ._int16_sums import PARTS, convolution, short
from .transposed import in_the_image, spread

CONVOLUTION = convolution({"int64": "reduced", "none": "reduced"})


def _opened(inputs: Sequence[Any], strides: Sequence[int]) -> list[Any]:
    """Return a convolution's inputs: the image spread, its filters turned round."""
    x, x_scale, x_zero, w, *others = inputs
    codes = short(x, "x")
    check.rank(codes, "x", "[N, C, H, W]")
    if len(strides) != 2 or min(strides) < 1:
        raise UserError(f"strides is {list(strides)}", "two positive numbers", "Give a stride for each axis.")
    return [spread(codes, np.int16(0), strides), x_scale, x_zero, np.asarray(w)[:, :, ::-1, ::-1], *others]


def _function(*inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]) -> Array:
    return np.asarray(CONVOLUTION.function(*_opened(inputs, strides), pads=pads, runtime=runtime))


def _element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]
) -> Trace:
    given = _opened(inputs, strides)
    trace = CONVOLUTION.element(index, *given, pads=pads, runtime=runtime)
    return in_the_image(trace, given[3].shape[2:], strides, "TRANSPOSE_CONV_INT16")


TRANSPOSED = Functions(_function, _element, PARTS)
