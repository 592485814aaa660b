"""What the instrument shows of two arithmetics: maps, the effect of a change, the strip of layers, lessons."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...analysis.pairs import tensor_pairs
from ...architecture import CLASSES
from ...graph import Node
from ...markup import Markup, joined
from ..model._assets import Gallery
from ..model._batch import Batch
from ..model._channels import as_channels, channels_shape
from ..model._edits import Edit
from ..model._lessons import Visit
from ..model._own import sorts_pictures
from ..model._run import Comparison, Difference, Run
from ._gallery import label
from ._html import button, columns, live, note
from ._mosaic import mosaic

Array = npt.NDArray[Any]
MAP, SMALL = 178, 132
"""Width in CSS pixels of each of the three maps; and where two microscopes stand below."""
OPERATIONS = {
    "QuantizeLinear": "Real numbers become codes: divided by the scale, rounded, the zero point added.",
    "QLinearConv": "Each output sums products of a field of the input and a kernel.",
    "QLinearAdd": "Two branches meet, each brought to the scale of the sum.",
    "QLinearGlobalAveragePool": "Each channel becomes its mean.",
    "QLinearMatMul": "Each of the ten classes sums 64 products.",
    "QLinearSoftmax": "Ten numbers become shares of one.",
}


def pane(name: str, *parts: object, label: str) -> Markup:
    """Return one pane of the instrument; the page's style sheet says where it stands."""
    return Markup(
        '<div class="r8-pane r8-{0}" data-r8-pane="{0}" role="region" aria-label="{1}" tabindex="0">{2}</div>'
    ).format(name, label, joined(parts))


VIEWS = {"left": "Network", "middle": "Microscope", "right": "Change", "numbers": "Numbers", "stored": "Stored",
         "pictures": "Pictures", "cost": "Cost", "files": "Files", "desk": "Desk"}  # fmt: skip
"""Panes that a reader chooses from, by what their tabs say; on a wide page the first three are one view."""


def tabs() -> Markup:
    """Return the buttons that choose what is in sight."""
    buttons = joined(
        Markup('<button type="button" data-r8-view="{}">{}</button>').format(name, title)
        for name, title in VIEWS.items()
    )
    return Markup('<nav class="r8-tabs" aria-label="Views">{}</nav>').format(buttons)


def row(*elements: object) -> Markup:
    """Return HTML, and marimo's elements, in a row that wraps."""
    parts = joined(part if isinstance(part, str) else live(part) for part in elements)
    return Markup('<div class="r8-row">{}</div>').format(parts)


def edits_html(edits: Sequence[Edit]) -> Markup:
    """Return what was changed, as a list."""
    if not edits:
        return Markup('<p data-r8-edits="0" class="r8-edits">Nothing is changed.</p>')
    items = joined(Markup("<li>{}</li>").format(edit) for edit in edits)
    return Markup('<ol data-r8-edits="{}" class="r8-edits">{}</ol>').format(len(edits), items)


def float_of(reference: Run | None, run: Run, tensor: str) -> Array | None:
    """Return the float network's tensor that stands beside one of codes; None without one."""
    pair = tensor_pairs(run.graph, reference.graph).get(tensor) if reference is not None else None
    return reference.values[pair] if reference is not None and pair else None


def differing(comparison: Comparison) -> dict[str, tuple[int, int]]:
    """Return for each node how many of its codes differ between A and B, of how many."""
    return {entry.node: (entry.different, entry.elements) for entry in comparison.differences}


