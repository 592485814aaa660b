"""tf2onnx's graph with the architecture's names."""

import re
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import defs, helper, numpy_helper

from ..architecture import IMAGE_SHAPE, LAYERS, Layer

CONVERTER_OPSET = 18
"""The newest that tf2onnx 1.17.0 writes."""

OPSET = 20
"""The newest in which onnx2torch 1.5.15 reads every operator here. onnx.reference needs 19 for DequantizeLinear."""


def readable(model: onnx.ModelProto) -> onnx.ModelProto:
    """Give nodes, tensors and initializers the architecture's names, and bring the graph to the opset of this project.

    Five things change besides names, none of them a number that the graph computes:

    - tf2onnx drops a bias that is all zeros; it is put back, so that every layer stores what Keras says it does.
    - AveragePool's kernel covers its whole input, so it becomes GlobalAveragePool, and Reshape to ``[N, 64]`` becomes
      Flatten: AveragePool and Reshape got new versions in opset 19 that onnx2torch does not read.
    - The opset is raised from 18 to 20: no operator left in the graph changed its definition between them.
    - The free axis is called ``batch``, and every tensor's shape is recorded.
    - Nodes stand in the architecture's order, so that the same weights give the same bytes.
    """
    tensors = {"input": "input"}
    constants = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    initializers: dict[str, onnx.TensorProto] = {}
    nodes: dict[str, onnx.NodeProto] = {}

    def store(name: str, value: NDArray[np.float32]) -> str:
        initializers[name] = numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name)
        return name

    for node in model.graph.node:
        layer = _layer_of(node)
        sources = [tensors[name] for name in node.input if name in tensors]
        stored = [constants[name] for name in node.input if name in constants]
        name, op_type, attributes = layer.name, node.op_type, _attributes(node)
        match op_type:
            case "Transpose":
                name = "input_nchw"
            case "Conv":
                stored.append(np.zeros(layer.kernel_shape[-1], np.float32))
                sources += [store(f"{name}/kernel", stored[0]), store(f"{name}/bias", stored[1])]
            case "MatMul":
                name = f"{layer.name}_matmul"
                sources.append(store(f"{layer.name}/kernel", stored[0]))
            case "Add" if layer.kind == "dense":
                sources.append(store(f"{name}/bias", stored[0].reshape(-1)))
            case "AveragePool":
                if tuple(attributes.pop("kernel_shape")) != LAYERS[layer.inputs[0]].output_shape[:2]:
                    raise ValueError(f"{node.name} does not pool its whole input")
                op_type, attributes = "GlobalAveragePool", {}
            case "Reshape":
                op_type, attributes = "Flatten", {"axis": 1}
        tensors[node.output[0]] = name
        nodes[name] = helper.make_node(op_type, sources, [name], name, **attributes)
    if "dense" not in nodes:
        nodes["dense"] = helper.make_node("Add", ["dense_matmul", "dense/bias"], ["dense"], "dense")
        store("dense/bias", np.zeros(LAYERS["dense"].kernel_shape[-1], np.float32))
        nodes["softmax"].input[0] = "dense"
    return _assemble(nodes, initializers)


def _assemble(nodes: dict[str, onnx.NodeProto], initializers: dict[str, onnx.TensorProto]) -> onnx.ModelProto:
    order = ["input_nchw"]
    for name in LAYERS:
        order += ["dense_matmul", "dense"] if name == "dense" else [name]
    for node in nodes.values():
        versions = {defs.get_schema(node.op_type, version).since_version for version in (CONVERTER_OPSET, OPSET)}
        if len(versions) > 1:
            raise ValueError(f"{node.op_type} changed between opsets {CONVERTER_OPSET} and {OPSET}: {versions}")
    graph = helper.make_graph(
        [nodes[name] for name in order if name in nodes],
        "resnet8",
        [helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, ["batch", *IMAGE_SHAPE])],
        [helper.make_tensor_value_info("softmax", onnx.TensorProto.FLOAT, ["batch", *LAYERS["softmax"].output_shape])],
        [initializers[key] for name in LAYERS for key in (f"{name}/kernel", f"{name}/bias") if key in initializers],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="tf2onnx")
    model.ir_version = 9  # the one that came with opset 20; make_model takes the newest, which older runtimes refuse
    return onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)


def _layer_of(node: onnx.NodeProto) -> Layer:
    """Find the Keras layer in tf2onnx's name of a node: ``resnet8_1/stack2_conv1_1/convolution``."""
    for part in node.name.split("/"):
        for name in (part, re.sub(r"_\d+$", "", part)):
            if name in LAYERS:
                return LAYERS[name]
    raise ValueError(f"tf2onnx made a node that belongs to no layer: {node.op_type} {node.name}")


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}
