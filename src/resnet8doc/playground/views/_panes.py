"""The instrument's panes: what the notebook's cells show, put together from the scene and the cells' controls."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...graph import Node
from ...markup import Markup, joined
from ..model._assets import Gallery
from ..model._batch import batch
from ..model._lessons import Visit
from ..model._own import sorts_pictures
from ..model._run import Run
from ..model._scene import Scene
from ..model._sides import next_difference
from ..model._state import State
from ._activations import numbers_html
from ._html import control, drawn, heading, live, note
from ._instrument import (
    batch_html,
    differ_html,
    differing,
    edits_html,
    effect_html,
    float_of,
    maps_html,
    pane,
    row,
    strip_html,
    tabs,
    visit_html,
)
from ._microscope import microscope_html, parting
from ._results import classes_html, comparison_html, lessons_html, sqnr_html
from ._structure import graph_svg

EXPLAINED = {
    "redesign": "A tensor's scale or zero point; all that read it follow, weights and biases too.",
    "fault": "One operator's own scales and zero points alone; stored codes are kept.",
    "arithmetic": "A mistake in how operators round, saturate, accumulate or multiply.",
    "weights": "How many bits the weights have.",
}
"""What can be changed, and what it does."""


def top_pane(**controls: object) -> Markup:
    """Return the choices of what is shown, by the names of their controls."""
    named = (control(name, element) for name, element in controls.items())
    return pane("top", Markup("<h1 class=r8-title>Quantization playground</h1>"), *named, tabs(), label="What is shown")


def change_pane(
    scene: Scene, node: Node, visit: Visit | None, known: int | None, problem: str, measured: object,
    controls: Mapping[str, Any], fields: Sequence[Markup],
) -> Markup:  # fmt: skip
    """Return what a change does, and where it is made.

    Parameters
    ----------
    scene, node
        What is compared, and the operator that is looked at.
    visit
        The guided visit; None for none.
    known
        The picture's class, if it is known.
    problem
        Why the last change could not be made; empty if it could.
    measured
        Of the batch of 100; empty until it is asked for.
    controls
        ``mode``, ``where`` (None if nothing of the kind can be changed here), ``measure``, ``undo``, ``reset``.
    fields
        What can be changed there.
    """
    where, mode = controls["where"], controls["mode"]
    runs = {"float": scene.reference, "quantized": scene.runs[0], "modified": scene.after}
    return pane(
        "right", visit_html(visit, node, "node"),
        heading("Effect"), Markup('<div data-r8-turn="{}">{}</div>').format(
            scene.turn, effect_html(scene.comparison, runs, known)
        ),
        row(controls["measure"]), measured,
        heading("Change"), row(control("mode", mode), control("where", where) if where is not None else ""),
        Markup("<small>{}</small>").format(EXPLAINED[mode.value]),
        "" if where is not None else note("This operator has nothing of the kind."),
        note(problem, "error") if problem else "",
        Markup('<div class="r8-controls">{}</div>').format(joined(fields)),
        edits_html(scene.edits), row(controls["undo"], controls["reset"]),
        lessons_html(scene.edits, scene.runs[0].graph, scene.comparison.first is not None),
        label="Change and effect",
    )  # fmt: skip


def measured(scene: Scene, gallery: Gallery, image: str) -> Markup:
    """Return the accuracy of A and B on the batch; ``image`` is the control of the picture."""
    if not sorts_pictures(scene.graph):
        return note("The batch is of test images with their classes, which this network does not sort.")
    pictures, labels = gallery.images[: gallery.batch], gallery.labels[: gallery.batch]
    return batch_html(batch(scene.graph, *scene.sides, pictures, labels), gallery, image)


def structure_svg(scene: Scene, node: Node, paint: str) -> Markup:
    """Return the graph, painted by SQNR: ``cumulative``, ``local``, or ``modified`` for B's."""
    found = scene.comparison
    values = found.after if paint == "modified" else found.cumulative
    if paint == "local":
        values = {entry.node: entry.local for entry in found.before}
    return graph_svg(scene.graph, node.name, "node", values, differ=differing(found))


