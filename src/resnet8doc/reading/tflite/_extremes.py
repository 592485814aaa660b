"""Operators that choose among codes of one scale: MAXIMUM, MINIMUM, REDUCE_MAX, REDUCE_MIN, ARG_MAX, ARG_MIN; CAST."""

import numpy as np

from ...errors import UserError
from ._activation import emit
from ._build import TO_CHANNELS_FIRST, TO_CHANNELS_LAST, Build, Value
from ._elementwise import operand, same_scales
from ._file import Operation
from ._shapes import finish_in_file_order, in_file_order

PAIRS = {"MAXIMUM": ("Max", "max"), "MINIMUM": ("Min", "min")}
REDUCTIONS = {"REDUCE_MAX": "ReduceMax", "REDUCE_MIN": "ReduceMin"}
PLACES = {"ARG_MAX": "ArgMax", "ARG_MIN": "ArgMin"}

INDICES = {"int32": (2, 6), "int64": (4, 7)}
"""Types of indices: the schema's number of each, and ONNX's."""

NUMBERS = {"float32": 1, "uint8": 2, "int32": 6, "int64": 7}
"""What indices are cast to: ONNX's numbers of types."""


def larger(build: Build, op: Operation) -> None:
    """MAXIMUM and MINIMUM of two operands as Max and Min on codes."""
    op_type, formal = PAIRS[op.kind]
    rank = len(build.output(op).shape)
    inputs = [("data_0", operand(build, op, same_scales(build, op, position)[0], rank).name) for position in (0, 1)]
    emit(build, op, op_type, "", inputs, {}, formal, 0)


def largest(build: Build, op: Operation) -> None:
    """REDUCE_MAX and REDUCE_MIN along axes as ReduceMax and ReduceMin on codes."""
    x, y = same_scales(build, op)
    axes = [axis % len(x.shape) for axis in np.ravel(build.constant(op, build.tensor(op, 1))).tolist()]
    keep = int(bool(op.options.get("keepDims", False)))
    if not keep and len(y.shape) == 4:
        raise UserError(f"{build.where(op)} makes four axes of five", "four axes or fewer", "Reshape before.")
    if len(x.shape) == 4:
        if not keep and sorted(axes) not in ([1, 2], [3], [1, 2, 3]):
            raise UserError(
                f"{build.where(op)} takes axes {axes} away", "1 and 2, 3, all three, or keep_dims",
                "Keep the dimensions.",
            )  # fmt: skip
        axes = [TO_CHANNELS_FIRST.index(axis) for axis in axes]
    where = build.store(f"{build.names[y.index].node}_axes", np.array(sorted(axes), np.int64))
    inputs = [("data", build.value(op, x).name), ("axes", where)]
    emit(build, op, REDUCTIONS[op.kind], "", inputs, {"keepdims": keep}, "reduced", 0)


def cast(build: Build, op: Operation) -> None:
    """CAST of computed indices as Cast."""
    x, y = build.tensor(op, 0), build.output(op)
    if x.dtype not in INDICES or x.index not in build.values or y.dtype not in NUMBERS:
        raise UserError(
            f"{build.where(op)} makes {y.dtype} of {x.name}, {x.dtype}",
            f"{', '.join(NUMBERS)} of indices that ARG_MAX, ARG_MIN or TOPK_V2 makes", "Export the model without it.",
        )  # fmt: skip
    value, made = build.value(op, x), build.made(y)
    name = build.names[y.index]
    build.node(name.node, name.layer, "Cast", "", [("input", value.name)], {"to": NUMBERS[y.dtype]}, "output", made)
    build.values[y.index] = made


def place(build: Build, op: Operation) -> None:
    """ARG_MAX and ARG_MIN as ArgMax and ArgMin, which make int64, and a Cast where the file has int32."""
    x, y = build.codes(op, build.tensor(op, 0)), build.output(op)
    given = build.tensor(op, 1)
    if given.dtype != "int32":
        raise UserError(
            f"{build.where(op)}: the axis {given.name} is {given.dtype}", "int32, as converters write it",
            "Convert the model again.",
        )  # fmt: skip
    if y.dtype not in INDICES or int(op.options.get("outputType", 0)) != INDICES[y.dtype][0]:
        raise UserError(
            f"{build.where(op)} makes {y.dtype} and has the output type {op.options.get('outputType', 0)}",
            "int32 (2) or int64 (4), one of them in both", "Convert the model again.",
        )  # fmt: skip
    axis = int(np.ravel(build.constant(op, given))[0]) % len(x.shape)
    if len(x.shape) == 4 and axis == 3:
        value, axis = build.value(op, x), 1
    else:
        value = in_file_order(build, op, x)
    name, kind, inputs = build.names[y.index], PLACES[op.kind], [("data", value.name)]
    if y.dtype == "int64":
        finish_in_file_order(build, y, kind, inputs, {"axis": axis, "keepdims": 0}, "reduced")
        return
    shape = build.made(y).shape
    wide = Value(f"{name.tensor}_int64", "int64", [shape[k] for k in TO_CHANNELS_LAST] if len(shape) == 4 else shape)
    build.node(f"{name.node}_{kind}", name.layer, kind, "", inputs, {"axis": axis, "keepdims": 0}, "reduced", wide)
    finish_in_file_order(build, y, "Cast", [("input", wide.name)], {"to": INDICES[y.dtype][1]}, "output")
