"""Which activation lies where in memory, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ._style import COLOURS, Drawing, drawing, style


class Placed(Protocol):
    """What the drawing needs of a buffer."""

    @property
    def tensor(self) -> str:
        """Its name."""

    @property
    def bytes(self) -> int:
        """Its size."""

    @property
    def offset(self) -> int:
        """Where it starts."""

    @property
    def first(self) -> int:
        """The step that makes it."""

    @property
    def last(self) -> int:
        """The step that reads it last."""


def memory(buffers: Sequence[Placed], steps: Sequence[str]) -> Drawing:
    """Draw each activation as a box: to the right the steps in which it is kept, upward the bytes it takes.

    Parameters
    ----------
    buffers
        Such as those of a plan of :func:`resnet8doc.hardware.buffers`.
    steps
        The steps' names, in order.

    Examples
    --------
    >>> from types import SimpleNamespace as Buffer
    >>> memory([Buffer(tensor="x", bytes=2048, offset=0, first=0, last=1)], ["a", "b"]).alt
    'Memory of 1 activations in 2 steps, 2048 bytes in all; the most at once in step a'
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    arena = max(buffer.offset + buffer.bytes for buffer in buffers)
    alive = [sum(b.bytes for b in buffers if b.first <= step <= b.last) for step in range(len(steps))]
    alt = (
        f"Memory of {len(buffers)} activations in {len(steps)} steps, {arena} bytes in all; "
        f"the most at once in step {steps[alive.index(max(alive))]}"
    )
    with style():
        figure = Figure(figsize=(10, 5))
        axes = figure.subplots()
        for number, buffer in enumerate(buffers):
            width, height = buffer.last - buffer.first + 1, buffer.bytes / 1024
            corner = (buffer.first - 0.5, buffer.offset / 1024)
            colour = COLOURS[number % len(COLOURS)]
            axes.add_patch(Rectangle(corner, width, height, facecolor=colour, alpha=0.35, edgecolor=colour))
            if height > arena / 1024 / 14:
                name = buffer.tensor.removesuffix("_quantized")
                axes.text(corner[0] + 0.1, corner[1] + height / 2, name, fontsize=8, va="center")
        axes.set(xlim=(-0.5, len(steps) - 0.5), ylim=(0, arena / 1024 * 1.02), ylabel="address (KiB)", xlabel="step")
        axes.set_xticks(range(len(steps)), steps, rotation=60, ha="right", fontsize=8)
        return drawing(figure, alt=alt)
