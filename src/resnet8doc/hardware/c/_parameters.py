"""Parameters of each operator as C structures."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import FixedPoint
from ...ops import exponentials, quantize_linear
from ..network import Network, Operation, multipliers, output_zero_point
from ..vectors import C_TYPES, c_float, c_numbers
from ._integer import integer_exponentials, integer_sum, multiplier_and_shift

Array = npt.NDArray[Any]

EXACT = FixedPoint()
"""Asks for multipliers in float64, of which the integer form is made."""


class Parameters:
    """Collects the definitions of ``parameters.c`` and the declarations of ``parameters.h``."""

    def __init__(self, network: Network, integer: bool) -> None:
        self.network = network
        self.integer = integer
        self.definitions: list[str] = []
        self.declarations: list[str] = []

    def add(self, operation: Operation) -> None:
        """Write one operation's parameters."""
        writers: dict[str, Callable[[Operation], None]] = {
            "QuantizeLinear": self._pixels, "QLinearConv": self._conv, "QLinearMatMul": self._matmul,
            "QLinearAdd": self._sum, "QLinearAveragePool": self._pool, "QLinearGlobalAveragePool": self._pool,
            "QLinearSoftmax": self._softmax,
        }  # fmt: skip
        writers[operation.op_type](operation)

    def _value(self, operation: Operation, formal: str) -> Array:
        found = self.network.parameter(operation, formal)
        return np.zeros((), np.int32) if found is None else np.asarray(found)

    def _number(self, operation: Operation, formal: str) -> Any:
        return self._value(operation, formal).reshape(()).item()

    def _array(self, name: str, array: Array, kind: str | None = None) -> str:
        kind = kind or C_TYPES[str(array.dtype)]
        self.definitions += ["", f"static const {kind} {name}[{array.size}] = {{", *c_numbers(array), "};"]
        return name

    def _structure(self, kind: str, name: str, members: dict[str, Any]) -> None:
        lines = [f"    .{member} = {value}," for member, value in members.items()]
        self.definitions += ["", f"const {kind} {name} = {{", *lines, "};"]
        self.declarations.append(f"extern const {kind} {name};")

    def _requantize(self, operation: Operation) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.integer:
            exact = multipliers(self.network, operation, EXACT)
            assert exact is not None, operation.name
            m, shift = multiplier_and_shift(self._per_channel(operation, exact), operation.node.name)
            members["requantize.multiplier"] = self._array(f"{operation.name}_multiplier", m)
            members["requantize.shift"] = self._array(f"{operation.name}_shift", shift)
        else:
            factor = multipliers(self.network, operation)
            assert factor is not None, operation.name
            members["requantize.multiplier"] = self._array(
                f"{operation.name}_multiplier", self._per_channel(operation, factor)
            )
        members["requantize.y_zero_point"] = output_zero_point(self.network, operation)
        return members

    def _per_channel(self, operation: Operation, values: Array) -> Array:
        """One value for each output channel, also where the model has one for all."""
        if operation.op_type not in ("QLinearConv", "QLinearMatMul"):
            return values
        channels = self.network.shape(operation.output)[-1]
        return np.ascontiguousarray(np.broadcast_to(values.reshape(-1), (channels,)))

    def _zero_points(self, operation: Operation, formal: str) -> str:
        values = self._value(operation, formal).astype(np.int32)
        if not values.any():
            return "0"
        return self._array(f"{operation.name}_{formal}", self._per_channel(operation, values))

    def _pixels(self, operation: Operation) -> None:
        every = np.arange(256, dtype=np.float32)
        table = quantize_linear(every, self._value(operation, "y_scale"), self._value(operation, "y_zero_point"))
        self.definitions += ["", f"const code_t {operation.name}[256] = {{", *c_numbers(table), "};"]
        self.declarations.append(f"extern const code_t {operation.name}[256];")

    def _conv(self, operation: Operation) -> None:
        (rows, columns), (down, right), (top, left, _, _) = self.network.geometry(operation)
        height, width, channels = self.network.shape(operation.inputs[0])
        out_height, out_width, out_channels = self.network.shape(operation.output)
        weights = np.ascontiguousarray(self._value(operation, "w").transpose(0, 2, 3, 1))
        members = {
            "height": height, "width": width, "channels": channels, "out_height": out_height, "out_width": out_width,
            "out_channels": out_channels, "kernel_height": rows, "kernel_width": columns, "stride_y": down,
            "stride_x": right, "pad_top": top, "pad_left": left,
            "x_zero_point": self._number(operation, "x_zero_point"),
            "w": self._array(f"{operation.name}_w", weights, "conv_weight_t"),
            "w_zero_point": self._zero_points(operation, "w_zero_point"),
        }  # fmt: skip
        bias = self.network.parameter(operation, "B")
        members["bias"] = "0" if bias is None else self._array(f"{operation.name}_bias", bias)
        self._structure("conv_t", operation.name, members | self._requantize(operation))

    def _matmul(self, operation: Operation) -> None:
        weights = np.ascontiguousarray(self._value(operation, "b").T)
        members = {
            "inputs": weights.shape[1], "outputs": weights.shape[0],
            "a_zero_point": self._number(operation, "a_zero_point"),
            "b": self._array(f"{operation.name}_b", weights, "matmul_weight_t"),
            "b_zero_point": self._zero_points(operation, "b_zero_point"),
        }  # fmt: skip
        self._structure("matmul_t", operation.name, members | self._requantize(operation))

    def _pool(self, operation: Operation) -> None:
        height, width, channels = self.network.shape(operation.inputs[0])
        members = {
            "height": height, "width": width, "channels": channels,
            "x_zero_point": self._number(operation, "x_zero_point"),
        }  # fmt: skip
        self._structure("pool_t", operation.name, members | self._requantize(operation))

    def _sum(self, operation: Operation) -> None:
        count = int(np.prod(self.network.shape(operation.output), dtype=int))
        scales = tuple(self._number(operation, f"{x}_scale") for x in "ABC")
        zeros = tuple(self._number(operation, f"{x}_zero_point") for x in "ABC")
        members: dict[str, Any] = {"count": count}
        if self.integer:
            found = integer_sum(scales, zeros)
            members |= {"a_multiplier": found.a, "b_multiplier": found.b, "constant": f"INT64_C({found.constant})",
                        "shift": found.shift}  # fmt: skip
        else:
            members |= {f"{x.lower()}_scale": c_float(scale) for x, scale in zip("ABC", scales, strict=True)}
            members |= {f"{x.lower()}_zero_point": zero for x, zero in zip("ABC", zeros, strict=True)}
        stored = next((e.tensor for e in operation.node.inputs if e.parameter and e.formal in "AB"), None)
        if stored is not None:
            codes = np.broadcast_to(self.network.graph.parameters[stored], self.network.shape(operation.output))
            self.definitions += ["", f"const code_t {operation.name}_stored[{count}] = {{", *c_numbers(codes), "};"]
            self.declarations.append(f"extern const code_t {operation.name}_stored[{count}];")
        self._structure("add_t", operation.name, members)

    def _softmax(self, operation: Operation) -> None:
        (count,) = self.network.shape(operation.output)
        levels = int(np.floor(np.float32(1) / self._value(operation, "y_scale")))
        members: dict[str, Any] = {"count": count, "y_zero_point": self._number(operation, "y_zero_point")}
        scale = self._value(operation, "X_scale")
        table = integer_exponentials(float(scale)) if self.integer else exponentials(scale, count)
        members["levels"] = levels if self.integer else c_float(float(levels))
        members["exponential"] = self._array(f"{operation.name}_exponential", table)
        self._structure("softmax_t", operation.name, members)
