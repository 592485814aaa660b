"""Plots are readable in both themes, unique in a page, and the same bytes for the same data."""

import re

import pytest
from matplotlib.figure import Figure

from resnet8doc.figures import Drawing, drawing, style
from resnet8doc.figures._style import COLOURS, LINES, MARKERS, adapt

BACKGROUNDS = {"light": "#ffffff", "dark": "#14181e"}
"""The page's background in pydata-sphinx-theme's two themes."""


def plot(values: list[float]) -> Drawing:
    with style():
        figure = Figure(figsize=(4, 3))
        axes = figure.subplots()
        axes.plot(values, label="measured")
        axes.set_xlabel("epoch")
        axes.legend()
        return drawing(figure, alt='Loss < 1 & "falling"')


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("background", BACKGROUNDS.values(), ids=BACKGROUNDS)
@pytest.mark.parametrize("colour", COLOURS)
def test_every_series_stands_out_by_3_to_1(colour: str, background: str) -> None:
    """WCAG 2.1, 1.4.11: contrast of graphical objects."""
    darker, lighter = sorted((luminance(colour), luminance(background)))
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_series_differ_without_colour() -> None:
    assert len(set(MARKERS)) == len(set(LINES)) == len(COLOURS)


def test_text_is_text_in_the_colour_of_the_page() -> None:
    svg = plot([3, 2, 1]).svg
    assert re.search(r"<text[^>]*fill: currentColor[^>]*>epoch</text>", svg)
    assert ">measured</text>" in svg
    assert "#010203" not in svg
    assert "<metadata>" not in svg


def test_named_for_those_who_do_not_see_it() -> None:
    svg = plot([3, 2, 1]).svg
    assert svg.startswith('<svg role="img" aria-label="Loss &lt; 1 &amp; &quot;falling&quot;"')


def test_the_same_data_give_the_same_bytes() -> None:
    assert plot([3, 2, 1]).svg == plot([3, 2, 1]).svg


def test_two_drawings_share_no_id_and_every_reference_is_met() -> None:
    first, second = plot([3, 2, 1]).svg, plot([1, 2, 3]).svg
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg, own in zip((first, second), ids, strict=True):
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg)) == own


def test_on_a_phone_it_shrinks_no_further_than_its_text_can_be_read() -> None:
    """The style sheet takes the drawing's own width from the box."""
    with style():
        figure = Figure(figsize=(6, 2))
        figure.subplots().plot([1, 2])
        box = drawing(figure, alt="A line")._repr_html_()
    assert re.search(r"--own-width: 4[0-9]{2}(\.\d+)?pt", box)


def test_shrinks_with_the_screen() -> None:
    adapted = adapt('<svg width="288pt" height="144pt" viewBox="0 0 288 144"></svg>', "x")
    assert 'style="width: 288pt"' in adapted
    assert " height=" not in adapted
