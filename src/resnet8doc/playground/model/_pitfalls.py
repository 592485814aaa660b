"""Which pitfall of the hardware guide an edit falls into, and what it teaches."""

from dataclasses import dataclass

from ...graph import Graph
from ._edits import Edit

GUIDE = "hardware/pitfalls"
"""The page of the hardware guide on the six pitfalls."""


@dataclass(frozen=True)
class Lesson:
    """One pitfall.

    Attributes
    ----------
    anchor
        Label of the section that treats it.
    title, sentence
        Its name, and what goes wrong.
    page
        The page with that section.
    """

    anchor: str
    title: str
    sentence: str
    page: str = GUIDE

    @property
    def address(self) -> str:
        """Where to read on, as seen from the playground's page."""
        return f"../../{self.page}.html#{self.anchor}"


OVERFLOW = Lesson(
    "pitfall-accumulator", "Accumulator overflow",
    "A sum of products outgrows this accumulator; each overflow moves the sum by a power of two. Prove the width for "
    "each layer from its weights.",
)  # fmt: skip
ROUNDING = Lesson(
    "pitfall-rounding", "Round to nearest, ties to even",
    "ONNX Runtime rounds to the nearest integer, ties to the even one, and adds the zero point after that. Any other "
    "rounding moves some codes by one, and the steps accumulate.",
)  # fmt: skip
PRECISION = Lesson(
    "pitfall-precision", "The precision of the multiplier",
    "The factor x_scale · w_scale / y_scale is a float32. Held in fewer bits, results near a tie round the other way.",
)  # fmt: skip
CHANNEL = Lesson(
    "pitfall-channel", "Scales are indexed by output channel",
    "Each output channel has a w_scale of its own; with another one's, the whole channel is too large or too small.",
)  # fmt: skip
RELU = Lesson(
    "pitfall-relu", "A fused ReLU is the clamp",
    "The zero point of a tensor after ReLU is the lowest code, so saturation is the ReLU. A second one at code 0 cuts "
    "off half of the range.",
)  # fmt: skip
SATURATION = Lesson(
    "pitfall-saturation", "Saturate, do not wrap",
    "A result beyond the type's range must stay at its end. Wrapped, the largest value becomes the smallest.",
)  # fmt: skip
MISMATCH = Lesson(
    "pitfall-checklist", "Both sides of an edge share one scale",
    "The codes were made with one scale and are read with another: every value is wrong by that factor. Where branches "
    "meet, each has its own scale, and both must be brought to the output's.",
    "hardware/index",
)  # fmt: skip
PADDING = Lesson(
    "network-padding", "Padding is the zero point",
    "A padded element stands for real zero, so its code is the zero point. With code 0 the border is wrong wherever "
    "the zero point is not 0.",
    "network/index",
)  # fmt: skip
CLIPPING = Lesson(
    "pitfall-saturation", "Range against resolution",
    "A smaller scale has finer steps and clips sooner; a larger one clips nothing and rounds coarser. The histogram "
    "shows where the limits lie.",
)  # fmt: skip

_ARITHMETIC = {
    "rounding": ROUNDING,
    "zero_point_added": ROUNDING,
    "overflow": SATURATION,
    "accumulator_bits": OVERFLOW,
    "accumulator_overflow": OVERFLOW,
    "multiplier": PRECISION,
    "channel_scale": CHANNEL,
    "padding": PADDING,
    "relu": RELU,
    "pairwise_saturation": OVERFLOW,
    "form": ROUNDING,
}


def lesson(edit: Edit, graph: Graph) -> Lesson:
    """Return what an edit teaches.

    Parameters
    ----------
    edit
        Any edit.
    graph
        The graph that it was made to.
    """
    if edit.mode == "arithmetic":
        return _ARITHMETIC[edit.field]
    if edit.mode == "weights":
        return PRECISION
    if edit.mode == "redesign":
        return CLIPPING
    if edit.field == "w_scale" and graph.node(edit.target).op_type == "QLinearConv":
        return CHANNEL
    return MISMATCH
