"""Where the windows of a convolution or a pool lie."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...graph import Node

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """A convolution's or pool's windows over an image of two axes.

    Attributes
    ----------
    kernel, strides, dilations
        Rows and columns.
    pads
        Top, left, bottom, right; ``auto_pad`` is worked out.
    group
        How many groups of channels there are.
    """

    kernel: Shape
    strides: Shape
    dilations: Shape
    pads: Shape
    group: int


def window(node: Node, image: Sequence[int], kernel: Sequence[int]) -> Window:
    """Return a node's windows.

    Parameters
    ----------
    node
        A QLinearConv or QLinearAveragePool.
    image
        Rows and columns of its input.
    kernel
        Rows and columns of a window.

    Examples
    --------
    >>> node = Node("n", "QLinearConv", "", "n", (), "y", {"auto_pad": "SAME_UPPER", "strides": [2, 2]})
    >>> window(node, (8, 7), (3, 3)).pads
    (0, 1, 1, 1)
    """
    attributes = node.attributes
    strides = tuple(attributes.get("strides") or (1, 1))
    dilations = tuple(attributes.get("dilations") or (1, 1))
    mode = attributes.get("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        begins, ends = [], []
        for length, size, stride, dilation in zip(image, kernel, strides, dilations, strict=True):
            outputs = -(-length // stride)
            total = max(0, (outputs - 1) * stride + (size - 1) * dilation + 1 - length)
            small, large = total // 2, total - total // 2
            begins.append(small if mode == "SAME_UPPER" else large)
            ends.append(large if mode == "SAME_UPPER" else small)
        pads: Shape = (*begins, *ends)
    else:
        pads = (0, 0, 0, 0) if mode == "VALID" else tuple(attributes.get("pads") or (0, 0, 0, 0))
    return Window(tuple(kernel), strides, dilations, pads, int(attributes.get("group", 1)))
