"""The network as a graph and as a tree; either one chooses a node."""

from collections.abc import Mapping, Sequence
from json import dumps

from ...graph import Graph
from ...markup import Markup, joined
from ...raster import css
from ._blocks import WHOLE, Item, blocks, edges, items, joined_counts, joined_values
from ._html import button, details

BOX = (116, 27)
STEP = (124, 32)
LETTERS = 17
"""Of the graph's font, that fit into a box; a longer name is set closer."""


def positions(count: int, edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return column and row of every box: its longest way from the input, and its place among those as far.

    Parameters
    ----------
    count
        Boxes, in an order of computation.
    edges
        Which box feeds which.

    Examples
    --------
    >>> positions(4, [(0, 1), (0, 2), (1, 3), (2, 3)])
    [(0, 0), (0, 1), (1, 1), (0, 2)]
    """
    depth = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        depth[target] = max(depth[target], depth[source] + 1)
    taken: dict[int, int] = {}
    result = []
    for row in depth:
        column = taken.get(row, 0)
        taken[row] = column + 1
        result.append((column, row))
    return result


def graph_svg(
    graph: Graph, chosen: str, control: str, values: Mapping[str, float] | None = None, unit: str = "dB",
    differ: Mapping[str, tuple[int, int]] | None = None,
) -> Markup:  # fmt: skip
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
    differ
        For each node how many of its codes differ between A and B, of how many; drawn as a bar where any does.
    """
    shown = items(graph, chosen)
    connected = edges(graph, shown)
    places = positions(len(shown), connected)
    values, differ = values or {}, differ or {}
    finite = [value for value in values.values() if abs(value) != float("inf")]
    span = min(finite, default=0.0), max(finite, default=1.0)
    lines, boxes = [], []
    for source, target in connected:
        (from_x, from_y), (x, y) = _corner(places[source]), _corner(places[target])
        lines.append(
            Markup('<path class="r8-edge" d="M{0:.0f} {1}C{0:.0f} {2} {3:.0f} {4} {3:.0f} {5}"/>').format(
                from_x + BOX[0] / 2, from_y + BOX[1], from_y + BOX[1] + 8, x + BOX[0] / 2, y - 8, y
            )
        )
    for item, place in zip(shown, places, strict=True):
        value, changed = joined_values(item, values), joined_counts(item, differ)
        boxes.append(_box(item, _corner(place), value, span, unit, item.nodes == (chosen,), control, changed))
    columns, rows = (max(place[axis] for place in places) + 1 for axis in (0, 1))
    width, height = columns * STEP[0] + 4, rows * STEP[1] + 2
    return Markup(
        '<svg class="r8-graph" role="group" aria-label="Graph of the network; press a node to choose it, or move with '
        'the arrow keys" viewBox="0 0 {0} {1}" width="{0}" height="{1}">{2}{3}</svg>'
    ).format(width, height, joined(lines), joined(boxes))


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return 3 + place[0] * STEP[0], 2 + place[1] * STEP[1]


def _box(
    item: Item, corner: tuple[int, int], value: float | None, span: tuple[float, float], unit: str,
    chosen: bool, control: str, differ: tuple[int, int],
) -> Markup:  # fmt: skip
    fill, ink = ("var(--r8-box)", "var(--r8-ink)") if value is None else css(min(max(value, span[0]), span[1]), *span)
    amount = "exact" if value == float("inf") else "" if value is None else f"{value:.1f} {unit}"
    name, op_type = item.name, item.kind
    many = len(item.nodes) > 1
    said = f"{op_type} from {name} to {item.nodes[-1]}, closed" if many else f"{name}, {op_type}"
    said += f", {amount}" if amount else ""
    x, y = corner
    changed = Markup("")
    if differ[0]:
        said += f", {differ[0]} of {differ[1]} codes differ"
        changed = Markup(
            '<text x="{:.0f}" y="{}" class="r8-differ" style="fill:{}">≠ {:,}</text>'
            '<rect x="{:.0f}" y="{}" width="{:.1f}" height="3" class="r8-differing"/>'
        ).format(x + BOX[0] - 4, y + 23, ink, differ[0], x, y + BOX[1], max(BOX[0] * differ[0] / differ[1], 2))
    short = _short(item.said)
    closer = Markup(' textLength="{}" lengthAdjust="spacingAndGlyphs"').format(BOX[0] - 8)
    return Markup(
        '<g role="button" tabindex="{tab}" class="r8-node" aria-pressed="{pressed}" data-r8-set="{control}" '
        'data-r8-value="{value}" data-r8-node="{name}" aria-label="{said}"><title>{said}</title>'
        '<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" style="fill:{fill}"/>'
        '<text x="{left}" y="{first}"{closer} style="fill:{ink}">{short}</text>{changed}'
        '<text x="{left}" y="{second}" style="fill:{ink}">{written}</text></g>'
    ).format(
        tab=0, pressed=str(chosen).lower(), control=control, value=dumps([name]), name=name,
        said=said, x=x, y=y, width=BOX[0], height=BOX[1], fill=fill, left=x + 5, first=y + 11, second=y + 23,
        closer=closer if len(short) > LETTERS else Markup(""), ink=ink, short=short, written=amount or op_type,
        changed=changed,
    )  # fmt: skip


def _short(name: str) -> str:
    return name.removesuffix("_quant").replace("QuantizeLinear", "Quantize").replace("Dequantize", "Dequant.")


def tree(graph: Graph, chosen: str, control: str) -> Markup:
    """Return the structure as a tree: blocks, their nodes, and for each node its inputs and output.

    Parameters
    ----------
    graph, chosen, control
        As for `graph_svg`.
    """
    groups: dict[str, list[str]] = {}
    if len(graph.nodes) > WHOLE:
        groups = {block[0]: block for block in blocks(graph)}
    else:
        for node in graph.nodes:
            groups.setdefault(node.layer.split("_")[0], []).append(node.name)
    entries = joined(
        Markup("<li><details{}><summary>{} ({})</summary><ul>{}</ul></details></li>").format(
            Markup(" open") if len(graph.nodes) <= WHOLE or chosen in names else Markup(""), block, len(names),
            joined(_leaf(graph, name, chosen, control) for name in names),
        )
        for block, names in groups.items()
    )  # fmt: skip
    return Markup('<nav class="r8-tree" aria-label="Tree of the network"><ul>{}</ul></nav>').format(entries)


def _leaf(graph: Graph, name: str, chosen: str, control: str) -> Markup:
    """Return one node of the tree; of a large network's only the chosen one with its inputs and output."""
    node, inside = graph.node(name), Markup("")
    if len(graph.nodes) <= WHOLE or name == chosen:
        inputs = joined(
            Markup("<li>{}: <code>{}</code>{}</li>").format(
                entry.formal, entry.tensor, _stored(graph, entry.tensor, entry.parameter)
            )
            for entry in node.inputs
        )
        listed = Markup("<ul>{}<li>output: <code>{}</code></li></ul>").format(inputs, node.output)
        inside = details(f"inputs and output of {name}", listed)
    return Markup("<li>{} <small>{}</small>{}</li>").format(
        button(control, [name], name, pressed=name == chosen), node.op_type, inside
    )


def _stored(graph: Graph, tensor: str, parameter: bool) -> Markup:
    if not parameter:
        return Markup("")
    array = graph.parameters[tensor]
    return Markup(" <small>stored, {} {}</small>").format(array.dtype, list(array.shape))
