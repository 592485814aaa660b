"""HTML by hand: tables, buttons that set a control, notes. Whatever is not `Markup` is quoted."""

from collections.abc import Iterable, Sequence
from itertools import count
from json import dumps
from math import isfinite
from typing import Any

from ...markup import Markup, escape, joined
from ..model._assets import exporting

_ids = count()


def text(value: Any) -> Markup:
    """Return a value as escaped text: numbers with six significant digits, booleans and None as words.

    Examples
    --------
    >>> [str(text(value)) for value in (0.1234567, "<b>", -3, float("inf"))]
    ['0.123457', '&lt;b&gt;', '−3', '∞']
    """
    if isinstance(value, float):
        if value != value:
            return Markup("not a number")
        spelled = f"{value:.6g}" if isfinite(value) else ("∞" if value > 0 else "−∞")
        return Markup(spelled.replace("-", "−"))
    if isinstance(value, int) and not isinstance(value, bool):
        return Markup(str(value).replace("-", "−"))
    return escape(value)


def table(rows: Sequence[dict[str, Any]], caption: str, *, limit: int = 0, row_head: bool = True) -> Markup:
    """Return rows as an HTML table whose columns sort when their heads are pressed.

    Parameters
    ----------
    rows
        Dictionaries with the same keys, which are the heads.
    caption
        What the table says.
    limit
        Height in lines after which it scrolls; 0 for never.
    row_head
        Whether the first column names the row.
    """
    if not rows:
        return Markup('<p class="r8-note">{}: nothing to show.</p>').format(caption)
    lines = (joined(_cell(value, row_head and n == 0) for n, value in enumerate(row.values())) for row in rows)
    body = joined(Markup("<tr>{}</tr>").format(line) for line in lines)
    return _framed(caption, list(rows[0]), Markup("<tbody>{}</tbody>").format(body), limit)


def long_table(heads: Sequence[str], rows: Iterable[Sequence[float | str]], caption: str, *, limit: int) -> Markup:
    r"""Return a long table of numbers and short texts, whose rows the page itself makes.

    marimo's page makes an object of every cell, which takes a fifth of a second for some thousand of them; so the rows
    go along as text, and ``notebooks/head.html`` makes cells of them. Where no script runs, in what the site shows
    before Python is there, the rows are cells from the start.

    Parameters
    ----------
    heads
        Of the columns.
    rows
        One value for each head; the first names the row.
    caption
        What the table says.
    limit
        Height in lines after which it scrolls.

    Examples
    --------
    >>> str(long_table(["tap", "product"], [["0, 0", -3]], "Products", limit=10)).partition("<tbody")[2]
    ' data-r8-rows="0, 0\t−3"></tbody></table></div>'
    """
    if exporting():
        return table([dict(zip(heads, row, strict=True)) for row in rows], caption, limit=limit)
    lines = "\n".join(
        "\t".join(f"{value:.6g}" if isinstance(value, float) else str(value) for value in row) for row in rows
    ).replace("-", "−")
    return _framed(caption, heads, Markup('<tbody data-r8-rows="{}"></tbody>').format(lines), limit)


def drawn(content: Markup) -> Markup:
    """Return HTML that the page itself puts in: a drawing, or tables.

    marimo's page makes an object of every element, and compares each with the one before; this goes along as text,
    and ``notebooks/head.html`` makes elements of it in one go. Nothing in it may be open, focused or written into, for
    it is made anew with every change. Where no script runs, it is there from the start.

    Examples
    --------
    >>> str(drawn(Markup("<b>3</b>")))
    '<div data-r8-html="&lt;b&gt;3&lt;/b&gt;"></div>'
    """
    if exporting():
        return Markup("<div>{}</div>").format(content)
    return Markup('<div data-r8-html="{}"></div>').format(str(content))


