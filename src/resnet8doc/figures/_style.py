"""How plots look: SVG whose text is text and whose lines take the page's colour, in the light theme and the dark."""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#2f7fc1", "#c8701a", "#2a9d74", "#c4507e", "#8e7cc3", "#8a8a3c")
"""Colours of successive series, each with a contrast of 3:1 or more on white and on the dark theme's background."""

MARKERS = ("o", "s", "^", "D", "v", "P")
"""Markers of successive series: what tells them apart in greyscale."""

LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)))
"""Dashes of successive series, likewise."""

_INK = "#010203"  # no series has it; it stands for the page's own text colour until the SVG is written


@dataclass(frozen=True)
class Drawing:
    """An SVG drawing that a notebook shows in the page itself, so that it follows the page's theme."""

    svg: str
    alt: str
    whole: bool = True
    """Whether it shrinks to the width of the page; otherwise it keeps its size, and its box scrolls."""

    def _repr_html_(self) -> str:
        # The box takes the focus, so that keys can scroll it. How far it may shrink depends on its own width.
        kept = "" if self.whole else " kept"
        width = re.search(r'<svg[^>]*?(?: width="|"width: )([\d.]+(?:pt|px)?)"', self.svg)
        own = width[1] + ("px" if width[1][-1].isdigit() else "") if width else "100%"
        return f'<div class="resnet8doc-drawing{kept}" style="--own-width: {own}" tabindex="0">{self.svg}</div>'

    def __repr__(self) -> str:
        return f"<Drawing: {self.alt}>"


@contextmanager
def style() -> Iterator[None]:
    """Draw with matplotlib so that a plot can be read on a light page, on a dark one and in greyscale.

    Within the block, figures are transparent, text stays text in SVG, axes and text are drawn in an ink that `drawing`
    turns into the page's text colour, and successive series differ in colour, dash and marker. The same data give the
    same bytes. Only the object-oriented interface of matplotlib is meant to be used (``Figure()``, not ``pyplot``), so
    that no display is needed and no figure is left open.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> with style():
    ...     figure = Figure(figsize=(4, 2))
    ...     _ = figure.subplots().plot([1, 2, 3], [4, 1, 5])
    ...     shown = drawing(figure, alt="A line that falls and rises")
    >>> shown
    <Drawing: A line that falls and rises>
    """
    import matplotlib
    from cycler import cycler

    series = cycler(color=COLOURS) + cycler(marker=MARKERS) + cycler(linestyle=LINES)
    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "resnet8doc",
        "font.family": "sans-serif",
        "font.size": 11,
        "axes.prop_cycle": series,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "grid.alpha": 0.25,
        "legend.frameon": False,
        "lines.markersize": 5,
        "figure.constrained_layout.use": True,
        "savefig.transparent": True,
        "image.cmap": "cividis",
        **dict.fromkeys(
            ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "grid.color"), _INK
        ),
        **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor", "legend.facecolor"), "none"),
    }
    with matplotlib.rc_context(settings):
        yield


def drawing(figure: Figure, *, alt: str) -> Drawing:
    """Turn a matplotlib figure, drawn within `style`, into a drawing for a page.

    Parameters
    ----------
    figure
        The figure. Call this inside the same ``with style():`` block.
    alt
        What the figure shows, in one sentence, for readers who do not see it.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return Drawing(adapt(text[text.index("<svg") :], alt), alt)


def adapt(svg: str, alt: str) -> str:
    """Make an SVG fit for standing in a page.

    Its ink becomes the page's text colour (``currentColor``); ids that nothing refers to go, and the others are made
    unique to this drawing, because all drawings of a page share one space of ids; it gets a role and a name for
    screen readers, and shrinks with a narrow screen instead of widening the page.
    """
    referred = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    prefix = "d" + hashlib.sha256(svg.encode()).hexdigest()[:8] + "-"

    def keep(match: re.Match[str]) -> str:
        return f' id="{prefix}{match[1]}"' if match[1] in referred else ""

    svg = re.sub(r' id="([^"]*)"', keep, svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}", svg)
    svg = re.sub(r'href="#', f'href="#{prefix}', svg)
    svg = svg.replace(_INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style type=\"text/css\">\*\{([^}]*)\}</style>", "", svg)  # would restyle the whole page
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt, quote=True)}" ', 1)
    return re.sub(r'(<svg[^>]*?) width="([\d.]+)pt" height="[\d.]+pt"', r'\1 style="width: \2pt"', svg, count=1)
