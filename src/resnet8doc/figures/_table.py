"""Tables for pages: accessible, numbers aligned on the decimal point, sortable when long."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, Literal

from ..markup import Markup

Row = Mapping[str, Any]
Best = Literal["max", "min"]

LONG = 8
"""From this many rows on, a table can be sorted by its heads."""

BREAKS = re.compile(r"(?<=\w[_/.])(?=[A-Za-z])|(?<=[a-z]{4})(?=[A-Z][a-z]{3})")
"""Where a long name may break: ``resnet8_|int8.|onnx``, ``Quantize|Linear``."""

SHORT = 12
"""Names of up to so many characters are never broken: those of the layers."""


@dataclass(frozen=True)
class Table:
    """A table that a notebook shows as HTML and a terminal as text; `table` makes one."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str
    sortable: bool
    row_heads: bool

    def _repr_html_(self) -> str:
        bodies = "\n".join(self._html_row(row) for row in self.rows)
        heads = "".join(column.head_html() for column in self.columns)
        classes = "resnet8doc-table table" + (" sortable" if self.sortable else "")
        caption = f"<caption><span>{escape(self.caption)}</span></caption>\n" if self.caption else ""
        label = html.escape(plain(self.caption) or "table", quote=True)
        # A wide table scrolls inside its own box; the box takes the focus, so that keys can scroll it too.
        return (
            f'<div class="resnet8doc-table-box" role="region" tabindex="0" aria-label="{label}">\n'
            f'<table class="{classes}">\n{caption}<thead>\n<tr>{heads}</tr>\n</thead>\n'
            f"<tbody>\n{bodies}\n</tbody>\n</table>\n</div>"
        )

    def _html_row(self, row: Row) -> str:
        cells = [column.cell_html(row.get(column.key)) for column in self.columns]
        if self.row_heads and cells:
            first = cells[0].removeprefix("<td").removesuffix("</td>")
            cells[0] = f'<th scope="row"{first}</th>'
        return f"<tr>{''.join(cells)}</tr>"

    def __str__(self) -> str:
        lines = [[column.head for column in self.columns]]
        lines += [[column.text(row.get(column.key)) for column in self.columns] for row in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if column.numeric else cell.ljust(width)
                for cell, width, column in zip(line, widths, self.columns, strict=True)
            ).rstrip()
            for line in lines
        )

    __repr__ = __str__


@dataclass(frozen=True)
class Column:
    """One column: how its head reads and how its values are written."""

    key: str
    title: str
    unit: str
    form: str
    numeric: bool
    best: float | None
    wrap: bool = False
    fraction: int = 0
    """Characters after the integer part of the longest value, the point included."""

    @property
    def head(self) -> str:
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def head_html(self) -> str:
        unit = f' <span class="unit">({html.escape(self.unit)})</span>' if self.unit else ""
        attributes = ' class="number" data-sort-method="number"' if self.numeric else ""
        return f'<th scope="col"{attributes}>{html.escape(self.title)}{unit}</th>'

    def text(self, value: Any) -> str:
        if is_missing(value):
            return "–"
        if is_number(value):
            return format(value, self.form).replace("-", "−") if self.form else str(value)
        return plain(value)

    def cell_html(self, value: Any) -> str:
        if not self.numeric:
            wrap = ' class="wrap"' if self.wrap else ""
            return f"<td{wrap}>{breakable(escape(value if not is_missing(value) else '–'))}</td>"
        text = self.text(value)
        pad = padding(self.fraction - len(split_point(text)[1]))
        shown = html.escape(text)
        if self.best is not None and not is_missing(value) and float(value) == self.best:
            shown = f'<strong class="best">{shown}<span class="visually-hidden"> (best)</span></strong>'
        order = "" if is_missing(value) else f' data-sort="{float(value)!r}"'
        return f'<td class="number"{order}>{shown}{pad}</td>'


