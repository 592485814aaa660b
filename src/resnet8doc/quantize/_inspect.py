"""Which numbers a quantized ONNX model really holds, read from its graph."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from ..errors import UserError
from ._variants import Variant

_FLOAT = ("Conv", "MatMul", "Gemm")
_INTEGER = ("QLinearConv", "QLinearMatMul", "QGemm")
_SEVEN_BITS = 64  # the largest weight that ONNX Runtime writes when it is asked for reduce_range


@dataclass(frozen=True)
class Layer:
    """A convolution or matrix product of a quantized model.

    Attributes
    ----------
    name, op_type
        The node's.
    activation_type, output_type
        Types of its input and output: ``int8``, ``uint8``, ``float32`` where it is not quantized.
    weight_type
        ``int8``, ``uint8``, ``int4`` or ``float32``.
    bias_type
        ``int32``, ``float32`` or None where there is no bias.
    per_channel
        Whether the weight has more than one scale.
    axis
        The weight's axis along which the scales run, or None.
    scales
        How many scales the weight has.
    scale
        Smallest and largest of them, float32.
    zero_point
        Smallest and largest zero point.
    codes
        Smallest and largest integer stored.
    """

    name: str
    op_type: str
    activation_type: str
    weight_type: str
    output_type: str
    bias_type: str | None
    per_channel: bool
    axis: int | None
    scales: int
    scale: tuple[float, float] | None
    zero_point: tuple[int, int] | None
    codes: tuple[int, int] | None


class _Graph:
    """Finds what feeds and reads a tensor."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.arrays = {item.name: item for item in graph.initializer}
        self.makers = {output: node for node in graph.node for output in node.output}
        self.readers: dict[str, list[onnx.NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)

    def array(self, name: str) -> NDArray[Any]:
        return numpy_helper.to_array(self.arrays[name])

    def type_of(self, name: str) -> str:
        kind: str = onnx.TensorProto.DataType.Name(self.arrays[name].data_type)
        return {"FLOAT": "float32"}.get(kind, kind.lower())

    def dequantize(self, name: str) -> onnx.NodeProto | None:
        """Return the DequantizeLinear that makes a tensor."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type == "DequantizeLinear" else None

    def quantized_type(self, node: onnx.NodeProto | None) -> str:
        return "float32" if node is None else self.type_of(node.input[2])

    def output_type(self, name: str) -> str:
        """Return the type to which the readers of a tensor quantize it; a removed Relu may stand between."""
        for node in self.readers.get(name, []):
            if node.op_type == "QuantizeLinear":
                return self.type_of(node.input[2])
            if node.op_type == "Relu":
                return self.output_type(node.output[0])
        return "float32"


def layers(model: onnx.ModelProto) -> list[Layer]:
    """Return every convolution and matrix product of a model, in the graph's order.

    Works for float, QDQ and QOperator models alike.
    """
    return list(_layers(model.graph))


def _layers(proto: onnx.GraphProto) -> Iterator[Layer]:
    graph = _Graph(proto)
    for node in proto.node:
        if node.op_type in _INTEGER:
            x, weight = node.input[2], tuple(node.input[3:6])
            bias = (node.input[8] if node.op_type == "QLinearConv" else node.input[6]) if len(node.input) > 8 else None
            output = node.input[-1 if node.op_type == "QGemm" else 7]
            axis = 0 if node.op_type == "QLinearConv" else 1
            yield _layer(graph, node, graph.type_of(x), weight, graph.type_of(output), bias, axis)
        elif node.op_type in _FLOAT:
            dequantize = graph.dequantize(node.input[1])
            weight = tuple(dequantize.input) if dequantize is not None else (node.input[1],)
            bias = node.input[2] if len(node.input) > 2 else None
            if bias and (bias_source := graph.dequantize(bias)) is not None:
                bias = bias_source.input[0]
            attributes = {} if dequantize is None else {a.name: a.i for a in dequantize.attribute}
            activation = graph.quantized_type(graph.dequantize(node.input[0]))
            yield _layer(graph, node, activation, weight, graph.output_type(node.output[0]), bias,
                         attributes.get("axis", 1))  # fmt: skip


def _layer(
    graph: _Graph, node: onnx.NodeProto, activation: str, weight: tuple[str, ...], output: str, bias: str | None,
    axis: int,
) -> Layer:  # fmt: skip
    codes = graph.array(weight[0])
    quantized = len(weight) == 3
    scale = graph.array(weight[1]) if quantized else np.zeros(0, np.float32)
    return Layer(
        name=node.name,
        op_type=node.op_type,
        activation_type=activation,
        weight_type=graph.type_of(weight[0]),
        output_type=output,
        bias_type=graph.type_of(bias) if bias else None,
        per_channel=scale.size > 1,
        axis=axis if scale.size > 1 else None,
        scales=scale.size,
        scale=(float(scale.min()), float(scale.max())) if quantized else None,
        zero_point=_limits(graph.array(weight[2])) if quantized else None,
        codes=_limits(codes) if quantized else None,
    )


def _limits(values: NDArray[Any]) -> tuple[int, int]:
    wide = values.astype(np.int64)  # 4-bit integers have no min of their own
    return int(wide.min()), int(wide.max())


def verify(model: onnx.ModelProto, variant: Variant) -> list[Layer]:
    """Make sure that a model is what its variant says: no convolution or matrix product was left in float32.

    Returns
    -------
    list of Layer
        What was found.

    Raises
    ------
    UserError
        Naming the first layer whose weights, activations or granularity are not those of the variant.
    """
    found = layers(model)
    if not found:
        raise UserError(f"{variant.file} has no convolution", "ResNet8, quantized", "Quantize resnet8.onnx again.")
    for layer in found:
        weights = variant.expected_weight_type(conv=layer.op_type.endswith("Conv"))
        for what, is_, expected in (
            ("weights of the type", layer.weight_type, weights),
            ("activations of the type", layer.activation_type, variant.activation_type),
            ("an output of the type", layer.output_type, variant.activation_type),
            ("scales for each channel", str(layer.per_channel), str(variant.per_channel)),
        ):
            if is_ != expected:
                raise UserError(
                    f"{variant.file}: {layer.name} ({layer.op_type}) has {what} {is_}",
                    expected,
                    "The quantizer did not write what was requested; check the installed version of onnxruntime.",
                )
        if variant.reduce_range == "weights" and max(map(abs, layer.codes or ())) > _SEVEN_BITS:
            raise UserError(f"{variant.file}: {layer.name} has weights of {layer.codes}", "±64", "Use reduce_range.")
    return found


def describe(model: onnx.ModelProto) -> dict[str, Any]:
    """Return what a quantized model holds as JSON-able values.

    Returns
    -------
    dict
        ``opset``; ``operators``, how often each occurs (those outside the standard with their domain in front);
        ``layers``, the fields of `Layer`; ``weights``, ``activations`` and ``granularity`` summed up over the layers.
    """
    found = layers(model)
    operators = Counter(f"{node.domain}.{node.op_type}" if node.domain else node.op_type for node in model.graph.node)
    return {
        "weights": _each([layer.weight_type for layer in found]),
        "activations": _each([layer.activation_type for layer in found]),
        "granularity": _each(["per channel" if layer.per_channel else "per tensor" for layer in found]),
        "opset": next(item.version for item in model.opset_import if not item.domain),
        "operators": dict(sorted(operators.items())),
        "layers": [asdict(layer) for layer in found],
    }


def _each(values: list[str]) -> str:
    return ", ".join(dict.fromkeys(values))
