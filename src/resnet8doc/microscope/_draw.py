"""One output element as one picture."""

from typing import Any

import numpy.typing as npt

from ..markup import Markup, joined
from ..trace import Trace
from ._layout import NARROW, WIDE, Layout
from ._lines import number_line, share, walls
from ._maps import LETTER, maps
from ._numbers import bits, number
from ._story import Story, story
from ._svg import group, text
from ._walk import walk

Array = npt.NDArray[Any]


def draw(
    trace: Trace, *, name: str = "", source: Array | None = None, chosen: int | None = None, control: str = "",
    parts_at: int = 0, narrow: bool = False,
) -> Markup:  # fmt: skip
    """Draw how one output element came about, as SVG.

    The same trace gives the same text, character for character. Colours come from custom properties (``--r8m-plus``
    and others in ``microscope.css``) and from ``currentColor``, so that the page's theme is the drawing's.

    Parameters
    ----------
    trace
        From :meth:`resnet8doc.graph.Graph.trace`.
    name
        Of the operator's node, for the title; default the operator's type.
    source
        Codes of the first input, ``[C, H, W]``, for a map of it with the field outlined.
    chosen
        The input channel (of a convolution) or row whose products are drawn. Default the one that adds most.
    control
        Name of a control of the playground that gets the channel when its bar is pressed.
    parts_at
        The step, from 1, at which another trace parts from this one; 0 for none.
    narrow
        For two beside each other: half as wide, without the title and the map of the input.

    Examples
    --------
    >>> import numpy as np
    >>> from resnet8doc.ops import quantize_linear_element
    >>> trace = quantize_linear_element((0,), np.array([5.75], np.float32), np.float32(0.5), np.int8(-128))
    >>> drawn = draw(trace)
    >>> "11.5" in drawn, "−116 is stored" in drawn
    (True, True)
    """
    told, layout = story(trace, chosen), NARROW if narrow else WIDE
    top = _top(told, layout)
    body = joined((
        "" if layout.short else _title(trace, told, name), share(told, layout), maps(told, source, layout),
        _lifted(walk(told, control, layout), 0 if told.terms else layout.walk_top - layout.first),
        _others(told, layout), number_line(told, top, layout), walls(told, top, layout),
        _parting(told, parts_at, top, layout),
    ))  # fmt: skip
    height = top + layout.height if told.line or told.walls else layout.first + 18.0 * len(told.parts)
    return Markup(
        '<svg class="r8m" role="group" aria-label="{}" viewBox="0 0 {} {:.0f}" data-r8m-steps="{}">{}</svg>'
    ).format(label(trace, name), layout.width, height, len(told.parts), body)


def label(trace: Trace, name: str) -> str:
    """Return the drawing's name, read out."""
    return f"How {place(trace, name)} came about: {number(trace.output)}"


def place(trace: Trace, name: str) -> str:
    """Return where in the output the element lies, in words.

    Examples
    --------
    >>> from resnet8doc.trace import Trace
    >>> place(Trace("QLinearConv", (0, 5, 0, 10)), "stem_conv"), place(Trace("QLinearMatMul", (0, 3)), "dense")
    ('stem_conv: channel 5, row 0, column 10', 'dense: output 3')
    """
    where = trace.index[1:]
    if len(where) == 3:
        said = f"channel {where[0]}, row {where[1]}, column {where[2]}"
    else:
        said = f"output {', '.join(map(str, where or trace.index))}"
    return f"{name or trace.op_type}: {said}"


def _title(trace: Trace, told: Story, name: str) -> Markup:
    count = len(trace.terms)
    what = f"{count} {'products' if told.kernel else 'codes'} become one byte" if count else trace.op_type
    stored = trace.output
    code = text(692, 34, bits(stored), 11, "r8m-soft r8m-mono", "end") if isinstance(stored, int) else Markup("")
    return joined((
        text(0, 17, place(trace, name), 15, "r8m-title"), text(0, 34, what, 11, "r8m-soft"),
        Markup('<g data-r8m-step="{}">{}{}</g>').format(
            len(told.parts), text(692, 19, number(stored), 20, "r8m-byte", "end"), code),
    ))  # fmt: skip


def _top(told: Story, layout: Layout) -> float:
    """Return where the number line stands: beneath what there is above it."""
    if told.terms:
        return float(layout.bottom)
    if told.bars:
        return float(layout.first + layout.bottom - layout.walk_top)
    return layout.first + (80.0 if told.share else 0.0)


def _lifted(drawn: Markup, by: float) -> Markup:
    return Markup('<g transform="translate(0 {:.0f})">{}</g>').format(-by, drawn) if by and drawn else drawn


def _others(told: Story, layout: Layout) -> Markup:
    """Return the steps that no picture shows as words, where there is no other picture."""
    if told.line or told.terms or told.bars:
        return Markup("")
    return joined(
        group(n, text(0, layout.first + 18 * (n - 1), part.said, _fitting(part.said, layout), "r8m-mono"))
        for n, part in enumerate(told.parts, 1)
    )


def _fitting(words: str, layout: Layout) -> float:
    """Return the size at which a line of letters of one width is no wider than the drawing."""
    return min(11, int(2 * layout.right / (LETTER * len(words))) / 2)


def _parting(told: Story, at: int, top: float, layout: Layout) -> Markup:
    """Mark the step at which another trace parts from this one, above what the step draws."""
    if not at or at > len(told.parts):
        return Markup("")
    key, words = told.parts[at - 1].key, "▼ here they part"
    if layout.short:
        # beside each other there is no room above the heads: the mark stands at the right end of the head's line
        lines = {"field": layout.maps_top + layout.side + 16, "products": layout.maps_top + layout.side + 16,
                 "sum": layout.walk_top + 14, "bias": layout.walk_top + 14, "share": layout.first,
                 "scaled": top, "rounded": top, "zero": top + layout.walls_down,
                 "clamped": top + layout.walls_down}  # fmt: skip
        down = layout.walk_top - layout.first if not told.terms and key in ("sum", "bias") else 0
        return text(layout.right, lines[key] - down, words, 11, "r8m-parts", "end") if key in lines else Markup("")
    spots: dict[str, tuple[float, float]] = {
        "field": (190, 48),
        "products": (554, 48),
        "sum": (0, 240),
        "bias": (560, 240),
        "share": (0, 52),
        "scaled": (0, top - 14),
        "rounded": (200, top - 14),
        "zero": (380, top - 14),
        "clamped": (380, top - 14),
    }
    if key not in spots:
        return Markup("")
    x, y = spots[key]
    return text(x, y if told.terms or key not in ("sum", "bias") else layout.first - 13, words, 11, "r8m-parts")
