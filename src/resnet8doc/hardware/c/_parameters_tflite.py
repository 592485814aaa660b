"""Parameters of TensorFlow Lite's arithmetic: each factor as a 31-bit integer and a power of two."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import UserError
from ...runtimes.comparisons import COMPARISONS as COMPARED
from ...runtimes.logarithms import log_softmax_factors
from ...runtimes.means import SUM_OF_REFERENCE
from ...runtimes.norms import shifts
from ...runtimes.resize import in_10_bits
from ...runtimes.tflite_reference import FULLY_CONNECTED, IN_FLOAT64, add_factors, softmax_factor
from ..network import (
    COMPARISONS,
    Operation,
    factors_of_pair,
    fixed_factors,
    multipliers,
    output_zero_point,
    product_factor,
    reduce_mean_factor,
    sum_factor,
)
from ._parameters import Array, Parameters

LARGEST_EXPONENT = 30
"""A factor of 2^30 brings every sum but 0 and 1 out of 32 bits."""

LONGEST_ROW = (1 << 12) - 1
"""So many exponentials, each at most 1, fit Q12.19."""

OWN_PAIRS = {"SUB": "subtract_t", "SQUARED_DIFFERENCE": "subtract_t", "PRELU": "mul_t", "DIV": "mul_t"}
"""The structure of each operator of two tensors that only TensorFlow Lite has."""

Factor = tuple[int, int]


class TfliteParameters(Parameters):
    """Fixed-point factors."""

    instead = "tflite_micro"

    def _second_stage(self, operation: Operation, factors: Array) -> dict[str, Any]:
        m, e = fixed_factors(factors)
        return {"factor": self._factors(operation, [(int(a), int(b)) for a, b in zip(m, e, strict=True)])}

    def in_float64(self, operation: Operation) -> bool:
        """Return whether it is a fully connected layer of the reference kernels."""
        return self.network.graph.runtime.own(operation.op_type) is FULLY_CONNECTED

    def _products(self, operation: Operation, members: dict[str, Any]) -> None:
        if not self.in_float64(operation):
            super()._products(operation, members)
            return
        factors = multipliers(self.network, operation, IN_FLOAT64)
        assert factors is not None, operation.name
        within = members | {"requantize.y_zero_point": output_zero_point(self.network, operation)}
        layer: dict[str, Any] = {f"products.{member}": value for member, value in within.items()}
        layer["factor"] = self.array(f"{operation.name}_factor", self._per_channel(operation, factors))
        self._structure("fully_connected_t", operation.name, layer)

    def _factors(self, operation: Operation, factors: Sequence[Factor]) -> str:
        """Define an array of factors; return its name."""
        name = self._free(f"{operation.name}_factor")
        found = [self._factor(operation, factor) for factor in factors]
        self.definitions += ["", f"static const factor_t {name}[{len(found)}] = {{"]
        self.definitions += [f"    {text}," for text in found] + ["};"]
        return name

    def _with_zero_point(self, operation: Operation, factors: Sequence[Factor]) -> dict[str, Any]:
        """Write a second stage of its own factors."""
        return {
            "requantize.factor": self._factors(operation, factors),
            "requantize.y_zero_point": output_zero_point(self.network, operation),
        }  # fmt: skip

    def _requantized(self, operation: Operation, factors: Array) -> dict[str, Any]:
        m, e = fixed_factors(factors)
        return self._with_zero_point(operation, [(int(a), int(b)) for a, b in zip(m, e, strict=True)])

    def _sum(self, operation: Operation) -> dict[str, Any]:
        scales = tuple(self._number(operation, f"{x}_scale") for x in "ABC")
        zeros = {f"{x.lower()}_zero_point": self._number(operation, f"{x}_zero_point") for x in "ABC"}
        factors = zip("abc", add_factors(scales), strict=True)
        return zeros | {name: self._factor(operation, factor) for name, factor in factors}

    def _product(self, operation: Operation) -> dict[str, Any]:
        factor = product_factor(self.network, operation)
        zeros = {f"{x.lower()}_zero_point": self._number(operation, f"{x}_zero_point") for x in "AB"}
        return zeros | self._requantized(operation, np.asarray([factor], np.float64))

    def _own(self, operation: Operation) -> tuple[str, dict[str, Any]]:
        zeros = {f"{x.lower()}_zero_point": self._number(operation, f"{x}_zero_point") for x in "AB"}
        if operation.op_type in COMPARISONS:
            return "compare_t", zeros | self._compared(operation)
        if operation.op_type == "SUB":
            factors = add_factors(tuple(self._number(operation, f"{x}_scale") for x in "ABC"))
        else:
            m, e = fixed_factors(np.asarray(factors_of_pair(self.network, operation)))
            factors = tuple((int(a), int(b)) for a, b in zip(m, e, strict=True))
        kind = OWN_PAIRS[operation.op_type]
        if kind != "subtract_t":
            return kind, zeros | self._with_zero_point(operation, factors)
        a, b, c = factors
        inputs = {"a": self._factor(operation, a), "b": self._factor(operation, b)}
        return kind, zeros | inputs | self._with_zero_point(operation, [c])

    def _compared(self, operation: Operation) -> dict[str, Any]:
        """Write what brings both operands to steps of 1/256, and what is true of them."""
        scales = [self._number(operation, f"{x}_scale") for x in "AB"]
        m, e = fixed_factors(np.asarray(scales, np.float64))
        factors = {name: self._factor(operation, (int(m[i]), int(e[i]))) for i, name in enumerate("ab")}
        _, asked = COMPARED[operation.op_type]
        return factors | {name: int(asked(*pair)) for name, pair in
                          (("less", (0, 1)), ("equal", (0, 0)), ("greater", (1, 0)))}  # fmt: skip

    def reduction(self, operation: Operation) -> str:
        """Write a pool of the whole image with a factor of its own."""
        height, width = self.network.image_size(operation)
        members = {
            "height": height, "width": width, "channels": self._image_channels(operation),
            "x_zero_point": self._number(operation, "data_zero_point"),
        }  # fmt: skip
        if operation.op_type == "SUM":
            found = self._requantized(operation, np.asarray([sum_factor(self.network, operation)], np.float64))
        else:
            found = self._with_zero_point(operation, [reduce_mean_factor(self.network, operation)])
        self._structure("pool_t", operation.name, members | found)
        in_bytes = self.network.graph.runtime.own(operation.op_type) is SUM_OF_REFERENCE
        return "sum_of_bytes" if in_bytes else "qlinear_global_average_pool"

    def _own_formula(self, operation: Operation, expected: str) -> UserError:
        said = super()._own_formula(operation, expected)
        if self.network.dtype(operation.output) != np.uint8:
            return said
        return UserError(
            said.found, said.expected, "Convert the model to int8, for tflite_micro: that has none of uint8."
        )

    def _refuse_uint8(self, operation: Operation) -> None:
        if self.network.dtype(operation.output) == np.uint8:
            raise UserError(
                f"node {operation.node.name} is {operation.op_type} of uint8", "int8: the C has no other",
                "Convert the model to int8, or cut it before this operator.",
            )  # fmt: skip

    def resize(self, operation: Operation) -> None:
        """Write where each output row and column lies between two of the input, and how near the second."""
        self._refuse_uint8(operation)
        _, _, height, width = self.network.item(operation.node.inputs[0].tensor)
        _, channels, *wanted = self.network.item(operation.output)
        attributes = operation.node.attributes
        corners, half = (bool(attributes.get(name, 0)) for name in ("align_corners", "half_pixel_centers"))
        members: dict[str, Any] = {
            "width": width, "channels": channels, "out_height": wanted[0], "out_width": wanted[1],
        }  # fmt: skip
        for axis, length, out in zip(("row", "column"), (height, width), wanted, strict=True):
            places = in_10_bits(length, out, corners, half)
            for name, numbers in (("before", places.before), ("after", places.after), ("weight", places.weight)):
                members[f"{axis}_{name}"] = self.array(f"{operation.name}_{axis}_{name}", numbers.astype(np.int32))
        self._structure("resize_t", operation.name, members)

    def _softmax(self, operation: Operation, count: int) -> dict[str, Any]:
        if operation.op_type == "L2_NORMALIZATION":
            before, after = shifts(self._value(operation, "x_zero_point").dtype)
            zeros = {f"{name}_zero_point": self._number(operation, f"{name}_zero_point") for name in "xy"}
            return {**zeros, "before": before, "after": after}
        if count > LONGEST_ROW:
            raise UserError(
                f"node {operation.node.name} has rows of {count} codes", f"at most {LONGEST_ROW}",
                "Cut the model before it: the largest code is the largest probability, and its logarithm too.",
            )  # fmt: skip
        if operation.op_type == "LOG_SOFTMAX":
            self._refuse_uint8(operation)
            m, e, back, back_e, least = log_softmax_factors(self._number(operation, "x_scale"))
            return {"x": f"{{{m}, {e}}}", "back": f"{{{back}, {back_e}}}", "least": least}
        m, e, least = softmax_factor(self._number(operation, "X_scale"))
        return {"x": f"{{{m}, {e}}}", "least": least}

    def _mean(self, operation: Operation) -> dict[str, Any]:
        return {}  # codes in, codes of the same scale out: the engine refuses others

    def _factor(self, operation: Operation, factor: Factor) -> str:
        """Return an initializer."""
        m, e = factor
        if e > LARGEST_EXPONENT:
            raise UserError(
                f"node {operation.node.name} has a factor of {m * 2.0 ** (e - 31)}", "one below 2^30",
                "Quantize it again: its scales are far apart.",
            )  # fmt: skip
        return f"{{{m}, {e}}}"
