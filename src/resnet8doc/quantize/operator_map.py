"""Which PyTorch operation does the work of which ONNX operator: both quantized models walked side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch

from ..graph import Graph, Node

BOOKKEEPING = ("prim::Constant", "prim::GetAttr", "prim::ListConstruct")


@dataclass(frozen=True)
class Match:
    """One layer in both models.

    Attributes
    ----------
    layer
        The architecture's name.
    modules
        PyTorch's quantized modules that compute it, as ``name (type)``.
    pytorch
        PyTorch's operators, in the order in which they run.
    onnx
        The ONNX nodes, as ``(op_type, name)``.
    """

    layer: str
    modules: tuple[str, ...]
    pytorch: tuple[str, ...]
    onnx: tuple[tuple[str, str], ...]


@dataclass
class _Call:
    """One operation of the TorchScript graph."""

    operators: tuple[str, ...]
    module: str
    layer: str
    inputs: tuple[str, ...]
    output: str


def match_operators(model: torch.jit.ScriptModule, graph: Graph) -> list[Match]:
    """Match a quantized TorchScript model with a quantized ONNX model of the same network.

    A module is matched by its name, which both models have from the architecture. A function is matched by its place:
    the ONNX node whose inputs come from the same layers. What has no such node (PyTorch dequantizes, pads in float32
    and quantizes again where ONNX has an attribute) belongs to the module that reads its result.

    Parameters
    ----------
    model
        What :func:`resnet8doc.quantize.pytorch.load` returned.
    graph
        The extraction of a QOperator model.

    Returns
    -------
    list of Match
        In the ONNX model's order; a layer that only one model has is there with nothing for the other.
    """
    calls = list(_calls(model))
    _place(calls, graph, fed=list(model.graph.inputs())[1].debugName())
    layers = dict.fromkeys([node.layer for node in graph.nodes] + [call.layer for call in calls])
    return [
        Match(
            layer,
            tuple(call.module for call in calls if call.layer == layer and call.module),
            tuple(name for call in calls if call.layer == layer for name in call.operators),
            tuple((node.op_type, node.name) for node in graph.nodes if node.layer == layer),
        )
        for layer in layers
    ]


def _calls(model: torch.jit.ScriptModule) -> Iterator[_Call]:
    """Yield every operation; a module's operators are read from its own graph."""
    named: dict[str, str] = {}
    owner = next(iter(model.graph.inputs())).debugName()
    modules = dict(model.named_modules())
    for node in model.graph.nodes():
        kind, output = node.kind(), [value.debugName() for value in node.outputs()]
        inputs = [value.debugName() for value in node.inputs()]
        if kind == "prim::GetAttr":
            parent = named.get(inputs[0], "") if inputs[0] != owner else ""
            named[output[0]] = f"{parent}.{node.s('name')}".lstrip(".")
        elif kind == "prim::CallMethod":
            path = named[inputs[0]]
            module: Any = modules[path]
            kinds = tuple(n.kind() for n in module.inlined_graph.nodes() if not n.kind().startswith("prim::"))
            label = f"{path} ({module.original_name})"
            yield _Call(kinds, label, path.partition(".")[0], tuple(inputs[1:]), output[0])
        elif kind not in BOOKKEEPING:
            yield _Call((kind,), "", "", tuple(inputs), output[0])


def _place(calls: list[_Call], graph: Graph, fed: str) -> None:
    """Give every function its layer."""
    modules = {call.layer for call in calls if call.module}
    at = {fed: graph.inputs[0].name}
    for call in calls:
        operands = {at[name] for name in call.inputs if name in at}
        call.layer = call.layer or _layer_after(graph, operands, modules) or ""
        at[call.output] = call.layer or next(iter(operands))
    for call in reversed(calls):  # what has no node of its own belongs to whom it feeds
        if not call.layer:
            call.layer = next((c.layer for c in calls if call.output in c.inputs), "")


def _layer_after(graph: Graph, operands: set[str], modules: set[str]) -> str | None:
    """Return the layer, no module of PyTorch's, of the ONNX node that reads exactly these layers."""

    def read(node: Node) -> set[str]:
        producers = [(entry.tensor, graph.producer(entry.tensor)) for entry in node.inputs if not entry.parameter]
        return {tensor if maker is None else maker.layer for tensor, maker in producers}

    found = {node.layer for node in graph.nodes if node.layer not in modules and read(node) == operands}
    return found.pop() if len(found) == 1 else None
