"""Operators that go element by element: QUANTIZE, ADD, MUL, LOGISTIC, TANH, the RELUs and their kin."""

from collections.abc import Sequence

import numpy as np

from ...errors import UserError
from . import _int16
from ._activation import NONE, RELU, RELU6, RELU_N1_TO_1, bounds, clip, emit
from ._build import FULL_INTEGER, Build, Value, only
from ._file import Operation, Tensor

OWN = "tflite"
"""The domain of what has no counterpart in ONNX's domains."""

BINARY = {"ADD": ("QLinearAdd", "com.microsoft"), "MUL": ("QLinearMul", "com.microsoft")}
"""Operators of two tensors that have counterparts; the others keep their own names."""

ACTIVATIONS = {"RELU": RELU, "RELU6": RELU6, "RELU_N1_TO_1": RELU_N1_TO_1}
LOGISTIC, CURVE = (1 / 256, -128), (1 / 128, 0)
"""The output scale that LOGISTIC and SOFTMAX must have, and TANH; the zero point of int8, 128 less than of uint8."""


def quantize(build: Build, op: Operation) -> None:
    """QUANTIZE: QuantizeLinear from real numbers; from codes to codes it keeps its own name."""
    x, y = build.tensor(op, 0), build.output(op)
    build.codes(op, y)
    scale, zero = build.quantization(y)
    value = build.value(op, x)
    if x.dtype == "float32":
        inputs = [("x", value.name), ("y_scale", scale), ("y_zero_point", zero)]
        emit(build, op, "QuantizeLinear", "", inputs, {}, "y")
        return
    x_scale, x_zero = build.quantization(build.codes(op, x))
    inputs = [
        ("x", value.name),
        ("x_scale", x_scale),
        ("x_zero_point", x_zero),
        ("y_scale", scale),
        ("y_zero_point", zero),
    ]
    emit(build, op, "QUANTIZE", OWN, inputs, {}, "y")


def dequantize(build: Build, op: Operation) -> None:
    """DEQUANTIZE as DequantizeLinear."""
    x, y = build.codes(op, build.tensor(op, 0)), build.output(op)
    if y.dtype != "float32":
        raise UserError(f"{build.where(op)}: {y.name} is {y.dtype}", "float32", FULL_INTEGER)
    scale, zero = build.quantization(x)
    inputs = [("x", build.value(op, x).name), ("x_scale", scale), ("x_zero_point", zero)]
    emit(build, op, "DequantizeLinear", "", inputs, {}, "y")


def binary(build: Build, op: Operation) -> None:
    """ADD, MUL, SUB, PRELU, SQUARED_DIFFERENCE, DIV."""
    op_type, domain = BINARY.get(op.kind, (op.kind, OWN))
    y = build.codes(op, build.output(op))
    inputs: list[tuple[str, str]] = []
    operands = [build.codes(op, build.tensor(op, position)) for position in (0, 1)]
    for letter, x in zip("AB", operands, strict=True):
        scale, zero = build.quantization(x)
        value = operand(build, op, x, len(y.shape))
        inputs += [(letter, value.name), (f"{letter}_scale", scale), (f"{letter}_zero_point", zero)]
    scale, zero = build.quantization(y)
    if y.dtype == _int16.KIND:
        _int16.check_pair(build.where(op), op, operands, y)
    emit(build, op, op_type, domain, [*inputs, ("C_scale", scale), ("C_zero_point", zero)], {}, "C")


def unary(build: Build, op: Operation) -> None:
    """LOGISTIC as QLinearSigmoid, LEAKY_RELU as QLinearLeakyRelu."""
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    inputs = [("X", build.value(op, x).name), *both(build, "X", x), *both(build, "Y", y)]
    if op.kind == "LOGISTIC":
        probability(build, op, y)
        emit(build, op, "QLinearSigmoid", "com.microsoft", inputs, {}, "Y")
    else:
        alpha = float(np.float32(op.options["alpha"]))
        emit(build, op, "QLinearLeakyRelu", "com.microsoft", inputs, {"alpha": alpha}, "Y")