def _framed(caption: str, heads: Sequence[str], body: Markup, limit: int) -> Markup:
    scroll = Markup("")
    if limit:
        scroll = Markup(' style="max-height:{}em" tabindex="0" role="region" aria-label="{}"').format(
            limit * 1.75 + 3, caption
        )
    cells = joined(
        Markup('<th scope="col"><button type="button" data-r8-sort>{}</button></th>').format(head) for head in heads
    )
    return Markup(
        '<div class="r8-scroll"{}><table class="r8-table"><caption>{}</caption>'
        "<thead><tr>{}</tr></thead>{}</table></div>"
    ).format(scroll, caption, cells, body)


def _cell(value: Any, head: bool) -> Markup:
    content = text(value)
    if head:
        return Markup('<th scope="row">{}</th>').format(content)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Markup('<td class="r8-number" data-r8-key="{}">{}</td>').format(repr(float(value)), content)
    return Markup("<td>{}</td>").format(content)


def button(
    control: str, value: Any, label: str | Markup, *, pressed: bool | None = None, title: str = "", style: str = "",
    kind: str = "",
) -> Markup:  # fmt: skip
    """Return a button that sets one of the notebook's controls.

    Parameters
    ----------
    control
        Name that :func:`control` wraps the control with.
    value
        What the control's front end is to get, JSON-able: ``["stem_conv"]`` for a dropdown, a number, a text.
    label
        What stands on it.
    pressed
        Whether it stands for what is chosen now.
    title
        Read out, and shown while the pointer rests on it.
    style
        CSS of its own.
    kind
        A class of its own.
    """
    attributes = [Markup("")]
    if pressed is not None:
        attributes.append(Markup(' aria-pressed="{}"').format(str(pressed).lower()))
    if title:
        attributes.append(Markup(' title="{0}" aria-label="{0}"').format(title))
    if style:
        attributes.append(Markup(' style="{}"').format(style))
    return Markup('<button type="button" class="r8-button{}" data-r8-set="{}" data-r8-value="{}"{}>{}</button>').format(
        f" {kind}" if kind else "", control, dumps(value), joined(attributes), label
    )


def control(name: str, element: object) -> Markup:
    """Wrap a marimo control, which formats itself as HTML, so that buttons can find it by name."""
    return Markup('<span class="r8-control" data-r8-control="{}">{}</span>').format(name, live(element))


def live(element: object) -> Markup:
    """Return a marimo element as HTML: it formats itself, and quotes what it shows."""
    return Markup(f"{element}")


def copy_button(label: str, content: str) -> Markup:
    """Return a button that copies ``content`` to the clipboard, with the text under a toggle."""
    name = f"r8-copy-{next(_ids)}"
    return Markup(
        '<div class="r8-copy"><button type="button" class="r8-button" data-r8-copy="{0}">{1}</button>'
        '<details><summary>show</summary><pre tabindex="0" data-r8-name="{0}">{2}</pre></details></div>'
    ).format(name, label, content)


def note(sentence: str | Markup, kind: str = "note") -> Markup:
    """Return a sentence as a paragraph that a screen reader announces: ``note``, ``error`` or ``lesson``."""
    role = "alert" if kind == "error" else "note"
    return Markup('<p class="r8-note r8-{}" role="{}">{}</p>').format(kind, role, sentence)


def heading(title: str, level: int = 2) -> Markup:
    """Return a heading of the page."""
    return Markup("<h{0} class=r8-head>{1}</h{0}>").format(level, title)


def section(title: str, *parts: Markup, level: int = 3) -> Markup:
    """Return parts under a heading."""
    return Markup("<section><h{0}>{1}</h{0}>{2}</section>").format(level, title, joined(parts))


def details(summary: str, *parts: Markup, name: str = "") -> Markup:
    """Return parts under a toggle; ``name`` lets the page keep it open when its content is made anew."""
    return Markup('<details class="r8-details" data-r8-details="{}"><summary>{}</summary>{}</details>').format(
        name or summary, summary, joined(parts)
    )


def columns(parts: Iterable[tuple[str, Markup]]) -> Markup:
    """Return titled parts side by side, wrapping where the page is narrow."""
    cells = joined(
        Markup('<figure class="r8-figure"><figcaption>{}</figcaption>{}</figure>').format(title, body)
        for title, body in parts
    )
    return Markup('<div class="r8-columns">{}</div>').format(cells)
