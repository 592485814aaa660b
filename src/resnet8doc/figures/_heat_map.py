"""A table of numbers as a picture: the larger, the lighter, with each number in its cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ._style import Drawing, drawing, style

CELL = 0.43, 0.3
"""Inches of a cell: width, height."""

MARGIN = 1.9, 1.9
"""Inches for the names of rows and of columns."""


def heat_map(
    values: Sequence[Sequence[float]], texts: Sequence[Sequence[str]], rows: Sequence[str], columns: Sequence[str], *,
    alt: str, label: str,
) -> Drawing:  # fmt: skip
    """Draw numbers as cells whose lightness goes with the number, each with its text; it reads in greyscale too.

    Parameters
    ----------
    values
        A list of rows; NaN leaves a cell empty. From 0 on.
    texts
        What stands in each cell.
    rows, columns
        Their names.
    alt
        What it shows, in one sentence.
    label
        What lightness stands for, with its unit: stands above the cells.

    Examples
    --------
    >>> heat_map([[0.0, 2.5]], [["0", "2.5"]], ["a"], ["b", "c"], alt="Two numbers", label="%")
    <Drawing: Two numbers>
    """
    from matplotlib.figure import Figure

    numbers = np.ma.masked_invalid(np.asarray(values, float))
    most = float(numbers.max()) if numbers.count() else 0.0
    size = (MARGIN[0] + CELL[0] * len(columns), MARGIN[1] + CELL[1] * len(rows))
    with style():
        figure = Figure(figsize=size)
        axes = figure.subplots()
        axes.pcolormesh(numbers, vmin=0.0, vmax=most or 1.0, edgecolors="none")
        axes.invert_yaxis()
        axes.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=90)
        axes.set_yticks(np.arange(len(rows)) + 0.5, rows)
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        for (row, column), number in np.ndenumerate(numbers):
            if number is not np.ma.masked:
                # The lower half of the colours is dark, the upper one light.
                ink = "#111111" if most and number > 0.5 * most else "#ffffff"
                where = column + 0.5, row + 0.5
                axes.text(*where, texts[row][column], ha="center", va="center", fontsize=8, color=ink)
        axes.set_title(label, loc="left", fontsize=9)
        return drawing(figure, alt=alt)
