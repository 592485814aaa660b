"""The pages' HTML: the frame of each, tables, and what a tool refuses."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from ..errors import UserError
from ..markup import Markup, joined

PAGES = (
    ("index.html", "Network"), ("proof.html", "Proof"), ("memory.html", "Memory"), ("pitfalls.html", "Pitfalls"),
)  # fmt: skip
"""The pages that stand above each page, with their titles."""

_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
    '<link rel="icon" href="data:,">\n<link rel="stylesheet" href="{root}static/microscope.css">\n'
    '<link rel="stylesheet" href="{root}static/specification.css">\n</head>\n<body>\n'
    '<nav aria-label="Pages">{links}</nav>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n'
    "<footer>{foot}</footer>\n{script}</body>\n</html>\n"
)


class Number:
    """A cell that stands to the right: a number, written out."""

    def __init__(self, text: str) -> None:
        self.text = text


def number(value: int | float) -> Number:
    """Return a number's cell: whole ones with commas, real ones with nine digits."""
    return Number((f"{value:,d}" if isinstance(value, int) else f"{value:.9g}").replace("-", "−").replace("e−", "e-"))


def page(title: str, body: Any, *, foot: str, here: str = "", scripted: bool = False) -> str:
    """Return a whole page.

    Parameters
    ----------
    title
        Its head.
    body
        HTML, or text that is quoted.
    foot
        The last line.
    here
        Its own address below the site's root; from it follows how the others are reached.
    scripted
        Whether it has a figure that is moved.
    """
    root = "../" * here.count("/")
    links = joined(
        Markup('<a href="{}{}"{}>{}</a>').format(
            root, name, Markup(' aria-current="page"') if name == here else "", text
        )
        for name, text in PAGES
    )
    script = Markup('<script src="{}static/microscope.js"></script>\n').format(root) if scripted else ""
    return str(_PAGE.format(title=title, root=root, links=links, body=body, foot=foot, script=script))


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> Markup:
    """Return a table in a box of its own, which scrolls where it is wide.

    Parameters
    ----------
    heads
        Of the columns.
    rows
        Of cells: a `Number` stands to the right, HTML is put in as it is, all else is quoted. The first names the row.
    caption
        What to see in it.
    """
    every = [list(row) for row in rows]
    right = [any(isinstance(row[n], Number) for row in every) for n in range(len(heads))]
    top = joined(
        Markup('<th scope="col" class="{}">{}</th>').format("n" if right[n] else "name", head)
        for n, head in enumerate(heads)
    )
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(joined(_cell(cell, n == 0) for n, cell in enumerate(row))) for row in every
    )
    said = Markup("<caption>{}</caption>").format(caption) if caption else ""
    return Markup(
        '<div class="box" role="region" tabindex="0" aria-label="{}"><table>{}<thead><tr>{}</tr></thead>\n'
        "<tbody>\n{}\n</tbody></table></div>"
    ).format(caption or "Table", said, top, body)


def _cell(cell: Any, first: bool) -> Markup:
    kind, text = ("n", cell.text) if isinstance(cell, Number) else ("name", cell)
    if first:
        return Markup('<th scope="row" class="{}">{}</th>').format(kind, text)
    return Markup('<td class="{}">{}</td>').format(kind, text)


def section(title: str, *parts: Any) -> Markup:
    """Return a section with its head."""
    return Markup("<section>\n<h2>{}</h2>\n{}\n</section>\n").format(title, Markup("\n").join(parts))


def paragraph(text: Any) -> Markup:
    """Return a paragraph."""
    return Markup("<p>{}</p>").format(text)


def refused(error: UserError) -> Markup:
    """Return a refusal: what was found, what was expected, what helps."""
    return Markup('<div class="refused"><p><b>Refused.</b> Found: {}.</p><p>Expected: {}.</p><p>{}</p></div>').format(
        error.found, error.expected, error.remedy
    )


def link(address: str, text: Any) -> Markup:
    """Return a link to a file of the site."""
    return Markup('<a href="{}">{}</a>').format(quote(address), text)


def details(summary: str, body: Any) -> Markup:
    """Return something that is opened when it is asked for."""
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, body)


def shape(lengths: Sequence[int]) -> str:
    """Return a shape in words.

    Examples
    --------
    >>> shape((1, 3, 8, 8)), shape(())
    ('1 × 3 × 8 × 8', 'scalar')
    """
    return " × ".join(map(str, lengths)) or "scalar"