def table(
    rows: Iterable[Row] | Any,
    *,
    caption: str = "",
    columns: Mapping[str, str] | Sequence[str] | None = None,
    units: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
    best: Mapping[str, Best] | None = None,
    sortable: bool | None = None,
    row_heads: bool = True,
    wrap: Collection[str] = (),
) -> Table:
    """Make a table for a page.

    Parameters
    ----------
    rows
        Dictionaries from column to value, or a pandas ``DataFrame`` (its index is not shown). ``None`` and NaN are
        shown as a dash. Text is escaped; a value with a method ``__html__`` (a `resnet8doc.markup.Markup`) is put in
        as it is.
    caption
        What to see in the table. Pages give one.
    columns
        Which columns, in which order; a mapping also gives their titles. Without it: all, titles from the keys.
    units
        Column to unit, written into the head: ``{"size": "bytes"}``.
    formats
        Column to format specification: ``{"accuracy": ".2f"}``. Whole numbers default to ``",d"``, others to ``".4g"``.
    best
        Column to ``"max"`` or ``"min"``: its best value is set in bold, and said to be so.
    sortable
        Whether a click on a head sorts. Without it: from 8 rows on.
    row_heads
        Whether the first column names the row (a screen reader then repeats it).
    wrap
        Columns of long text, which may break into lines.

    Raises
    ------
    ValueError
        If `units`, `formats`, `best` or `wrap` name a column that is not shown.

    Examples
    --------
    >>> table(
    ...     [{"model": "float", "accuracy": 88.5}, {"model": "int8", "accuracy": 88.12}],
    ...     caption="Accuracy on the test images",
    ...     units={"accuracy": "%"},
    ...     formats={"accuracy": ".2f"},
    ... )
    model  accuracy (%)
    float         88.50
    int8          88.12
    """
    records = _records(rows)
    titles = _titles(records, columns)
    units, formats, best = units or {}, formats or {}, best or {}
    for name, given in (("units", units), ("formats", formats), ("best", best), ("wrap", wrap)):
        if unknown := sorted(set(given) - set(titles)):
            raise ValueError(f"{name} names columns that are not shown: {unknown}; shown are {list(titles)}")
    shown = tuple(
        replace(_column(key, title, records, units.get(key, ""), formats.get(key), best.get(key)), wrap=key in wrap)
        for key, title in titles.items()
    )
    return Table(shown, records, caption, len(records) >= LONG if sortable is None else sortable, row_heads)


def _records(rows: Iterable[Row] | Any) -> tuple[Row, ...]:
    if hasattr(rows, "to_dict"):  # a DataFrame; pandas itself is not imported, since layer 2 does without it
        return tuple(rows.to_dict("records"))
    return tuple(rows)


def _titles(records: tuple[Row, ...], columns: Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    if isinstance(columns, Mapping):
        return dict(columns)
    keys = columns if columns is not None else dict.fromkeys(key for record in records for key in record)
    return {key: str(key).replace("_", " ") for key in keys}


def _column(key: str, title: str, records: tuple[Row, ...], unit: str, form: str | None, best: Best | None) -> Column:
    present = [record[key] for record in records if not is_missing(record.get(key))]
    numeric = bool(present) and all(is_number(value) for value in present)
    if form is None:
        form = ",d" if numeric and all(isinstance(value, Integral) for value in present) else ".4g" if numeric else ""
    best_value = {"max": max, "min": min}[best](map(float, present)) if best and numeric else None
    column = Column(key, title, unit, form, numeric, best_value)
    if not numeric:
        return column
    fraction = max(len(split_point(column.text(value))[1]) for value in present)
    return replace(column, fraction=fraction)


def is_number(value: Any) -> bool:
    """Whether a value is aligned as a number; a truth value is not."""
    return isinstance(value, Real) and type(value).__name__ not in ("bool", "bool_")


def is_missing(value: Any) -> bool:
    """Whether there is no value: ``None`` or NaN."""
    return value is None or (isinstance(value, Real) and math.isnan(float(value)))


def split_point(text: str) -> tuple[str, str]:
    """Split ``"12.5"`` into ``"12"`` and ``".5"``."""
    whole, point, fraction = text.partition(".")
    return whole, point + fraction


def padding(length: int) -> str:
    """Return blanks as wide as digits, so that right-aligned numbers stand with their points in one column."""
    if length <= 0:
        return ""
    return f'<span class="pad" aria-hidden="true">{chr(0x2007) * length}</span>'


def escape(value: Any) -> str:
    """Return a value as HTML: what is HTML already as it is, all else escaped."""
    return str(value.__html__()) if hasattr(value, "__html__") else html.escape(str(value))


def breakable(markup: str) -> str:
    """Let long names break where a narrow column needs it: after ``_``, ``/`` and ``.``, and between two words.

    Examples
    --------
    >>> breakable('<a href="stem_conv.html">stem_conv</a>: QuantizeLinear, stack2_shortcut')
    '<a href="stem_conv.html">stem_conv</a>: Quantize<wbr>Linear, stack2_<wbr>shortcut'
    """
    parts = re.split(r"(<[^>]*>|\s+)", markup)  # tags stay as they are
    return "".join(part if part.startswith("<") or len(part) <= SHORT else BREAKS.sub("<wbr>", part) for part in parts)


def plain(value: Any) -> str:
    """Return a value as text without tags.

    Examples
    --------
    >>> plain(Markup('<a href="x">a &amp; b</a>')), plain("a < b"), plain(3)
    ('a & b', 'a < b', '3')
    """
    if isinstance(value, Markup):
        return html.unescape(re.sub(r"<[^>]*>", "", value))
    return str(value.striptags()) if hasattr(value, "striptags") else str(value)  # what markupsafe made