def own_curve(build: Build, op: Operation) -> None:
    """HARD_SWISH, TANH and other functions of one code, which keep their own names."""
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    if op.kind == "TANH":
        held_output(build, op, y, CURVE)
    inputs = [("x", build.value(op, x).name), *both(build, "x", x), *both(build, "y", y)]
    attributes = {"approximate": int(bool(op.options.get("approximate", False)))} if op.kind == "GELU" else {}
    emit(build, op, op.kind, OWN, inputs, attributes, "y")


def activation(build: Build, op: Operation) -> None:
    """RELU, RELU6, RELU_N1_TO_1: a Clip where the scales are equal, else TensorFlow Lite's own RELU or RELU6.

    RELU_N1_TO_1 between two scales is refused: no converter writes it.
    """
    x, y = build.codes(op, build.tensor(op, 0)), build.codes(op, build.output(op))
    kind, value, name = ACTIVATIONS[op.kind], build.value(op, x), build.names[y.index]
    if quantized_alike(x, y):
        made = build.made(y)
        clip(build, name.node, name.layer, value, *bounds(y, kind), made)
        build.values[y.index] = made
        return
    if op.kind == "RELU_N1_TO_1":
        alike(build, op, x, y)
    inputs = [("x", value.name), *both(build, "x", x), *both(build, "y", y)]
    own = op.kind == "RELU6"
    emit(build, op, "RELU6" if own else "RELU", OWN, inputs, {}, "y", NONE if own else kind)


def probability(build: Build, op: Operation, y: Tensor) -> None:
    """Refuse an output of LOGISTIC or SOFTMAX of another scale than 1/256: TensorFlow Lite's kernels know no other."""
    held_output(build, op, y, LOGISTIC)


def held_output(build: Build, op: Operation, y: Tensor, expected: tuple[float, int]) -> None:
    """Refuse an output of another scale and zero point than the one that the kernels know, given as int8's."""
    scale, zero_point = only(y.scale), only(y.zero_point)
    expected_zero = expected[1] + (128 if y.dtype == "uint8" else 0)
    if y.dtype == _int16.KIND:
        expected, expected_zero = _int16.OF_CURVES, _int16.OF_CURVES[1]
    if (scale, zero_point) != (expected[0], expected_zero):
        raise UserError(
            f"{build.where(op)}: {y.name} has scale {scale} and zero point {zero_point}",
            f"1/{round(1 / expected[0])} and {expected_zero}, as TensorFlow Lite requires", "Convert the model again.",
        )  # fmt: skip


def same_scales(build: Build, op: Operation, position: int = 0) -> tuple[Tensor, Tensor]:
    """Return input and output of an operator that moves codes without changing what they stand for."""
    x, y = build.codes(op, build.tensor(op, position)), build.codes(op, build.output(op))
    alike(build, op, x, y)
    return x, y


def alike(build: Build, op: Operation, x: Tensor, y: Tensor) -> None:
    """Refuse an input and an output of an operator that moves codes if these stand for different numbers."""
    if not quantized_alike(x, y):
        raise UserError(
            f"{build.where(op)} changes scale or zero point", "the input's for the output", "Convert the model again."
        )


def quantized_alike(x: Tensor, y: Tensor) -> bool:
    """Tell whether the codes of two tensors stand for the same numbers."""
    return bool(only(x.scale) == only(y.scale) and only(x.zero_point) == only(y.zero_point))


def both(build: Build, letter: str, tensor: Tensor) -> Sequence[tuple[str, str]]:
    """Return a tensor's scale and zero point by their formal names."""
    scale, zero = build.quantization(tensor)
    return ((f"{letter}_scale", scale), (f"{letter}_zero_point", zero))


def operand(build: Build, op: Operation, x: Tensor, rank: int) -> Value:
    """Return an operand; a stored one of fewer axes than the output gets axes of length 1 before they are reordered."""
    if len(x.shape) == rank or rank < 4 or len(x.shape) == 0:
        return build.value(op, x)
    data = build.constant(op, x).reshape((1,) * (rank - len(x.shape)) + x.shape)
    if rank == 4:
        data = data.transpose(0, 3, 1, 2)
    return Value(build.store(f"{x.name}_broadcast", data), x.dtype, list(data.shape))
