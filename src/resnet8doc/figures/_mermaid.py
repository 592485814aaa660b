"""An operator graph as Mermaid text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..graph import Graph

_COLOURS = {
    # Fill and stroke with enough contrast for dark text on the fill, in the light and in the dark theme.
    "weighted": ("#cfe2f3", "#2b5d8c"),
    "boundary": ("#fde9c9", "#a86a00"),
    "merge": ("#d9ead3", "#3d7a2e"),
    "plain": ("#eeeeee", "#666666"),
    "terminal": ("#ffffff", "#333333"),  # not "end", which closes a subgraph in Mermaid
}

_CLASSES = {
    "Conv": "weighted",
    "MatMul": "weighted",
    "Gemm": "weighted",
    "QLinearConv": "weighted",
    "QLinearMatMul": "weighted",
    "QGemm": "weighted",
    "QuantizeLinear": "boundary",
    "DequantizeLinear": "boundary",
    "Add": "merge",
    "QLinearAdd": "merge",
}


@dataclass(frozen=True)
class Node:
    """One box.

    Attributes
    ----------
    name
        Unique in the graph.
    operator
        What it computes: ``"Conv"``. Empty for the ends of the graph.
    inputs
        Names of the tensors it reads.
    outputs
        Names of the tensors it gives.
    lines
        Further lines of its label.
    """

    name: str
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    lines: tuple[str, ...] = ()


def nodes_of(model: Any) -> list[Node]:
    """Return the boxes of an ONNX model: its inputs, its nodes with their kernels, its outputs.

    Parameters
    ----------
    model : onnx.ModelProto
        Of any kind, float or quantized. Constants are left out: they would hide the flow of data.

    Returns
    -------
    list of Node
        In order of computation.
    """
    graph = model.graph
    constants: dict[str, tuple[int, ...]] = {item.name: tuple(item.dims) for item in graph.initializer}
    known = {name for node in graph.node for name in node.output} | {item.name for item in graph.input}
    ends = [
        Node(item.name, "", (), (item.name,), (_shape(item),)) for item in graph.input if item.name not in constants
    ]
    nodes = []
    for node in graph.node:
        inputs = tuple(name for name in node.input if name in known and name not in constants)
        if inputs:
            nodes.append(Node(node.name, node.op_type, inputs, tuple(node.output), _kernel(node, constants)))
        else:  # what reads constants alone is one itself, such as a weight's DequantizeLinear
            constants[node.output[0]] = constants.get(node.input[0], ()) if node.input else ()
            known.remove(node.output[0])
    last = [Node(f"{item.name} ", "", (item.name,), (), (_shape(item),)) for item in graph.output]
    return [*ends, *nodes, *last]


def nodes_of_graph(graph: "Graph") -> list[Node]:
    """Return the boxes of a network in the engine's form, for models that are no ONNX files.

    Parameters
    ----------
    graph
        From :func:`resnet8doc.extract.load` or :func:`resnet8doc.graph.load`.

    Returns
    -------
    list of Node
        In order of computation.
    """
    ends = [Node(entry.name, "", (), (entry.name,), (_lengths(entry.shape),)) for entry in graph.inputs]
    nodes = [
        Node(
            node.name, node.op_type, tuple(entry.tensor for entry in node.inputs if not entry.parameter), node.outputs
        )
        for node in graph.nodes
    ]  # fmt: skip
    last = [Node(f"{entry.name} ", "", (entry.name,), (), (_lengths(entry.shape),)) for entry in graph.outputs]
    return [*ends, *nodes, *last]


def _lengths(shape: tuple[Any, ...] | None) -> str:
    return "" if shape is None else " × ".join("?" if axis is None else str(axis) for axis in shape)


def _shape(value: Any) -> str:
    axes = [axis.dim_param or str(axis.dim_value) for axis in value.type.tensor_type.shape.dim]
    return " × ".join(axes)


def _kernel(node: Any, constants: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """Say a convolution's kernel and stride, or a dense layer's size."""
    shapes = [constants[name] for name in node.input if len(constants.get(name, ())) > 1]
    if not shapes:
        return ()
    if len(shapes[0]) == 4:
        outputs, depth, height, width = shapes[0]
        strides = next((tuple(item.ints) for item in node.attribute if item.name == "strides"), (1, 1))
        return (f"{height}×{width}, {depth} → {outputs}" + (f", stride {strides[0]}" if max(strides) > 1 else ""),)
    return (f"{shapes[0][0]} → {shapes[0][1]}",)


def mermaid(nodes: Iterable[Node], *, direction: Literal["TB", "LR"] = "TB") -> str:
    """Draw boxes and the tensors between them as a Mermaid flowchart.

    Parameters
    ----------
    nodes
        As `nodes_of` gives them, or made by hand. An edge goes from the node that gives a tensor to each that reads it.
    direction
        ``"TB"`` downwards, ``"LR"`` to the right.

    Returns
    -------
    str
        The text of the chart, the same for the same nodes. Colours tell weighted operators, quantization boundaries and
        additions apart; the operator is written in each box, so nothing depends on colour.

    Examples
    --------
    >>> boxes = [Node("image", "", (), ("image",)), Node("stem_conv", "Conv", ("image",), ("x",), ("3×3, 3 → 16",))]
    >>> print(mermaid(boxes))  # doctest: +ELLIPSIS
    flowchart TB
        n0(["image"]):::terminal
        n1["<b>stem_conv</b><br/>Conv<br/>3×3, 3 → 16"]:::weighted
        n0 --> n1
        classDef ...
    """
    nodes = list(nodes)
    givers = {tensor: number for number, node in enumerate(nodes) for tensor in node.outputs}
    boxes, edges, used = [], [], []
    for number, node in enumerate(nodes):
        kind = _CLASSES.get(node.operator, "plain") if node.operator else "terminal"
        parts = [f"<b>{_escape(node.name)}</b>" if node.operator else _escape(node.name.strip())]
        parts += [_escape(line) for line in (node.operator, *node.lines) if line]
        label = "<br/>".join(parts)
        opening, closing = ('["', '"]') if node.operator else ('(["', '"])')
        boxes.append(f"    n{number}{opening}{label}{closing}:::{kind}")
        edges += [f"    n{givers[tensor]} --> n{number}" for tensor in node.inputs if tensor in givers]
        used.append(kind)
    styles = [
        f"    classDef {kind} fill:{fill},stroke:{stroke},color:#111111"
        for kind, (fill, stroke) in _COLOURS.items()
        if kind in used
    ]
    return "\n".join([f"flowchart {direction}", *boxes, *edges, *styles])


def _escape(text: str) -> str:
    """Write what Mermaid would read as markup by its number."""
    return re.sub(r'["<>#&`;]', lambda found: f"#{ord(found[0])};", text)
