"""Is an ONNX file this network?"""

from collections import Counter
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from ..architecture import IMAGE_SHAPE, LAYERS, Layer
from ..errors import UserError

OPERATORS = {
    "conv": ["Conv"],
    "relu": ["Relu"],
    "add": ["Add"],
    "average_pool": ["GlobalAveragePool"],
    "flatten": ["Flatten"],
    "dense": ["MatMul", "Add"],
    "softmax": ["Softmax"],
}
"""The ONNX operators that a layer of each kind becomes; batch normalization is folded."""

_REMEDY = "Give the resnet8.onnx that this project makes: python -m resnet8doc convert."


def read_onnx(path: Path) -> onnx.ModelProto:
    """Read an ONNX file and check that it is valid ONNX.

    Raises
    ------
    UserError
        If the file is missing, is not ONNX, or breaks the standard.
    """
    if not path.is_file():
        raise UserError(f"{path} does not exist", "an ONNX file", _REMEDY)
    try:
        model = onnx.load_model(path, load_external_data=False)
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(f"{path} is not a valid ONNX model ({reason})", "an ONNX file", _REMEDY) from error
    return model


def check_is_resnet8(path: Path) -> onnx.ModelProto:
    """Read an ONNX file and make sure that it is the folded float ResNet8 with this project's names.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    onnx.ModelProto
        What the file holds.

    Raises
    ------
    UserError
        Naming the first thing that differs from `resnet8doc.architecture`, what was found and what was expected.
    """
    model = read_onnx(path)
    graph = model.graph
    for kind, values, shape in (
        ("input", graph.input, IMAGE_SHAPE),
        ("output", graph.output, LAYERS["softmax"].output_shape),
    ):
        found = [shape_of(value) for value in values]
        if len(found) != 1 or found[0][1:] != shape:
            raise UserError(
                f"{path} is not ResNet8: {kind} of the shape {', '.join(map(str, found))}",
                f"one {kind} of the shape ('batch', {', '.join(map(str, shape))})",
                _REMEDY,
            )
    arrays = {item.name: numpy_helper.to_array(item).shape for item in graph.initializer}
    nodes = {node.name: node for node in graph.node}
    for layer in LAYERS.values():
        if layer.kind != "batch_normalization":
            _check_layer(path, layer, nodes, arrays)
    expected = Counter(op for layer in LAYERS.values() for op in OPERATORS.get(layer.kind, ())) + Counter(["Transpose"])
    if (counts := Counter(node.op_type for node in graph.node)) != expected:
        raise UserError(f"{path} is not ResNet8: operators {dict(counts)}", str(dict(expected)), _REMEDY)
    return model


def _check_layer(
    path: Path, layer: Layer, nodes: dict[str, onnx.NodeProto], arrays: dict[str, tuple[int, ...]]
) -> None:
    node = nodes.get(layer.name)
    operator = OPERATORS[layer.kind][-1]
    if node is None or node.op_type != operator:
        found = f"{layer.name} is {node.op_type}" if node else f"no node is named {layer.name}"
        raise UserError(f"{path} is not ResNet8: {found}", f"{operator} named {layer.name}", _REMEDY)
    inputs = tuple(name for name in node.input if name not in arrays)
    if inputs != onnx_inputs(layer):
        raise UserError(
            f"{path} is not ResNet8: {layer.name} reads {', '.join(inputs)}", ", ".join(onnx_inputs(layer)), _REMEDY
        )
    for name, shape in layer.weights.items():
        if layer.kind == "conv" and name == "kernel":
            shape = (shape[3], shape[2], shape[0], shape[1])
        found_shape = arrays.get(f"{layer.name}/{name}")
        if found_shape != shape:
            raise UserError(
                f"{path} is not ResNet8: {layer.name}/{name} has the shape {found_shape}", f"{shape}", _REMEDY
            )
    if layer.kind == "conv":
        attributes = {item.name: tuple(item.ints) for item in node.attribute if item.ints}
        for attribute in ("strides", "pads"):
            if attributes.get(attribute) != getattr(layer, attribute):
                raise UserError(
                    f"{path} is not ResNet8: {layer.name} has the {attribute} {attributes.get(attribute)}",
                    f"{getattr(layer, attribute)}",
                    _REMEDY,
                )


def onnx_inputs(layer: Layer) -> tuple[str, ...]:
    """Return the tensors that a layer's ONNX node reads: batch normalizations are folded, the image is transposed."""
    names = []
    for name in layer.inputs:
        if name == "input":
            name = "input_nchw"
        elif LAYERS[name].kind == "batch_normalization":
            name = LAYERS[name].inputs[0]
        names.append(f"{layer.name}_matmul" if layer.kind == "dense" else name)
    return tuple(names)


def shape_of(value: onnx.ValueInfoProto) -> tuple[int | str, ...]:
    """Return a tensor's shape, free axes by their names."""
    return tuple(axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim)
