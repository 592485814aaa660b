"""The first page: what the network is, its operators, its files."""

from ..errors import UserError
from ..markup import Markup, joined
from ._downloads import Download
from ._html import Number, link, number, page, paragraph, refused, section, shape, table
from ._operators import Row, parameter_bytes
from ._subject import Subject


def index_page(
    subject: Subject, rows: list[Row], files: list[Download], sizes: dict[str, int], playground: Markup, foot: str
) -> str:
    """Return the page; ``sizes`` are the bytes of each file, ``playground`` is the section on it."""
    graph = subject.graph
    figures = (
        (len(rows), "operators"), (sum(row.multiply_accumulates for row in rows), "multiply-accumulates an item"),
        (parameter_bytes(subject), "bytes of parameters"),
    )  # fmt: skip
    ends = [
        [kind, entry.name, str(subject.tensor(entry.name).dtype), shape(subject.tensor(entry.name).shape)]
        for kind, entries in (("input", graph.inputs), ("output", graph.outputs)) for entry in entries
    ]  # fmt: skip
    body = joined((
        Markup('<div class="figures">{}</div>').format(
            joined(Markup("<div><b>{:,}</b>{}</div>").format(value, said) for value, said in figures)
        ),
        paragraph(
            f"{subject.path.name}, format {graph.format}. Every number is computed as {graph.runtime.title} computes "
            f"({graph.runtime.name}). Numbers of one item: the first of {subject.given.said}."
        ),
        table(["", "tensor", "type", "shape"], ends, "What is fed and what comes out"),
        section("Operators", _operators(rows)),
        section("Drawing", _drawing(files)),
        playground,
        section("Downloads", *(_download(one, sizes) for one in files)),
    ))  # fmt: skip
    return page(graph.name or subject.path.stem, body, foot=foot, here="index.html")


def _operators(rows: list[Row]) -> Markup:
    cells = (
        [
            Number(str(row.number)), link(row.page, row.node.name) if row.has_page else row.node.name,
            row.node.op_type, "; ".join(map(shape, row.inputs)), shape(row.output), number(row.multiply_accumulates),
            number(row.parameter_bytes),
        ]
        for row in rows
    )  # fmt: skip
    heads = ["#", "node", "operator", "inputs", "output", "multiply-accumulates", "parameter bytes"]
    return table(heads, cells, "In the order of computation; a node's page has its scales, bounds and one output")


def _drawing(files: list[Download]) -> Markup:
    made = files[-1].made
    if isinstance(made, UserError):
        return refused(made)
    return Markup(
        '<div class="drawing" role="region" tabindex="0" aria-label="Drawing, scrollable">'
        '<img src="{0}" alt="The network, operator by operator, with types, shapes and scales"></div>'
    ).format(made[0])


def _download(one: Download, sizes: dict[str, int]) -> Markup:
    if isinstance(one.made, UserError):
        return Markup("<h3>{}</h3>{}").format(one.what, refused(one.made))
    links = Markup(", ").join(
        Markup("{} ({:,} bytes)").format(link(name, name.partition("/")[2]), sizes[name]) for name in one.made
    )
    return Markup("<h3>{}</h3>{}").format(one.what, paragraph(links))
