"""Operators that choose among codes of one scale: MAXIMUM, MINIMUM, REDUCE_MAX, REDUCE_MIN."""

import numpy as np

from ...errors import UserError
from ._activation import emit
from ._build import TO_CHANNELS_FIRST, Build
from ._elementwise import operand, same_scales
from ._file import Operation

PAIRS = {"MAXIMUM": ("Max", "max"), "MINIMUM": ("Min", "min")}
REDUCTIONS = {"REDUCE_MAX": "ReduceMax", "REDUCE_MIN": "ReduceMin"}


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
