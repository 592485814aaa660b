"""The heat map's numbers stand in it as text, dark on light and light on dark, in either theme."""

import math
import re

from resnet8doc.figures import heat_map


def test_every_number_but_the_missing_ones_is_text() -> None:
    shown = heat_map(
        [[math.nan, 1.0], [4.0, 0.0]], [["", "1.0"], ["4.0", "0"]], ["a", "b"], ["c", "d"], alt="Four cells", label="%"
    )
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", shown.svg)
    assert {"1.0", "4.0", "a", "b", "c", "d", "%"} <= set(texts)
    assert 'aria-label="Four cells"' in shown.svg
    inks = {text: ink for ink, text in re.findall(r"fill: (#111111|#ffffff)[^>]*>([^<]*)<", shown.svg)}
    assert inks == {"1.0": "#ffffff", "4.0": "#111111", "0": "#ffffff"}, "dark on the lightest cell alone"


def test_nothing_but_zeros_is_drawn_too() -> None:
    assert heat_map([[0.0]], [["0"]], ["a"], ["b"], alt="Nothing", label="%").alt == "Nothing"
