"""The drawing with its steps, for a page: moved by button and key, read out, without a script whole."""

from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy.typing as npt

from ..markup import Markup, joined
from ..trace import Trace
from ._draw import draw
from ._numbers import number
from ._story import Part, story

Array = npt.NDArray[Any]
_HERE = Path(__file__).parent


@cache
def style() -> Markup:
    """Return the style sheet of the drawing, as an element."""
    hovered = "".join(
        f'.r8m:has([data-r8m-k="{k}"]:is(:hover,:focus-visible)) [data-r8m-k="{k}"] rect'
        "{stroke:var(--r8m-mark);stroke-width:2.5}"
        f'.r8m:has([data-r8m-k="{k}"]:is(:hover,:focus-visible)) [data-r8m-says="{k}"]{{display:inline}}'
        for k in range(81)
    )
    return Markup("<style>{}{}</style>").format(
        Markup((_HERE / "microscope.css").read_text(encoding="utf-8")), Markup(hovered)
    )


@cache
def script() -> Markup:
    """Return the script that moves the steps, as an element."""
    return Markup("<script>{}</script>").format(Markup((_HERE / "microscope.js").read_text(encoding="utf-8")))


def figure(trace: Trace, **how: Any) -> Markup:
    """Return the drawing with buttons that move through its steps.

    Parameters
    ----------
    trace
        From :meth:`resnet8doc.graph.Graph.trace`.
    **how
        As for `draw`.
    """
    told = story(trace, how.get("chosen"))
    return Markup(
        '<figure class="r8m-figure" data-r8m-figure>'
        '<figcaption class="r8m-bar-of-steps"><span class="r8m-buttons">'
        '<button type="button" data-r8m-move="-1" aria-label="One step back">◀</button>'
        '<button type="button" data-r8m-move="1" aria-label="One step on">▶</button>'
        '<button type="button" data-r8m-move="play">Play</button>'
        '<button type="button" data-r8m-move="all">All</button></span>{}</figcaption>{}</figure>'
    ).format(_list(told.parts), draw(trace, **how))


def _list(parts: Sequence[Part]) -> Markup:
    items = joined(
        Markup('<li data-r8m-said="{0}"><a href="?step={0}" data-r8m-go="{0}">{0}</a> {1}</li>').format(n, part.said)
        for n, part in enumerate(parts, 1)
    )
    return Markup('<ol class="r8m-said" aria-live="polite">{}</ol>').format(items)


def parting(one: Trace, other: Trace) -> int:
    """Return the step of the drawing, from 1, at which two traces of the same element part; 0 if they never do.

    Examples
    --------
    >>> from resnet8doc.trace import Trace
    >>> def made(mode, rounded):
    ...     trace = Trace("QuantizeLinear", (0,))
    ...     _ = trace.step("divided", "5.75 / 0.5", 11.5, "float32")
    ...     _ = trace.step("rounded", f"round(11.5), {mode}", rounded, "int32")
    ...     _ = trace.step("saturated", f"min(max({rounded}, -128), 127)", rounded, "int8")
    ...     return trace
    >>> parting(made("half_even", 12), made("floor", 11)), parting(made("half_even", 12), made("half_even", 12))
    (1, 0)
    """
    first, second = story(one), story(other)
    differ = _differing(one, other)
    if not differ:
        return 0
    keys = [part.key for part in first.parts]
    for n, (a, b) in enumerate(zip_longest(first.parts, second.parts), 1):
        if a is None or b is None or a.key != b.key or (a.key in differ and a.key in keys):
            return min(n, len(keys))
    return len(keys)


_KEYS = {"accumulator": "sum", "A added": "sum", "B added": "sum", "fixed part": "sum", "bias added": "bias",
         "multiplier": "scaled", "scaled": "scaled", "divided": "rounded", "rounded": "rounded",
         "zero point added": "zero", "saturated": "clamped", "exponential": "share", "sum": "share"}  # fmt: skip


def _differing(one: Trace, other: Trace) -> set[str]:
    """Return the steps of the drawing of which a number differs."""
    keys = set()
    if [term.x_centred for term in one.terms] != [term.x_centred for term in other.terms]:
        keys.add("field")
    if [term.product for term in one.terms] != [term.product for term in other.terms]:
        keys.add("products")
    values = {step.name: step.value for step in other.steps}
    for step in one.steps:
        if values.get(step.name) != step.value:
            keys.add(_KEYS.get(step.name, "scaled"))
    if one.output != other.output:
        keys.add("clamped")
    return keys


def summary(trace: Trace) -> str:
    """Return the element in a sentence.

    Examples
    --------
    >>> from resnet8doc.trace import Trace
    >>> trace = Trace("QuantizeLinear", (0,))
    >>> _ = trace.step("saturated", "min(max(3, -128), 127)", 3, "int8")
    >>> summary(trace)
    'saturated: min(max(3, −128), 127) = 3'
    """
    parts = story(trace).parts
    return parts[-1].said if parts else f"{number(trace.output)} comes out."
