"""TRANSPOSE_CONV in TensorFlow Lite's kernel sets: a convolution of an image with zero points between its pixels.

The sums are requantized as those of the kernel set's convolutions. The built-in kernels on x86-64 round those of int8
twice, halves up in blocks of 8 output channels; the channels left over round the second time halves away from zero. Of
uint8 it is blocks of 16 elements of the output, in their order, and what is left over of these.

Source: TensorFlow Lite, ``kernels/transpose_conv.cc``, ``kernels/internal/optimized/optimized_ops.h``, ``Quantize``;
XNNPACK, ``src/operators/deconvolution-nhwc.c``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime, SecondStage
from ..errors import UserError
from ..ops import qlinear_conv as convolve
from ..ops import qlinear_conv_element as convolve_element
from ..ops.parts import check
from ..trace import Trace
from ._by_type import by_type
from ._leftovers import is_left_over, with_leftover
from .fixed_point import Fixed

BLOCK = 8
"""Channels of a whole vector."""

VECTOR = 16
"""Elements of a whole vector of uint8."""

VECTOR_STAGE, SCALAR_STAGE = Fixed("twice_up"), Fixed("twice_away")
PARTS = frozenset({"overflow", "relu"})


def spread(x: Array, zero: Any, strides: Sequence[int]) -> Array:
    """Return an image ``[N, C, H, W]`` with zero points between its rows and columns.

    Examples
    --------
    >>> spread(np.array([[[[1, 2]]]], np.int8), np.int8(7), (2, 3)).tolist()
    [[[[1, 7, 7, 2]]]]
    """
    high, wide = ((size - 1) * stride + 1 for size, stride in zip(x.shape[2:], strides, strict=True))
    made = np.full((*x.shape[:2], high, wide), zero, x.dtype)
    made[:, :, :: strides[0], :: strides[1]] = x
    return made


def _opened(inputs: Sequence[Any], strides: Sequence[int]) -> list[Any]:
    """Return a convolution's inputs: the image spread, its filters turned round."""
    x, x_scale, x_zero, w, *others = inputs
    codes = check.codes(x, "x")
    check.rank(codes, "x", "[N, C, H, W]")
    if len(strides) != 2 or min(strides) < 1:
        raise UserError(f"strides is {list(strides)}", "two positive numbers", "Give a stride for each axis.")
    zero = check.zero_point(x_zero, "x_zero_point", codes.dtype, "x")
    return [spread(codes, zero, strides), x_scale, x_zero, np.asarray(w)[:, :, ::-1, ::-1], *others]


def _staged(runtime: Runtime, stage: SecondStage | None) -> Runtime:
    functions = {name: own for name, own in runtime.functions.items() if name != "QLinearConv"}
    name = f"{runtime.name}, transposed" + (f", {stage}" if stage is not None else "")
    return replace(runtime, name=name, second_stage=stage or runtime.second_stage, functions=functions)


def _function(*inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]) -> Array:
    return np.asarray(convolve(*_opened(inputs, strides), pads=pads, runtime=_staged(runtime, None)))


def _element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]
) -> Trace:
    return _traced(index, _opened(inputs, strides), strides, pads, _staged(runtime, None))


def _traced(
    index: tuple[int, ...], given: Sequence[Any], strides: Sequence[int], pads: Sequence[int], runtime: Runtime
) -> Trace:
    """Write down one output."""
    trace = convolve_element(index, *given, pads=pads, runtime=runtime)
    return in_the_image(trace, given[3].shape[2:], strides, "TRANSPOSE_CONV")


def in_the_image(trace: Trace, kernel: Sequence[int], strides: Sequence[int], op_type: str) -> Trace:
    """Return a trace of the spread image as one of the image.

    A zero point between the pixels is none of the image's, and taps are the filter's own.
    """
    high, wide = kernel
    for number, term in enumerate(trace.terms):
        place, (channel, row, column) = term.x_index, term.tap
        if place is not None:
            between = any(at % stride for at, stride in zip(place[2:], strides, strict=True))
            place = None if between else (*place[:2], place[2] // strides[0], place[3] // strides[1])
        trace.terms[number] = replace(term, tap=(channel, high - 1 - row, wide - 1 - column), x_index=place)
    return replace(trace, op_type=op_type)


def _function_in_blocks(*inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]) -> Array:
    given = _opened(inputs, strides)
    filters = given[3].shape[0]
    whole, parts = filters // BLOCK * BLOCK, []
    for channels, stage in ((slice(0, whole), VECTOR_STAGE), (slice(whole, None), SCALAR_STAGE)):
        part = [
            value[channels] if position in (3, 4, 5, 8) and value is not None and np.ndim(value) else value
            for position, value in enumerate(given)
        ]
        if len(part[3]):
            parts.append(convolve(*part, pads=pads, runtime=_staged(runtime, stage)))
    return np.concatenate(parts, axis=1)


def _element_in_blocks(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]
) -> Trace:
    given = _opened(inputs, strides)
    in_block = index[1] < given[3].shape[0] // BLOCK * BLOCK
    stage = VECTOR_STAGE if in_block else SCALAR_STAGE
    return _traced(index, given, strides, pads, _staged(runtime, stage))


def _function_in_vectors(*inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]) -> Array:
    given = _opened(inputs, strides)
    vector, scalar = (
        convolve(*given, pads=pads, runtime=_staged(runtime, stage)) for stage in (VECTOR_STAGE, SCALAR_STAGE)
    )
    return with_leftover(vector, scalar, VECTOR)


def _element_in_vectors(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime, strides: Sequence[int], pads: Sequence[int]
) -> Trace:
    given = _opened(inputs, strides)
    rows, columns = (
        size + pads[axis] + pads[axis + 2] - given[3].shape[axis + 2] + 1
        for axis, size in enumerate(given[0].shape[2:])
    )
    made = (given[0].shape[0], given[3].shape[0], rows, columns)
    stage = SCALAR_STAGE if is_left_over(index, made, VECTOR) else VECTOR_STAGE
    return _traced(index, given, strides, pads, _staged(runtime, stage))


AS_CONVOLUTION = Functions(_function, _element, PARTS)
IN_BLOCKS = by_type(
    Functions(_function_in_blocks, _element_in_blocks, PARTS),
    Functions(_function_in_vectors, _element_in_vectors, PARTS),
)
