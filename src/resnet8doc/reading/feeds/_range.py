"""What range of real numbers a network's first QuantizeLinear covers, and which axis of an input holds channels."""

import numpy as np

from ...graph import Graph

CARRIES = ("Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "QuantizeLinear", "DequantizeLinear")
BRIGHT = 128
"""Codes that stand for real numbers up to at least this one are those of pixels of 0 to 255."""


def real_range(graph: Graph, tensor: str) -> tuple[float, float] | None:
    """Return the least and the greatest number that the first QuantizeLinear after an input tells apart.

    None where there is none before another operator computes with it.
    """
    waiting, seen = [tensor], set()
    while waiting:
        name = waiting.pop(0)
        seen.add(name)
        for node, formal in graph.consumers(name):
            if node.op_type == "QuantizeLinear" and formal == "x":
                found = graph.quantization(node.output)
                if found is not None:
                    dtype = found.zero_point.dtype
                    limits = np.iinfo(dtype)
                    ends = [
                        (end - found.zero_point.astype(np.float64)) * found.scale for end in (limits.min, limits.max)
                    ]
                    return float(np.min(ends[0])), float(np.max(ends[1]))
            elif node.op_type in CARRIES and node.output not in seen:
                waiting.append(node.output)
    return None


def is_bright(found: tuple[float, float] | None) -> bool:
    """Whether a range is that of pixels."""
    return found is not None and found[1] >= BRIGHT and found[0] > -BRIGHT / 2


def channel_axis(graph: Graph, tensor: str, rank: int) -> int | None:
    """Return which axis of an image the first convolution or pool takes for channels; None if none says so."""
    waiting = [(tensor, tuple(range(rank)))]
    seen = set()
    while waiting:
        name, axes = waiting.pop(0)
        seen.add(name)
        for node, _ in graph.consumers(name):
            if node.op_type in ("Conv", "QLinearConv", "ConvInteger", "MaxPool", "AveragePool", "GlobalAveragePool"):
                return axes[1]
            if node.op_type in ("QLinearAveragePool", "QLinearGlobalAveragePool"):
                return axes[3] if node.attributes.get("channels_last", 0) else axes[1]
            if node.output in seen or node.op_type in ("Reshape", "Flatten", "Squeeze", "Unsqueeze"):
                continue
            moved = axes
            if node.op_type == "Transpose":
                moved = tuple(axes[axis] for axis in node.attributes.get("perm") or range(rank)[::-1])
            if len(node.outputs) == 1:
                waiting.append((node.output, moved))
    return None