def maps_html(
    tensor: str, reference: Array | None, one: Run, other: Run, pixel: tuple[int, int, int], control: str,
    names: tuple[str, str],
) -> Markup:  # fmt: skip
    """Return three maps of a tensor: A, B and their difference; while they are equal, float, A and what A lost.

    Parameters
    ----------
    tensor
        Name of an operator's output.
    reference
        The float network's tensor; None without one.
    one, other
        The runs of A and B.
    pixel
        Channel, row and column to frame.
    control
        Name of the control that a pressed pixel is written to.
    names
        Of A and B.
    """
    problem = undrawable(one.values[tensor])
    if problem:
        return note(f"{tensor} cannot be drawn: {problem}")
    first, second = one.real(tensor), other.real(tensor)
    same = bool(np.array_equal(one.values[tensor], other.values[tensor]))
    shown: list[tuple[str, Array]]
    if same and reference is not None:
        shown, gap = [("float", reference), ("A, and so B", first)], ("A less float", first - reference)
    elif same:
        shown, gap = [("A, and so B", first)], None
    else:
        shown, gap = [(f"A: {names[0]}", first), (f"B: {names[1]}", second)], ("B less A", second - first)
    low, high = min(float(finite(a).min()) for _, a in shown), max(float(finite(a).max()) for _, a in shown)
    kind = "diverging" if low < 0 else "sequential"
    if low < 0:
        low, high = -max(-low, high), max(-low, high)
    width = MAP if one is other else SMALL
    parts = [_map(tensor, name, values, (low, high), kind, pixel, control, width) for name, values in shown]
    if gap is not None:
        worst = float(np.abs(finite(gap[1])).max())
        ends = (-worst or -1.0, worst or 1.0)
        parts.append(_map(tensor, gap[0], gap[1], ends, "diverging", pixel, control, width))
    return Markup('<div class="r8-maps">{}</div>').format(columns(parts))


DRAWN = 1 << 17
"""Elements of a tensor that are drawn at once; of a larger one, the channels around the chosen one."""
LARGEST = 1 << 20
"""Elements of one channel that can be drawn."""


def undrawable(values: Array) -> str:
    """Return why a tensor cannot be drawn; nothing if it can.

    Examples
    --------
    >>> undrawable(np.zeros((1, 0, 4))), undrawable(np.zeros((1, 4)))
    ('it has no elements, its shape is [1, 0, 4].', '')
    """
    if not values.size:
        return f"it has no elements, its shape is {list(values.shape)}."
    _, height, width = channels_shape(values)
    if height * width > LARGEST:
        return f"one channel of it has {height:,} × {width:,} elements. The microscope shows any one of them."
    return ""


