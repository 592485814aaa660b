"""Parameters of TensorFlow Lite's arithmetic: each factor as a 31-bit integer and a power of two."""

from typing import Any

from ...errors import UserError
from ...runtimes.tflite_reference import add_factors, softmax_factor
from ..network import Operation, fixed_factors
from ._parameters import Array, Parameters

LARGEST_EXPONENT = 30
"""A factor of 2^30 brings every sum but 0 and 1 out of 32 bits."""

LONGEST_ROW = (1 << 12) - 1
"""So many exponentials, each at most 1, fit Q12.19."""

Factor = tuple[int, int]


class TfliteParameters(Parameters):
    """Fixed-point factors."""

    instead = "tflite_micro"

    def _second_stage(self, operation: Operation, factors: Array) -> dict[str, Any]:
        name = f"{operation.name}_factor"
        m, e = fixed_factors(factors)
        found = [self._factor(operation, (int(one), int(other))) for one, other in zip(m, e, strict=True)]
        self.definitions += ["", f"static const factor_t {name}[{len(found)}] = {{"]
        self.definitions += [f"    {text}," for text in found] + ["};"]
        return {"factor": name}

    def _sum(self, operation: Operation) -> dict[str, Any]:
        scales = tuple(self._number(operation, f"{x}_scale") for x in "ABC")
        zeros = {f"{x.lower()}_zero_point": self._number(operation, f"{x}_zero_point") for x in "ABC"}
        factors = zip("abc", add_factors(scales), strict=True)
        return zeros | {name: self._factor(operation, factor) for name, factor in factors}

    def _softmax(self, operation: Operation, count: int) -> dict[str, Any]:
        if count > LONGEST_ROW:
            raise UserError(
                f"node {operation.node.name} has rows of {count} codes", f"at most {LONGEST_ROW}",
                "Cut the model before it: the largest code is the largest probability.",
            )  # fmt: skip
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
