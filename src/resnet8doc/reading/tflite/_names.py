"""Readable names: the architecture's where the network is ResNet8, else the file's own."""

import re
from dataclasses import dataclass

from ...architecture import LAYERS
from ._file import File, Operation

KINDS = {
    "CONV_2D": "conv", "ADD": "add", "AVERAGE_POOL_2D": "average_pool", "RESHAPE": "flatten",
    "FULLY_CONNECTED": "dense", "SOFTMAX": "softmax",
}  # fmt: skip
"""Which operator computes a layer of which kind; batch normalization is folded and ReLU is a clamp."""

CONVOLUTIONS = frozenset(layer.name for layer in LAYERS.values() if layer.kind == "conv")
_CALLED = re.compile(r"_\d+$")


@dataclass(frozen=True)
class Name:
    """What one operator's node, layer, output tensor and that tensor's scale are called."""

    node: str
    layer: str
    tensor: str
    scale: str


def names(file: File) -> dict[int, Name]:
    """Return the name of each operator's output, by the output tensor's index.

    TensorFlow Lite's operators have no names. Its tensors have those of the layers that were fused into them:
    ``resnet8_1/stack1_relu2_1/Relu;resnet8_1/stack1_add_1/Add``. If they name all of ResNet8's convolutions, the
    network is taken for it, and its nodes and tensors are called as in the ONNX files: ``stack1_add``,
    ``stack1_add_quantized``. Any other network keeps its tensors' names, and a node is called as the tensor that it
    makes.
    """
    layers = {op.outputs[0]: _layer(file.tensors[op.outputs[0]].name, op) for op in file.operations}
    if CONVOLUTIONS.issubset(layers.values()):
        known = {op.outputs[0]: _of_resnet8(op, layers[op.outputs[0]]) for op in file.operations}
        if len({name.node for name in known.values()}) == len(file.operations):
            return known
    found: dict[int, Name] = {}
    taken: set[str] = set()
    for op in file.operations:
        for index in op.outputs:
            own = unique(file.tensors[index].name, index, taken)
            found[index] = Name(own, own, own, own)
    return found


def unique(name: str, index: int, taken: set[str]) -> str:
    """Return a name that is not taken yet, and take it."""
    chosen = name if name not in taken else f"{name}_{index}"
    taken.add(chosen)
    return chosen


def _layer(tensor: str, op: Operation) -> str:
    """Return the layer of the operator's kind that a tensor's name mentions, or an empty string."""
    for part in re.split("[;/]", tensor):
        for candidate in (part, _CALLED.sub("", part)):
            if candidate in LAYERS and LAYERS[candidate].kind == KINDS.get(op.kind):
                return candidate
    return ""


def _of_resnet8(op: Operation, layer: str) -> Name:
    if op.kind == "QUANTIZE":
        return Name("input_nchw_QuantizeLinear", "input", "input_nchw_quantized", "input_nchw")
    if op.kind == "DEQUANTIZE":
        return Name("softmax_DequantizeLinear", "softmax", "softmax", "softmax")
    if op.kind == "SOFTMAX":  # its output is the model's, which the converter calls after the signature
        layer = "softmax"
    if not layer:  # arithmetic on shapes
        layer = f"operator_{op.index}"
    return Name(layer, layer, f"{layer}_quantized", layer)
