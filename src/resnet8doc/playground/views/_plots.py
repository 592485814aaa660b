"""Histograms and bars as SVG, in the page's own colours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...markup import Markup, joined

Array = npt.NDArray[Any]
WIDTH, HEIGHT, FOOT = 360, 130, 18


def _svg(body: Markup, description: str, width: int = WIDTH, height: int = HEIGHT + FOOT) -> Markup:
    return Markup(
        '<svg class="r8-plot" role="img" aria-label="{0}" viewBox="0 0 {1} {2}" width="{1}" height="{2}">{3}</svg>'
    ).format(description, width, height, body)


def histogram(
    counts: Sequence[int] | Array,
    low: float,
    high: float,
    description: str,
    *,
    limits: tuple[float, float] | None = None,
) -> Markup:
    """Return a histogram with a logarithmic count axis.

    Parameters
    ----------
    counts
        For bins of equal width from ``low`` to ``high``.
    low, high
        Of the first and the last bin.
    description
        What it shows, with its unit.
    limits
        Values to mark with a line: the least and greatest that the type can hold.
    """
    heights = np.log1p(np.asarray(counts, float))
    top = float(heights.max()) or 1.0
    step = WIDTH / len(heights)
    bars = "".join(
        f'<rect x="{n * step:.2f}" y="{HEIGHT - h / top * (HEIGHT - 8):.1f}" width="{max(step - 0.3, 0.6):.2f}" '
        f'height="{h / top * (HEIGHT - 8):.1f}"/>'
        for n, h in enumerate(heights) if h > 0
    )  # fmt: skip
    span = (high - low) or 1.0
    lines = ""
    for value in limits or ():
        x = min(max((value - low) / span, 0), 1) * WIDTH
        lines += f'<line class="r8-limit" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>'
    axis = (
        f'<line class="r8-axis" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/>'
        f'<text x="0" y="{HEIGHT + 13}">{low:.4g}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 13}" text-anchor="end">{high:.4g}</text>'
    )
    return _svg(Markup(bars + axis + lines), description)  # numbers alone


def bars(
    rows: Sequence[tuple[str, float]], description: str, *, unit: str = "", highest: float | None = None
) -> Markup:
    """Return horizontal bars with their labels and values.

    Parameters
    ----------
    rows
        Label and value, not negative.
    description
        What it shows.
    unit
        Written after each value.
    highest
        The value of a full bar; default the greatest.
    """
    top = highest or max((value for _, value in rows), default=1.0) or 1.0
    parts = []
    for n, (label, value) in enumerate(rows):
        y, length = n * 18, max(min(value / top, 1.0), 0.0) * 170
        parts.append(
            Markup(
                '<text x="86" y="{0}" text-anchor="end">{1}</text><rect x="92" y="{2}" width="{3:.1f}" height="11"/>'
                '<text x="{4:.1f}" y="{0}">{5:.4g}{6}</text>'
            ).format(y + 12, label, y + 3, length, 96 + length, value, unit)
        )
    return _svg(joined(parts), description, WIDTH, len(rows) * 18 + 2)


def line(values: Sequence[float] | Array, description: str) -> Markup:
    """Return values as dots over their index, for scales of channels."""
    data = np.asarray(values, float)
    low, high = min(0.0, float(data.min())), float(data.max()) or 1.0
    span = (high - low) or 1.0
    dots = "".join(
        f'<circle cx="{6 + n / max(len(data) - 1, 1) * (WIDTH - 12):.1f}" '
        f'cy="{HEIGHT - (v - low) / span * (HEIGHT - 8):.1f}" r="2.5"/>'
        for n, v in enumerate(data)
    )
    axis = (
        f'<line class="r8-axis" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/>'
        f'<text x="0" y="{HEIGHT + 13}">channel 0</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 13}" text-anchor="end">{len(data) - 1}</text>'
        f'<text x="2" y="10">{high:.4g}</text>'
    )
    return _svg(Markup(dots + axis), description)  # numbers alone
