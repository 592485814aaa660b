"""The page of one layer: scales, bounds, the factor, and one output worked through."""

from typing import Any

import numpy as np
import numpy.typing as npt

from .. import microscope
from ..analysis.bounds import Bound, bound, width
from ..errors import UserError
from ..graph import Node, trace
from ..markup import Markup
from ..trace import Trace
from ._attempt import attempt
from ._html import Number, details, link, number, page, paragraph, refused, section, shape, table
from ._operators import Row
from ._scales import Codes, bits, codes_of, factors
from ._subject import Subject

Array = npt.NDArray[Any]
MOST_PRODUCTS = 640
"""So many products of a worked example are listed one by one; the drawing sums more of them by channel."""
MOST_LETTERS = 40
"""So many of a node's name fit the drawing; the page's head has all."""


def layer_page(subject: Subject, row: Row, before: Row | None, after: Row | None, foot: str) -> str:
    """Return the page."""
    node = row.node
    found = codes_of(subject, node)
    body = [
        paragraph(
            f"{node.op_type}{f' of {node.domain}' if node.domain else ''}, opset {node.version}. Reads "
            f"{', '.join(shape(one) for one in row.inputs) or 'only stored tensors'}; makes {shape(row.output)}. "
            f"{row.multiply_accumulates:,} multiply-accumulates, {row.parameter_bytes:,} bytes of parameters."
        ),
        _way(before, after),
        section("Scales and zero points", *_scales(subject, node, found)),
    ]
    limits = attempt(lambda: bound(subject.graph, node))
    if isinstance(limits, Bound):
        body.append(section("Accumulators", _bounds(limits)))
    multiplied = attempt(lambda: factors(subject, node))
    if isinstance(multiplied, np.ndarray):
        body.append(section("Factor of the second stage", _factors(multiplied)))
    body.append(section("One output worked through", *_worked(subject, node)))
    return page(f"{row.number}. {node.name}", Markup("\n").join(body), foot=foot, here=row.page, scripted=True)


def _way(before: Row | None, after: Row | None) -> Markup:
    ways = [
        Markup("{} {}").format(text, link(f"../{row.page}", row.node.name))
        for text, row in (("Before it:", before), ("After it:", after)) if row is not None
    ]  # fmt: skip
    return paragraph(Markup(" &nbsp; ").join(ways))


def _scales(subject: Subject, node: Node, found: list[Codes]) -> list[Markup]:
    if not found:
        return [
            paragraph("No tensor of codes with a stored scale: it computes on real numbers, or its scales are fed.")
        ]
    rows: list[list[Any]] = []
    parts = []
    for one in found:
        single = one.scales.size == 1
        rows.append([
            one.formal, one.tensor, one.dtype,
            number(float(one.scales[0])) if single else f"{one.scales.size} scales, below",
            Markup("<code>{}</code>").format(bits(one.scales[0])) if single else "",
            number(int(one.zero_points[0])) if np.unique(one.zero_points).size == 1 else "below",
            number(one.least), number(one.most),
        ])  # fmt: skip
        if not single:
            listed = (
                [number(n), number(float(scale)), Markup("<code>{}</code>").format(bits(scale)), number(int(zero))]
                for n, (scale, zero) in enumerate(zip(one.scales, one.zero_points, strict=True))
            )
            parts.append(
                details(
                    f"The {one.scales.size} scales of {one.formal}",
                    table(["channel", "scale", "bits of it", "zero point"], listed, f"Scales of {one.tensor}"),
                )
            )
    heads = ["operand", "tensor", "type", "scale", "bits of it", "zero point", "least code", "greatest code"]
    return [table(heads, rows, "Codes: weights as stored, activations as in the item below"), *parts]


def _bounds(found: Bound) -> Markup:
    return table(
        ["what", "value"],
        [
            ["products summed for one output", number(found.products)],
            ["least sum that any input can make, bias included", number(found.low)],
            ["greatest", number(found.high)],
            ["bits that hold every sum, partial sums in any order", number(found.bits)],
            ["greatest magnitude that the types allow, without bias", number(found.by_type)],
        ],
        "Bounds of the accumulators, from the stored weights",
    )


def _factors(found: Array) -> Markup:
    rows = ([number(n), number(float(one)), Markup("<code>{}</code>").format(bits(one))] for n, one in enumerate(found))
    listed = table(["channel", "factor", "bits of it"], rows, f"Factor of each channel, {found.dtype}")
    return listed if len(found) == 1 else details(f"{len(found)} factors, {found.dtype}", listed)


def chosen_index(output: Array) -> tuple[int, ...]:
    """Return the element that is worked through: near the middle, and within its type's limits if one is.

    Examples
    --------
    >>> chosen_index(np.array([[-128, 3, -128, 127]], np.int8))
    (0, 1)
    """
    flat = output.reshape(-1)
    free = np.arange(flat.size)
    if output.dtype.kind in "iu":
        limits = np.iinfo(output.dtype)
        inside = np.flatnonzero((flat > limits.min) & (flat < limits.max))
        free = inside if inside.size else free
    return tuple(int(i) for i in np.unravel_index(free[len(free) // 2], output.shape))


def worked(subject: Subject, node: Node) -> Trace:
    """Return how the chosen element of a node's output comes about.

    Raises
    ------
    UserError
        If the operator cannot be traced, or its output is empty.
    """
    output = subject.values[node.output]
    if not output.size:
        raise UserError(f"node {node.name} makes no numbers", "at least one", "Feed another input.")
    graph = subject.graph
    arguments = graph.arguments(node, subject.values)
    return trace(node, arguments, chosen_index(output), graph.limited(node, graph.runtime))


def _worked(subject: Subject, node: Node) -> list[Markup]:
    found = attempt(lambda: worked(subject, node))
    if isinstance(found, UserError):
        return [refused(found)]
    first = next((e.tensor for e in node.inputs if not e.parameter), None)
    source = None if first is None else subject.values[first]
    image = source[0] if source is not None and source.ndim == 4 and node.op_type == "QLinearConv" else None
    name = node.name if len(node.name) <= MOST_LETTERS else f"{node.name[:MOST_LETTERS]}…"
    parts = [microscope.figure(found, name=name, source=image), _steps(found)]
    if len(found.terms) > MOST_PRODUCTS:
        parts.append(paragraph(f"The {len(found.terms):,} products are summed by channel in the drawing."))
    elif found.terms:
        parts.append(details(f"The {len(found.terms):,} products, in order", _products(found)))
    return parts


def _steps(found: Trace) -> Markup:
    rows = []
    for step in found.steps:
        real = step.dtype.startswith("float")
        value = number(float(step.value)) if real else number(int(step.value))
        shown = Markup("<code>{}</code>").format(bits(np.dtype(step.dtype).type(step.value))) if real else ""
        needs: Any = "" if real else number(width(int(step.value)))
        rows.append([step.name, value, step.dtype, shown, needs, step.formula])
    where = ", ".join(map(str, found.index))
    heads = ["step", "value", "type", "bits of it", "width needed", "computed"]
    return table(heads, rows, f"Output [{where}], step by step")


def _products(found: Trace) -> Markup:
    heads = ["tap", "input index", "x", "x − zero point", "w", "w − zero point", "product", "accumulator"]
    rows = (
        [
            Number(", ".join(map(str, term.tap))),
            "padding" if term.x_index is None else ", ".join(map(str, term.x_index)),
            *(number(int(v)) for v in (
                term.x, term.x_centred, term.w, term.w_centred, term.product, term.accumulator)),
        ]
        for term in found.terms
    )  # fmt: skip
    return table(heads, rows, "Products in the order in which they are summed")
