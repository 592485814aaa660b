"""Guided visits: each a state of the playground and what to see in it."""

from dataclasses import dataclass

from ._edits import Edit
from ._state import State

HARDWARE = "../../hardware/pitfalls.html"


@dataclass(frozen=True)
class Visit:
    """One guided visit.

    Attributes
    ----------
    key, title
        In the address, and for the reader.
    sentences
        What is wrong, where to look, and its signature in the bytes.
    state
        What is shown.
    stops
        Operators to go through, one after the other; empty for a visit to one.
    address
        Where to read on.
    """

    key: str
    title: str
    sentences: tuple[str, str, str]
    state: State
    stops: tuple[str, ...] = ()
    address: str = HARDWARE


def _fault(field: str, value: str, target: str = "*") -> tuple[Edit, ...]:
    return (Edit("arithmetic", target, field, value),)


LESSONS = (
    Visit("rounding", "1 Rounding",
          ("Every operator rounds down in place of rounding to nearest, ties to even.",
           "Look at the arrow of the rounding: in B it always goes left.",
           "Signature: about half of the bytes of the first layers are too small, all by one."),
          State(node="stem_conv", pixel=(5, 2, 13), edits=_fault("rounding", "floor"), lesson="rounding"),
          address=f"{HARDWARE}#pitfall-rounding"),
    Visit("accumulator", "2 Accumulator",
          ("The sums are held in 16 bits, and wrap around.",
           "Look at the walk: a sum that leaves the 16 bits comes back at the other end.",
           "Signature: few bytes differ, but by much, and only in layers with large sums."),
          State(node="stem_conv", pixel=(14, 21, 12), edits=_fault("accumulator_bits", "16"), lesson="accumulator"),
          address=f"{HARDWARE}#pitfall-accumulator"),
    Visit("multiplier", "3 Multiplier",
          ("The multiplier is held as float16, where float32 is right.",
           "Look at the number line: the point has moved a little, and a point near a tie changes sides.",
           "Signature: bytes are wrong by one here and there, large values more often than small ones."),
          State(node="stack1_conv1", pixel=(8, 22, 10), edits=_fault("multiplier", "float16"), lesson="multiplier"),
          address=f"{HARDWARE}#pitfall-precision"),
    Visit("channel", "4 Channel scale",
          ("Every output channel uses the scale of the first one.",
           "Look at the maps: whole channels are too bright or too dark, the first one is right.",
           "Signature: a channel differs as a whole, all its values by the same factor."),
          State(node="stem_conv", pixel=(5, 12, 10), edits=_fault("channel_scale", "first"), lesson="channel"),
          address=f"{HARDWARE}#pitfall-channel"),
    Visit("relu", "5 ReLU",
          ("A second ReLU cuts at code 0, though the clamp at the lowest code is the ReLU already.",
           "Look at the walls: the left wall stands in the middle of the range.",
           "Signature: no byte is below 0, and the smaller half of the values is lost."),
          State(node="stack1_conv1", pixel=(3, 10, 12), edits=_fault("relu", "code_zero"), lesson="relu"),
          address=f"{HARDWARE}#pitfall-relu"),
    Visit("saturation", "6 Saturation",
          ("A code beyond the type's range wraps around, where it must stay at the wall.",
           "Look at the walls: the code leaves on one side and comes in on the other.",
           "Signature: single bytes differ by nearly 256; the brightest become the darkest."),
          State(node="stack1_conv1", pixel=(5, 12, 10), edits=_fault("overflow", "wrap"), lesson="saturation"),
          address=f"{HARDWARE}#pitfall-saturation"),
    Visit("through", "A picture through the network",
          ("The picture becomes codes; nine convolutions, three additions and a mean follow.",
           "At each stop, look at the map, then press a pixel and follow it through its products.",
           "The codes get fewer and mean more: 3,072 of the picture become 10, and the largest is the answer."),
          State(node="input_nchw_QuantizeLinear", pixel=(0, 10, 12), lesson="through"),
          ("input_nchw_QuantizeLinear", "stem_conv", "stack1_conv1", "stack1_conv2", "stack1_add", "stack2_conv1",
           "stack2_shortcut", "stack2_conv2", "stack2_add", "stack3_conv1", "stack3_shortcut", "stack3_conv2",
           "stack3_add", "pool", "dense_matmul", "dense", "softmax"), address="../../network/index.html"),
)  # fmt: skip
"""Every visit, in order."""


def visit(key: str) -> Visit | None:
    """Return a visit by its key, or None.

    Examples
    --------
    >>> visit("relu").title
    '5 ReLU'
    """
    return next((known for known in LESSONS if known.key == key), None)
