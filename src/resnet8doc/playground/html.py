"""HTML by hand: escaping, tables, buttons that set a control, notes."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import count
from json import dumps
from math import isfinite
from typing import Any

from .assets import exporting

_ids = count()


def text(value: Any) -> str:
    """Return a value as escaped text: numbers with six significant digits, booleans and None as words.

    Examples
    --------
    >>> text(0.1234567), text("<b>"), text(-3), text(float("inf"))
    ('0.123457', '&lt;b&gt;', '−3', '∞')
    """
    if isinstance(value, float):
        if value != value:
            return "not a number"
        spelled = f"{value:.6g}" if isfinite(value) else ("∞" if value > 0 else "−∞")
        return spelled.replace("-", "−") if not spelled.startswith("−") else spelled
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value).replace("-", "−")
    return escape(str(value))


def table(rows: Sequence[dict[str, Any]], caption: str, *, limit: int = 0, row_head: bool = True) -> str:
    """Return rows as an HTML table whose columns sort when their heads are pressed.

    Parameters
    ----------
    rows
        Dictionaries with the same keys, which are the heads. Strings that start with ``<`` are taken as HTML.
    caption
        What the table says.
    limit
        Height in lines after which it scrolls; 0 for never.
    row_head
        Whether the first column names the row.
    """
    if not rows:
        return f'<p class="r8-note">{escape(caption)}: nothing to show.</p>'
    lines = ["".join(_cell(value, row_head and n == 0) for n, value in enumerate(row.values())) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return _framed(caption, list(rows[0]), f"<tbody>{body}</tbody>", limit)


def long_table(heads: Sequence[str], rows: Iterable[Sequence[float | str]], caption: str, *, limit: int) -> str:
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
    >>> long_table(["tap", "product"], [["0, 0", -3]], "Products", limit=10).partition("<tbody")[2]
    ' data-r8-rows="0, 0\t−3"></tbody></table></div>'
    """
    if exporting():
        return table([dict(zip(heads, row, strict=True)) for row in rows], caption, limit=limit)
    lines = "\n".join(
        "\t".join(f"{value:.6g}" if isinstance(value, float) else str(value) for value in row) for row in rows
    ).replace("-", "−")
    return _framed(caption, heads, f'<tbody data-r8-rows="{escape(lines)}"></tbody>', limit)


def _framed(caption: str, heads: Sequence[str], body: str, limit: int) -> str:
    scroll = (
        f' style="max-height:{limit * 1.75 + 3}em" tabindex="0" role="region" aria-label="{escape(caption)}"'
        if limit
        else ""
    )
    cells = "".join(
        f'<th scope="col"><button type="button" data-r8-sort>{escape(head)}</button></th>' for head in heads
    )
    return (
        f'<div class="r8-scroll"{scroll}><table class="r8-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{cells}</tr></thead>{body}</table></div>"
    )


def _cell(value: Any, head: bool) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    content = value if isinstance(value, str) and value.startswith("<") else text(value)
    if head:
        return f'<th scope="row">{content}</th>'
    key = f' class="r8-number" data-r8-key="{float(value)!r}"' if number else ""
    return f"<td{key}>{content}</td>"


def button(
    control: str, value: Any, label: str, *, pressed: bool | None = None, title: str = "", style: str = ""
) -> str:
    """Return a button that sets one of the notebook's controls.

    Parameters
    ----------
    control
        Name that :func:`control` wraps the control with.
    value
        What the control's front end is to get, JSON-able: ``["stem_conv"]`` for a dropdown, a number, a text.
    label
        HTML inside the button.
    pressed
        Whether it stands for what is chosen now.
    title
        Read out, and shown while the pointer rests on it.
    style
        CSS of its own.
    """
    attributes = "" if pressed is None else f' aria-pressed="{str(pressed).lower()}"'
    if title:
        attributes += f' title="{escape(title)}" aria-label="{escape(title)}"'
    if style:
        attributes += f' style="{escape(style)}"'
    return (
        f'<button type="button" class="r8-button" data-r8-set="{escape(control)}" '
        f"data-r8-value='{escape(dumps(value))}'{attributes}>{label}</button>"
    )


def control(name: str, element: str) -> str:
    """Wrap a marimo control's HTML so that buttons can find it by name."""
    return f'<span class="r8-control" data-r8-control="{escape(name)}">{element}</span>'


def copy_button(label: str, content: str) -> str:
    """Return a button that copies ``content`` to the clipboard, with the text under a toggle for who cannot copy."""
    name = f"r8-copy-{next(_ids)}"
    return (
        f'<div class="r8-copy"><button type="button" class="r8-button" data-r8-copy="{name}">{escape(label)}</button>'
        f'<details><summary>show</summary><pre tabindex="0" data-r8-name="{name}">{escape(content)}</pre>'
        "</details></div>"
    )


def note(sentence: str, kind: str = "note") -> str:
    """Return a sentence as a paragraph that a screen reader announces: ``note``, ``error`` or ``lesson``."""
    role = "alert" if kind == "error" else "note"
    return f'<p class="r8-note r8-{kind}" role="{role}">{escape(sentence)}</p>'


def section(title: str, *parts: str, level: int = 3) -> str:
    """Return parts under a heading."""
    return f"<section><h{level}>{escape(title)}</h{level}>{''.join(parts)}</section>"


def columns(parts: Iterable[tuple[str, str]]) -> str:
    """Return titled parts side by side, wrapping where the page is narrow."""
    cells = "".join(
        f'<figure class="r8-figure"><figcaption>{escape(title)}</figcaption>{body}</figure>' for title, body in parts
    )
    return f'<div class="r8-columns">{cells}</div>'
