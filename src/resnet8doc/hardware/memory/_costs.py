"""What each operator costs: multiply-accumulates and bytes."""

from typing import Any

import numpy as np

from ...graph import Graph
from ..network import CONVOLUTIONS, Network, Operation

PRODUCTS = {
    **dict.fromkeys(CONVOLUTIONS, ("x", "w", "B")), "QLinearMatMul": ("a", "b", None), "QGemm": ("A", "B", "C"),
}  # fmt: skip
"""For each operator that sums products its operands and its bias, by their formal names."""


def costs(graph: Graph) -> list[dict[str, Any]]:
    """Return multiply-accumulates and bytes of parameters, operator by operator.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).

    Returns
    -------
    list of dict
        ``node``, ``layer``, ``op_type``; ``multiply_accumulates`` for one item, padding included; ``weight_bytes``;
        ``bias_bytes``; ``scale_bytes`` (one float32 multiplier a channel, or one); ``input_bytes``, ``output_bytes``.

    Raises
    ------
    UserError
        If the graph is not of integer operators; the message names the node.
    """
    network = Network(graph)
    fed = {entry.name for entry in graph.inputs}
    rows = []
    for operation in network.operations:
        if operation.op_type == "DequantizeLinear":
            continue
        left, right, bias = PRODUCTS.get(operation.op_type, (None, None, None))
        weights = None if right is None else network.parameter(operation, right)
        stored = None if bias is None else network.parameter(operation, bias)
        scale = None if right is None else network.parameter(operation, f"{right.lower()}_scale")
        rows.append({
            "node": operation.node.name, "layer": operation.node.layer, "op_type": operation.op_type,
            "multiply_accumulates": 0 if left is None else _products(network, operation, left),
            "weight_bytes": 0 if weights is None else weights.nbytes,
            "bias_bytes": 0 if stored is None else stored.nbytes,
            "scale_bytes": 0 if scale is None else scale.nbytes,
            "input_bytes": sum(_bytes(network, tensor) for tensor in operation.inputs if tensor not in fed),
            "output_bytes": _bytes(network, operation.output),
        })  # fmt: skip
    return rows


def _products(network: Network, operation: Operation, left: str) -> int:
    """Return how many products are summed: for each output as many as a row of the weights has."""
    outputs = int(np.prod(network.item(operation.output), dtype=int))
    if operation.op_type == "TRANSPOSE_CONV":  # each code is multiplied by all that a filter has for its channel
        codes = int(np.prod(network.item(operation.node.inputs[0].tensor), dtype=int))
        filters, _, *kernel = np.asarray(network.parameter(operation, "w")).shape
        return codes * int(filters) * int(np.prod(kernel, dtype=int))
    if operation.op_type == "QLinearConv":
        return outputs * int(np.prod(np.asarray(network.parameter(operation, "w")).shape[1:], dtype=int))
    tensor = str(operation.node.tensor(left))
    stored = network.constants.get(tensor)
    shape = network.item(tensor) if stored is None else stored.shape
    return outputs * shape[0 if operation.node.attributes.get("transA", 0) else -1]


def _bytes(network: Network, tensor: str) -> int:
    return int(np.prod(network.item(tensor), dtype=int)) * network.dtype(tensor).itemsize