def drawn(shape: tuple[int, ...], channel: int) -> tuple[int, int]:
    """Return the first channel that is drawn, and the one after the last.

    Examples
    --------
    >>> drawn((16, 32, 32), 3), drawn((96, 112, 112), 25)
    ((0, 16), (20, 30))
    """
    if shape[0] * shape[1] * shape[2] <= DRAWN:
        return 0, shape[0]
    many = max(1, DRAWN // (shape[1] * shape[2]))
    begin = channel // many * many
    return begin, min(begin + many, shape[0])


def finite(values: Array) -> Array:
    """Return numbers that have a colour: 0 for what is none, the greatest float32 for infinity."""
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return values
    return np.nan_to_num(values)


def _map(
    tensor: str, name: str, values: Array, span: tuple[float, float], kind: str, pixel: tuple[int, int, int],
    control: str, width: int,
) -> tuple[str, Markup]:  # fmt: skip
    whole = as_channels(values)
    begin, end = drawn(whole.shape, pixel[0])
    channels = finite(whole[begin:end])
    description = f"{tensor}, {name}: {channels.shape[0]} channels of {channels.shape[1]} by {channels.shape[2]}"
    ends = f"{span[0]:.3g} to {span[1]:.3g}".replace("-", "−")
    some = "" if len(channels) == len(whole) else f", channels {begin} to {end - 1} of {len(whole)}"
    mark = (pixel[0] - begin, *pixel[1:])
    return f"{name} ({ends}{some})", mosaic(
        channels, *span, kind, description, control=control, mark=mark, width=width, first=begin
    )


def differ_html(found: Difference | None, place: tuple[int, int, int] | None, control: str, gaps: Array) -> Markup:
    """Return how many bytes of the layer differ, by how much, and a button to the next one.

    Parameters
    ----------
    found
        Of the chosen node.
    place
        The next element that differs.
    control
        That a pixel is written to.
    gaps
        Codes of B less those of A.
    """
    if found is None or not found.different or place is None:
        return Markup('<span class="r8-said" data-r8-differ="0">No byte of this layer differs.</span>')
    return Markup('<span class="r8-said" data-r8-differ="{}">{:,} of {:,} bytes differ, {}.</span> {}').format(
        found.different, found.different, found.elements, signature(gaps),
        button(control, ",".join(map(str, place)), "next pixel that differs", kind="r8-next"),
    )  # fmt: skip


def signature(gaps: Array) -> str:
    """Return how bytes differ, in words.

    Examples
    --------
    >>> signature(np.array([0, 1, 1])), signature(np.array([1, -1])), signature(np.array([-3, 200]))
    ('all by +1', 'by 1 up or down', 'by −3 to +200')
    """
    found = np.asarray(gaps).astype(np.int64)
    found = found[found != 0]
    if not found.size:
        return "none"
    low, high = int(found.min()), int(found.max())
    if low == high:
        return f"all by {high:+d}".replace("-", "−")
    if (low, high) == (-1, 1):
        return "by 1 up or down"
    return f"by {low:+d} to {high:+d}".replace("-", "−")


def effect_html(comparison: Comparison, runs: Mapping[str, Run | None], known: int | None) -> Markup:
    """Return what the change does: the answers, the first tensor that differs.

    Parameters
    ----------
    comparison
        Of A and B.
    runs
        ``float``, ``quantized`` (A) and ``modified`` (B); None for what there is not.
    known
        The picture's class, if it is known.
    """
    names = {"float": "float", "quantized": "A", "modified": "B"}
    lines = joined(_answer(name, names[name], run, known) for name, run in runs.items() if run is not None)
    first = comparison.first
    said: Markup = Markup('<p class="r8-first">A and B are the same, byte for byte.</p>')
    if first is not None:
        total = sum(entry.different for entry in comparison.differences)
        said = Markup(
            '<p class="r8-first" data-r8-first="{}">First difference: <strong>{}</strong>, {:,} of {:,} codes; '
            "in all {:,}.</p>"
        ).format(first.tensor, first.node, first.different, first.elements, total)
    return Markup('<div class="r8-answers">{}</div>{}').format(lines, said)


SAID = 4096
"""Numbers of an output that stand in the page, exactly; the file of all tensors has every one."""


def _answer(name: str, short: str, run: Run, known: int | None) -> Markup:
    found = run.probabilities
    values = np.asarray(found[0] if found.ndim > 1 and len(found) else found).reshape(-1)
    exact = " ".join(repr(float(v)) for v in values[:SAID])
    if not sorts_pictures(run.graph):
        return _largest(name, short, run, values, exact)
    answer = int(values.argmax())
    verdict = "" if known is None else "right" if answer == known else f"wrong: it is {CLASSES[known]}"
    return Markup(
        '<div class="r8-answer" data-r8-probabilities="{}" data-r8-values="{}"><span>{}</span><strong>{}</strong>'
        '<span class="r8-number">{:.4f}</span><span class="r8-meter"><i style="width:{:.1f}%"></i></span>'
        "<small>{}</small></div>"
    ).format(name, exact, short, CLASSES[answer], float(values[answer]), 100 * float(values[answer]), verdict)


def _largest(name: str, short: str, run: Run, values: Array, exact: str) -> Markup:
    """Return which number of an output is the largest, for a network whose classes have no names here."""
    said, at, amount = f"{run.graph.outputs[0].name}: nothing", "", 0.0
    if values.size:
        place, real = int(values.argmax()), run.real(run.graph.outputs[0].name).reshape(-1)
        said, at, amount = f"the largest of {values.size:,}", f"[{place}]", float(real[place])
    return Markup(
        '<div class="r8-answer" data-r8-probabilities="{}" data-r8-values="{}"><span>{}</span><strong>{}</strong>'
        '<span class="r8-number">{:.4g}</span><span></span><small>{}</small></div>'
    ).format(name, exact, short, at, amount, said)


def batch_html(found: Batch, gallery: Gallery, image: str) -> Markup:
    """Return the accuracy of both on the batch, and the pictures whose answer flips, as buttons.

    Parameters
    ----------
    found
        What was measured.
    gallery
        The pictures.
    image
        Name of the control that chooses one.
    """
    flips = joined(
        button(image, [label(gallery, n)], f"{int(gallery.indices[n])}: {CLASSES[a]} → {CLASSES[b]}", kind="r8-flip")
        for n, a, b in found.flips
    )
    said = Markup(
        '<p class="r8-accuracy" data-r8-accuracy="{0},{1}" data-r8-flips="{2}">'
        "Batch of {3}: A {0} right, B {1} right; {2} answers flip.</p>"
    ).format(*found.right, len(found.flips), found.images)
    return said + (Markup('<div class="r8-row r8-flips">{}</div>').format(flips) if found.flips else Markup(""))


def strip_html(comparison: Comparison, chosen: str) -> Markup:
    """Return the SQNR of every layer as a strip of bars, A behind B."""
    entries = {node: value for node, value in comparison.cumulative.items() if np.isfinite(value)}
    if not entries:
        return Markup("")
    after = comparison.after
    top = max(entries.values())
    step = 250 / len(entries)
    bars = []
    for n, (node, a) in enumerate(entries.items()):
        b = after.get(node, a)
        heights = [max(min(value / top, 1.0), 0.02) * 46 if np.isfinite(value) else 46.0 for value in (a, b)]
        bars.append(
            Markup('<g{}><title>{}: A {:.1f} dB, B {:.1f} dB</title><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" '
                   'height="{:.1f}" class="r8-a"/><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" '
                   'class="r8-b"/></g>').format(
                Markup(' class="r8-chosen"') if node == chosen else Markup(""), node, a, b,
                n * step, 50 - heights[0], step - 2, heights[0], n * step + (step - 2) / 4, 50 - heights[1],
                (step - 2) / 2, heights[1],
            )
        )  # fmt: skip
    worst = min(after.values(), default=0.0)
    return Markup(
        '<svg class="r8-strip" role="img" aria-label="SQNR of each layer, up to {0:.1f} dB; B at least {1:.1f}" '
        'viewBox="0 0 250 64" width="250" height="64">{2}<text x="0" y="62">'
        "SQNR by layer: A wide, B narrow, to {0:.0f} dB</text></svg>"
    ).format(top, worst, joined(bars))


def visit_html(found: Visit | None, node: Node, control: str) -> Markup:
    """Return a lesson's sentences, and where it goes next.

    Parameters
    ----------
    found
        The visit; None for none.
    node
        The operator that is looked at.
    control
        Name of the dropdown of nodes.
    """
    if found is None:
        return Markup("")
    more = Markup(' <a href="{}">Read on</a>').format(found.address)
    if not found.stops:
        return note(Markup("<strong>{}.</strong> {}{}").format(found.title, " ".join(found.sentences), more), "lesson")
    at = found.stops.index(node.name) if node.name in found.stops else -1
    steps = [
        button(control, [found.stops[place]], words)
        for place, words in ((at - 1, "◀ back"), (at + 1, "next ▶"))
        if 0 <= place < len(found.stops)
    ]
    said = found.sentences[0] if at <= 0 else OPERATIONS.get(node.op_type, "")
    return note(
        Markup("<strong>{} of {}: {}.</strong> {} {}{}").format(
            at + 1, len(found.stops), node.name, said, joined(steps), more
        ),
        "lesson",
    )
