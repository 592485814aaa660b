"""Cheaper second stages, as they are often built: close to float32's, and here counted how close."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import fixed_point, multiply_by_fixed_point

Array = npt.NDArray[Any]

CHEAP = {
    "31 bits, half up": 31, "24 bits, half up": 24, "16 bits, half up": 16, "12 bits, half up": 12,
    "8 bits, half up": 8, "31 bits, rounded twice": 0,
}  # fmt: skip
"""Bits of the integer multiplier; 0 stands for TensorFlow Lite's 31 bits and two roundings."""


def cheap_codes(
    accumulator: npt.ArrayLike, multiplier: npt.ArrayLike, zero_point: int, form: str, low: int = -128
) -> Array:
    """Requantize by one of the forms of :data:`CHEAP`; int64.

    Parameters
    ----------
    accumulator
        Integers within int32.
    multiplier
        float64; broadcasts.
    zero_point
        Of the output.
    form
        A key of :data:`CHEAP`.
    low
        The lowest code.

    Examples
    --------
    >>> [int(cheap_codes(1000, 0.0123, 0, form)) for form in ("31 bits, half up", "8 bits, half up")]
    [12, 12]
    """
    bits = CHEAP[form]
    m, shift = fixed_point(np.asarray(multiplier))
    if bits in (0, 31):
        whole = multiply_by_fixed_point(np.asarray(accumulator), m, shift, double_rounding=bits == 0)
    else:
        drop = 31 - bits
        whole = multiply_by_fixed_point(np.asarray(accumulator), (m + (1 << drop - 1)) >> drop, shift - drop)
    return np.asarray(np.clip(whole + zero_point, low, low + 255))
