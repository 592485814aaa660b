"""A large drawing in a box of its own that can be enlarged and moved, without any script from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from ._style import Drawing

_STEP = """(function (b, f) {{
  var s = b.closest('.resnet8doc-zoom').querySelector('svg');
  var w = f ? Math.min(Math.max(s.getBoundingClientRect().width * f, 200), 12000) : 0;
  s.style.maxWidth = f ? 'none' : '100%'; s.style.width = f ? w + 'px' : '{natural}';
}})(this, {factor})"""


@dataclass(frozen=True)
class Zoomable:
    """A drawing with three buttons; the box scrolls with a finger, the wheel, or the keys."""

    drawing: Drawing

    def _repr_html_(self) -> str:
        buttons = "".join(
            f'<button type="button" class="btn btn-sm btn-outline-secondary me-1" aria-label="{label}" '
            f'onclick="{_STEP.format(factor=factor, natural="auto")}">{text}</button>'
            for text, label, factor in (
                ("+", "Enlarge the drawing", 1.5),
                ("−", "Shrink the drawing", 1 / 1.5),
                ("Fit", "Fit the drawing to the page", 0),
            )
        )
        return (
            f'<div class="resnet8doc-zoom"><div class="mb-1">{buttons}</div>'
            f'<div role="region" tabindex="0" aria-label="Drawing, scrollable" '
            f'style="max-height: 85vh; overflow: auto; border: 1px solid var(--pst-color-border)">'
            f"{self.drawing._repr_html_()}</div></div>"
        )

    def __repr__(self) -> str:
        return repr(self.drawing)


def zoomable(drawing: Drawing) -> Zoomable:
    """Put a drawing into a box in which it can be enlarged, shrunk, fitted and scrolled.

    Parameters
    ----------
    drawing
        From :func:`resnet8doc.figures.draw_graph` or another function of this package.

    Examples
    --------
    >>> zoomable(Drawing("<svg></svg>", "nothing"))
    <Drawing: nothing>
    """
    return Zoomable(drawing)
