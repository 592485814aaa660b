"""Which float tensor stands for the same thing as a tensor of codes, and which float weights became which codes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph import Graph

Array = npt.NDArray[Any]

SUFFIX = "_quantized"
"""What ONNX Runtime's quantizer adds to a tensor's name when codes take its place."""


def tensor_pairs(graph: Graph, float_graph: Graph) -> dict[str, str]:
    """Return, for each computed tensor of codes, the float tensor that it stands for.

    A quantized convolution ends where the ReLU after it ended: its clamp at the zero point is that ReLU. Where a float
    tensor is read by a ReLU that the quantized graph does not have, the ReLU's output is the counterpart.

    Parameters
    ----------
    graph
        A QOperator graph.
    float_graph
        The float graph that it was quantized from, with the same names.

    Returns
    -------
    dict
        Names of codes to names of float tensors, in order of computation.
    """
    kept = {node.output for node in graph.nodes if node.op_type == "Relu"}
    known = set(float_graph.tensors)
    pairs = {}
    for tensor in graph.tensors:
        base = tensor.removesuffix(SUFFIX)
        if base == tensor or base not in known:
            continue
        relu = [node.output for node, _ in float_graph.consumers(base) if node.op_type == "Relu"]
        pairs[tensor] = relu[0] if relu and relu[0] not in kept else base
    return pairs


def stored_pairs(graph: Graph, float_graph: Graph) -> dict[str, str]:
    """Return, for each stored tensor of codes (weights, biases), the float tensor that it was made from."""
    names = (name for name in graph.parameters if name.endswith(SUFFIX))
    return {name: base for name in names if (base := name.removesuffix(SUFFIX)) in float_graph.parameters}


def dequantized(graph: Graph, tensor: str, codes: Array | None = None) -> Array:
    """Return the real numbers that a tensor of codes stands for, float32.

    Parameters
    ----------
    graph
        Where its scale and zero point are.
    tensor
        Name of a stored or computed tensor.
    codes
        Its values; needed for a computed tensor.
    """
    values = graph.parameter(tensor) if codes is None else codes
    quantization = graph.quantization(tensor)
    return np.asarray(values, np.float32) if quantization is None else quantization.dequantize(values)


def quantized(graph: Graph, tensor: str, values: Array) -> Array:
    """Return the codes of real values at a computed tensor's own scale and zero point: ``saturate(round(x/s) + z)``.

    Parameters
    ----------
    graph
        Where scale and zero point are.
    tensor
        Name of a computed tensor of codes.
    values
        Real numbers, any shape.
    """
    quantization = graph.quantization(tensor)
    if quantization is None:
        return np.asarray(values, np.float32)
    zero = np.asarray(quantization.zero_point)
    limits = np.iinfo(zero.dtype)
    steps = np.rint(np.asarray(values, np.float32) / np.asarray(quantization.scale, np.float32))
    return np.clip(steps + np.float32(zero), limits.min, limits.max).astype(zero.dtype)
