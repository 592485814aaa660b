"""Plots of accuracy: of one model by class, and of many beside their sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._style import COLOURS, MARKERS, Drawing, drawing, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

    Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

Row = Mapping[str, Any]

GAIN, LOSS = COLOURS[0], COLOURS[1]


def confusion_matrix(confusion: ArrayLike, classes: Sequence[str], *, title: str) -> Drawing:
    """Draw how often each true class was taken for each class.

    The right answers on the diagonal are framed and not coloured, so that the mistakes can be told apart.

    Parameters
    ----------
    confusion
        Counts ``[true, predicted]``.
    classes
        Their names.
    title
        What stands above the plot; it names the model.

    Examples
    --------
    >>> confusion_matrix([[9, 1], [3, 7]], ["cat", "dog"], title="a.onnx").alt
    'Confusion matrix of a.onnx: 16 of 20 images on the diagonal; the commonest mistake is dog taken for cat, 3 times'
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    counts = np.asarray(confusion)
    mistakes = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    true, predicted = divmod(int(mistakes.argmax()), len(classes))
    alt = (
        f"Confusion matrix of {title}: {np.trace(counts)} of {counts.sum()} images on the diagonal; the commonest "
        f"mistake is {classes[true]} taken for {classes[predicted]}, {mistakes.max()} times"
    )
    with style():
        figure = Figure(figsize=(7.5, 6.2))
        axes = figure.subplots()
        _cells(axes, mistakes.astype(np.float64), [[f"{count}" if count else "" for count in row] for row in counts])
        for place in range(len(counts)):
            axes.add_patch(Rectangle((place - 0.5, place - 0.5), 1, 1, fill=False, linewidth=1.2, edgecolor=GAIN))
        axes.set_xticks(range(len(classes)), classes, rotation=40, ha="right")
        axes.set_yticks(range(len(classes)), classes)
        axes.set(xlabel="predicted class", ylabel="true class", title=title)
        return drawing(figure, alt=alt)


def per_class_deltas(rows: Sequence[Row], classes: Sequence[str]) -> Drawing:
    """Draw, for each quantized model and class, the points gained (blue, ``+``) or lost (orange, ``−``).

    Parameters
    ----------
    rows
        Rows of a comparison; float models are passed over.
    classes
        Names of the ten classes.
    """
    from matplotlib.figure import Figure

    quantized = [row for row in rows if row["quantized"]]
    deltas = np.array([row["per_class_delta"] for row in quantized], np.float64).reshape(len(quantized), len(classes))
    worst = divmod(int(deltas.argmin()), len(classes))
    alt = (
        f"Change of each class's accuracy by quantization, {len(quantized)} models; the largest loss is "
        f"{-deltas[worst]:.1f} points, {classes[worst[1]]} in {quantized[worst[0]]['file']}"
    )
    with style():
        figure = Figure(figsize=(9, 1.6 + 0.34 * len(quantized)))
        axes = figure.subplots()
        texts = [[f"{delta:+.1f}".replace("-", "−") for delta in row] for row in deltas]
        _cells(axes, deltas, texts, full=5.0)
        axes.set_xticks(range(len(classes)), classes, rotation=40, ha="right")
        axes.set_yticks(range(len(quantized)), [row["file"] for row in quantized])
        axes.set_title("Change of accuracy by class (points)")
        return drawing(figure, alt=alt)


def accuracy_and_size(rows: Sequence[Row], *, within: float, drop: float, chosen: str | None = None) -> Drawing:
    """Draw what each quantized model loses beside how large its file is, one line a model, best first.

    Parameters
    ----------
    rows
        Rows of a comparison.
    within
        The loss, in points, up to which a model keeps its accuracy: shaded.
    drop
        The loss, in points, from which it is flagged: a line.
    chosen
        The file that is recommended, set in bold.
    """
    from matplotlib.figure import Figure

    models = sorted((row for row in rows if row["quantized"]), key=lambda row: (row["delta"], row["file"]))
    frameworks = list(dict.fromkeys(row["framework"] for row in rows if row["quantized"]))
    alt = (
        f"Accuracy lost and file size of {len(models)} quantized models, from {models[-1]['file']} "
        f"({models[-1]['delta']:+.2f} points) to {models[0]['file']} ({models[0]['delta']:+.2f} points)"
    )
    with style():
        figure = Figure(figsize=(9, 1.4 + 0.32 * len(models)))
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        for number, framework in enumerate(frameworks):
            places = [place for place, row in enumerate(models) if row["framework"] == framework]
            look = {"color": COLOURS[number], "label": framework}
            deltas = [models[place]["delta"] for place in places]
            left.plot(deltas, places, marker=MARKERS[number], linestyle="none", **look)
            right.barh(places, [models[place]["bytes"] / 1000 for place in places], height=0.6, **look)
        left.axvspan(-within, 0, alpha=0.12, color=COLOURS[2], label=f"within {within:g} point")
        left.axvline(-drop, color=COLOURS[3], linestyle=":", marker="", label=f"{drop:g} points lost")
        left.set_xscale("symlog", linthresh=1.0)
        lowest, highest = min(models[0]["delta"], -drop), max(models[-1]["delta"], 0.0)
        left.set_xlim(1.4 * lowest, highest + 0.2)
        ticks = [tick for tick in (-50, -20, -10, -5, -2, -1, -0.5, 0, 0.5, 1) if 1.4 * lowest < tick < highest + 0.2]
        left.set_xticks(ticks, [f"{tick:+g}".replace("-", "−") if tick else "0" for tick in ticks], fontsize=9)
        left.minorticks_off()
        left.set_yticks(range(len(models)), [row["file"] for row in models])
        for label, row in zip(left.get_yticklabels(), models, strict=True):
            label.set_fontweight("bold" if row["file"] == chosen else "normal")
        left.set_xlabel("change of accuracy (points, logarithmic beyond −1)")
        right.set_xlabel("file (kB)")
        right.grid(visible=False, axis="y")
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=len(frameworks) + 2)
        return drawing(figure, alt=alt)


def _cells(axes: Axes, values: Matrix, texts: Sequence[Sequence[str]], full: float | None = None) -> None:
    """Fill a grid: blue for what is above 0, orange for what is below, so faint that text in either theme's ink reads.

    A value of ``full``, or the largest, has the strongest colour; the sign is in the text as well.
    """
    from matplotlib.colors import to_rgb

    strongest = full or max(float(np.abs(values).max()), 1.0)
    positive = LOSS if full is None else GAIN  # a count of mistakes is no gain
    image = np.empty((*values.shape, 4))
    image[..., :3] = np.where((values > 0)[..., None], to_rgb(positive), to_rgb(LOSS))
    image[..., 3] = 0.65 * np.minimum(np.abs(values) / strongest, 1.0)
    axes.imshow(image, aspect="auto", interpolation="nearest")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            axes.text(column, row, text, ha="center", va="center", fontsize=9)
