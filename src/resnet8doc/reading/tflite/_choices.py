"""Truth values and what they choose: LESS, GREATER, EQUAL and their kin, SELECT, SELECT_V2."""

import math

from ...errors import UserError
from ._activation import emit
from ._build import Build, Value
from ._elementwise import OWN, alike, both, operand
from ._file import Operation, Tensor


def comparison(build: Build, op: Operation) -> None:
    """LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL and NOT_EQUAL of codes, which keep their own names."""
    y = build.output(op)
    _truth(build, op, y)
    inputs: list[tuple[str, str]] = []
    for letter, position in (("A", 0), ("B", 1)):
        x = build.codes(op, build.tensor(op, position))
        inputs += [(letter, operand(build, op, x, len(y.shape)).name), *both(build, letter, x)]
    emit(build, op, op.kind, OWN, inputs, {}, "C", 0)


def select(build: Build, op: Operation) -> None:
    """SELECT and SELECT_V2 of codes of one scale as Where."""
    condition, y = build.tensor(op, 0), build.codes(op, build.output(op))
    _truth(build, op, condition)
    inputs = [("condition", _condition(build, op, condition, len(y.shape)).name)]
    for formal, position in (("X", 1), ("Y", 2)):
        x = build.codes(op, build.tensor(op, position))
        alike(build, op, x, y)
        inputs.append((formal, operand(build, op, x, len(y.shape)).name))
    emit(build, op, "Where", "", inputs, {}, "output", 0)


def _truth(build: Build, op: Operation, tensor: Tensor) -> None:
    if tensor.dtype != "bool":
        raise UserError(f"{build.where(op)}: {tensor.name} is {tensor.dtype}", "bool", "Convert the model again.")


def _condition(build: Build, op: Operation, condition: Tensor, rank: int) -> Value:
    """Return what decides; one truth value a row, as SELECT takes them, must be stored."""
    if op.kind == "SELECT" and len(condition.shape) == 1 and rank > 1 and math.prod(condition.shape) > 1:
        data = build.constant(op, condition).reshape(-1, *(1,) * (rank - 1))
        return Value(build.store(f"{condition.name}_rows", data), "bool", list(data.shape))
    return operand(build, op, condition, rank)
