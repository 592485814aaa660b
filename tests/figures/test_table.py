"""Tables: alignment, heads, best values, sorting, escaping."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from resnet8doc.figures import table

ROWS = [
    {"model": "float", "accuracy": 88.5, "size": 320_000},
    {"model": "int8", "accuracy": 7.125, "size": 90_000},
    {"model": "lost", "accuracy": None, "size": 80_000},
]


def cells(html: str, column: int) -> list[ElementTree.Element]:
    body = ElementTree.fromstring(html).find(".//tbody")  # noqa: S314 -- we wrote it
    assert body is not None
    return [row[column] for row in body]


def text(cell: ElementTree.Element) -> str:
    return "".join(cell.itertext())


def test_units_stand_in_the_head_and_formats_hold() -> None:
    shown = table(ROWS, units={"size": "bytes"}, formats={"accuracy": ".2f"})._repr_html_()
    assert '<span class="unit">(bytes)</span>' in shown
    assert [text(cell).strip("\u2007") for cell in cells(shown, 1)] == ["88.50", "7.12", "–"]
    assert [text(cell) for cell in cells(shown, 2)] == ["320,000", "90,000", "80,000"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12))
def test_points_stand_in_one_column(values: list[float]) -> None:
    """Right-aligned with digits of equal width, each number has as many characters from its point on."""
    shown = [text(cell) for cell in cells(table([{"x": value} for value in values], row_heads=False)._repr_html_(), 0)]
    after = {
        len(cell) - (cell + ".").index(".") if "." in cell else len(cell) - len(cell.rstrip("\u2007")) for cell in shown
    }
    assert len(after) == 1


def test_the_best_is_marked_for_eyes_and_ears() -> None:
    shown = table(ROWS, best={"accuracy": "max", "size": "min"})._repr_html_()
    assert re.findall(r'<strong class="best">([^<]+)<span class="visually-hidden"> \(best\)', shown) == [
        "88.5",
        "80,000",
    ]


def test_long_tables_sort_by_value_not_by_text() -> None:
    long = table([{"n": n, "name": str(n)} for n in range(8)])._repr_html_()
    assert 'class="resnet8doc-table table sortable"' in long
    assert 'data-sort-method="number"' in long
    assert 'data-sort="7.0"' in long
    assert "sortable" not in table(ROWS)._repr_html_()
    assert "sortable" in table(ROWS, sortable=True)._repr_html_()


def test_rows_have_heads_and_the_box_has_a_name() -> None:
    root = ElementTree.fromstring(table(ROWS, caption="Sizes & <more>")._repr_html_())  # noqa: S314 -- we wrote it
    assert root.attrib["aria-label"] == "Sizes & <more>"
    assert root.findtext(".//caption/span") == "Sizes & <more>"
    assert [cell.tag for cell in root.findall(".//tbody/tr/*")][:3] == ["th", "td", "td"]


def test_text_is_escaped_and_markup_is_not() -> None:
    shown = table([{"a": "<b>&", "b": Markup('<a href="x">y</a>')}])._repr_html_()
    assert "&lt;b&gt;&amp;" in shown
    assert '<td><a href="x">y</a></td>' in shown
    assert str(table([{"b": Markup('<a href="x">y</a>')}])) == "b\ny"


def test_a_data_frame_and_numpy_numbers() -> None:
    frame = pd.DataFrame({"layer": ["stem"], "count": np.array([1234], np.int64), "ratio": np.array([0.5], np.float32)})
    assert str(table(frame)) == "layer  count  ratio\nstem   1,234    0.5"


def test_nan_is_missing_and_truth_is_not_a_number() -> None:
    assert str(table([{"x": math.nan, "ok": True}, {"x": 1, "ok": False}])) == "x  ok\n–  True\n1  False"


def test_a_misspelt_column_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"units names columns that are not shown: \['acuracy'\]"):
        table(ROWS, units={"acuracy": "%"})
