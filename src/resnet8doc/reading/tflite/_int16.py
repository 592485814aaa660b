"""int16 codes with int8 weights: which operators are read of them, and what they become.

An operator that only moves codes becomes the same as of int8 codes. One that computes, and a MAX_POOL_2D, which ONNX's
standard has of no int16, becomes an operator of TensorFlow Lite's own domain, with the inputs and attributes of the one
that int8 codes have.
"""

import math
from collections.abc import Sequence
from typing import Any

from ...errors import UserError
from ._file import Operation, Tensor

KIND = "int16"
OWN = "tflite"

COMPUTED = {
    "QLinearConv": "CONV_2D_INT16", "QGemm": "FULLY_CONNECTED_INT16", "QLinearAdd": "ADD_INT16", "SUB": "SUB_INT16",
    "QLinearMul": "MUL_INT16", "QLinearAveragePool": "AVERAGE_POOL_2D_INT16", "QLinearReduceMean": "MEAN_INT16",
    "QLinearSoftmax": "SOFTMAX_INT16", "QLinearSigmoid": "LOGISTIC_INT16", "TANH": "TANH_INT16",
    "QLinearLeakyRelu": "LEAKY_RELU_INT16", "QUANTIZE": "QUANTIZE_INT16", "MaxPool": "MAX_POOL_2D_INT16",
    "TRANSPOSE_CONV": "TRANSPOSE_CONV_INT16",
}  # fmt: skip
"""Operators on int8 codes and their counterparts."""

READ = frozenset({
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "SUB", "MUL", "AVERAGE_POOL_2D", "MEAN", "SOFTMAX",
    "LOGISTIC", "TANH", "LEAKY_RELU", "QUANTIZE", "DEQUANTIZE", "MAX_POOL_2D", "RESHAPE", "SQUEEZE", "EXPAND_DIMS",
    "TRANSPOSE", "PAD", "PADV2", "CONCATENATION", "SLICE", "STRIDED_SLICE", "SPLIT", "SPLIT_V", "PACK", "UNPACK",
    "GATHER", "TILE", "REVERSE_V2", "MIRROR_PAD", "MAXIMUM", "MINIMUM", "SELECT", "SELECT_V2", "RELU", "RELU6",
    "TRANSPOSE_CONV", "RESIZE_NEAREST_NEIGHBOR",
})  # fmt: skip
"""Operators that are read of int16 codes."""

BIASES = {
    "CONV_2D": ("int64", "int32"), "DEPTHWISE_CONV_2D": ("int64",), "TRANSPOSE_CONV": ("int64",),
    "FULLY_CONNECTED": ("int64", "int32"),
}  # fmt: skip
"""The types of bias that LiteRT's kernels have with int16 codes; of 32 bits where the operator's options say so."""

HALF = 0.5
"""What ``math.frexp`` gives of a power of two."""

OF_CURVES = (1 / (1 << 15), 0)
"""The output scale and zero point that LOGISTIC, TANH and SOFTMAX must have."""

LEFT_OUT = ("FULLY_CONNECTED", "TRANSPOSE_CONV")
"""Operators whose bias may be left out: without one the others' kernels refuse or end the process."""

INT32, INT64 = 2, 4
"""``TensorType`` of the schema: what ``quantizedBiasType`` says of a bias of 32 or 64 bits."""


def is_read(op: Operation, tensor: Tensor) -> bool:
    """Tell whether a tensor holds int16 codes of an operator that is read of them."""
    return tensor.dtype == KIND and op.kind in READ


def named(op_type: str, domain: str, kinds: set[Any]) -> tuple[str, str]:
    """Return type and domain of a node that reads or makes tensors of these types."""
    return (COMPUTED[op_type], OWN) if KIND in kinds and op_type in COMPUTED else (op_type, domain)


def refuse_zero_point(where: str, tensor: Tensor) -> None:
    """Refuse int16 codes with a zero point: the kernels have none."""
    if tensor.zero_point is not None and tensor.zero_point.any():
        raise UserError(
            f"{where}: {tensor.name} is int16 with the zero point {tensor.zero_point[0]}", "0, as all int16 kernels",
            "Convert the model again.",
        )  # fmt: skip


def check_bias(where: str, op: Operation, bias: Tensor | None) -> None:
    """Refuse a bias that the kernels of int16 codes do not have.

    LiteRT reads a bias as the options say, whatever its type is.
    """
    said = int(op.options.get("quantizedBiasType", 0))
    if bias is None:
        if op.kind not in LEFT_OUT or said == INT32:
            raise UserError(
                f"{where} has int16 codes and no bias", "a bias; without one kernels refuse or end the process",
                "Give the layer a bias: use_bias=True.",
            )  # fmt: skip
        return
    if bias.dtype not in BIASES[op.kind]:
        raise UserError(
            f"{where}: the bias {bias.name} is {bias.dtype}", " or ".join(BIASES[op.kind]), "Convert the model again."
        )
    if (said == INT32) != (bias.dtype == "int32"):
        raise UserError(
            f"{where}: the bias {bias.name} is {bias.dtype} and the option quantizedBiasType says otherwise",
            "one type; LiteRT reads the bias as the option says", "Convert the model again.",
        )  # fmt: skip


def adds_zero(op: Operation, bias: Tensor | None) -> bool:
    """Tell whether a bias that is left out of FULLY_CONNECTED counts as one of 64 bits."""
    return op.kind == "FULLY_CONNECTED" and bias is None and int(op.options.get("quantizedBiasType", 0)) == INT64


def check_pair(where: str, op: Operation, operands: Sequence[Tensor], y: Tensor) -> None:
    """Refuse an ADD or SUB of older versions, which shift codes where all scales are powers of two.

    And an ADD of shapes that differ by axes of length 1 alone, which the kernels take for a broadcast.
    """
    shapes = [operand.shape for operand in operands]
    if op.kind == "ADD" and len(set(shapes)) > 1 and len({math.prod(shape) for shape in shapes}) == 1:
        raise UserError(f"{where} is of {list(shapes[0])} and {list(shapes[1])}", "one shape", "Reshape one of them.")
    powers = all(math.frexp(float(tensor.scale[0]))[0] == HALF for tensor in (*operands, y) if tensor.scale is not None)
    if op.kind in ("ADD", "SUB") and op.options.get("potScaleInt16", True) and powers:
        raise UserError(
            f"{where} has int16 codes and scales that are powers of two, with potScaleInt16", "potScaleInt16 false",
            "Convert the model with a newer TensorFlow, which says so.",
        )  # fmt: skip
