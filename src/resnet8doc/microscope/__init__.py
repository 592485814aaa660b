"""The microscope, drawn: one output element, from its products to the byte, as one picture.

A pure function from a trace to SVG, with numpy and the standard library alone: pages show it as the build drew it, the
playground draws it in the browser.
"""

from ._draw import draw, place
from ._figure import figure, parting, script, style, summary
from ._story import Story, story

__all__ = ["Story", "draw", "figure", "parting", "place", "script", "story", "style", "summary"]
