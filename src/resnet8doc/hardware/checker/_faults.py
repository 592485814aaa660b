"""The six pitfalls, each with the mistakes that people make of it, as faults that the engine can be told to make."""

from dataclasses import dataclass

from ...faults import (
    Accumulator,
    ChannelScale,
    DocumentedFormula,
    Fault,
    HeldAs,
    PaddedWithCodeZero,
    PairsSaturate,
    Relu,
    Rounded,
    Wraps,
    ZeroPointFirst,
)


@dataclass(frozen=True)
class Pitfall:
    """One way to get it wrong.

    Attributes
    ----------
    key
        A short name: ``accumulator``.
    title
        As the checklist has it.
    rule
        What is right.
    wrong
        What is often done instead.
    sign
        How to recognise it in one's own output.
    faults
        The mistakes, the most common one first.
    """

    key: str
    title: str
    rule: str
    wrong: str
    sign: str
    faults: tuple[Fault, ...]

    @property
    def fault(self) -> Fault:
        """The most common mistake."""
        return self.faults[0]


_ALL = (
    Pitfall(
        "accumulator", "Accumulator overflow",
        "Sum the products in 32 bits; a layer's weights say how many bits its sums can need.",
        "The sum is kept in 16 bits and wraps around.",
        "Only outputs of large sums are wrong, and they are wildly wrong: bright areas turn dark. Layers with few "
        "products per output are right.",
        (Accumulator(16), Accumulator(16, "saturate"),
         Accumulator(18)),
    ),
    Pitfall(
        "rounding", "Round half to even",
        "Round to the nearest integer and ties to the even one: 0.5 to 0, 1.5 to 2, -0.5 to 0.",
        "C's round() (ties away from zero), a cast (toward zero), a bare shift (toward minus infinity), or a shift "
        "that treats negative numbers like positive ones.",
        "Every difference is 1. With ties rounded elsewhere very few outputs differ; with truncation about half of "
        "them, all in the same direction.",
        (Rounded("half_away_from_zero"), Rounded("half_up"), Rounded("truncate"),
         Rounded("floor"), Rounded("shift")),
    ),
    Pitfall(
        "precision", "float32 scale precision",
        "Compute (x_scale * w_scale) / y_scale in float32, in this order, and multiply in float32.",
        "The multiplier is stored in 16 bits, as a power of two, or as an integer and a shift.",
        "Differences are small (mostly 1) and grow with the magnitude of the sum; whole channels are off by a factor "
        "if the multiplier became a power of two.",
        (HeldAs("float16"), HeldAs("power_of_two"), HeldAs("fixed_point"),
         HeldAs("fixed_point_double_rounding"), HeldAs("float64")),
    ),
    Pitfall(
        "channel", "Per-channel indexing",
        "Output channel c is scaled with w_scale[c].",
        "All channels are scaled with w_scale[0], or each with its neighbour's.",
        "Whole channels are off by a constant factor about the zero point; with w_scale[0] for all, channel 0 is "
        "right.",
        (ChannelScale("first"), ChannelScale("neighbour")),
    ),
    Pitfall(
        "relu", "Conv-ReLU fusion",
        "A fused ReLU is the clamp at the lowest code, which stands for real 0; nothing else is needed.",
        "Codes below 0 are set to 0; or layers without a ReLU are clamped at the zero point; or the sum is clamped "
        "before the bias is added.",
        "No output lies below a certain code that the right output does go below: 0, or the zero point.",
        (Relu("code_zero"), Relu("zero_point"), Relu("before_bias")),
    ),
    Pitfall(
        "saturation", "Saturation, not wrap-around",
        "A result outside the type becomes the type's lowest or highest code.",
        "The low 8 bits are kept.",
        "Differences are multiples of 256 before narrowing: what should be the highest code is very low, and where a "
        "ReLU should cut to the lowest code there is noise.",
        (Wraps(),),
    ),
)  # fmt: skip

PITFALLS: dict[str, Pitfall] = {pitfall.key: pitfall for pitfall in _ALL}
"""The six pitfalls by their short names, in the checklist's order."""

OTHERS: dict[str, tuple[str, Fault]] = {
    "padding": ("padding holds the code 0, not the zero point", PaddedWithCodeZero()),
    "zero point": ("the zero point is added before rounding", ZeroPointFirst()),
    "formula": ("QLinearAdd, pooling or softmax by the documented formula", DocumentedFormula()),
    "pairwise": ("pairs of products saturate at 16 bits (x86 without VNNI)", PairsSaturate()),
}
"""Other causes of a mismatch: what they are, and the fault that makes them."""

FAULTS: dict[Fault, str] = {
    **{fault: pitfall.key for pitfall in _ALL for fault in pitfall.faults},
    **{fault: key for key, (_, fault) in OTHERS.items()},
}
"""Every mistake that the checker knows, and whose it is: a pitfall's or another cause's short name."""
