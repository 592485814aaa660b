"""The network as a graph and as a tree; either one chooses a node."""

from collections.abc import Mapping
from html import escape

from ..graph import Graph
from .colour import css
from .html import button

BOX = (118, 34)
STEP = (140, 48)
LETTERS = 17
"""Of the graph's font, that fit into a box; a longer name is set closer."""


def positions(graph: Graph) -> dict[str, tuple[int, int]]:
    """Return column and row of every node: its longest way from the input, and its place among those as far.

    Parameters
    ----------
    graph
        Any graph.
    """
    depth: dict[str, int] = {}
    taken: dict[int, int] = {}
    result = {}
    for node in graph.nodes:
        before = [graph.producer(entry.tensor) for entry in node.inputs if not entry.parameter]
        row = 1 + max((depth[source.name] for source in before if source is not None), default=-1)
        depth[node.name] = row
        column = taken.get(row, 0)
        taken[row] = column + 1
        result[node.name] = (column, row)
    return result


def graph_svg(
    graph: Graph, chosen: str, control: str, values: Mapping[str, float] | None = None, unit: str = "dB"
) -> str:
    """Return the graph as SVG, each node a button, painted by a value.

    Parameters
    ----------
    graph
        Any graph.
    chosen
        Name of the node that is chosen now.
    control
        Name of the dropdown of nodes, which gets the pressed node's name.
    values
        For each node a number to paint and write: its SQNR.
    unit
        Of these numbers.
    """
    places = positions(graph)
    values = values or {}
    finite = [value for value in values.values() if abs(value) != float("inf")]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    lines, boxes = "", ""
    for node in graph.nodes:
        x, y = _corner(places[node.name])
        for entry in node.inputs:
            source = None if entry.parameter else graph.producer(entry.tensor)
            if source is not None:
                from_x, from_y = _corner(places[source.name])
                lines += (
                    f'<path class="r8-edge" d="M{from_x + BOX[0] / 2:.0f} {from_y + BOX[1]}'
                    f"C{from_x + BOX[0] / 2:.0f} {from_y + STEP[1]} {x + BOX[0] / 2:.0f} {y - 14} "
                    f'{x + BOX[0] / 2:.0f} {y}"/>'
                )
        boxes += _box(
            node.name, node.op_type, (x, y), values.get(node.name), (low, high), unit, node.name == chosen, control
        )
    columns, rows = (max(place[axis] for place in places.values()) + 1 for axis in (0, 1))
    width, height = columns * STEP[0] + 10, rows * STEP[1] + 8
    return (
        f'<svg class="r8-graph" role="group" aria-label="Graph of the network; press a node to choose it" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">{lines}{boxes}</svg>'
    )


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return 5 + place[0] * STEP[0], 4 + place[1] * STEP[1]


def _box(
    name: str, op_type: str, corner: tuple[int, int], value: float | None, span: tuple[float, float], unit: str,
    chosen: bool, control: str,
) -> str:  # fmt: skip
    fill, ink = ("var(--r8-box)", "var(--r8-ink)") if value is None else css(min(max(value, span[0]), span[1]), *span)
    amount = "exact" if value == float("inf") else "" if value is None else f"{value:.1f} {unit}"
    said = f", {amount}" if amount else ""
    written = amount or op_type
    x, y = corner
    short = _short(name)
    closer = f' textLength="{BOX[0] - 8}" lengthAdjust="spacingAndGlyphs"' if len(short) > LETTERS else ""
    return (
        f'<g role="button" tabindex="0" class="r8-node" aria-pressed="{str(chosen).lower()}" '
        f'data-r8-set="{escape(control)}" '
        f'data-r8-value=\'["{escape(name)}"]\' aria-label="{escape(name)}, {escape(op_type)}{said}">'
        f"<title>{escape(name)}: {escape(op_type)}{said}</title>"
        f'<rect x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="4" style="fill:{fill}"/>'
        f'<text x="{x + BOX[0] / 2:.0f}" y="{y + 14}"{closer} style="fill:{ink}">{escape(short)}</text>'
        f'<text x="{x + BOX[0] / 2:.0f}" y="{y + 28}" style="fill:{ink}">{escape(written)}</text></g>'
    )


def _short(name: str) -> str:
    return name.removesuffix("_quant").replace("QuantizeLinear", "Quantize").replace("Dequantize", "Dequant.")


def tree(graph: Graph, chosen: str, control: str) -> str:
    """Return the structure as a tree: blocks, their nodes, and for each node its inputs and output.

    Parameters
    ----------
    graph, chosen, control
        As for `graph_svg`.
    """
    blocks: dict[str, list[str]] = {}
    for node in graph.nodes:
        block = node.layer.split("_")[0]
        inputs = "".join(
            f"<li>{escape(entry.formal)}: <code>{escape(entry.tensor)}</code>"
            f"{_stored(graph, entry.tensor, entry.parameter)}</li>"
            for entry in node.inputs
        )
        pressed = node.name == chosen
        blocks.setdefault(block, []).append(
            f"<li>{button(control, [node.name], escape(node.name), pressed=pressed)} "
            f"<small>{escape(node.op_type)}</small>"
            f"<details{' open' if pressed else ''}><summary>inputs and output of {escape(node.name)}</summary>"
            f"<ul>{inputs}<li>output: <code>{escape(node.output)}</code></li></ul></details></li>"
        )
    items = "".join(
        f"<li><details open><summary>{escape(block)} ({len(nodes)})</summary><ul>{''.join(nodes)}</ul></details></li>"
        for block, nodes in blocks.items()
    )
    return f'<nav class="r8-tree" aria-label="Tree of the network"><ul>{items}</ul></nav>'


def _stored(graph: Graph, tensor: str, parameter: bool) -> str:
    if not parameter:
        return ""
    array = graph.parameters[tensor]
    return f" <small>stored, {array.dtype} {list(array.shape)}</small>"
