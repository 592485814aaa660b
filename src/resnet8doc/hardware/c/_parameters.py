"""Parameters of each operator as C structures."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import operator_of
from ...ops import qlinear_concat
from ..memory import Read, Step
from ..network import CONVOLUTIONS, Network, Operation, multipliers, output_zero_point
from ..vectors import C_TYPES, c_numbers
from ._walk import Walk, common_run, walk

Array = npt.NDArray[Any]


OF_ROWS = {
    "QLinearSoftmax": "qlinear_softmax", "LOG_SOFTMAX": "log_softmax", "L2_NORMALIZATION": "l2_normalization",
}  # fmt: skip
"""The function of each operator whose every code follows from a row of codes."""


class Parameters(ABC):
    """Collects the definitions of ``parameters.c`` and the declarations of ``parameters.h``.

    What an operator reads and where it lies is the same in every arithmetic; a derived class adds the second stage.

    Parameters
    ----------
    network
        Whose.
    weight_types
        The C type in which weights of convolutions and of products are written, by operator.
    """

    instead: ClassVar[str]
    """The runtime of the same family that has a program for every operator."""

    def __init__(self, network: Network, weight_types: Mapping[str, str]) -> None:
        self.network = network
        self.weight_types = weight_types
        self.definitions: list[str] = []
        self.declarations: list[str] = []
        self._taken = {operation.name for operation in network.operations}

    def _value(self, operation: Operation, formal: str) -> Array:
        found = self.network.parameter(operation, formal)
        return np.zeros((), np.int32) if found is None else np.asarray(found)

    def _number(self, operation: Operation, formal: str) -> Any:
        return self._value(operation, formal).reshape(-1)[0].item()

    def _free(self, name: str) -> str:
        """Return a name that no operation and nothing else here has: a node may be called ``conv_bias``."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def array(self, name: str, array: Array, kind: str | None = None) -> str:
        """Define an array; return its name."""
        name = self._free(name)
        kind = kind or C_TYPES[str(array.dtype)]
        self.definitions += ["", f"static const {kind} {name}[{array.size}] = {{", *c_numbers(array), "};"]
        return name

    def shared_array(self, name: str, array: Array, kind: str | None = None) -> str:
        """Define an array that network.c uses; return its name."""
        kind = kind or C_TYPES[str(array.dtype)]
        self.definitions += ["", f"const {kind} {name}[{array.size}] = {{", *c_numbers(array), "};"]
        self.declarations.append(f"extern const {kind} {name}[{array.size}];")
        return name

    def _structure(self, kind: str, name: str, members: dict[str, Any]) -> None:
        lines = [f"    .{member} = {value}," for member, value in members.items()]
        self.definitions += ["", f"const {kind} {name} = {{", *lines, "};"]
        self.declarations.append(f"extern const {kind} {name};")

    def walk(self, name: str, found: Walk) -> str:
        """Define a walk; return its name."""
        name = self._free(name)
        if found.table is not None:
            self._structure("walk_t", name, {"places": self.array(f"{name}_places", found.table)})
        else:
            sizes, steps = ("{" + ", ".join(map(str, numbers)) + "}" for numbers in (found.sizes, found.steps))
            self._structure("walk_t", name, {"axes": len(found.sizes), "size": sizes, "step": steps})
        return name

    def in_float64(self, operation: Operation) -> bool:
        """Return whether a product of matrices is requantized by a factor of float64."""
        return False

    def _requantize(self, operation: Operation) -> dict[str, Any]:
        """Write what follows a sum of products, or of codes; one factor for each output channel."""
        factor = multipliers(self.network, operation)
        if factor is None:
            raise self._own_formula(operation, "a requantized sum")
        members = self._second_stage(operation, self._per_channel(operation, factor))
        members["y_zero_point"] = output_zero_point(self.network, operation)
        return {f"requantize.{member}": value for member, value in members.items()}

    def _own_formula(self, operation: Operation, expected: str) -> UserError:
        """Return the sentence for an operator for which the runtime has a formula of its own."""
        return UserError(
            f"node {operation.node.name} is {operation.op_type}, which {self.network.graph.runtime.title} computes by "
            "a formula of its own", expected, f"Choose the runtime {self.instead}.",
        )  # fmt: skip

    @abstractmethod
    def _second_stage(self, operation: Operation, factors: Array) -> dict[str, Any]:
        """Write the factors; return the members of ``requantize_t`` that hold them."""

    @abstractmethod
    def _sum(self, operation: Operation) -> dict[str, Any]:
        """Write a QLinearAdd's factors; return the members of ``add_t`` that hold them."""

    @abstractmethod
    def _softmax(self, operation: Operation, count: int) -> dict[str, Any]:
        """Write a softmax of rows of ``count``; return the members of its structure besides."""

    @abstractmethod
    def _mean(self, operation: Operation) -> dict[str, Any]:
        """Return the members of ``average_pool_t`` besides the window."""

    def _channels(self, operation: Operation) -> int:
        whole = self.network.item(operation.output)
        return whole[1] if operation.op_type in CONVOLUTIONS else whole[-1]

    def _per_channel(self, operation: Operation, values: Array) -> Array:
        """One value for each output channel, also where the model has one for all."""
        if operation.op_type not in (*CONVOLUTIONS, "QLinearMatMul", "QGemm"):
            return values
        return np.ascontiguousarray(np.broadcast_to(values.reshape(-1), (self._channels(operation),)))

    def _zero_points(self, operation: Operation, formal: str, shift: int) -> str:
        values = self._value(operation, formal).astype(np.int32) - shift
        if not values.any():
            return "0"
        return self.array(f"{operation.name}_{formal}", self._per_channel(operation, values))

    def _weights(self, operation: Operation, weights: Array) -> tuple[Array, str, int]:
        """Return weights, their C type and what was taken from each: 128, where a network has both kinds of weights.

        Only the differences to the zero point count, which lose as much.
        """
        kind = "conv_weight_t" if operation.op_type in CONVOLUTIONS else "matmul_weight_t"
        if weights.dtype == np.uint8 and self.weight_types[kind] == "int8_t":
            return (weights.astype(np.int16) - 128).astype(np.int8), kind, 128
        return weights, kind, 0

    def _check_sums(self, operation: Operation, w: Array, w_zero: Array, x_zero: int, bias: Array | None) -> None:
        """Refuse sums that can leave 32 bits: C does not say what becomes of them."""
        tensor = operation.node.inputs[0].tensor
        stored = self.network.constants.get(tensor)
        limits = np.iinfo(self.network.dtype(tensor) if stored is None else stored.dtype)
        largest = max(abs(int(limits.min) - x_zero), abs(int(limits.max) - x_zero))
        sums = np.abs(w.reshape(w.shape[0], -1).astype(np.int64) - w_zero.astype(np.int64).reshape(-1, 1)).sum(axis=1)
        total = sums * largest
        if bias is not None:
            total = total + np.abs(bias.astype(np.int64)).reshape(-1, len(total)).max(axis=0)
        if total.max() >= 2**31:
            raise UserError(
                f"node {operation.node.name} has sums of up to {int(total.max())}", "sums that fit 32 bits",
                "Quantize its weights and bias again: a bias so large says that a scale is far too small.",
            )  # fmt: skip

    def pixels(self, operation: Operation) -> None:
        """Write a table of bytes for each scale of a QuantizeLinear of pixels: of one scale, of codes."""
        every = np.arange(256, dtype=np.float32)
        scales = self._value(operation, "y_scale").reshape(-1)
        zeros = self._value(operation, "y_zero_point").astype(self.network.dtype(operation.output)).reshape(-1)
        runtime = self.network.graph.runtime
        rows = [
            operator_of(operation.node).function(every, scale, zero, runtime=runtime)
            for scale, zero in zip(scales, np.broadcast_to(zeros, scales.shape), strict=True)
        ]
        self.shared_array(operation.name, rows[0] if len(rows) == 1 else np.stack(rows).view(np.uint8))

    def codes_table(self, operation: Operation) -> None:
        """Write what each code becomes; of a QuantizeLinear by way of the DequantizeLinear that it reads."""
        codes = self.network.dtype(operation.inputs[0])
        every = np.arange(256, dtype=np.uint8).view(codes)
        if operation.op_type == "QuantizeLinear":
            maker = self.network.requantized(operation.node)
            assert maker is not None, operation.name
            every = self.network.graph.compute(maker, {maker.inputs[0].tensor: every})
        made = self.network.graph.compute(operation.node, {operation.node.inputs[0].tensor: every})
        self.shared_array(operation.name, made.view(np.uint8))

    def real(self, operation: Operation) -> None:
        """Write a QuantizeLinear of real numbers."""
        scales = self._value(operation, "y_scale").reshape(-1)
        zeros = np.broadcast_to(self._value(operation, "y_zero_point").reshape(-1).astype(np.int32), scales.shape)
        self._structure("quantize_t", operation.name, {
            "scale": self.array(f"{operation.name}_scale", scales),
            "zero_point": self.array(f"{operation.name}_zero_point", np.ascontiguousarray(zeros)),
        })  # fmt: skip

    def conv(self, operation: Operation) -> None:
        """Write a QLinearConv, or a TRANSPOSE_CONV with its filters turned round."""
        where = self.network.geometry(operation)
        _, channels, height, width = self.network.item(operation.node.inputs[0].tensor)
        _, out_channels, out_height, out_width = self.network.item(operation.output)
        stored = self._value(operation, "w")
        bias = self.network.parameter(operation, "B")
        x_zero = self._number(operation, "x_zero_point")
        self._check_sums(operation, stored, self._value(operation, "w_zero_point"), x_zero, bias)
        last = stored.transpose(0, 2, 3, 1)
        turned = last[:, ::-1, ::-1] if operation.op_type == "TRANSPOSE_CONV" else last
        weights, kind, shift = self._weights(operation, np.ascontiguousarray(turned))
        members = {
            "height": height, "width": width, "channels": channels, "out_height": out_height, "out_width": out_width,
            "out_channels": out_channels, "kernel_height": where.kernel[0], "kernel_width": where.kernel[1],
            "stride_y": where.strides[0], "stride_x": where.strides[1], "dilation_y": where.dilations[0],
            "dilation_x": where.dilations[1], "pad_top": where.pads[0], "pad_left": where.pads[1],
            "group": where.group, "x_zero_point": x_zero,
            "w": self.array(f"{operation.name}_w", weights, kind),
            "w_zero_point": self._zero_points(operation, "w_zero_point", shift),
        }  # fmt: skip
        members["bias"] = "0" if bias is None else self.array(f"{operation.name}_bias", bias)
        self._structure("conv_t", operation.name, members | self._requantize(operation))

    def matmul(self, operation: Operation, reads: Mapping[str, Read]) -> None:
        """Write a QLinearMatMul or QGemm; its second matrix lies with its columns as rows."""
        gemm = operation.op_type == "QGemm"
        left, right = ("A", "B") if gemm else ("a", "b")
        b = reads[right]
        bias = self.network.parameter(operation, "C") if gemm else None
        *_, rows, outputs = self.network.item(operation.output)
        a_shape, b_shape = self._matrix(operation, reads, left), self._matrix(operation, reads, right)
        inputs = a_shape[-1]
        leading = self.network.item(operation.output)[:-2]
        matrices = int(np.prod(leading, dtype=int))
        a_zero = self._number(operation, "a_zero_point")
        members: dict[str, Any] = {"matrices": matrices, "rows": rows, "inputs": inputs, "outputs": outputs}
        if matrices > 1:
            for name, shape in (("a_at", a_shape), ("b_at", b_shape)):
                starts = np.arange(int(np.prod(shape[:-2], dtype=int))).reshape(shape[:-2]) * (shape[-1] * shape[-2])
                each = np.broadcast_to(starts, leading).reshape(-1).astype(np.int32)
                members[name] = self.array(f"{operation.name}_{name}", np.ascontiguousarray(each))
        members["a_zero_point"] = a_zero
        shift = 0
        if b.constant is not None:
            every = b.constant.reshape(-1, inputs)
            zero = self._value(operation, "b_zero_point").reshape(-1)
            spread = np.tile(zero, len(every) // outputs) if zero.size > 1 else zero
            whole = None if bias is None else np.broadcast_to(bias, (rows, outputs))
            self._check_sums(operation, every, spread, a_zero, whole)
            weights, kind, shift = self._weights(operation, b.constant)
            members["b"] = self.array(f"{operation.name}_{right}", weights, kind)
        members["b_zero_point"] = self._zero_points(operation, "b_zero_point", shift)
        if bias is not None:
            by_row = bias.ndim == 2 and bias.shape[0] > 1
            spread_bias = np.broadcast_to(bias, (rows if by_row else 1, outputs))
            members["bias"] = self.array(f"{operation.name}_bias", np.ascontiguousarray(spread_bias))
            members["bias_step"] = outputs if by_row else 0
        self._products(operation, members)
        self.constant_operand(operation, reads, left)

    def _products(self, operation: Operation, members: dict[str, Any]) -> None:
        """Write the structure of a product of matrices."""
        self._structure("matmul_t", operation.name, members | self._requantize(operation))

    def _matrix(self, operation: Operation, reads: Mapping[str, Read], formal: str) -> tuple[int, ...]:
        """Return an operand's shape as it is stored, leading axes and all."""
        read = reads[formal]
        if read.constant is not None:
            return read.constant.shape
        tensor = str(operation.node.tensor(formal))
        gemm_a = formal == "A" and operation.node.attributes.get("transA", 0)
        turned = gemm_a or (formal in ("b", "B") and not operation.node.attributes.get("transB", 0))
        *leading, rows, columns = self.network.item(tensor)
        return (*leading, columns, rows) if turned else (*leading, rows, columns)

    def constant_operand(self, operation: Operation, reads: Mapping[str, Read], formal: str) -> None:
        """Write an operand's codes where they are stored in the model."""
        read = reads[formal]
        if read.constant is not None:
            self.shared_array(f"{operation.name}_{formal}_stored", np.ascontiguousarray(read.constant))

    def pool(self, operation: Operation) -> None:
        """Write a pool whose window is the image."""
        height, width = self.network.image_size(operation)
        members = {
            "height": height, "width": width, "channels": self._image_channels(operation),
            "x_zero_point": self._number(operation, "x_zero_point"),
        }  # fmt: skip
        self._structure("pool_t", operation.name, members | self._requantize(operation))

    def _image_channels(self, operation: Operation) -> int:
        whole = self.network.item(operation.node.inputs[0].tensor)
        return whole[3] if operation.node.attributes.get("channels_last", 0) else whole[1]

    def average_pool(self, operation: Operation) -> None:
        """Write a pool of smaller windows."""
        where = self.network.geometry(operation)
        height, width = self.network.image_size(operation)
        whole = self.network.item(operation.output)
        last = operation.node.attributes.get("channels_last", 0)
        out_height, out_width = whole[1:3] if last else whole[2:4]
        self._check_windows(operation)
        members: dict[str, Any] = {
            "height": height, "width": width, "channels": self._image_channels(operation), "out_height": out_height,
            "out_width": out_width, "kernel_height": where.kernel[0], "kernel_width": where.kernel[1],
            "stride_y": where.strides[0], "stride_x": where.strides[1], "pad_top": where.pads[0],
            "pad_left": where.pads[1],
        }  # fmt: skip
        self._structure("average_pool_t", operation.name, members | self._mean(operation))

    def _check_windows(self, operation: Operation) -> None:
        """Refuse a window that lies in the padding alone: its mean is a division by 0."""
        where = self.network.geometry(operation)
        for axis, length in enumerate(self.network.image_size(operation)):
            if where.pads[axis] >= where.kernel[axis] or where.pads[axis + 2] >= where.kernel[axis]:
                raise UserError(
                    f"node {operation.node.name} has pads {list(where.pads)} and kernel_shape {list(where.kernel)}",
                    f"pads smaller than the window, over an axis of {length}",
                    "Make the pads smaller: a window that holds only padding has no mean.",
                )  # fmt: skip

    def sum(self, step: Step) -> tuple[int, list[Walk]]:
        """Write a QLinearAdd; return how many codes lie alike in all operands, and the walk from run to run of each."""
        operation = step.operation
        assert operation is not None, step.name
        places = [step.reads[formal].places for formal in ("A", "B")]
        assert places[0] is not None, step.name
        assert places[1] is not None, step.name
        run = common_run(places[0], places[1])
        members = {"count": run, **self._sum(operation)}
        for formal in ("A", "B"):
            self.constant_operand(operation, step.reads, formal)
        self._structure("add_t", operation.name, members)
        return run, [walk(array[::run]) for array in places if array is not None]

    def pair(self, step: Step) -> tuple[int, list[Walk]]:
        """Write an operator of two tensors; return how many codes lie alike in both, and the walks of each."""
        operation = step.operation
        assert operation is not None, step.name
        a, b = (step.reads[formal].places for formal in ("A", "B"))
        assert a is not None, step.name
        assert b is not None, step.name
        run = common_run(a, b)
        kind, members = (
            ("mul_t", self._product(operation)) if operation.op_type == "QLinearMul" else self._own(operation)
        )
        written = {"count": run, **members}
        for formal in ("A", "B"):
            self.constant_operand(operation, step.reads, formal)
        self._structure(kind, operation.name, written)
        return run, [walk(array[::run]) for array in (a, b)]

    @abstractmethod
    def _product(self, operation: Operation) -> dict[str, Any]:
        """Write a QLinearMul's factor; return the members of ``mul_t`` that hold it."""

    def _own(self, operation: Operation) -> tuple[str, dict[str, Any]]:
        """Write factors of an operator of two tensors of TensorFlow Lite's own; return structure and members."""
        raise self._own_formula(operation, "a sum or a product of codes")

    def max_pool(self, operation: Operation) -> None:
        """Write a MaxPool or GlobalMaxPool."""
        where = self.network.geometry(operation)
        height, width = self.network.image_size(operation)
        _, channels, out_height, out_width = self.network.item(operation.output)
        self._structure("max_pool_t", operation.name, {
            "height": height, "width": width, "channels": channels, "out_height": out_height, "out_width": out_width,
            "kernel_height": where.kernel[0], "kernel_width": where.kernel[1], "stride_y": where.strides[0],
            "stride_x": where.strides[1], "dilation_y": where.dilations[0], "dilation_x": where.dilations[1],
            "pad_top": where.pads[0], "pad_left": where.pads[1],
        })  # fmt: skip

    def reduction(self, operation: Operation) -> str:
        """Write a QLinearReduceMean or SUM, which only TensorFlow Lite has; return the function that computes it."""
        raise self._own_formula(operation, "a mean of a pool")

    def resize(self, operation: Operation) -> None:
        """Write a RESIZE_BILINEAR, which only TensorFlow Lite has."""
        raise self._own_formula(operation, "a resized image of codes")

    def border(self, operation: Operation) -> int:
        """Return the byte that a Pad or SPACE_TO_BATCH_ND puts around its input."""
        own = operation.op_type == "SPACE_TO_BATCH_ND"
        stored = self.network.parameter(operation, "x_zero_point" if own else "constant_value")
        value = operation.node.attributes.get("value", 0) if stored is None else stored.reshape(-1)[0]
        return int(value) & 0xFF

    def join_tables(self, operation: Operation) -> list[str]:
        """Write, for each input of a QLinearConcat, a table of what its codes become; 0 where they stay as they are."""
        if operation.op_type != "QLinearConcat":
            return []
        every = np.arange(256, dtype=np.uint8).view(self.network.dtype(operation.output))
        constants, node = self.network.constants, operation.node
        parts = [entry.tensor for entry in node.inputs if entry.formal == "inputs"]
        found = []
        for number in range(len(parts) // 3):
            scale, zero = (constants[parts[3 * number + place]] for place in (1, 2))
            made = qlinear_concat(
                constants[str(node.tensor("Y_scale"))], constants[str(node.tensor("Y_zero_point"))], every, scale, zero,
                axis=0, runtime=self.network.graph.runtime,
            )  # fmt: skip
            same = np.array_equal(made, every)
            name = f"{operation.name}_{number}_table"
            found.append("0" if same else self.shared_array(name, made.view(np.uint8)))
        return found

    def softmax(self, operation: Operation) -> int:
        """Write a QLinearSoftmax, LOG_SOFTMAX or L2_NORMALIZATION; return the length of a row."""
        shape = self.network.item(operation.output)
        axis = int(operation.node.attributes.get("axis", -1)) % len(shape)
        old = int(operation.node.attributes.get("opset", 13)) < 13
        count = int(np.prod(shape[axis:], dtype=int)) if old else shape[axis]
        kind = OF_ROWS[operation.op_type].removeprefix("qlinear_")
        self._structure(f"{kind}_t", operation.name, {"count": count, **self._softmax(operation, count)})
        return count
