"""Elements of SVG. Whatever is text goes through `Markup.format`."""

from ..markup import Markup

INK = "currentColor"


def text(x: float, y: float, words: str, size: float = 11, kind: str = "", anchor: str = "start") -> Markup:
    """Return text at a place; ``kind`` is a class of the style sheet."""
    return Markup('<text x="{:.1f}" y="{:.1f}" font-size="{:g}" text-anchor="{}"{}>{}</text>').format(
        x, y, size, anchor, classes(kind), words
    )


def rect(x: float, y: float, width: float, height: float, kind: str = "", strength: float | None = None) -> Markup:
    """Return a box; ``strength`` is how opaque it is filled."""
    opaque = Markup("") if strength is None else Markup(' fill-opacity="{:.2f}"').format(strength)
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{}{}/>').format(
        x, y, max(width, 0), max(height, 0), classes(kind), opaque
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str = "") -> Markup:
    """Return a straight line."""
    return Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"{}/>').format(x1, y1, x2, y2, classes(kind))


def dot(x: float, y: float, radius: float, kind: str = "") -> Markup:
    """Return a disc."""
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}"{}/>').format(x, y, radius, classes(kind))


def hatch(x: float, y: float, side: float) -> Markup:
    """Return a square's hatching, as lines: a pattern would need an id, of which a page has one of each."""
    strokes = []
    for n in range(1, 8):
        reach = n * side / 4
        near, far = min(reach, side), max(reach - side, 0.0)
        strokes.append(f"M{x + near:.1f} {y + far:.1f}L{x + far:.1f} {y + near:.1f}")
    return Markup('<path d="{}" class="r8m-hatch"/>').format("".join(strokes))


def arrow(x1: float, x2: float, y: float, height: float, kind: str = "r8m-arrow") -> Markup:
    """Return an arc from one place of a line to another, with a head."""
    if abs(x2 - x1) < 1.5:
        return Markup('<path d="M{0:.1f} {1:.1f}V{2:.1f}m-4 -7l4 7l4 -7"{3}/>').format(
            x2, y - height, y - 6, classes(kind)
        )
    middle, turn = (x1 + x2) / 2, 5 if x2 > x1 else -5
    return Markup('<path d="M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}m{} -7l{} 7l{} -2"{}/>').format(
        x1, y - 5, middle, y - 2 * height, x2, y - 5, -turn * 0.1, turn * 0.1, -turn * 1.5, classes(kind)
    )


def group(step: int, *parts: Markup, kind: str = "") -> Markup:
    """Return parts that belong to a step: shown from it on."""
    return Markup('<g data-r8m-step="{}"{}>{}</g>').format(step, classes(kind), Markup("").join(parts))


def classes(kind: str) -> Markup:
    """Return the attribute, or nothing."""
    return Markup(' class="{}"').format(kind) if kind else Markup("")
