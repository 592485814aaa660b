r"""LESS, GREATER, EQUAL and their kin, of codes of two scales, in TensorFlow Lite's kernel sets: the same in all four.

Compared are :math:`\mathrm{fix}(2^8 (A - z_A),\ s_A)` and :math:`\mathrm{fix}(2^8 (B - z_B),\ s_B)`, products by a
fixed-point factor, rounded twice, the second time halves away from zero. So two real numbers are equal if they are
the same in steps of :math:`2^{-8}`, whatever their scales. A scale of 1 or more ends the process. XNNPACK leaves them
to the built-in kernels.

Source: TensorFlow Lite, ``kernels/comparisons.cc``, ``kernels/internal/reference/comparisons.h``,
``ComparisonWithScaling``; TensorFlow Lite Micro, ``micro/kernels/comparisons.cc``.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import check
from ..trace import Trace
from ._requantized import fixed, fixed_step

LEFT = 8
"""By how many bits both inputs are shifted to the left."""

COMPARISONS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "LESS": ("<", operator.lt),
    "LESS_EQUAL": ("<=", operator.le),
    "GREATER": (">", operator.gt),
    "GREATER_EQUAL": (">=", operator.ge),
    "EQUAL": ("==", operator.eq),
    "NOT_EQUAL": ("!=", operator.ne),
}
"""For each operator its sign and what it asks."""


def _checked(op_type: str, name: str, given: Sequence[Any]) -> tuple[Array, float, int]:
    """Return codes, scale and zero point; refuse a scale at which the kernels end the process."""
    codes, scale, zero_point = given
    array = check.codes(codes, name)
    real = float(check.scale(scale, f"{name}_scale").reshape(()))
    if not 0 < real < 1:
        raise UserError(
            f"the scale of {name} of {op_type} is {real:g}",
            "between 0 and 1; with another one TensorFlow Lite ends the process",
            "Quantize the model again, so that a step is less than 1.",
        )
    return array, real, int(check.zero_point(zero_point, f"{name}_zero_point", array.dtype, name))


def _comparison(op_type: str) -> Functions:
    sign, asked = COMPARISONS[op_type]

    def both(inputs: tuple[Any, ...]) -> list[tuple[Array, float, int]]:
        found = [_checked(op_type, name, inputs[at : at + 3]) for name, at in (("A", 0), ("B", 3))]
        if found[0][0].dtype != found[1][0].dtype:
            raise UserError(
                f"A is {found[0][0].dtype} and B is {found[1][0].dtype}", "one type for both", "Requantize one of them."
            )
        return found

    def function(*inputs: Any, runtime: Runtime) -> Array:
        a, b = (fixed((codes.astype(np.int64) - zero) << LEFT, scale) for codes, scale, zero in both(inputs))
        return np.asarray(asked(a, b))

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime) -> Trace:
        given = both(inputs)
        shape = np.broadcast_shapes(*(codes.shape for codes, _, _ in given))
        trace, parts = Trace(op_type, tuple(index)), []
        for name, (codes, scale, zero) in zip("AB", given, strict=True):
            code = int(np.broadcast_to(codes, shape)[index])
            shifted = (code - zero) * 2**LEFT
            trace.step(f"{name} shifted", f"({code} - {zero}) << {LEFT}", shifted, "int32")
            parts.append(fixed_step(trace, shifted, scale))
        trace.step("compared", f"{parts[0]} {sign} {parts[1]}", bool(asked(*parts)), "bool")
        return trace

    return Functions(function, element)


IN_ALL = {op_type: _comparison(op_type) for op_type in COMPARISONS}
