"""Parameters of each operator as C structures."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...ops import exponentials, qlinear_add, quantize_linear
from .._accumulators import multipliers, output_zero_point
from .._formats import C_TYPES, c_float, c_numbers
from .._network import Network, Operation
from ..integers import mantissa_and_shift, sum_table
from ._integer import float_parts, integer_sum

Array = npt.NDArray[Any]


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
        factor = multipliers(self.network, operation)
        assert factor is not None, operation.name
        factors = self._per_channel(operation, factor)
        if self.integer:
            mantissa, shift = mantissa_and_shift(factors)
            members["requantize.mantissa"] = self._array(f"{operation.name}_mantissa", mantissa.astype(np.uint32))
            members["requantize.shift"] = self._array(f"{operation.name}_shift", shift.astype(np.uint8))
        else:
            members["requantize.multiplier"] = self._array(f"{operation.name}_multiplier", factors)
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
            codes, ratio, second_ratio, low = self._pairs(operation)
            found = integer_sum(codes, ratio, second_ratio, low)
            if found is None:
                table = codes.astype(self.network.dtype(operation.output))
                members["table"] = self._array(f"{operation.name}_table", table, "code_t")
            else:
                members |= {"a_multiplier": found.factor, "b_multiplier": found.second_factor,
                            "constant": f"INT64_C({found.offset})", "shift": found.shift}  # fmt: skip
        else:
            members |= {f"{x.lower()}_scale": c_float(scale) for x, scale in zip("ABC", scales, strict=True)}
            members |= {f"{x.lower()}_zero_point": zero for x, zero in zip("ABC", zeros, strict=True)}
        stored = next((e.tensor for e in operation.node.inputs if e.parameter and e.formal in "AB"), None)
        if stored is not None:
            codes = np.broadcast_to(self.network.graph.parameters[stored], self.network.shape(operation.output))
            self.definitions += ["", f"const code_t {operation.name}_stored[{count}] = {{", *c_numbers(codes), "};"]
            self.declarations.append(f"extern const code_t {operation.name}_stored[{count}];")
        self._structure("add_t", operation.name, members)

    def _pairs(self, operation: Operation) -> tuple[Array, float, float, int]:
        """Return the codes of all pairs, the quotients of scales, and the lowest code."""
        scales = [self._value(operation, f"{x}_scale") for x in "ABC"]
        zeros = [self._value(operation, f"{x}_zero_point") for x in "ABC"]
        low = int(np.iinfo(self.network.dtype(operation.output)).min)

        def add(a: Array, b: Array) -> Array:
            return qlinear_add(a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2])

        return sum_table(add, low), float(scales[0] / scales[2]), float(scales[1] / scales[2]), low

    def _softmax(self, operation: Operation) -> None:
        (count,) = self.network.shape(operation.output)
        levels = int(np.floor(np.float32(1) / self._value(operation, "y_scale")))
        members: dict[str, Any] = {"count": count, "y_zero_point": self._number(operation, "y_zero_point")}
        scale = self._value(operation, "X_scale")
        members["levels"] = levels if self.integer else c_float(float(levels))
        table = exponentials(scale, count)
        if self.integer:
            mantissa, exponent = float_parts(table)
            members["mantissa"] = self._array(f"{operation.name}_mantissa", mantissa)
            members["exponent"] = self._array(f"{operation.name}_exponent", exponent)
        else:
            members["exponential"] = self._array(f"{operation.name}_exponential", table)
        self._structure("softmax_t", operation.name, members)
