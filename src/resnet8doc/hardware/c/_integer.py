"""Numbers of the integer-only program: what stands in for float32 scales."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...arithmetic import fixed_point
from ...errors import UserError

Array = npt.NDArray[np.generic]

LARGEST_SHIFT = 62
"""An int64 product of 31-bit numbers, shifted by more than this, is 0."""

ADD_SHIFT = 40
"""The zero point of a sum is held times 2 to this power at most, so that all fits 64 bits."""

SOFTMAX_BITS = 22
"""The largest exponential is 2 to this power: times 256 levels, or summed over 1,023 classes, it fits 32 bits."""


def multiplier_and_shift(exact: Array, name: str) -> tuple[Array, Array]:
    """Return int32 multipliers and uint8 shifts for float64 factors.

    Raises
    ------
    UserError
        If a factor is too large or too small for this form.

    Examples
    --------
    >>> multiplier_and_shift(np.array([0.25]), "x")
    (array([1073741824], dtype=int32), array([32], dtype=uint8))
    """
    m, shift = fixed_point(exact)
    if np.any(shift < 0) or np.any(shift > LARGEST_SHIFT):
        raise UserError(
            f"{name} has multipliers from {exact.min():.3g} to {exact.max():.3g}",
            "2**-32 to 2**31",
            "Use the float program.",
        )
    return m.astype(np.int32), shift.astype(np.uint8)


@dataclass(frozen=True)
class Sum:
    """A sum of codes in integers: ``(A * a + B * b + constant) / 2**shift``, rounded half up."""

    a: int
    b: int
    constant: int
    shift: int


def integer_sum(scales: tuple[float, float, float], zero_points: tuple[int, int, int]) -> Sum:
    """Return the integer form of ``QLinearAdd``; scales and zero points in the order A, B, C.

    Examples
    --------
    >>> s = integer_sum((0.5, 0.25, 1.0), (0, 0, -1))
    >>> (10 * s.a + 4 * s.b + s.constant + (1 << s.shift - 1)) >> s.shift
    5
    """
    ratios = scales[0] / scales[2], scales[1] / scales[2]
    _, wanted = fixed_point(np.asarray(max(ratios)))
    shift = min(int(wanted), ADD_SHIFT)
    a, b = (math.floor(ratio * 2.0**shift + 0.5) for ratio in ratios)
    return Sum(a, b, (zero_points[2] << shift) - zero_points[0] * a - zero_points[1] * b, shift)


def integer_exponentials(scale: float) -> Array:
    """Return ``2**22 * exp((i - 255) * scale)``, rounded, for i from 0 to 255: uint32 ``[256]``.

    Examples
    --------
    >>> table = integer_exponentials(0.1)
    >>> int(table[255]), int(table[245])  # 10 steps of 0.1 below the top: 1 / e
    (4194304, 1542998)
    """
    one = 1 << SOFTMAX_BITS
    return np.array([math.floor(one * math.exp((i - 255) * scale) + 0.5) for i in range(256)], np.uint32)