def structure_pane(scene: Scene, node: Node, structure: Markup, names: object, paint: object) -> Markup:
    """Return the graph with the strip of layers beneath it; ``names`` and ``paint`` are controls."""
    return pane(
        "left", control("node", names), structure, strip_html(scene.comparison, node.name), live(paint),
        label="Structure",
    )  # fmt: skip


def middle_pane(
    scene: Scene, node: Node, pixel: tuple[int, int, int], notes: Sequence[object], pixel_said: str,
    pixel_text: Any, channel: Any,
) -> Markup:  # fmt: skip
    """Return the layer's maps, and the microscope of one element of it: of A, and of B where that is another.

    Parameters
    ----------
    scene, node, pixel
        What is looked at.
    notes
        Sentences that stand above.
    pixel_said
        What is to be said of the pixel that was written.
    pixel_text, channel
        The controls of the pixel, and of the input channel that is drawn.
    """
    (one, other), (first, second), both = scene.runs, scene.sides, scene.after is not None
    a, b = one.values[node.output], other.values[node.output]
    nodes, how = scene.nodes(node.name), (first.runtime_of(node.name), second.runtime_of(node.name))
    differ, step, parted = Markup(""), 0, Markup("")
    if both:
        found = next((entry for entry in scene.comparison.differences if entry.node == node.name), None)
        gaps = b.astype(float) - a.astype(float)
        differ = differ_html(found, next_difference(a, b, pixel), "pixel", gaps)
        step, parted = parting((one, other), nodes, pixel, how)
    chosen = int(channel.value) if channel.value.isdecimal() else None
    shown = [("quantized", "A", one, 0), ("modified", "B", other, 1)][: 2 if both else 1]
    seen = joined(
        Markup('<div data-r8-run="{}">{}{}</div>').format(
            name,
            heading(f"{short}: {scene.sides[place].title}", 3) if both else "",
            microscope_html(
                run, nodes[place], pixel, how[place], chosen=chosen, control="channel", parts_at=step, name=name,
                narrow=both,
            ),
        )
        for name, short, run, place in shown
    )  # fmt: skip
    return pane(
        "middle", *notes, row(heading(f"What {node.name} puts out"), differ),
        Markup('<div class="r8-look">{}{}</div>').format(
            maps_html(node.output, float_of(scene.reference, one, node.output), one, other, pixel, "pixel",
                      (first.title, second.title)),
            row(Markup("<small>Press a pixel, or write it:</small>"), control("pixel", pixel_text),
                control("channel", channel)),
        ), pixel_said, parted,
        Markup('<div class="{}">{}</div>').format("r8-two" if both else "r8-one", seen),
        label="Maps and microscope",
    )  # fmt: skip


def numbers_pane(scene: Scene, node: Node, pixel: tuple[int, int, int]) -> Markup:
    """Return what is compared, as tables."""
    runs: dict[str, Run | None] = {"float": scene.reference, "A": scene.runs[0], "B": scene.after}
    parts = (
        numbers_html(node.output, scene.reference, scene.runs[0], scene.after, pixel[0]),
        classes_html(runs), sqnr_html(scene.comparison), comparison_html(scene.comparison),
    )  # fmt: skip
    return pane("numbers", heading(f"{node.name} in numbers"), drawn(joined(parts)), label="Numbers")


def files_pane(links: Sequence[object], files: object, turn: int) -> Markup:
    """Return what can be taken along, and what can be brought; it comes last, and says of which turn all panes are."""
    return pane(
        "files", heading("Take it along"),
        Markup(
            '<p data-r8-settled="{}">The page\'s address holds all that you see: copy it to share it.</p>'
        ).format(turn),
        row(*links),
        heading("Bring your own"), row(files), label="Files",
    )  # fmt: skip


def link_notes(complaints: Sequence[str], state: State, shown: tuple[str, str]) -> list[Markup]:
    """Return what is to be said of a link: what could not be read of it, and whose file it needs.

    Parameters
    ----------
    complaints
        As `from_query` returns them.
    state
        What it read.
    shown
        The model and the picture that are shown.
    """
    lost = [part for part in (state.model, state.image) if part.startswith("own-") and part not in shown]
    return [note(sentence, "error") for sentence in complaints] + [
        note(f"This link needs a file of its author's, {part}, which never left their machine: give the same file.")
        for part in lost
    ]
