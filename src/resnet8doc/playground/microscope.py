"""The pixel microscope: how one output element came about, with these numbers in every formula."""

from collections.abc import Iterator

from ..arithmetic import Runtime
from ..errors import UserError
from ..graph import Graph, Node
from ..ops import Trace
from .copying import as_c, as_vector
from .html import copy_button, long_table, note, section, table, text
from .mosaic import as_channels, index_of
from .run import Run


def trace_pixel(run: Run, node: Node, pixel: tuple[int, int, int], runtime: Runtime | None = None) -> Trace:
    """Write down how one element of a node's output came about in a run.

    Parameters
    ----------
    run
        The run that it happened in.
    node
        A quantized operator.
    pixel
        Channel, row and column of its output.
    runtime
        Whose arithmetic the node had, if not ONNX Runtime's on x86-64.

    Raises
    ------
    UserError
        If the operator computes nothing that can be traced.
    """
    feeds = {entry.tensor: run.values[entry.tensor] for entry in node.inputs if not entry.parameter}
    return run.graph.trace(node.name, index_of(run.values[node.output], *pixel), feeds, runtime=runtime)


def microscope_html(run: Run, node: Node, pixel: tuple[int, int, int], runtime: Runtime | None = None) -> str:
    """Return the microscope's view of one output element.

    Parameters
    ----------
    run, node, pixel, runtime
        As for `trace_pixel`.
    """
    try:
        trace = trace_pixel(run, node, pixel, runtime)
    except UserError as error:
        return note(f"{node.name} ({node.op_type}) moves values and computes none: {error.expected} can be traced.")
    stored = run.values[node.output][index_of(run.values[node.output], *pixel)].item()
    channel, row, column = pixel
    result = (
        f'<p class="r8-result">{text(node.output)}[channel {channel}, row {row}, column {column}] = '
        f'<strong data-r8-byte="{stored}">{text(stored)}</strong>'
        f"{'' if trace.output == stored else ' (the trace says ' + text(trace.output) + ')'}</p>"
    )
    steps = table([{"step": step.name, "formula": step.formula, "result": step.value, "type": step.dtype}
                   for step in trace.steps], "From the sum to the byte")  # fmt: skip
    parts = [result, steps, _receptive_field(run, node, trace)]
    if trace.terms:
        parts.append(long_table(_TERM, _terms(trace), f"Every product: {len(trace.terms)}", limit=10))
    code = as_c(run.graph, node, trace, runtime)
    if code:
        parts.append(copy_button("Copy as C", code))
    parts.append(copy_button("Copy as test vector", as_vector(run.graph, node, trace, runtime)))
    return section(f"{node.name}, {node.op_type}", *parts)


_TERM = ("tap", "input element", "x", "x − zero point", "w", "w − zero point", "product", "running sum")


def _terms(trace: Trace) -> Iterator[tuple[float | str, ...]]:
    for term in trace.terms:
        element = "padding" if term.x_index is None else ", ".join(map(str, term.x_index))
        yield (
            ", ".join(map(str, term.tap)), element,
            term.x, term.x_centred, term.w, term.w_centred, term.product, term.accumulator,
        )  # fmt: skip


def _receptive_field(run: Run, node: Node, trace: Trace) -> str:
    """Say which elements of the input the output depends on, and show their codes for the first input channel."""
    inside = [term for term in trace.terms if term.x_index is not None and len(term.x_index) == 4]
    if not inside:
        return ""
    rows = [term.x_index[2] for term in inside if term.x_index]
    columns = [term.x_index[3] for term in inside if term.x_index]
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


def graph_nodes(graph: Graph) -> list[str]:
    """Return the names of the nodes, in order of computation, for the dropdown."""
    return [node.name for node in graph.nodes]
