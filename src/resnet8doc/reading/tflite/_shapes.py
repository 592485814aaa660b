"""Operators that move codes: RESHAPE, TRANSPOSE, PAD, CONCATENATION; and arithmetic on shapes."""

import math

import numpy as np

from ...errors import UserError
from ._activation import emit
from ._build import TO_CHANNELS_FIRST, TO_CHANNELS_LAST, Build, Value, shape_of
from ._elementwise import same_scales
from ._file import Operation, Tensor

ON_SHAPES = ("SHAPE", "STRIDED_SLICE", "PACK")
"""How converters write a Flatten of any batch: the shape is taken, sliced, and packed again."""


def on_shapes(build: Build, op: Operation) -> None:
    """Pass over arithmetic on shapes: RESHAPE takes its result from the shape that the file gives its output."""
    y = build.output(op)
    readers = {other.kind for other in build.file.operations if y.index in other.inputs}
    if y.dtype not in ("int32", "int64") or not readers <= {*ON_SHAPES, "RESHAPE"}:
        raise UserError(
            f"{build.where(op)} computes {y.dtype} that {', '.join(sorted(readers)) or 'nothing'} reads",
            "a shape that RESHAPE reads", "Export the model with fixed shapes.",
        )  # fmt: skip


def reshape(build: Build, op: Operation) -> None:
    """RESHAPE: the order is that of ``[N, H, W, C]``, so Transpose nodes stand around it where that matters."""
    x, y = same_scales(build, op)
    if math.prod(x.shape) != math.prod(y.shape):
        raise UserError(
            f"{build.where(op)} makes {list(y.shape)} of {list(x.shape)}", "as many numbers", "Convert the model again."
        )
    name, value = build.names[y.index], build.value(op, x)
    if _order_matters(x):
        value = build.transposed(value, TO_CHANNELS_LAST, f"{name.node}_input_nhwc", name.layer)
    made = build.made(y)
    target = _like_batch(x, y)
    last = made
    if _order_matters(y):
        last = Value(f"{name.node}_reshaped_nhwc", made.dtype, [made.shape[axis] for axis in TO_CHANNELS_LAST])
    elif len(y.shape) == 4:
        target = [target[axis] for axis in TO_CHANNELS_FIRST]
    shape = build.store(f"{name.node}_shape", np.array(target, np.int64))
    inputs = [("data", value.name), ("shape", shape)]
    build.node(name.node, name.layer, "Reshape", "", inputs, {}, "reshaped", last)
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
    """CONCATENATION of codes of one scale as Concat: TensorFlow Lite's kernels for int8 know no other."""
    y = build.output(op)
    given = [same_scales(build, op, position)[0] for position in range(len(op.inputs))]
    axis = int(op.options["axis"]) % len(y.shape)
    if len(y.shape) == 4:
        axis = TO_CHANNELS_FIRST.index(axis)
    emit(build, op, "Concat", "", [("inputs", build.value(op, x).name) for x in given], {"axis": axis}, "concat_result")


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


def _order_matters(tensor: Tensor) -> bool:
    """Tell whether channels first and channels last are two orders of a tensor's numbers."""
    return len(tensor.shape) == 4 and tensor.shape[3] != 1 and math.prod(tensor.shape[1:3]) != 1


def _like_batch(x: Tensor, y: Tensor) -> list[int]:
    """Return the new shape; 0, which keeps the old length, for the batch."""
    target = list(y.shape)
    if x.free and y.free and target and shape_of(x) and x.shape[0] == y.shape[0]:
        target[0] = 0
    return target
