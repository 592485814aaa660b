"""Which axis is which: images with channels first or last, found in the operators that read and make them."""

from collections.abc import Iterable, Mapping

from ...graph import Node
from ._accept import (
    CHOICES,
    COMPARISONS,
    CONVOLUTIONS,
    EXTREMES,
    JOINS,
    LARGEST,
    PAIRS,
    REDUCED_EXTREMES,
    REDUCTIONS,
    SOFTMAXES,
    TABLES,
)

Order = tuple[int, ...]
Shape = tuple[int, ...]

FIRST, LAST = "channels first", "channels last"
CHANNELS_LAST: Order = (0, 2, 3, 1)
"""From ``[N, C, H, W]`` to ``[N, H, W, C]``."""

IMAGE_AXES = ("batch", "row", "column", "channel")
POOLS = ("QLinearAveragePool", "QLinearGlobalAveragePool")
ELEMENTWISE = (
    "QuantizeLinear", "DequantizeLinear", *SOFTMAXES, "Identity", "Slice", *PAIRS, *TABLES, *JOINS,
    *EXTREMES, *REDUCED_EXTREMES, *COMPARISONS, *CHOICES,
)  # fmt: skip
"""What has the axes of what it reads."""


def image_layouts(nodes: Iterable[Node], shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Return, for every tensor that is an image, whether its channels come first or last.

    Convolutions and pools say so of what they read and make; elementwise operators and transposes carry it on, forward
    and backward.
    """
    known: dict[str, str] = {}
    nodes = tuple(nodes)
    for node in nodes:
        if node.op_type in (*CONVOLUTIONS, *REDUCTIONS, *LARGEST, "RESIZE_BILINEAR"):
            known.setdefault(node.inputs[0].tensor, FIRST)
            known.setdefault(node.output, FIRST)
        elif node.op_type in POOLS:
            layout = LAST if node.attributes.get("channels_last", 0) else FIRST
            known.setdefault(node.inputs[0].tensor, layout)
            known.setdefault(node.output, layout)
    while True:
        before = len(known)
        for node in nodes:
            _carry(node, shapes, known)
        if len(known) == before:
            break
    return {tensor: layout for tensor, layout in known.items() if len(shapes.get(tensor, ())) == 4}


def _carry(node: Node, shapes: Mapping[str, Shape], known: dict[str, str]) -> None:
    rank = len(shapes[node.output])
    tensors = [node.output]
    tensors += [e.tensor for e in node.inputs if not e.parameter and len(shapes.get(e.tensor, ())) == rank]
    if node.op_type in ELEMENTWISE:
        layout = next((known[tensor] for tensor in tensors if tensor in known), None)
        if layout is not None:
            for tensor in tensors:
                known.setdefault(tensor, layout)
    elif node.op_type == "Transpose" and rank == 4:
        perm = tuple(node.attributes.get("perm", ()))
        source = node.inputs[0].tensor
        for order, before, after in (((0, 3, 1, 2), LAST, FIRST), (CHANNELS_LAST, FIRST, LAST)):
            if perm == order and known.get(node.output) == after:
                known.setdefault(source, before)
            if perm == order and known.get(source) == before:
                known.setdefault(node.output, after)


def axis_names(rank: int, layout: str | None) -> tuple[str, ...]:
    """Return what each axis of a tensor counts, in the order of the ONNX file.

    Examples
    --------
    >>> axis_names(4, FIRST), axis_names(2, None)
    (('batch', 'channel', 'row', 'column'), ('batch', 'feature'))
    """
    if layout == LAST:
        return IMAGE_AXES
    if layout == FIRST:
        return ("batch", "channel", "row", "column")
    if rank < 2:
        return ("feature",) * rank
    return ("batch", *(f"axis {number}" for number in range(1, rank - 1)), "feature")
