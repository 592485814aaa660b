"""Padding: from the schema's two words to ONNX's four numbers."""

from collections.abc import Sequence

SAME, VALID = 0, 1
"""``Padding`` of the schema."""


def pads(
    image: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int], same: bool
) -> list[int]:
    r"""Return ``[top, left, bottom, right]``.

    SAME makes as many rows as strides begin in the image, :math:`\lceil h / s \rceil`, and pads
    :math:`p = \max((\lceil h/s \rceil - 1)\,s + (k - 1)\,d + 1 - h,\ 0)` rows for it, :math:`\lfloor p/2 \rfloor`
    above, the rest below. Source: TensorFlow Lite, ``kernels/padding.h``, ``ComputePaddingHeightWidth``.

    Examples
    --------
    >>> pads((32, 32), (3, 3), (2, 2), (1, 1), True), pads((49, 10), (10, 4), (2, 2), (1, 1), True)
    ([0, 0, 1, 1], [4, 1, 5, 1])
    """
    if not same:
        return [0, 0, 0, 0]
    total = [
        max((-(-size // stride) - 1) * stride + (k - 1) * dilation + 1 - size, 0)
        for size, k, stride, dilation in zip(image, kernel, strides, dilations, strict=True)
    ]
    return [total[0] // 2, total[1] // 2, total[0] - total[0] // 2, total[1] - total[1] // 2]
