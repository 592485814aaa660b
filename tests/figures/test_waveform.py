"""Waveforms: text stays text, lines and buses have as many cycles as were given."""

import re
from xml.etree import ElementTree

from resnet8doc.figures import waveform


def test_a_waveform_is_whole_svg_with_its_values_as_text() -> None:
    drawn = waveform([("valid", [0, 1, 1]), ("code <8>", ["-7", "-7", None])], {"word": 2}, alt="Two signals & a mark")
    root = ElementTree.fromstring(drawn.svg)  # noqa: S314 - made a line above
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("-7") == 1  # equal neighbours share a bus
    assert {"valid", "code <8>", "word", "0", "1", "2"} <= set(texts)
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", drawn.svg)
    assert drawn.alt == "Two signals & a mark"


def test_a_line_has_two_points_a_cycle() -> None:
    drawn = waveform([("valid", [0, 1, 0, 1])], {}, alt="One signal")
    found = re.search(r'<polyline points="([^"]*)"', drawn.svg)
    assert found is not None
    assert len(found.group(1).split()) == 8
