"""What came out: probabilities side by side, where the error starts, and which layers cost accuracy."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from ..architecture import CLASSES
from ..graph import Graph
from .edits import Edit
from .html import columns, note, section, table, text
from .pitfalls import lesson
from .plots import bars
from .run import Comparison, Run

Array = npt.NDArray[Any]


def probabilities_html(runs: dict[str, Run | None], label: int | None) -> str:
    """Return what each network says of one image, side by side.

    Parameters
    ----------
    runs
        By name: ``float``, ``quantized``, ``modified``; those that are None are left out.
    label
        The image's class, if it is known.
    """
    parts = []
    for name, run in runs.items():
        if run is None:
            continue
        values = run.probabilities[0]
        answer = int(values.argmax())
        verdict = "" if label is None else (", right" if answer == label else f", wrong: it is {CLASSES[label]}")
        chart = bars(
            [(c, float(v)) for c, v in zip(CLASSES, values, strict=True)], f"Probabilities, {name}", highest=1.0
        )
        exact = " ".join(repr(float(v)) for v in values)
        parts.append(
            (
                f"{name}: {CLASSES[answer]} {float(values[answer]):.4f}{verdict}",
                f'<div data-r8-probabilities="{escape(name)}" data-r8-values="{exact}">{chart}</div>',
            )
        )
    shown = {name: run for name, run in runs.items() if run is not None}
    rows = [{"class": c, **{name: float(run.probabilities[0][n]) for name, run in shown.items()}}
            for n, c in enumerate(CLASSES)]  # fmt: skip
    return (
        columns(parts) + f"<details><summary>As a table</summary>{table(rows, 'Probability of each class')}</details>"
    )


def answer_row(name: str, backend: str, values: Array, label: int | None) -> dict[str, Any]:
    """Return one framework's answer as a row.

    Parameters
    ----------
    name, backend
        The model's file and what ran it.
    values
        Probabilities ``[10]``.
    label
        The image's class, if it is known.
    """
    answer = int(values.argmax())
    verdict = "not known" if label is None else "right" if answer == label else f"wrong, it is {CLASSES[label]}"
    return {"model": name, "run by": backend, "answer": CLASSES[answer], "probability": float(values[answer]),
            "verdict": verdict}  # fmt: skip


def sqnr_html(comparison: Comparison) -> str:
    """Return the SQNR of every tensor of codes as a table."""
    after = comparison.after
    changed = comparison.modified.values is not comparison.original.values
    rows = []
    for entry in comparison.before:
        row: dict[str, Any] = {
            "node": entry.node,
            "cumulative, dB": round(entry.cumulative, 2),
            "local, dB": round(entry.local, 2),
        }
        if changed and entry.node in after:
            row["modified, dB"] = round(after[entry.node], 2)
            row["change, dB"] = round(after[entry.node] - entry.cumulative, 2) if np.isfinite(entry.cumulative) else 0.0
        rows.append(row)
    if not rows:
        return note("There is no float network with the same tensor names to compare with.")
    return table(rows, "SQNR of each layer's output: float after its ReLU against the codes, dequantized")


def lessons_html(edits: Sequence[Edit], graph: Graph, changed: bool) -> str:
    """Return what the edits teach, with links into the hardware guide.

    Parameters
    ----------
    edits, graph
        What was changed, and in what.
    changed
        Whether any code came out different.
    """
    if not edits:
        return ""
    if not changed:
        return note("No code of any layer changed for this image: here the edit does not matter.", "lesson")
    items = {lesson(edit, graph).anchor + lesson(edit, graph).title: (edit, lesson(edit, graph)) for edit in edits}
    return "".join(
        f'<p class="r8-note r8-lesson" role="note"><strong>{escape(found.title)}.</strong> {escape(found.sentence)} '
        f'<a href="{found.address}">Read on</a> '
        f"<small>({escape(str(edit))})</small></p>"
        for edit, found in items.values()
    )


def comparison_html(comparison: Comparison, edits: Sequence[Edit]) -> str:
    """Return the quantized and the modified network compared: the first tensor that differs, and all after it."""
    first = comparison.first
    changed = first is not None
    lessons = lessons_html(edits, comparison.original.graph, changed)
    if first is None:
        return lessons
    sentence = (
        f"First difference: {first.tensor} of {first.node}, where {first.different} of {first.elements} codes differ; "
        f"the largest gap is {first.largest:.4g}."
    )
    rows = [
        {"node": entry.node, "codes that differ": entry.different, "of": entry.elements,
         "share": entry.different / entry.elements, "largest gap": entry.largest}
        for entry in comparison.differences
    ]  # fmt: skip
    return f'{lessons}<p class="r8-result" data-r8-first="{escape(first.tensor)}">{escape(sentence)}</p>' + table(
        rows, "Every tensor, original against modified"
    )


def sensitivity_html(measured: dict[str, Any], title: str) -> str:
    """Return which layers cost accuracy.

    Parameters
    ----------
    measured
        As `resnet8doc.analysis.sensitivity.sensitivity` returns it.
    title
        Over which images.
    """
    count = measured["images"]
    whole, plain = measured["simulated"]["correct"], measured["float"]["correct"]
    rows = [
        {
            "layer": entry["layer"],
            "alone quantized, right": entry["alone_quantized"]["correct"],
            "against float": entry["alone_quantized"]["correct"] - plain,
            "answers changed": entry["alone_quantized"]["changed"],
            "alone float, right": entry["alone_float"]["correct"],
            "against quantized": entry["alone_float"]["correct"] - whole,
        }
        for entry in measured["layers"]
    ]
    head = (
        f"Of {count} images the float network gets {plain} right, the quantized one {measured['integer']['correct']} "
        f"(simulated in float: {whole})."
    )
    return section(title, note(head), table(rows, f"Each layer alone, over {text(count)} images"), level=4)
