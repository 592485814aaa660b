"""Operators that keep all codes in their order: RESHAPE and its kin, TRANSPOSE, PAD, CONCATENATION."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import UserError
from ._activation import emit
from ._build import TO_CHANNELS_FIRST, TO_CHANNELS_LAST, VARIADIC, Build, Value
from ._constants import INTEGERS
from ._elementwise import alike, quantized_alike, same_scales
from ._file import Operation, Tensor

MOST_AXES = 5
"""Of tensors that were compared, where an operator takes any."""


def refuse_more_axes(build: Build, op: Operation, *tensors: Tensor) -> None:
    """Refuse tensors of more axes than were compared."""
    for tensor in tensors:
        if len(tensor.shape) > MOST_AXES:
            raise UserError(
                f"{build.where(op)}: {tensor.name} has {len(tensor.shape)} axes", f"{MOST_AXES} or fewer",
                "Reshape it before.",
            )  # fmt: skip


def reshape(build: Build, op: Operation) -> None:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the order is that of ``[N, H, W, C]``.

    Transpose nodes stand around it where that matters.
    """
    x, y = build.tensor(op, 0), build.output(op)
    if x.dtype not in INTEGERS or y.dtype != x.dtype:  # indices have no scale
        x, y = same_scales(build, op)
    if math.prod(x.shape) != math.prod(y.shape):
        raise UserError(
            f"{build.where(op)} makes {list(y.shape)} of {list(x.shape)}", "as many numbers",
            "If the file leaves shapes open, convert the model with a fixed batch: keras.Input(..., batch_size=1).",
        )  # fmt: skip
    name, value = build.names[y.index], build.value(op, x)
    if order_matters(x):
        value = build.transposed(value, TO_CHANNELS_LAST, f"{name.node}_input_nhwc", name.layer)
    finish_reshape(build, x, y, value, name.node)


def finish_reshape(build: Build, x: Tensor, y: Tensor, value: Value, node: str | None = None) -> None:
    """Add the Reshape of codes in the order of the file, and bring channels forward after it where that matters.

    Without ``node``, the value is rows of the operator's own, whose number is no batch.
    """
    name, made = build.names[y.index], build.made(y)
    target, last = target_shape(x, y), made
    if node is None:
        node = f"{name.node}_Reshape"
        target = [-1 if axis == 0 and size == 0 else size for axis, size in enumerate(target)]
    if order_matters(y):
        last = Value(f"{name.node}_reshaped_nhwc", made.dtype, [made.shape[axis] for axis in TO_CHANNELS_LAST])
    elif len(y.shape) == 4:
        target = [target[axis] for axis in TO_CHANNELS_FIRST]
    shape = build.store(f"{node}_shape", np.array(target, np.int64))
    build.node(node, name.layer, "Reshape", "", [("data", value.name), ("shape", shape)], {}, "reshaped", last)
    if last is not made:
        build.transposed(last, TO_CHANNELS_FIRST, made.name, name.layer)
    build.values[y.index] = made


def transpose(build: Build, op: Operation) -> None:
    """TRANSPOSE, its order translated to axes that are kept channels first."""
    x, _ = same_scales(build, op)
    order = [int(axis) for axis in np.ravel(build.constant(op, build.tensor(op, 1)))]
    if len(order) == 4:
        order = [TO_CHANNELS_FIRST.index(order[axis]) for axis in TO_CHANNELS_FIRST]
    inputs = [("data", build.value(op, x).name)]
    emit(build, op, "Transpose", "", inputs, {"perm": order}, "transposed")


def concatenation(build: Build, op: Operation) -> None:
    """CONCATENATION of codes of one scale as Concat; of several, which only uint8 may have, as QLinearConcat."""
    y = build.codes(op, build.output(op))
    given = [build.codes(op, build.tensor(op, position)) for position in range(len(op.inputs))]
    axis = int(op.options["axis"]) % len(y.shape)
    if len(y.shape) == 4:
        axis = TO_CHANNELS_FIRST.index(axis)
    if y.dtype == "uint8" and not all(quantized_alike(x, y) for x in given):
        scale, zero = build.quantization(y)
        inputs = [("Y_scale", scale), ("Y_zero_point", zero)]
        for x in given:
            inputs += [(VARIADIC, name) for name in (build.value(op, x).name, *build.quantization(x))]
        emit(build, op, "QLinearConcat", "com.microsoft", inputs, {"axis": axis}, "Y")
        return
    for x in given:
        alike(build, op, x, y)
    emit(build, op, "Concat", "", [(VARIADIC, build.value(op, x).name) for x in given], {"axis": axis}, "concat_result")


def pad(build: Build, op: Operation) -> None:
    """PAD (with the zero point) and PADV2 (with a code of its own) as Pad."""
    x, y = same_scales(build, op)
    edges = np.asarray(build.constant(op, build.tensor(op, 1)), np.int64).reshape(-1, 2)
    if len(edges) == 4:
        edges = edges[list(TO_CHANNELS_FIRST)]
    name = build.names[y.index]
    own = build.optional(op, 2)
    assert x.zero_point is not None  # checked by `same_scales`
    fill = x.zero_point[0] if own is None else np.ravel(build.constant(op, own))[0]
    inputs = [
        ("data", build.value(op, x).name),
        ("pads", build.store(f"{name.node}_pads", np.concatenate([edges[:, 0], edges[:, 1]]))),
        ("constant_value", build.store(f"{name.node}_value", np.asarray(fill, x.dtype))),
    ]
    emit(build, op, "Pad", "", inputs, {"mode": "constant"}, "output")


def in_file_order(build: Build, op: Operation, x: Tensor) -> Value:
    """Return an operand with its axes as in the file; its name says so."""
    value = build.value(op, x)
    if len(x.shape) != 4:
        return value
    name = f"{value.name}_in_file_order"
    known = next((node for node in build.nodes if node["outputs"][0]["tensor"] == name), None)
    if known is not None:
        return Value(name, value.dtype, known["outputs"][0]["shape"])
    return build.transposed(value, TO_CHANNELS_LAST, name, name)


def finish_in_file_order(
    build: Build, y: Tensor, op_type: str, inputs: Sequence[tuple[str, str]], attributes: Mapping[str, Any], formal: str
) -> None:
    """Add the last node of an operator that works in the order of the file."""
    name, made = build.names[y.index], build.made(y)
    last = made
    if len(y.shape) == 4:
        last = Value(f"{name.node}_in_file_order", made.dtype, [made.shape[axis] for axis in TO_CHANNELS_LAST])
    build.node(name.node, name.layer, op_type, "", inputs, attributes, formal, last)
    if last is not made:
        build.transposed(last, TO_CHANNELS_FIRST, made.name, name.layer)
    build.values[y.index] = made


def order_matters(tensor: Tensor) -> bool:
    """Tell whether channels first and channels last are two orders of a tensor's numbers."""
    return len(tensor.shape) == 4 and tensor.shape[3] != 1 and math.prod(tensor.shape[1:3]) != 1


def target_shape(x: Tensor, y: Tensor) -> list[int]:
    """Return the new shape as Reshape reads it; a batch is 0, the old length, and what grows or shrinks with it -1."""
    target = list(y.shape)
    if x.free and y.free and x.shape and target:
        target[0] = 0 if x.shape[0] == y.shape[0] else -1
    return target
