"""Parameters of ONNX Runtime's arithmetic in float32."""

from typing import Any

import numpy as np

from ...ops import exponentials
from ..network import Operation, output_zero_point, product_factor
from ..vectors import c_float
from ._parameters import Array, Parameters


class FloatParameters(Parameters):
    """Scales and factors as they are."""

    instead = "onnxruntime_x86"

    def _second_stage(self, operation: Operation, factors: Array) -> dict[str, Any]:
        return {"multiplier": self.array(f"{operation.name}_multiplier", factors)}

    def _sum(self, operation: Operation) -> dict[str, Any]:
        scales = {f"{x.lower()}_scale": c_float(self._number(operation, f"{x}_scale")) for x in "ABC"}
        return scales | {f"{x.lower()}_zero_point": self._number(operation, f"{x}_zero_point") for x in "ABC"}

    def _product(self, operation: Operation) -> dict[str, Any]:
        zeros = {f"{x.lower()}_zero_point": self._number(operation, f"{x}_zero_point") for x in "ABC"}
        return zeros | {"factor": c_float(float(product_factor(self.network, operation)))}

    def _softmax(self, operation: Operation, count: int) -> dict[str, Any]:
        levels = float(np.floor(np.float32(1) / self._value(operation, "y_scale").reshape(())))
        table = exponentials(self._value(operation, "X_scale").reshape(()), count)
        return {
            "y_zero_point": self._number(operation, "y_zero_point"), "levels": c_float(levels),
            "exponential": self.array(f"{operation.name}_exponential", table),
        }  # fmt: skip

    def _mean(self, operation: Operation) -> dict[str, Any]:
        return {
            "whole": int(bool(operation.node.attributes.get("count_include_pad", 0))),
            "x_zero_point": self._number(operation, "x_zero_point"),
            "x_scale": c_float(self._number(operation, "x_scale")),
            "y_scale": c_float(self._number(operation, "y_scale")),
            "y_zero_point": output_zero_point(self.network, operation),
        }  # fmt: skip
