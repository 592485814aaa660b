"""The pixel microscope: how one output element came about, drawn, with the numbers under a toggle."""

from collections.abc import Iterator

from ... import microscope
from ...arithmetic import Runtime
from ...errors import UserError
from ...graph import Graph, Node, operator_of
from ...markup import Markup, joined
from ...trace import Trace
from ..model._channels import as_channels, index_of
from ..model._memo import kept
from ..model._run import Run
from ..model._tracing import trace_pixel
from ._copying import as_c, as_vector
from ._html import copy_button, details, drawn, long_table, note, table, text

Traced = tuple[Trace, Runtime | None]


@kept(2)  # A's and B's: a change of one leaves the other's
def microscope_html(
    run: Run, node: Node, pixel: tuple[int, int, int], runtime: Runtime | None = None, *, chosen: int | None = None,
    control: str = "", parts_at: int = 0, name: str = "", narrow: bool = False,
) -> Markup:  # fmt: skip
    """Return the microscope's view of one output element.

    Parameters
    ----------
    run, node, pixel, runtime
        As for `trace_pixel`.
    chosen
        The input channel whose products are drawn.
    control
        Name of the control that a pressed bar sets to its channel.
    parts_at
        The step at which another run's trace parts from this one.
    name
        Of the run, for the toggle of the tables.
    narrow
        To stand beside another.
    """
    try:
        trace = trace_pixel(run, node, pixel, runtime)
    except UserError:
        return _untraced(run, node, pixel)
    stored = run.values[node.output][index_of(run.values[node.output], *pixel)].item()
    channel, row, column = pixel
    result = Markup(
        '<p class="r8-result"><span>{}[channel {}, row {}, column {}]</span> = '
        '<strong data-r8-byte="{}">{}</strong>{}</p>'
    ).format(
        node.output, channel, row, column, stored, text(stored),
        "" if trace.output == stored else Markup(" (the trace says {})").format(text(trace.output)),
    )  # fmt: skip
    figure = microscope.figure(
        trace, name=node.name, source=None if narrow else _source(run, node), chosen=chosen, control=control,
        parts_at=parts_at, narrow=narrow,
    )  # fmt: skip
    steps = table([{"step": step.name, "formula": step.formula, "result": step.value, "type": step.dtype}
                   for step in trace.steps], "From the sum to the byte")  # fmt: skip
    parts = [steps, _receptive_field(run, node, trace)]
    if trace.terms:
        parts.append(long_table(_TERM, _terms(trace), f"Every product: {len(trace.terms)}", limit=10))
    code = as_c(run.graph, node, trace, runtime)
    if code:
        parts.append(copy_button("Copy as C", code))
    parts.append(copy_button("Copy as test vector", as_vector(run.graph, node, trace, runtime)))
    return joined((result, drawn(figure), details("In numbers, to copy", *parts, name=f"numbers-{name}")))


def _source(run: Run, node: Node) -> object:
    """Return the codes of the first input as channels, where it has rows and columns."""
    tensor = next((entry.tensor for entry in node.inputs if not entry.parameter), None)
    values = run.values.get(tensor or "")
    first = values is not None and values.ndim == 4 and not node.attributes.get("channels_last")
    return as_channels(values) if values is not None and first else None


def _untraced(run: Run, node: Node, pixel: tuple[int, int, int]) -> Markup:
    """Say an element, and why it is not followed."""
    values = run.values[node.output]
    if not values.size:
        return note(f"{node.output} has no elements.")
    stored = values[index_of(values, *pixel)].item()
    if operator_of(node).kind == "movement":
        why = "moves values and computes none: there is nothing to follow here."
    else:
        why = "computes on real numbers: its steps are not drawn."
    channel, row, column = pixel
    return Markup(
        '<p class="r8-result">{}[channel {}, row {}, column {}] = <strong data-r8-byte="{}">{}</strong></p>'
    ).format(node.output, channel, row, column, stored, text(stored)) + note(f"{node.name} ({node.op_type}) {why}")


_TERM = ("tap", "input element", "x", "x − zero point", "w", "w − zero point", "product", "running sum")


def _terms(trace: Trace) -> Iterator[tuple[float | str, ...]]:
    for term in trace.terms:
        element = "padding" if term.x_index is None else ", ".join(map(str, term.x_index))
        yield (
            ", ".join(map(str, term.tap)), element,
            term.x, term.x_centred, term.w, term.w_centred, term.product, term.accumulator,
        )  # fmt: skip


def _receptive_field(run: Run, node: Node, trace: Trace) -> Markup:
    """Say which elements of the input the output depends on, and show their codes for the first input channel."""
    inside = [term.x_index for term in trace.terms if term.x_index is not None and len(term.x_index) == 4]
    if not inside or _source(run, node) is None:
        return Markup("")
    rows, columns = ([index[axis] for index in inside] for axis in (2, 3))
    channels = len({term.tap[0] for term in trace.terms})
    padded = len(trace.terms) - len(inside)
    sentence = (
        f"Receptive field: rows {min(rows)} to {max(rows)}, columns {min(columns)} to {max(columns)} of "
        f"{channels} input channels"
    )
    tensor = next(entry.tensor for entry in node.inputs if not entry.parameter)
    codes = as_channels(run.values[tensor])[0]
    window = [
        {"row": y, **{f"column {x}": codes[y, x].item() for x in range(min(columns), max(columns) + 1)}}
        for y in range(min(rows), max(rows) + 1)
    ]
    more = f"; {padded} of {len(trace.terms)} products are padding." if padded else "."
    return note(sentence + more) + table(window, f"{tensor}, channel 0, the field's codes")


def parting(
    runs: tuple[Run, Run],
    nodes: tuple[Node, Node],
    pixel: tuple[int, int, int],
    runtimes: tuple[Runtime | None, Runtime | None],
) -> tuple[int, Markup]:
    """Return the step of the drawing at which two runs part at an element, and what each does there.

    Parameters
    ----------
    runs, nodes, runtimes
        Of A and of B.
    pixel
        As for `trace_pixel`.

    Returns
    -------
    tuple
        The step, 0 where they do not part or nothing can be traced; and the sentence.
    """
    try:
        one, other = (
            trace_pixel(run, node, pixel, runtime) for run, node, runtime in zip(runs, nodes, runtimes, strict=True)
        )
    except UserError:
        return 0, Markup("")
    step = microscope.parting(one, other)
    if not step:
        return 0, Markup('<p class="r8-parting" data-r8-parts="0">At this pixel A and B do the same in every step.</p>')
    said = [parts[step - 1].said if step <= len(parts) else f"{trace.output} comes out."
            for trace in (one, other) for parts in (microscope.story(trace).parts,)]  # fmt: skip
    if said[0] == said[1]:
        changed = sum(a.x_centred != b.x_centred for a, b in zip(one.terms, other.terms, strict=True))
        if changed:
            said[0] = f"{changed} of the {len(one.terms)} codes that they read differ. Look at the layer before."
        return step, Markup('<p class="r8-parting" data-r8-parts="{0}">They part at step {0}: {1}</p>').format(
            step, said[0]
        )
    return step, Markup(
        '<p class="r8-parting" data-r8-parts="{0}">They part at step {0}. '
        "<strong>A</strong>: {1} <strong>B</strong>: {2}</p>"
    ).format(step, *said)


def graph_nodes(graph: Graph) -> list[str]:
    """Return the names of the nodes, in order of computation, for the dropdown."""
    return [node.name for node in graph.nodes]
