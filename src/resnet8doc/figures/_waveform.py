"""A waveform as SVG: signals in rows, cycles in columns, values as text."""

from collections.abc import Mapping, Sequence
from html import escape

from ._style import Drawing

CELL, ROW, LEFT, TOP = 44, 26, 150, 34


def waveform(
    signals: Sequence[tuple[str, Sequence[str | int | None]]], marks: Mapping[str, int], *, alt: str
) -> Drawing:
    """Draw signals cycle by cycle.

    Parameters
    ----------
    signals
        Name and one value a cycle: an int 0 or 1 is drawn as a line, a str as a bus with the value in it, None as
        nothing that matters. Equal neighbours share a bus.
    marks
        What happens, by its cycle: a dashed line with a word at its head.
    alt
        For those who do not see it.

    Returns
    -------
    Drawing
        An ``<svg>`` element; its text is text, its colour that of what surrounds it.

    Examples
    --------
    >>> drawn = waveform([("valid", [0, 1, 0]), ("code", [None, "-7", None])], {"code": 1}, alt="A code")
    >>> drawn.svg.startswith("<svg"), ">-7</text>" in drawn.svg
    (True, True)
    """
    count = max(len(values) for _, values in signals)
    width, height = LEFT + count * CELL + 8, TOP + len(signals) * ROW + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(alt)}" font-family="sans-serif" font-size="11" fill="currentColor" '
        f'stroke="none"><title>{escape(alt)}</title>'
    ]
    for name, cycle in marks.items():
        x = LEFT + cycle * CELL
        parts.append(
            f'<path d="M{x} {TOP - 8}V{height - 20}" stroke="currentColor" stroke-dasharray="3 3" opacity="0.5"/>'
            f'<text x="{x + 3}" y="{TOP - 12}">{escape(name)}</text>'
        )
    for n, (name, values) in enumerate(signals):
        y = TOP + n * ROW
        parts.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        parts.append(_line(values, y) if all(isinstance(v, int) for v in values) else _bus(values, y))
    parts += [
        f'<text x="{LEFT + cycle * CELL + CELL / 2}" y="{height - 6}" text-anchor="middle" opacity="0.7">{cycle}</text>'
        for cycle in range(count)
    ]
    return Drawing("".join([*parts, "</svg>"]), alt, whole=False)


def _line(values: Sequence[str | int | None], y: int) -> str:
    points = []
    for cycle, value in enumerate(values):
        level = y + (4 if value else 20)
        points += [f"{LEFT + cycle * CELL},{level}", f"{LEFT + (cycle + 1) * CELL},{level}"]
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="currentColor" stroke-width="1.5"/>'


def _bus(values: Sequence[str | int | None], y: int) -> str:
    parts, start = [], 0
    for cycle in range(1, len(values) + 1):
        if cycle < len(values) and values[cycle] == values[start]:
            continue
        x, end, value = LEFT + start * CELL, LEFT + cycle * CELL, values[start]
        if value is None:
            parts.append(f'<path d="M{x} {y + 12}H{end}" stroke="currentColor" opacity="0.4"/>')
        else:
            outline = f"M{x} {y + 12}l4 -9H{end - 4}l4 9l-4 9H{x + 4}z"
            parts.append(
                f'<path d="{outline}" fill="none" stroke="currentColor"/>'
                f'<text x="{(x + end) / 2}" y="{y + 16}" text-anchor="middle">{escape(str(value))}</text>'
            )
        start = cycle
    return "".join(parts)
