"""Every operator that the engine knows: its function, and the standard's names of its inputs and outputs."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ._average_pool import average_pool
from ._conv import conv
from ._dequantize_linear import dequantize_linear
from ._elementwise import add, clip, identity, mul, relu
from ._products import gemm, matmul
from ._qgemm import qgemm
from ._qlinear_add import qlinear_add
from ._qlinear_average_pool import qlinear_average_pool
from ._qlinear_conv import qlinear_conv
from ._qlinear_global_average_pool import qlinear_global_average_pool
from ._qlinear_matmul import qlinear_matmul
from ._qlinear_softmax import qlinear_softmax
from ._quantize_linear import quantize_linear
from ._reductions import global_average_pool, reduce_mean, softmax
from ._shape import flatten, reshape, squeeze, transpose

MICROSOFT = "com.microsoft"


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes
    ----------
    op_type, domain
        As ONNX has them; ``""`` is the standard's domain, ``com.microsoft`` ONNX Runtime's own.
    function
        Computes it. Its positional parameters are the inputs, its keywords the attributes.
    output
        The formal name of its one output.
    """

    op_type: str
    domain: str
    function: Callable[..., Any]
    output: str

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The formal names of the inputs, in order."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)

    @cached_property
    def required_inputs(self) -> int:
        """How many inputs must be given."""
        parameters = inspect.signature(self.function).parameters.values()
        optional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is not p.empty]
        return len(self.inputs) - len(optional)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The names of the attributes."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name != "arithmetic")

    @cached_property
    def quantized(self) -> bool:
        """Whether it takes an :class:`~resnet8doc.requantize.Arithmetic`."""
        return "arithmetic" in inspect.signature(self.function).parameters


OPERATORS: dict[tuple[str, str], Operator] = {
    (operator.domain, operator.op_type): operator
    for operator in (
        Operator("QuantizeLinear", "", quantize_linear, "y"),
        Operator("DequantizeLinear", "", dequantize_linear, "y"),
        Operator("QLinearConv", "", qlinear_conv, "y"),
        Operator("QLinearMatMul", "", qlinear_matmul, "y"),
        Operator("QLinearAdd", MICROSOFT, qlinear_add, "C"),
        Operator("QLinearAveragePool", MICROSOFT, qlinear_average_pool, "Y"),
        Operator("QLinearGlobalAveragePool", MICROSOFT, qlinear_global_average_pool, "Y"),
        Operator("QGemm", MICROSOFT, qgemm, "Y"),
        Operator("QLinearSoftmax", MICROSOFT, qlinear_softmax, "Y"),
        Operator("Conv", "", conv, "Y"),
        Operator("Relu", "", relu, "Y"),
        Operator("Add", "", add, "C"),
        Operator("Mul", "", mul, "C"),
        Operator("Clip", "", clip, "output"),
        Operator("Identity", "", identity, "output"),
        Operator("AveragePool", "", average_pool, "Y"),
        Operator("GlobalAveragePool", "", global_average_pool, "Y"),
        Operator("ReduceMean", "", reduce_mean, "reduced"),
        Operator("MatMul", "", matmul, "Y"),
        Operator("Gemm", "", gemm, "Y"),
        Operator("Softmax", "", softmax, "output"),
        Operator("Transpose", "", transpose, "transposed"),
        Operator("Reshape", "", reshape, "reshaped"),
        Operator("Flatten", "", flatten, "output"),
        Operator("Squeeze", "", squeeze, "squeezed"),
    )
}
"""Every operator by ``(domain, op_type)``."""
