"""The maps: the input with the field outlined, then field, kernel and products, cell for cell."""

from typing import Any

import numpy.typing as npt

from ..markup import Markup, joined
from ..raster import colours, data_uri
from ..trace import Term
from ._layout import Layout
from ._numbers import number
from ._story import Story
from ._svg import classes, group, hatch, rect, text

Array = npt.NDArray[Any]
LETTER, SMALLEST = 0.61, 5.5
"""Width of a letter, in its size, and the smallest size written into a cell; what is longer shows on pointing."""


def maps(told: Story, source: Array | None, layout: Layout) -> Markup:
    """Return the row of maps.

    Parameters
    ----------
    told
        The story.
    source
        Codes of the input, ``[C, H, W]``; None to leave the input's map out.
    layout
        Where they stand; it may have no room for the input's map.
    """
    if not told.terms:
        return Markup("")
    rows, columns = told.shape
    up, side = layout.maps_top, layout.side
    cell = min(side / rows, side / columns)
    terms = told.terms[told.chosen] if len(told.terms[told.chosen]) == rows * columns else _all(told)
    field, products = told.at("field"), told.at("products")
    parts = []
    lefts = list(layout.lefts)
    if source is not None and layout.beside_input:
        parts.append(group(field, _source(told, terms, source, layout)))
        lefts = list(layout.beside_input)
    if not told.kernel:
        lefts = lefts[:1]
    parts.append(group(field, text(lefts[0], up - 8, "field", 11, "r8m-head"),
                       text(lefts[0] + side, up - 8, "x − z", 10, "r8m-soft r8m-mono", "end"),
                       *_cells(terms, told, (lefts[0], up), cell, "x_centred")))  # fmt: skip
    if told.kernel:
        middle = up + side / 2 + 5
        parts.append(group(products, text(lefts[1], up - 8, "weights", 11, "r8m-head"),
                           text(lefts[1] + side, up - 8, "w − z", 10, "r8m-soft r8m-mono", "end"),
                           text((lefts[0] + side + lefts[1]) / 2, middle, "×", 16, "r8m-soft", "middle"),
                           *_cells(terms, told, (lefts[1], up), cell, "w_centred")))  # fmt: skip
        parts.append(group(products, text(lefts[2], up - 8, "products", 11, "r8m-head"),
                           text((lefts[1] + side + lefts[2]) / 2, middle, "=", 16, "r8m-soft", "middle"),
                           *_cells(terms, told, (lefts[2], up), cell, "product")))  # fmt: skip
    if not layout.short:
        total = sum(term.product for term in terms)
        right = lefts[-1] + side
        parts.append(group(told.at("sum"), text(right, up + side + 16, f"sum {number(total)}", 11, "r8m-mono", "end")))
    parts.append(_said(terms, told.kernel, (lefts[0], up + side + 16), 10 if layout.short else 11))
    return joined(parts)


def _all(told: Story) -> list[Term]:
    return [term for found in told.terms.values() for term in found]


def _cells(terms: list[Term], told: Story, corner: tuple[float, float], cell: float, what: str) -> list[Markup]:
    """Return one map's cells; those of the same product have the same ``data-r8m-k``."""
    largest = max(abs(getattr(term, what)) for group in told.terms.values() for term in group) or 1
    _, columns = told.shape
    drawn = []
    for k, term in enumerate(terms):
        value = getattr(term, what)
        x, y = corner[0] + k % columns * cell, corner[1] + k // columns * cell
        padded = term.x_index is None and what == "x_centred"
        kind = "r8m-pad" if padded else "r8m-plus" if value >= 0 else "r8m-minus"
        strength = None if padded else 0.06 + 0.56 * abs(value) / largest
        words = number(value)
        size = min(11, int(2 * (cell - 2) / (len(words) * LETTER)) / 2)
        inside = Markup("")
        if size >= SMALLEST:
            inside = text(x + cell / 2, y + cell / 2 + size * 0.36, words, size, "r8m-cell", "middle")
        focus = Markup(' tabindex="0" role="img" aria-label="{}"').format(said(term, told.kernel))
        last = what == ("product" if told.kernel else "x_centred")
        drawn.append(
            Markup('<g data-r8m-k="{}"{}>{}{}{}</g>').format(
                k,
                focus if last else Markup(""),
                rect(x + 0.5, y + 0.5, cell - 1, cell - 1, kind, strength),
                hatch(x + 0.5, y + 0.5, cell - 1) if padded else Markup(""),
                inside,
            )
        )
    return drawn


def said(term: Term, kernel: bool) -> str:
    """Return one product in words and numbers.

    Examples
    --------
    >>> said(Term((1, 1, 0), (0, 1, 0, 9), 51, 179, -87, -87, -15573, -15573), True)
    '(51 − −128) × (−87 − 0) = 179 × −87 = −15,573'
    """
    x = f"({number(term.x)} − {number(term.x - term.x_centred)})"
    outside = "padding: " if term.x_index is None else ""
    if not kernel:
        return f"{outside}{x} = {number(term.x_centred)}"
    w = f"({number(term.w)} − {number(term.w - term.w_centred)})"
    return f"{outside}{x} × {w} = {number(term.x_centred)} × {number(term.w_centred)} = {number(term.product)}"


def _said(terms: list[Term], kernel: bool, at: tuple[float, float], size: float) -> Markup:
    """Return what each cell says while it is pointed at."""
    return joined(
        Markup('<g data-r8m-says="{}">{}</g>').format(k, text(*at, said(term, kernel), size, "r8m-mono r8m-marked"))
        for k, term in enumerate(terms)
    )


def _source(told: Story, terms: list[Term], source: Array, layout: Layout) -> Markup:
    """Return the input's channel with the field outlined."""
    channels, height, width = source.shape
    channel = min(told.chosen, channels - 1) if len(terms[0].tap) == 3 else _channel(terms)
    codes = source[channel].astype(float)
    up = layout.maps_top
    zoom = layout.side / max(height, width)
    low, high = float(codes.min()), float(codes.max())
    picture = data_uri(colours(codes, low, high, "grey"))
    inside = [term.x_index for term in terms if term.x_index is not None and len(term.x_index) == 4]
    title = f"input, channel {channel} of {channels}"
    frame = Markup("")
    if inside:
        top, left = (min(index[axis] for index in inside) for axis in (2, 3))
        bottom, right = (max(index[axis] for index in inside) + 1 for axis in (2, 3))
        frame = rect(left * zoom, up + top * zoom, (right - left) * zoom, (bottom - top) * zoom, "r8m-frame")
    return Markup(
        '{}<image href="{}" x="0" y="{}" width="{:.1f}" height="{:.1f}" preserveAspectRatio="none"{}/>{}'
    ).format(text(0, up - 8, title, 11, "r8m-head"), picture, up, width * zoom, height * zoom,
             classes("r8m-picture"), frame)  # fmt: skip


def _channel(terms: list[Term]) -> int:
    return next((int(term.x_index[1]) for term in terms if term.x_index is not None and len(term.x_index) == 4), 0)
