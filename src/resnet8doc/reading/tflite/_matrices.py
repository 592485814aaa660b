"""BATCH_MATMUL: the product of two computed tensors."""

import numpy as np

from ...errors import UserError
from ._build import Build, Value
from ._elementwise import both
from ._file import Operation, Tensor
from ._shapes import finish_in_file_order, in_file_order


def batch_matmul(build: Build, op: Operation) -> None:
    """BATCH_MATMUL as QLinearMatMul, in the order of the file; an operand that is read turned gets a Transpose."""
    y = build.codes(op, build.output(op))
    inputs = []
    for position, (letter, option) in enumerate((("a", "adjX"), ("b", "adjY"))):
        x = build.codes(op, build.tensor(op, position))
        if len(x.shape) != len(y.shape):
            raise UserError(
                f"{build.where(op)} multiplies {list(x.shape)} for {list(y.shape)}", "operands of as many axes",
                "Reshape the operand.",
            )  # fmt: skip
        value = _turned(build, op, x, letter) if op.options.get(option) else in_file_order(build, op, x)
        inputs += [(letter, value.name), *both(build, letter, x)]
    finish_in_file_order(build, y, "QLinearMatMul", [*inputs, *both(build, "y", y)], {}, "y")


def _turned(build: Build, op: Operation, x: Tensor, letter: str) -> Value:
    """Return an operand with its last two axes exchanged."""
    value, order = in_file_order(build, op, x), [*range(len(x.shape))]
    order[-2:] = order[:-3:-1]
    name = f"{build.names[build.output(op).index].tensor}_{letter}_turned"
    return build.transposed(value, tuple(int(axis) for axis in np.array(order)), name, name)
