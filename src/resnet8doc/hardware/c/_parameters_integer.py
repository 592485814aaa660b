"""Parameters of ONNX Runtime's arithmetic without float32: integers that give the same bytes."""

from typing import Any

import numpy as np

from ...errors import UserError
from ...ops import exponentials, qlinear_add, qlinear_mul
from ..integers import mantissa_and_shift, sum_table
from ..network import Operation
from ..vectors import C_TYPES
from ._integer import float_parts, integer_sum
from ._parameters import Array, Parameters

MOST_LEVELS = 512
"""So many times a mantissa of 24 bits leave room for the quotient in 64."""


class IntegerParameters(Parameters):
    """Integers in the place of scales and factors."""

    instead = "onnxruntime_x86"

    def _second_stage(self, operation: Operation, factors: Array) -> dict[str, Any]:
        mantissa, shift = mantissa_and_shift(factors)
        return {
            "mantissa": self.array(f"{operation.name}_mantissa", mantissa.astype(np.uint32)),
            "shift": self.array(f"{operation.name}_shift", shift.astype(np.uint8)),
        }

    def _sum(self, operation: Operation) -> dict[str, Any]:
        codes, ratio, second_ratio, low = self._pairs(operation)
        found = integer_sum(codes, ratio, second_ratio, low)
        if found is None:
            table = codes.astype(self.network.dtype(operation.output))
            return {"table": self.array(f"{operation.name}_table", table, C_TYPES[str(table.dtype)])}
        return {
            "a_multiplier": found.factor, "b_multiplier": found.second_factor, "constant": f"INT64_C({found.offset})",
            "shift": found.shift,
        }  # fmt: skip

    def _pairs(self, operation: Operation) -> tuple[Array, float, float, int]:
        """Return the codes of all pairs, the quotients of scales, and the lowest code."""
        scales = [np.asarray(self._value(operation, f"{x}_scale")).reshape(()) for x in "ABC"]
        zeros = [self.network.parameter(operation, f"{x}_zero_point") for x in "ABC"]
        low = int(np.iinfo(self.network.dtype(operation.output)).min)

        def add(a: Array, b: Array) -> Array:
            return qlinear_add(a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2])

        return sum_table(add, low), float(scales[0] / scales[2]), float(scales[1] / scales[2]), low

    def _product(self, operation: Operation) -> dict[str, Any]:
        scales = [np.asarray(self._value(operation, f"{x}_scale")).reshape(()) for x in "ABC"]
        zeros = [self.network.parameter(operation, f"{x}_zero_point") for x in "ABC"]
        kind = self.network.dtype(operation.output)

        def multiply(a: Array, b: Array) -> Array:
            return qlinear_mul(a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2])

        table = sum_table(multiply, int(np.iinfo(kind).min)).astype(kind)
        return {"table": self.array(f"{operation.name}_table", table, C_TYPES[str(kind)])}

    def _softmax(self, operation: Operation, count: int) -> dict[str, Any]:
        levels = int(np.floor(np.float32(1) / self._value(operation, "y_scale").reshape(())))
        if levels > MOST_LEVELS:
            raise UserError(
                f"node {operation.node.name} has {levels} levels, one for each step of y_scale up to 1",
                f"at most {MOST_LEVELS} for a program without float32", "Write the program with float32.",
            )  # fmt: skip
        mantissa, exponent = float_parts(exponentials(self._value(operation, "X_scale").reshape(()), count))
        return {
            "y_zero_point": self._number(operation, "y_zero_point"), "levels": levels,
            "mantissa": self.array(f"{operation.name}_mantissa", mantissa),
            "exponent": self.array(f"{operation.name}_exponent", exponent),
        }  # fmt: skip

    def _mean(self, operation: Operation) -> dict[str, Any]:
        raise UserError(
            f"node {operation.node.name} is a QLinearAveragePool whose window is not the whole image",
            "a mean that ONNX Runtime computes in integers: this one is a float32 sum",
            "Write the program with float32.",
        )  # fmt: skip
