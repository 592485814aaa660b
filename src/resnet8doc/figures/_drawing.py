"""A network drawn node by node: operators, data flow, types, shapes, scales and zero points."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UserError
from ..files import replacing
from ._style import Drawing

if TYPE_CHECKING:
    from pygraphviz import AGraph

    from ..graph import Graph, Node

FILLS = {
    "boundary": "#f2d7a0",
    "integer": "#bcd7ee",
    "real": "#d9d9d9",
    "shape": "#e8e4f0",
}
"""Colour of a node by what it computes on: light, for black text."""

INK = "#010203"  # stands for the page's own text colour until the SVG is written

SHAPE_ONLY = ("Transpose", "Reshape", "Flatten", "Squeeze", "Identity")


def draw_graph(graph: Graph) -> Drawing:
    """Draw a network for a page: SVG whose edges and labels take the page's text colour.

    Parameters
    ----------
    graph
        From :func:`resnet8doc.extract.load` or :func:`resnet8doc.graph.load`.

    Returns
    -------
    Drawing
        Shown by a notebook in the page itself. A box is an operator: its type, its name, its weights' shape and what
        its attributes say; an arrow is a tensor: its name, type and shape, scale and zero point.
    """
    svg = _layout(graph, INK).draw(format="svg", prog="dot").decode()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    counts = ", ".join(sorted({node.op_type for node in graph.nodes}))
    alt = f"{graph.name}: {len(graph.nodes)} nodes from {graph.inputs[0].name} to {graph.outputs[0].name}: {counts}"
    svg = re.sub(r' id="[^"]*"', "", svg)  # nothing in it refers to them, and two drawings on a page would share them
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" ', 1)
    svg = re.sub(r'(<svg[^>]*?) width="([\d.]+)pt" height="[\d.]+pt"', r'\1 style="width: \2pt"', svg, count=1)
    return Drawing(svg, alt)


def write_graph(graph: Graph, path: Path | str) -> Path:
    """Draw a network into a file.

    Parameters
    ----------
    graph
        From :func:`resnet8doc.extract.load` or :func:`resnet8doc.graph.load`.
    path
        Ends in ``.svg`` (transparent) or ``.png`` (white, 96 dots an inch).

    Returns
    -------
    pathlib.Path
        The same path.

    Raises
    ------
    UserError
        If the suffix is another, or the file cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower().lstrip(".")
    if kind not in ("svg", "png"):
        raise UserError(f"{path.name} ends in {path.suffix or 'nothing'}", ".svg or .png", "Choose one of these.")
    laid_out = _layout(graph, "#000000")
    if kind == "png":
        laid_out.graph_attr["bgcolor"] = "white"
    drawn = laid_out.draw(format=kind, prog="dot")
    with replacing(path) as temporary:
        temporary.write_bytes(drawn)
    return path


def _layout(graph: Graph, ink: str) -> AGraph:
    from pygraphviz import AGraph

    drawing: Any = AGraph(directed=True, strict=False, name=graph.name)
    drawing.graph_attr.update(rankdir="TB", bgcolor="transparent", nodesep="0.3", ranksep="0.45", fontname="sans-serif")
    drawing.node_attr.update(
        shape="box",
        style="filled,rounded",
        fontname="sans-serif",
        fontsize="11",
        color=ink,
        fontcolor="#000000",
        margin="0.12,0.06",
    )
    drawing.edge_attr.update(fontname="sans-serif", fontsize="9", color=ink, fontcolor=ink, arrowsize="0.7")
    for fed in graph.inputs:
        _end(drawing, graph, "in", fed.name)
    for node in graph.nodes:
        fill = FILLS[_family(node)]
        drawing.add_node(f"op:{node.name}", label=_label(graph, node), fillcolor=fill, tooltip=node.name)
    made_by = {entry.name: f"in:{entry.name}" for entry in graph.inputs}
    for node in graph.nodes:
        for entry in node.inputs:
            if not entry.parameter:
                drawing.add_edge(made_by[entry.tensor], f"op:{node.name}", label=_edge(graph, entry.tensor))
        made_by |= {name: f"op:{node.name}" for name in node.outputs if name}
    for result in graph.outputs:
        _end(drawing, graph, "out", result.name)
        if result.name in made_by:  # else it is stored
            drawing.add_edge(made_by[result.name], f"out:{result.name}", label="")
    return drawing


def _end(drawing: Any, graph: Graph, side: str, tensor: str) -> None:
    label = f"{tensor}\n{_kind(graph, tensor)}"
    drawing.add_node(f"{side}:{tensor}", label=label, shape="ellipse", fillcolor="#ffffff")


def _family(node: Node) -> str:
    if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
        return "boundary"
    if node.op_type in SHAPE_ONLY:
        return "shape"
    return "integer" if node.op_type.startswith("Q") else "real"


def _label(graph: Graph, node: Node) -> str:
    lines = [node.op_type, node.name]
    for entry in node.inputs:
        array = graph.parameters.get(entry.tensor)
        if array is None or array.ndim < 2:
            continue
        lines.append(f"{entry.formal}: {array.dtype} {list(array.shape)}")
        found = graph.quantization(entry.tensor)
        if found is not None:
            lines.append(_scale(found.scale, found.zero_point))
    said = [f"{name} {value}" for name, value in node.attributes.items() if name in ("strides", "pads", "axis", "perm")]
    return "\n".join([*lines, *said])


def _edge(graph: Graph, tensor: str) -> str:
    found = graph.quantization(tensor)
    lines = [f" {tensor}", f" {_kind(graph, tensor)}"]
    if found is not None:
        lines.append(f" {_scale(found.scale, found.zero_point)}")
    return "\n".join(lines)


def _kind(graph: Graph, tensor: str) -> str:
    info = graph.info[tensor]
    shape = "" if info.shape is None else f" [{', '.join('?' if n is None else str(n) for n in info.shape)}]"
    return f"{info.dtype or ''}{shape}"


def _scale(scale: Any, zero_point: Any) -> str:
    scales, zeros = np.asarray(scale), np.unique(np.asarray(zero_point))
    zero = str(zeros[0]) if zeros.size == 1 else f"{zeros[0]} to {zeros[-1]}"
    if scales.size == 1:
        return f"scale {float(scales.reshape(-1)[0]):.6g}, zero point {zero}"
    return f"{scales.size} scales {scales.min():.3g} to {scales.max():.3g}, zero point {zero}"
