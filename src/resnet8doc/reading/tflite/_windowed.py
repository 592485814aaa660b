"""Operators that sum up: pools, MEAN, SUM, SOFTMAX, LOG_SOFTMAX, L2_NORMALIZATION."""

import math
from typing import Any

import numpy as np

from ...errors import UserError
from ._activation import NONE, emit
from ._build import Build, Value
from ._elementwise import CURVE, OWN, both, held_output, probability, same_scales
from ._file import Operation, Tensor
from ._shapes import finish_reshape, in_file_order, refuse_more_axes
from ._windows import SAME, pads

OPSET = 21
"""Of the ONNX operators that the extraction speaks of."""

LOG_PROBABILITY = (1 / 16, 127)
"""The output scale and zero point that LOG_SOFTMAX must have."""


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
    """MEAN as QLinearReduceMean, and SUM: over the image as it is, over other axes as over a column of them."""
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    axes = sorted({axis % len(x.shape) for axis in np.ravel(build.constant(op, build.tensor(op, 1))).tolist()})
    keep = int(bool(op.options.get("keepDims", False)))
    if len(x.shape) == 4 and axes == [1, 2]:
        _mean(build, op, x, y, build.value(op, x), keep)
        return
    if 0 in axes or len(axes) == len(x.shape):
        raise UserError(
            f"{build.where(op)} goes over axes {axes} of {len(x.shape)}", "axes other than the first",
            "Keep the batch apart.",
        )  # fmt: skip
    name, kept = build.names[y.index], [axis for axis in range(len(x.shape)) if axis not in axes]
    value = in_file_order(build, op, x)
    order = [*kept, *axes]
    if order != sorted(order):
        value = build.transposed(value, tuple(order), f"{name.tensor}_axes_last", name.layer)
    columns = [math.prod(x.shape[axis] for axis in part) for part in (kept[1:], axes)]
    target = build.store(f"{name.node}_columns_shape", np.array([0, *columns, 1], np.int64))
    column = Value(f"{name.tensor}_columns", x.dtype, [value.shape[0], *columns, 1])
    build.node(f"{name.node}_columns", name.layer, "Reshape", "", [("data", value.name), ("shape", target)], {},
               "reshaped", column)  # fmt: skip
    rows = Value(f"{name.tensor}_rows", y.dtype, column.shape[:2])
    finish_reshape(build, x, y, _mean(build, op, x, y, column, 0, rows))


def _mean(
    build: Build, op: Operation, x: Tensor, y: Tensor, value: Value, keep: int, rows: Value | None = None
) -> Value:  # fmt: skip
    x_scale, x_zero = build.quantization(x)
    y_scale, y_zero = build.quantization(y)
    inputs = [
        ("data", value.name), ("data_scale", x_scale), ("data_zero_point", x_zero),
        ("reduced_scale", y_scale), ("reduced_zero_point", y_zero),
    ]  # fmt: skip
    attributes = {"axes": [2, 3], "keepdims": keep}
    op_type, domain = ("SUM", OWN) if op.kind == "SUM" else ("QLinearReduceMean", "com.microsoft")
    return emit(build, op, op_type, domain, inputs, attributes, "reduced", rows=rows)


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


def log_softmax(build: Build, op: Operation) -> None:
    """LOG_SOFTMAX along the last axis, which keeps its own name."""
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    held_output(build, op, y, LOG_PROBABILITY)
    inputs = [("x", build.value(op, x).name), *both(build, "x", x), *both(build, "y", y)]
    axis = 1 if len(x.shape) == 4 else len(x.shape) - 1
    emit(build, op, "LOG_SOFTMAX", OWN, inputs, {"axis": axis}, "y")


def l2_normalization(build: Build, op: Operation) -> None:
    """L2_NORMALIZATION along the last axis, which keeps its own name."""
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    held_output(build, op, y, CURVE)
    if int(op.options.get("fusedActivationFunction", NONE)) != NONE:
        raise UserError(f"{build.where(op)} has a fused activation", "none, as all kernels", "Convert it without it.")
    refuse_more_axes(build, op, x)
    inputs = [("x", build.value(op, x).name), *both(build, "x", x), *both(build, "y", y)]
    axis = 1 if len(x.shape) == 4 else len(x.shape) - 1
    emit(build, op, "L2_NORMALIZATION", OWN, inputs, {"axis": axis}, "y")


def _window(build: Build, op: Operation) -> dict[str, Any]:
    x, options = build.tensor(op, 0), op.options
    if len(x.shape) != 4:
        raise UserError(f"{build.where(op)}: {x.name} has the shape {list(x.shape)}", "[N, H, W, C]", "Reshape it.")
    kernel = (int(options["filterHeight"]), int(options["filterWidth"]))
    strides = (int(options["strideH"]), int(options["strideW"]))
    edges = pads(x.shape[1:3], kernel, strides, (1, 1), int(options["padding"]) == SAME)
    return {"kernel_shape": list(kernel), "pads": edges, "strides": list(strides)}
