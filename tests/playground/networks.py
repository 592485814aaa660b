"""A small network and what it was quantized from, for tests: convolution and ReLU, mean, ten numbers."""

from typing import Any

import numpy as np

from resnet8doc.graph import Graph
from resnet8doc.ops import OPERATORS
from resnet8doc.playground import MODEL

CHANNELS = 10


def _operations(
    name: str, kind: str, nodes: list[dict[str, Any]], tensors: dict[str, Any], output: str
) -> dict[str, Any]:
    return {
        "format": "resnet8doc.operations",
        "version": 2,
        "model": {"name": name, "quant_format": kind},
        "inputs": [{"name": "input", "dtype": "float32", "shape": ["batch", 32, 32, 3]}],
        "outputs": [{"name": output, "dtype": "float32", "shape": ["batch", CHANNELS]}],
        "nodes": nodes,
        "initializers": [
            {"name": key, "dtype": str(np.asarray(value).dtype), "stored_dtype": str(np.asarray(value).dtype),
             "shape": list(np.asarray(value).shape)}
            for key, value in tensors.items()
        ],
    }  # fmt: skip


def _node(
    name: str, op_type: str, layer: str, inputs: dict[str, str], output: str, domain: str = "", **attributes: Any
) -> Any:
    return {
        "name": name, "op_type": op_type, "domain": domain, "layer": layer, "attributes": attributes,
        "since_version": max(OPERATORS[domain, op_type].since_versions),
        "inputs": [{"formal": formal, "tensor": tensor} for formal, tensor in inputs.items()],
        "outputs": [{"index": 0, "tensor": output}],
    }  # fmt: skip


def parts(seed: int = 0) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return quantized JSON and tensors, float JSON and tensors, with random weights."""
    random = np.random.default_rng(seed)
    kernel = random.normal(size=(CHANNELS, 3, 3, 3)).astype(np.float32)
    bias = random.normal(size=CHANNELS).astype(np.float32) * 20
    w_scale = (np.abs(kernel).max(axis=(1, 2, 3)) / 127).astype(np.float32)
    x_scale, y_scale, pool_scale = np.float32(1), np.float32(6), np.float32(3)
    low = np.int8(-128)
    quantized = {
        "nchw_scale": x_scale, "nchw_zero_point": low,
        "stem_conv/kernel_quantized": np.rint(kernel / w_scale.reshape(-1, 1, 1, 1)).astype(np.int8),
        "stem_conv/kernel_scale": w_scale, "stem_conv/kernel_zero_point": np.zeros(CHANNELS, np.int8),
        "stem_conv/bias_quantized": np.rint(bias / (x_scale * w_scale)).astype(np.int32),
        "stem_conv_scale": y_scale, "stem_conv_zero_point": low,
        "pool_scale": pool_scale, "pool_zero_point": low,
        "flatten/shape": np.array([-1, CHANNELS]),
    }  # fmt: skip
    conv: dict[str, Any] = {"pads": [1, 1, 1, 1], "strides": [2, 2], "kernel_shape": [3, 3]}
    nodes = [
        _node("nchw", "Transpose", "nchw", {"data": "input"}, "nchw", perm=[0, 3, 1, 2]),
        _node("nchw_QuantizeLinear", "QuantizeLinear", "nchw",
              {"x": "nchw", "y_scale": "nchw_scale", "y_zero_point": "nchw_zero_point"}, "nchw_quantized"),
        _node("stem_conv_quant", "QLinearConv", "stem_conv",
              {"x": "nchw_quantized", "x_scale": "nchw_scale", "x_zero_point": "nchw_zero_point",
               "w": "stem_conv/kernel_quantized", "w_scale": "stem_conv/kernel_scale",
               "w_zero_point": "stem_conv/kernel_zero_point", "y_scale": "stem_conv_scale",
               "y_zero_point": "stem_conv_zero_point", "B": "stem_conv/bias_quantized"}, "stem_conv_quantized", **conv),
        _node("pool_quant", "QLinearGlobalAveragePool", "pool",
              {"X": "stem_conv_quantized", "x_scale": "stem_conv_scale", "x_zero_point": "stem_conv_zero_point",
               "y_scale": "pool_scale", "y_zero_point": "pool_zero_point"}, "pool_quantized", "com.microsoft"),
        _node("flatten", "Reshape", "flatten",
              {"data": "pool_quantized", "shape": "flatten/shape"}, "flatten_quantized"),
        _node("flatten_DequantizeLinear", "DequantizeLinear", "flatten",
              {"x": "flatten_quantized", "x_scale": "pool_scale", "x_zero_point": "pool_zero_point"}, "flatten"),
    ]  # fmt: skip
    real = {"stem_conv/kernel": kernel, "stem_conv/bias": bias, "flatten/shape": np.array([-1, CHANNELS])}
    float_nodes = [
        _node("nchw", "Transpose", "nchw", {"data": "input"}, "nchw", perm=[0, 3, 1, 2]),
        _node("stem_conv", "Conv", "stem_conv",
              {"X": "nchw", "W": "stem_conv/kernel", "B": "stem_conv/bias"}, "stem_conv", **conv),
        _node("stem_relu", "Relu", "stem_relu", {"X": "stem_conv"}, "stem_relu"),
        _node("pool", "GlobalAveragePool", "pool", {"X": "stem_relu"}, "pool"),
        _node("flatten", "Reshape", "flatten", {"data": "pool", "shape": "flatten/shape"}, "flatten"),
    ]  # fmt: skip
    return (
        _operations(MODEL, "QOperator", nodes, quantized, "flatten"), quantized,
        _operations("resnet8", "float", float_nodes, real, "flatten"), real,
    )  # fmt: skip


def networks(seed: int = 0) -> tuple[Graph, Graph]:
    """Return the quantized network and the float one."""
    operations, tensors, float_operations, float_tensors = parts(seed)
    return Graph.from_parts(operations, tensors), Graph.from_parts(float_operations, float_tensors)


def images(count: int = 1, seed: int = 0) -> Any:
    """Return random pictures, uint8 ``[count, 32, 32, 3]``."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), np.uint8)
