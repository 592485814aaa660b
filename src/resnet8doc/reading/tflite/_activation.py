"""The activation that is fused into an operator: a clamp of its codes, and nothing more."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import UserError
from ._build import Build, Value, only
from ._file import Operation, Tensor

NONE, RELU, RELU_N1_TO_1, RELU6 = 0, 1, 2, 3
REAL_BOUNDS = {RELU: (0.0, None), RELU_N1_TO_1: (-1.0, 1.0), RELU6: (0.0, 6.0)}
"""``ActivationFunctionType`` of the schema, and where each clamps."""


def bounds(tensor: Tensor, activation: int) -> tuple[int, int]:
    r"""Return the lowest and the highest code that an activation lets through.

    .. math:: q(f) = z + \mathrm{round}(f / s), \quad
       [\max(-128, q(f_{\min})),\ \min(127, q(f_{\max}))]

    the quotient in float32, halves away from zero. Source: TensorFlow Lite, ``kernels/kernel_util.cc``,
    ``CalculateActivationRangeQuantized``.

    Examples
    --------
    >>> def codes(scale, zero_point):
    ...     return Tensor(0, "t", (1,), True, "int8", np.float32([scale]), np.array([zero_point]), 0, None)
    >>> bounds(codes(0.0235294122, -128), RELU6), bounds(codes(0.1, -128), RELU6), bounds(codes(0.1, 4), RELU)
    ((-128, 127), (-128, -68), (4, 127))
    """
    scale, zero_point = only(tensor.scale), int(only(tensor.zero_point))
    limits = np.iinfo(tensor.dtype)
    low, high = REAL_BOUNDS.get(activation, (None, None))

    def code(real: float) -> int:
        quotient = float(np.float32(real) / scale)
        return zero_point + int(np.copysign(np.floor(abs(quotient) + 0.5), quotient))

    return (
        limits.min if low is None else max(limits.min, code(low)),
        limits.max if high is None else min(limits.max, code(high)),
    )


def emit(
    build: Build, op: Operation, op_type: str, domain: str, inputs: Sequence[tuple[str, str]],
    attributes: Mapping[str, Any], formal: str, activation: int | None = None, rows: Value | None = None,
) -> Value:  # fmt: skip
    """Add an operator's node, and a Clip after it where its activation's bounds are tighter than the type.

    ``rows`` is what is made where a Reshape follows, which makes the operator's own output.
    """
    tensor = build.output(op)
    name = build.names[tensor.index]
    if activation is None:
        activation = int(op.options.get("fusedActivationFunction", NONE))
    if activation != NONE and activation not in REAL_BOUNDS:
        raise UserError(
            f"{build.where(op)} has the fused activation {activation}", "none, RELU, RELU6 or RELU_N1_TO_1",
            "Convert the model without it.",
        )  # fmt: skip
    made = rows or build.made(tensor)
    if activation == NONE or bounds(tensor, activation) == bounds(tensor, NONE):
        build.node(name.node, name.layer, op_type, domain, inputs, attributes, formal, made)
    else:
        wide = Value(f"{made.name}_unclamped", made.dtype, made.shape)
        build.node(name.node, name.layer, op_type, domain, inputs, attributes, formal, wide)
        clip(build, name.node, name.layer, wide, *bounds(tensor, activation), made)
    build.values[tensor.index] = made
    return made


def clip(build: Build, node: str, layer: str, value: Value, low: int, high: int, made: Value) -> None:
    """Add a Clip on codes."""
    limits = [
        build.store(f"{made.name}_{which}", np.asarray(bound, made.dtype))
        for which, bound in (("min", low), ("max", high))
    ]
    inputs = [("input", value.name), ("min", limits[0]), ("max", limits[1])]
    build.node(f"{node}_Clip", layer, "Clip", "", inputs, {}, "output", made)
