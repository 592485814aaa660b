r"""Signal-to-quantization-noise ratio of every layer.

.. math:: \mathrm{SQNR} = 10 \log_{10} \frac{\sum x^2}{\sum (x - \hat x)^2}\ \mathrm{dB}

with *x* the float tensor after its ReLU and *x̂* the quantized one dequantized, summed over the batch.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph import Graph
from .pairs import dequantized, quantized, tensor_pairs

Array = npt.NDArray[Any]


def sqnr(reference: Array, estimate: Array) -> float:
    """Return the ratio of a signal's energy to that of the error, in dB.

    Parameters
    ----------
    reference, estimate
        x and x̂, of the same shape.

    Returns
    -------
    float
        Infinity where the two are equal; minus infinity where the signal is zero and the estimate is not.

    Examples
    --------
    >>> round(sqnr(np.array([3.0, 4.0]), np.array([3.0, 4.5])), 3)
    20.0
    >>> sqnr(np.array([1.0]), np.array([1.0]))
    inf
    """
    x, estimated = np.asarray(reference, np.float64), np.asarray(estimate, np.float64)
    signal, noise = float(np.sum(x * x)), float(np.sum((x - estimated) ** 2))
    if noise == 0:
        return math.inf
    return 10 * math.log10(signal / noise) if signal else -math.inf


@dataclass(frozen=True)
class LayerSqnr:
    """One tensor's SQNR.

    Attributes
    ----------
    layer, node
        The architecture's layer and the node that computes the tensor.
    tensor, float_tensor
        The codes and what they stand for.
    cumulative
        With the whole network before it quantized, dB.
    local
        With float inputs, quantized at this node alone, dB.
    """

    layer: str
    node: str
    tensor: str
    float_tensor: str
    cumulative: float
    local: float


def layer_sqnr(
    graph: Graph, values: Mapping[str, Array], float_graph: Graph, reference: Mapping[str, Array]
) -> list[LayerSqnr]:
    """Return the SQNR of every tensor of codes, over one batch.

    Parameters
    ----------
    graph, values
        A QOperator graph and every tensor of it: ``graph.run(images, "all")``.
    float_graph, reference
        The float graph and every tensor of it on the same images.
    """
    pairs = tensor_pairs(graph, float_graph)
    result = []
    for tensor, float_tensor in pairs.items():
        node = graph.producer(tensor)
        if node is None or tensor not in values:
            continue
        exact = reference[float_tensor]
        feeds = {
            entry.tensor: quantized(graph, entry.tensor, reference[pairs[entry.tensor]])
            if entry.tensor in pairs
            else reference.get(entry.tensor, values[entry.tensor])
            for entry in node.inputs
            if not entry.parameter
        }
        alone = dequantized(graph, tensor, graph.compute(node, feeds))
        whole = dequantized(graph, tensor, values[tensor])
        result.append(LayerSqnr(node.layer, node.name, tensor, float_tensor, sqnr(exact, whole), sqnr(exact, alone)))
    return result
