"""The running sum as a walk: a bar for each input channel, or for each of two inputs."""

from ..markup import Markup, joined
from ._layout import Layout
from ._numbers import number
from ._story import Story
from ._svg import classes, group, line, rect, text


def walk(told: Story, control: str, layout: Layout) -> Markup:
    """Return the walk.

    Parameters
    ----------
    told
        The story.
    control
        Name of the page's control that a pressed bar sets to its group; empty where none can be pressed.
    layout
        Where it stands.
    """
    if not told.bars:
        return Markup("")
    heights, total = [0.0], 0.0
    for bar in told.bars:
        total += bar.amount
        heights.append(total)
    low, high = min(heights), max(heights)
    up, width = layout.walk_top, layout.right
    scale = layout.walk_height / ((high - low) or 1.0)
    base = up + 22
    step = width / len(told.bars)
    summed, biased = told.at("sum"), told.at("bias")
    parts = [group(summed, text(0, up, _title(told, total, layout.short), 11, "r8m-head"),
                   line(0, base + high * scale, width, base + high * scale, "r8m-axis"))]  # fmt: skip
    every = max(1, -(-len(told.bars) // layout.labels))
    for n, bar in enumerate(told.bars):
        before, after = heights[n], heights[n + 1]
        y = base + (high - max(before, after)) * scale
        kind = "r8m-bias" if bar.label in ("bias", "fixed part") else "r8m-plus" if bar.amount >= 0 else "r8m-minus"
        here = bar.group is not None and bar.group == told.chosen
        strength = 0.95 if here else 0.5
        drawn = [
            rect(n * step + step * 0.06, y, step * 0.88, max(abs(bar.amount) * scale, 0.8), kind, strength),
            line(n * step + step * 0.06, base + (high - after) * scale, min((n + 2) * step, width),
                 base + (high - after) * scale, "r8m-level"),
        ]  # fmt: skip
        if n % every == 0 or here or bar.group is None:
            words = f"{bar.label}: {number(bar.amount)}" if step > 90 else bar.label
            drawn.append(text(n * step + step / 2, base + layout.walk_height + 14, words, 10,
                              "r8m-marked" if here else "r8m-soft", "middle"))  # fmt: skip
        parts.append(
            Markup('<g data-r8m-step="{}"{}{}><title>{}: {}</title>{}</g>').format(
                biased if bar.label == "bias" else summed,
                classes("r8m-bar"),
                _press(bar.group, control),
                _name(told, bar.group, bar.label),
                number(bar.amount),
                joined(drawn),
            )
        )
    return joined(parts)


def _name(told: Story, place: int | None, label: str) -> str:
    if place is None:
        return label
    return f"input channel {label}" if len(told.terms[place][0].tap) == 3 else f"row {label}"


def _press(place: int | None, control: str) -> Markup:
    if place is None or not control:
        return Markup("")
    return Markup(' data-r8-set="{}" data-r8-value="{}" style="cursor:pointer"').format(control, f'"{place}"')


def _title(told: Story, total: float, short: bool) -> str:
    if not told.terms:
        unit = f", in {told.unit}" if told.unit else ""
        return f"{'' if short else 'the '}sum of both inputs{'' if short else unit}: {number(total)}"
    channels = len(next(iter(told.terms.values()))[0].tap) == 3
    by = "input channel by input channel" if channels else "row by row"
    head, bias = f"the sum, {by}", ", then the bias"
    if short:
        head, bias = "sum by channel" if channels else "sum by row", ", bias"
    if told.at("bias"):
        first, second = number(total - told.bars[-1].amount), number(told.bars[-1].amount)
        return f"{head}{bias}: {first} + {second} = {number(total)}"
    return f"{head}: {number(total)}"
