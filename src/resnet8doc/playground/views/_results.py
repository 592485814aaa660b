"""What came out: probabilities side by side, where the error starts, and which layers cost accuracy."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...architecture import CLASSES
from ...graph import Graph
from ...markup import Markup, joined
from ..model._edits import Edit
from ..model._own import sorts_pictures
from ..model._pitfalls import lesson
from ..model._run import Comparison, Run
from ._html import note, section, table

Array = npt.NDArray[Any]


def classes_html(runs: Mapping[str, Run | None]) -> Markup:
    """Return the probability of each class in every run, as a table.

    Parameters
    ----------
    runs
        By name; those that are None are left out.
    """
    shown = {name: run for name, run in runs.items() if run is not None}
    if not all(sorts_pictures(run.graph) for run in shown.values()):
        return _greatest(shown)
    rows = [{"class": c, **{name: float(run.probabilities[0][n]) for name, run in shown.items()}}
            for n, c in enumerate(CLASSES)]  # fmt: skip
    return table(rows, "Probability of each class")


TOP = 10


def _greatest(shown: Mapping[str, Run]) -> Markup:
    """Return the greatest numbers of the first run's output, beside the others' there."""
    first = next(iter(shown.values()))
    name = first.graph.outputs[0].name
    flat = {key: run.real(name).reshape(-1) for key, run in shown.items()}
    order = np.argsort(-next(iter(flat.values())), kind="stable")[:TOP]
    rows = [{"element": int(n), **{key: float(values[n]) for key, values in flat.items()}} for n in order]
    return table(rows, f"The greatest numbers of {name}")


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


def sqnr_html(comparison: Comparison) -> Markup:
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
            row["B, dB"] = round(after[entry.node], 2)
            row["change, dB"] = round(after[entry.node] - entry.cumulative, 2) if np.isfinite(entry.cumulative) else 0.0
        rows.append(row)
    if not rows:
        return note("There is no float network with the same tensor names to compare with.")
    return table(rows, "SQNR of each layer's output: float after its ReLU against the codes, dequantized")


def lessons_html(edits: Sequence[Edit], graph: Graph, changed: bool) -> Markup:
    """Return what the edits teach, with links into the hardware guide.

    Parameters
    ----------
    edits, graph
        What was changed, and in what.
    changed
        Whether any code came out different.
    """
    if not edits:
        return Markup("")
    if not changed:
        return note("No code of any layer changed for this image: here the edit does not matter.", "lesson")
    items = {lesson(edit, graph).anchor + lesson(edit, graph).title: (edit, lesson(edit, graph)) for edit in edits}
    return joined(
        note(
            Markup('<strong>{}.</strong> {} <a href="{}">Read on</a> <small>({})</small>').format(
                found.title, found.sentence, found.address, edit
            ),
            "lesson",
        )
        for edit, found in items.values()
    )


def comparison_html(comparison: Comparison) -> Markup:
    """Return every computed tensor with how A and B differ, as a table.

    Parameters
    ----------
    comparison
        Of A and B.
    """
    rows = [
        {"node": entry.node, "codes that differ": entry.different, "of": entry.elements,
         "share": entry.different / max(entry.elements, 1), "largest gap": entry.largest}
        for entry in comparison.differences
    ]  # fmt: skip
    return table(rows, "Every tensor, A against B")


def sensitivity_html(measured: dict[str, Any], title: str) -> Markup:
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
    return section(title, note(head), table(rows, f"Each layer alone, over {count} images"), level=4)
