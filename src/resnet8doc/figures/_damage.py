"""A feature map before and after a mistake."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ._style import Drawing, drawing, style


def damage(right: Sequence[Sequence[int]], wrong: Sequence[Sequence[int]], *, title: str) -> Drawing:
    """Draw a feature map as it should be, as it came out, and where the two differ.

    Parameters
    ----------
    right, wrong
        Codes, a list of rows each.
    title
        What was done wrong, and where.

    Examples
    --------
    >>> damage([[1, 2], [3, 4]], [[1, 2], [3, -4]], title="stem_conv, channel 0").alt
    'stem_conv, channel 0: 1 of 4 outputs differ, by up to 8'
    """
    from matplotlib.figure import Figure

    expected, found = np.asarray(right), np.asarray(wrong)
    difference = np.abs(found - expected)
    alt = f"{title}: {np.count_nonzero(difference)} of {difference.size} outputs differ, by up to {difference.max()}"
    low, high = int(min(expected.min(), found.min())), int(max(expected.max(), found.max()))
    with style():
        figure = Figure(figsize=(9, 3.1))
        panels = (("right", expected, low, high), ("wrong", found, low, high), ("difference", difference, 0, None))
        for axes, (name, codes, least, most) in zip(figure.subplots(1, 3), panels, strict=True):
            image = axes.imshow(codes, vmin=least, vmax=most, interpolation="nearest")
            axes.set(title=name, xlabel="column", ylabel="row")
            axes.grid(visible=False)
            figure.colorbar(image, ax=axes, shrink=0.8, label="code" if name != "difference" else "codes apart")
        figure.suptitle(title)
        return drawing(figure, alt=alt)
