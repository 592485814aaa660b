"""Operators of weights: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from . import _int16
from ._activation import emit
from ._build import CODES, FULL_INTEGER, TO_CHANNELS_LAST, Build, Value
from ._file import Operation, Tensor
from ._shapes import finish_reshape
from ._windows import SAME, pads

Array = npt.NDArray[Any]

NEED_BIAS = ("CONV_2D", "DEPTHWISE_CONV_2D")
"""Operators that kernels of uint8 refuse, or end the process in, where no bias is stored."""


def convolution(build: Build, op: Operation) -> None:
    """CONV_2D as QLinearConv: weights ``[M, kH, kW, C]`` to ``[M, C, kH, kW]``.

    Filters of fewer channels than the input has make groups.
    """
    weights, x = build.tensor(op, 1), build.tensor(op, 0)
    data = stored_weights(build, op, weights, 4, 0)
    channels = x.shape[-1] if x.shape else 0
    group = channels // data.shape[3] if data.shape[3] else 0
    if not group or channels % data.shape[3] or data.shape[0] % group:
        raise UserError(
            f"{build.where(op)}: {data.shape[0]} filters of {data.shape[3]} channels for {channels} channels",
            "channels that the filters divide into groups", "Convert the model again.",
        )  # fmt: skip
    if group > 1 and data.shape[3] == 1:
        raise UserError(
            f"{build.where(op)} has groups of one channel", "DEPTHWISE_CONV_2D, whose kernels round otherwise",
            "Use keras.layers.DepthwiseConv2D.",
        )  # fmt: skip
    _convolution(build, op, data.transpose(0, 3, 1, 2), group)


def depthwise(build: Build, op: Operation) -> None:
    """DEPTHWISE_CONV_2D as a QLinearConv of as many groups as channels: ``[1, kH, kW, M]`` to ``[M, 1, kH, kW]``.

    One group of one channel looks like a CONV_2D, so an attribute says that it is none.
    """
    weights, x = build.tensor(op, 1), build.tensor(op, 0)
    data = stored_weights(build, op, weights, 4, 3)
    channels = x.shape[-1] if len(x.shape) == 4 else 0
    if not channels or data.shape[3] % channels:
        raise UserError(
            f"{build.where(op)}: {data.shape[3]} filters for {channels} channels", "a multiple of the channels",
            "Convert the model again.",
        )  # fmt: skip
    _convolution(build, op, data.transpose(3, 0, 1, 2), channels, {"depthwise": 1} if channels == 1 else {})


def _convolution(
    build: Build, op: Operation, weights: Array, group: int, more: Mapping[str, int] = MappingProxyType({})
) -> None:
    x = build.codes(op, build.tensor(op, 0))
    y = build.codes(op, build.output(op))
    if len(x.shape) != 4:
        raise UserError(f"{build.where(op)}: {x.name} has the shape {list(x.shape)}", "[N, H, W, C]", "Reshape it.")
    kernel = weights.shape[2:]
    strides = (int(op.options["strideH"]), int(op.options["strideW"]))
    dilations = (int(op.options["dilationHFactor"]), int(op.options["dilationWFactor"]))
    attributes = {
        "dilations": list(dilations),
        "group": group,
        "kernel_shape": list(kernel),
        "pads": pads(x.shape[1:3], kernel, strides, dilations, int(op.options["padding"]) == SAME),
        "strides": list(strides),
        **more,
    }
    inputs = product_inputs(build, op, x, weights, y, "xw")
    emit(build, op, "QLinearConv", "", inputs, attributes, "y")


def fully_connected(build: Build, op: Operation) -> None:
    """FULLY_CONNECTED as QGemm with the weights ``[N, K]`` as they are; other shapes by a Reshape before and after."""
    if int(op.options.get("weightsFormat", 0)):
        raise UserError(f"{build.where(op)} has shuffled weights", "weights in order", "Convert the model again.")
    x = build.codes(op, build.tensor(op, 0))
    y = build.codes(op, build.output(op))
    weights = stored_weights(build, op, build.tensor(op, 1), 2, 0)
    name = build.names[y.index]
    given = build.value(op, x)
    flat = given
    if len(x.shape) != 2:
        if len(x.shape) == 4 and x.shape[3] != 1 and math.prod(x.shape[1:3]) != 1:
            flat = build.transposed(flat, TO_CHANNELS_LAST, f"{name.node}_input_nhwc", name.layer)
        shape = build.store(f"{name.node}_shape", np.array([-1, weights.shape[1]], np.int64))
        flat = build.node(
            f"{name.node}_Reshape", name.layer, "Reshape", "", [("data", flat.name), ("shape", shape)], {}, "reshaped",
            Value(f"{name.node}_input_flat", flat.dtype, [_rows(given, x, weights.shape[1]), weights.shape[1]]),
        )  # fmt: skip
    inputs = [(formal, flat.name if formal == "A" else tensor) for formal, tensor in
              product_inputs(build, op, x, weights, y, "AB")]  # fmt: skip
    rows = None if len(y.shape) == 2 else Value(f"{name.tensor}_rows", y.dtype, [None, weights.shape[0]])
    product = emit(
        build, op, "QGemm", "com.microsoft", inputs, {"alpha": 1.0, "transA": 0, "transB": 1}, "Y", rows=rows
    )
    if rows is not None:
        finish_reshape(build, x, y, product)


def _rows(given: Value, x: Tensor, length: int) -> int | str | None:
    """Return the first axis of a tensor made a matrix: the batch where each image is one row, else not known."""
    return given.shape[0] if given.shape and math.prod(x.shape[1:]) == length else None


def product_inputs(
    build: Build, op: Operation, x: Tensor, weights: Array, y: Tensor, formal: str, places: tuple[int, int] = (1, 2)
) -> list[tuple[str, str]]:
    """Store weights, bias and scales; return the inputs by their formal names, the letters of x and w as given.

    ``places`` are the operator's inputs that hold weights and bias.
    """
    name, a, b = build.names[y.index], formal[0], formal[1]
    source = build.tensor(op, places[0])
    assert source.scale is not None  # checked by `stored_weights`
    assert source.zero_point is not None  # likewise
    many = len(source.scale) > 1
    scales = source.scale if many else source.scale[0]
    zeros = source.zero_point if many else source.zero_point[0]
    kernel = f"{name.scale}/kernel"
    x_scale, x_zero = build.quantization(x)
    y_scale, y_zero = build.quantization(y)
    inputs = [
        (a, build.value(op, x).name), (f"{a.lower()}_scale", x_scale), (f"{a.lower()}_zero_point", x_zero),
        (b, build.store(f"{kernel}_quantized", weights)),
        (f"{b.lower()}_scale", build.store(f"{kernel}_scale", np.asarray(scales, np.float32))),
        (f"{b.lower()}_zero_point", build.store(f"{kernel}_zero_point", np.asarray(zeros, weights.dtype))),
    ]  # fmt: skip
    bias = build.optional(op, places[1])
    stored = []
    if x.dtype == _int16.KIND:
        _int16.check_bias(build.where(op), op, bias)
    if bias is None and op.kind in NEED_BIAS and x.dtype == "uint8":
        raise UserError(
            f"{build.where(op)} has uint8 codes and no bias", "a bias: TensorFlow Lite's kernels of uint8 need one",
            "Give the layer a bias, of zeros if need be.",
        )  # fmt: skip
    if bias is not None:
        if bias.dtype != "int32" and x.dtype != _int16.KIND:
            raise UserError(f"{build.where(op)}: the bias {bias.name} is {bias.dtype}", "int32", FULL_INTEGER)
        stored = [("B" if a == "x" else "C", build.store(f"{name.scale}/bias_quantized", build.constant(op, bias)))]
    elif x.dtype == _int16.KIND and _int16.adds_zero(op, bias):
        stored = [("C", build.store(f"{name.scale}/bias_quantized", np.zeros(len(weights), np.int64)))]
    output = [("y_scale", y_scale), ("y_zero_point", y_zero)]
    return [*inputs, *output, *stored] if a == "x" else [*inputs, *stored, *output]


def stored_weights(build: Build, op: Operation, tensor: Tensor, rank: int, axis: int) -> Array:
    """Return stored weights: int8 with scales along the axis of the output channels, or uint8 with one for all."""
    if tensor.dtype not in CODES:
        raise UserError(
            f"{build.where(op)}: the weights {tensor.name} are {tensor.dtype}", " or ".join(CODES), FULL_INTEGER
        )
    data = build.constant(op, tensor)
    if data.ndim != rank:
        raise UserError(
            f"{build.where(op)}: the weights {tensor.name} have the shape {list(data.shape)}", f"{rank} axes",
            "Convert the model again.",
        )  # fmt: skip
    if tensor.scale is None or tensor.zero_point is None:
        raise UserError(f"{build.where(op)}: the weights {tensor.name} have no scale", "a scale", FULL_INTEGER)
    if len(tensor.scale) > 1 and (tensor.axis != axis or len(tensor.scale) != data.shape[axis]):
        raise UserError(
            f"{build.where(op)}: {len(tensor.scale)} scales along axis {tensor.axis} of the weights {list(data.shape)}",
            f"one, or {data.shape[axis]} along axis {axis}, that of the output channels", "Convert the model again.",
        )  # fmt: skip
    if tensor.dtype == "uint8" and len(tensor.scale) > 1:
        raise UserError(
            f"{build.where(op)}: the weights {tensor.name} are uint8 with {len(tensor.scale)} scales",
            "one scale for all, as TensorFlow Lite's kernels have it for uint8", FULL_INTEGER,
        )  # fmt: skip
    if tensor.dtype == "int8" and tensor.zero_point.any():
        raise UserError(
            f"{build.where(op)}: the weights {tensor.name} have a zero point other than 0", "symmetric int8 weights",
            FULL_INTEGER,
        )  # fmt: skip
    return data
