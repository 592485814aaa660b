"""A few horizontal bars with their numbers, for a reader who looks for two seconds."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

from ._table import escape, plain


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    label
        What is measured.
    value
        Its length, from 0 to the `top` of `bars`.
    text
        The number as the reader shall see it, with its unit.
    note
        What else to say of it, in a few words.
    """

    label: str
    value: float
    text: str
    note: str = ""


@dataclass(frozen=True)
class Bars:
    """Bars that a notebook shows as HTML and a terminal as text; `bars` makes them."""

    rows: tuple[Bar, ...]
    top: float
    caption: str

    def _repr_html_(self) -> str:
        rows = "\n".join(
            f'<tr><th scope="row">{escape(bar.label)}</th>'
            f'<td class="bar"><span style="width: {100 * bar.value / self.top:.2f}%"></span></td>'
            f'<td class="number">{escape(bar.text)}</td><td class="note">{escape(bar.note)}</td></tr>'
            for bar in self.rows
        )
        return (
            f'<table class="resnet8doc-bars" aria-label="{html.escape(plain(self.caption), quote=True)}">\n'
            f"<caption>{escape(self.caption)}</caption>\n<tbody>\n{rows}\n</tbody>\n</table>"
        )

    def __str__(self) -> str:
        return "\n".join(f"{bar.label}  {bar.text}  {bar.note}".rstrip() for bar in self.rows)

    __repr__ = __str__


def bars(rows: Iterable[Bar], *, top: float, caption: str) -> Bars:
    """Draw horizontal bars, all from 0, so that their lengths can be compared.

    Parameters
    ----------
    rows
        The bars, from top to bottom.
    top
        The value whose bar fills the whole width.
    caption
        What the bars show. May hold markup (`resnet8doc.markup.Markup`).

    Raises
    ------
    ValueError
        If a value lies outside 0 to `top`.

    Examples
    --------
    >>> bars([Bar("float32", 89.6, "89.6 %"), Bar("int8", 89.5, "89.5 %", "a third of the size")], top=100, caption="")
    float32  89.6 %
    int8  89.5 %  a third of the size
    """
    drawn = tuple(rows)
    for bar in drawn:
        if not 0 <= bar.value <= top:
            raise ValueError(f"the bar {bar.label!r} has the value {bar.value}; expected 0 to {top}")
    return Bars(drawn, top, caption)
