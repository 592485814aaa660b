"""Do the three formats hold the same network?"""

from collections import Counter
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper

from ..architecture import LAYERS
from ._check import OPERATORS, check_is_resnet8, shape_of
from ._compare import ConversionError
from ._keras import build_keras, load_keras
from ._pytorch import load_onnx2torch, load_torchscript
from ._readable import OPSET

_KERAS_KINDS = {
    "Conv2D": "conv",
    "ReLU": "relu",
    "Add": "add",
    "AveragePooling2D": "average_pool",
    "Flatten": "flatten",
    "Dense": "dense",
    "Softmax": "softmax",
}


def structure(keras_path: Path, onnx_path: Path, pytorch_path: Path) -> dict[str, Any]:
    """Compare shapes, operators, layers and parameters of the three formats with what the Keras model says.

    Parameters
    ----------
    keras_path, onnx_path, pytorch_path
        ``resnet8.keras`` (not folded), ``resnet8.onnx``, ``resnet8.pt``.

    Returns
    -------
    dict
        ``keras``, ``keras_folded``, ``onnx`` and ``pytorch``, each with ``input`` and ``output`` (shapes, the free axis
        as ``"batch"``), ``layers`` (how many) and ``parameters``; ``keras`` and ``keras_folded`` with ``kinds``, how
        many layers of each class, ``onnx`` with ``operators``, how many nodes of each, ``opset`` and ``ir_version``;
        and ``tensors``, a list of ``name``, ``keras`` and ``onnx``: the shape of each layer's output, channels last
        and channels first.

    Raises
    ------
    UserError
        If a file is missing or is not this network.
    ConversionError
        If the formats differ; the message says in what.
    """
    model, folded = load_keras(keras_path), build_keras(folded=True)
    graph_model = check_is_resnet8(onnx_path)
    graph = graph_model.graph
    module, scripted = load_onnx2torch(onnx_path), load_torchscript(pytorch_path)

    opset = {item.domain: item.version for item in graph_model.opset_import}
    found = {
        "keras": _of_keras(model),
        "keras_folded": _of_keras(folded),
        "onnx": {
            "input": list(shape_of(graph.input[0])),
            "output": list(shape_of(graph.output[0])),
            "layers": sum(node.name in LAYERS for node in graph.node),
            "parameters": sum(int(numpy_helper.to_array(item).size) for item in graph.initializer),
            "operators": dict(Counter(node.op_type for node in graph.node)),
            "opset": opset.get("", 0),
            "ir_version": graph_model.ir_version,
        },
        "pytorch": {
            **_shapes_of_torchscript(scripted, tuple(model.input_shape[1:])),
            "layers": sum(str(node.target) in LAYERS for node in module.graph.nodes if node.op == "call_module"),
            "parameters": sum(item.numel() for item in module.parameters()),
        },
        "tensors": _tensors(folded, graph),
    }
    _require(found)
    return found


def _of_keras(model: Any) -> dict[str, Any]:
    kinds = Counter(type(layer).__name__ for layer in model.layers if type(layer).__name__ != "InputLayer")
    return {
        "input": ["batch", *model.input_shape[1:]],
        "output": ["batch", *model.output_shape[1:]],
        "layers": kinds.total(),
        "parameters": int(model.count_params()),
        "kinds": dict(kinds),
    }


def _shapes_of_torchscript(scripted: torch.jit.ScriptModule, image: tuple[int, ...]) -> dict[str, Any]:
    """TorchScript states no shapes, so they are tried: two batches of different lengths."""
    with torch.inference_mode():
        outputs = [scripted(torch.zeros(count, *image)).shape for count in (1, 3)]
    if [shape[0] for shape in outputs] != [1, 3]:
        raise ConversionError(f"TorchScript answers batches of 1 and 3 with the shapes {outputs}")
    return {"input": ["batch", *image], "output": ["batch", *outputs[0][1:]]}


def _tensors(folded: Any, graph: onnx.GraphProto) -> list[dict[str, Any]]:
    shapes = {item.name: shape_of(item) for item in (*graph.value_info, *graph.output)}
    return [
        {"name": layer.name, "keras": ["batch", *layer.output.shape[1:]], "onnx": list(shapes[layer.name])}
        for layer in folded.layers
        if layer.name in LAYERS
    ]


def _require(found: dict[str, Any]) -> None:
    keras, folded = found["keras"], found["keras_folded"]
    expected = Counter(["Transpose"])
    for kind, count in folded["kinds"].items():
        for operator in OPERATORS[_KERAS_KINDS[kind]]:
            expected[operator] += count
    without = Counter(keras["kinds"]) - Counter({"BatchNormalization": keras["kinds"]["BatchNormalization"]})
    checks = [
        ("layers but batch normalization", dict(without), folded["kinds"]),
        ("operators", found["onnx"]["operators"], dict(expected)),
        ("opset", found["onnx"]["opset"], OPSET),
    ]
    for name in ("onnx", "pytorch"):
        checks += [
            (f"{name}'s {key}", found[name][key], folded[key]) for key in ("input", "output", "layers", "parameters")
        ]
    for tensor in found["tensors"]:
        batch, *axes = tensor["keras"]
        checks.append((f"the shape of {tensor['name']}", tensor["onnx"], [batch, axes[-1], *axes[:-1]]))
    for what, value, wanted in checks:
        if value != wanted:
            raise ConversionError(f"{what}: found {value}, but Keras says {wanted}")
