"""Operators that sum up: pools, MEAN, SOFTMAX."""

from typing import Any

import numpy as np

from ...errors import UserError
from ._activation import emit
from ._build import TO_CHANNELS_FIRST, Build
from ._elementwise import probability, same_scales
from ._file import Operation
from ._windows import SAME, pads

OPSET = 21
"""Of the ONNX operators that the extraction speaks of."""


def average_pool(build: Build, op: Operation) -> None:
    """AVERAGE_POOL_2D as QLinearAveragePool: the mean of the codes inside the image."""
    x, y = same_scales(build, op)
    x_scale, x_zero = build.quantization(x)
    y_scale, y_zero = build.quantization(y)
    inputs = [
        ("X", build.value(op, x).name), ("x_scale", x_scale), ("x_zero_point", x_zero), ("y_scale", y_scale),
        ("y_zero_point", y_zero),
    ]  # fmt: skip
    attributes = {**_window(build, op), "ceil_mode": 0, "channels_last": 0, "count_include_pad": 0}
    emit(build, op, "QLinearAveragePool", "com.microsoft", inputs, attributes, "Y")


def max_pool(build: Build, op: Operation) -> None:
    """MAX_POOL_2D as MaxPool on codes."""
    x, _ = same_scales(build, op)
    emit(build, op, "MaxPool", "", [("X", build.value(op, x).name)], {**_window(build, op), "ceil_mode": 0}, "Y")


def mean(build: Build, op: Operation) -> None:
    """MEAN as QLinearReduceMean."""
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    axes = [axis % len(x.shape) for axis in np.ravel(build.constant(op, build.tensor(op, 1))).tolist()]
    keep = int(bool(op.options.get("keepDims", False)))
    if len(x.shape) == 4:
        if not keep and sorted(axes) != [1, 2]:
            raise UserError(f"{build.where(op)} sums axes {axes} away", "1 and 2, or keep_dims", "Keep the dimensions.")
        axes = [TO_CHANNELS_FIRST.index(axis) for axis in axes]
    if not keep and len(y.shape) == 4:
        raise UserError(f"{build.where(op)} makes four axes of five", "four axes or fewer", "Reshape before.")
    x_scale, x_zero = build.quantization(x)
    y_scale, y_zero = build.quantization(y)
    inputs = [
        ("data", build.value(op, x).name), ("data_scale", x_scale), ("data_zero_point", x_zero),
        ("reduced_scale", y_scale), ("reduced_zero_point", y_zero),
    ]  # fmt: skip
    emit(build, op, "QLinearReduceMean", "com.microsoft", inputs, {"axes": sorted(axes), "keepdims": keep}, "reduced")


def softmax(build: Build, op: Operation) -> None:
    """SOFTMAX along the last axis as QLinearSoftmax."""
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    probability(build, op, y)
    beta = float(op.options.get("beta", 0.0))
    if beta != 1.0:
        raise UserError(f"{build.where(op)} has beta {beta:g}", "1", "Put the factor into the layer before.")
    x_scale, x_zero = build.quantization(x)
    y_scale, y_zero = build.quantization(y)
    inputs = [
        ("X", build.value(op, x).name), ("X_scale", x_scale), ("x_zero_point", x_zero), ("y_scale", y_scale),
        ("y_zero_point", y_zero),
    ]  # fmt: skip
    attributes = {"axis": 1 if len(x.shape) == 4 else len(x.shape) - 1, "opset": OPSET}
    emit(build, op, "QLinearSoftmax", "com.microsoft", inputs, attributes, "Y")


def _window(build: Build, op: Operation) -> dict[str, Any]:
    x, options = build.tensor(op, 0), op.options
    if len(x.shape) != 4:
        raise UserError(f"{build.where(op)}: {x.name} has the shape {list(x.shape)}", "[N, H, W, C]", "Reshape it.")
    kernel = (int(options["filterHeight"]), int(options["filterWidth"]))
    strides = (int(options["strideH"]), int(options["strideW"]))
    edges = pads(x.shape[1:3], kernel, strides, (1, 1), int(options["padding"]) == SAME)
    return {"kernel_shape": list(kernel), "pads": edges, "strides": list(strides)}
