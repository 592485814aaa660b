"""The last steps: a number between two whole ones, and a code between the walls of its type."""

from ..markup import Markup, joined
from ._layout import Layout
from ._numbers import number
from ._story import NEAR, Line, Story, Walls
from ._svg import arrow, dot, group, line, rect, text


def number_line(told: Story, top: float, layout: Layout) -> Markup:
    """Return the multiplied sum on the line of whole numbers, with the arrow of its rounding."""
    found = told.line
    if found is None:
        return Markup("")
    step, rounded = told.at("scaled") or told.at("sum") or told.at("rounded"), told.at("rounded")
    low, high = found.low, found.high
    margin = 0.35 * (high - low)
    y, width = top + layout.line_y, layout.line_width

    def place(value: float) -> float:
        return (value - low + margin) / (high - low + 2 * margin) * width

    ticks = []
    for n in (low, high) if high - low > 6 else range(low, high + 1):
        kind = "r8m-marked" if n == found.rounded else "r8m-mono"
        ticks.append(line(place(n), y - 7, place(n), y + 7, "r8m-axis"))
        ticks.append(text(place(n), y + 21, number(n), 11, kind, "middle"))
    tie = low + 0.5 if high - low == 1 else float(int(found.value // 1)) + 0.5
    formula = _formula(found)
    return joined((
        group(step, text(0, top, _title(told), 11, "r8m-head"),
              text(0, top + 16, formula, 10, "r8m-soft r8m-mono"),
              line(0, y, width, y, "r8m-axis"), *ticks,
              line(place(tie), y - 18, place(tie), y + 10, "r8m-tie"),
              text(place(tie), y + 21, "tie", 9, "r8m-soft", "middle"), dot(place(found.value), y, 4.5, "r8m-dot")),
        group(rounded, arrow(place(found.value), place(found.rounded), y, 15),
              text(0, y + layout.tie_y, _tie(found), 10, "r8m-marked")),
    ))  # fmt: skip


def _title(told: Story) -> str:
    if told.share:
        return "times the levels of the output"
    if not told.at("scaled"):
        return "a real number" if told.terms or not told.bars else "the sum, rounded"
    return "shifted right" if told.line and "2**" in told.line.formula else "times the multiplier"


def _formula(found: Line) -> str:
    words = found.formula.replace("float32(", "").replace(")", "") if found.formula.count("(") == 1 else found.formula
    words = words.replace("**", "^").replace(" * ", " × ").replace("-", "−").replace("e−", "e-")
    shown = f"{words} = {found.value:.9g}".replace("= -", "= −")
    return shown if len(shown) <= 52 else f"= {found.value:.9g}".replace("= -", "= −")


def _tie(found: Line) -> str:
    if found.off_tie == 0:
        return f"a tie: {number(found.rounded)}"
    if abs(found.off_tie) < NEAR:
        return f"{abs(found.off_tie):.2g} {'above' if found.off_tie > 0 else 'below'} the tie"
    return ""


def walls(told: Story, top: float, layout: Layout) -> Markup:
    """Return the code on the axis of its type: the zero point's shift, the walls, what is stored."""
    found = told.walls
    if found is None:
        return Markup("")
    top += layout.walls_down
    y, near = top + layout.walls_y, layout.walls_left
    span = found.high - found.low
    low, high = found.low - 0.22 * span, found.high + 0.22 * span

    def place(value: float) -> float:
        return near + (min(max(value, low), high) - low) / (high - low) * layout.line_width

    zero, clamped = told.at("zero") or told.at("clamped"), told.at("clamped")
    shift = [] if found.start is None else _shift(found, place(found.start), place(found.code), y)
    left, right = place(found.low), place(found.high)
    real = [] if found.start is None else [
        line(place(found.code - found.start), y - 8, place(found.code - found.start), y + 8, "r8m-tie"),
        text(place(found.code - found.start), y - 20, "real 0", 9, "r8m-soft", "middle"),
    ]  # fmt: skip
    held = [] if found.code == found.output else [
        dot(place(found.code), y, 4, "r8m-beyond"), arrow(place(found.code), place(found.output), y, 14),
    ]  # fmt: skip
    stored = f"{number(found.output)} is stored"
    side = (6, "start") if found.output < (found.low + found.high) / 2 else (-6, "end")
    return joined((
        group(zero, text(near, top, f"the zero point, then the walls of {found.dtype}", 11, "r8m-head"),
              text(near, top + 16, _words(found), 10, "r8m-soft r8m-mono"),
              rect(left, y - 8, right - left, 16, "r8m-range"), *real, *shift),
        group(clamped, line(left, y - 16, left, y + 12, "r8m-wall"), line(right, y - 16, right, y + 12, "r8m-wall"),
              text(left, y + 26, number(found.low), 10, "r8m-mono", "middle"),
              text(right, y + 26, number(found.high), 10, "r8m-mono", "middle"), *held,
              dot(place(found.output), y, 5.5, "r8m-dot"),
              text(place(found.output) + side[0], y + 42, stored, 11, "r8m-marked", side[1])),
    ))  # fmt: skip


def _words(found: Walls) -> str:
    first = number(found.code)
    if found.start is not None:
        first = f"{number(found.start)} + {number(found.code - found.start)} = {number(found.code)}"
    return first if found.code == found.output else f"{first}, held at {number(found.output)}"


def _shift(found: Walls, start: float, end: float, y: float) -> list[Markup]:
    if found.start == found.code:
        return []
    return [dot(start, y, 3, "r8m-beyond"), arrow(start, end, y, 16, "r8m-shift")]


def share(told: Story, layout: Layout) -> Markup:
    """Return a softmax's share: its exponential, of the sum of all."""
    if told.share is None:
        return Markup("")
    own, total = told.share
    up, width = layout.first, layout.right
    return group(
        told.at("share"), text(0, up, "its exponential, of the sum of all", 11, "r8m-head"),
        rect(0, up + 14, width, 26, "r8m-range"), rect(0, up + 14, max(width * own / total, 1), 26, "r8m-plus", 0.7),
        text(0, up + 58, f"{own:.6g} of {total:.6g}: {own / total:.4%}", 11, "r8m-mono"),
    )  # fmt: skip
