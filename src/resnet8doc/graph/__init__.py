"""The engine: loads an extraction, checks it, runs it, traces it. numpy and the standard library alone."""

from ._fold import asks_shapes, fold_shapes
from ._graph import Graph
from ._lite_runtime import lite_runtime
from ._load import from_bytes, load
from ._model import CAPTURED, Body, Input, Node, Quantization, TensorInfo
from ._operators import operator_at, operator_of
from ._trace import trace

__all__ = [
    "CAPTURED",
    "Body",
    "Graph",
    "Input",
    "Node",
    "Quantization",
    "TensorInfo",
    "asks_shapes",
    "fold_shapes",
    "from_bytes",
    "lite_runtime",
    "load",
    "operator_at",
    "operator_of",
    "trace",
]
