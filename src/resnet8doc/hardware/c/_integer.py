"""Numbers of the integer-only program: what stands in for float32 scales, so that every byte is the same."""

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ..integers import Sum, find_sum

Array = npt.NDArray[np.generic]

ADD_SHIFTS = (22, 26, 30)
"""Binary places of a sum's factors, the first that does is taken: with a code of 8 bits a product has 40 at most."""

LARGEST_FACTOR = 2**31 - 1

SPAN = 200
"""Exponentials that lie more places than these below the largest are 0: no sum and no code has a place for them."""


def integer_sum(codes: Array, ratio: float, second_ratio: float, low: int) -> Sum | None:
    """Return the integer form of a ``QLinearAdd``, equal on all 65,536 pairs; None if there is none.

    There is none where scales that are nearly powers of two of each other bring real sums so close to ties that
    float32's roundings decide, now up, now down.

    Parameters
    ----------
    codes
        Of all pairs, from :func:`resnet8doc.hardware.integers.sum_table`.
    ratio, second_ratio
        Quotients of each summand's scale and the sum's.
    low
        The lowest code.
    """
    for shift in ADD_SHIFTS:
        if max(ratio, second_ratio) * 2.0**shift > LARGEST_FACTOR / 2:
            break
        try:
            return find_sum(codes, ratio, second_ratio, shift, low)
        except UserError:
            continue
    return None


def float_parts(table: Array) -> tuple[Array, Array]:
    """Write positive float32 as integers: mantissas of 24 bits, uint32, and how far each is shifted left, uint8.

    The least exponent of the table becomes shift 0.

    Examples
    --------
    >>> float_parts(np.array([0.5, 1.0, 3.0], np.float32))
    (array([ 8388608,  8388608, 12582912], dtype=uint32), array([0, 1, 2], dtype=uint8))
    """
    fraction, exponent = np.frexp(table.astype(np.float64))
    mantissa = (fraction * 2.0**24).astype(np.uint32)
    lowest = exponent.max() - SPAN
    mantissa[exponent < lowest] = 0
    return mantissa, (np.maximum(exponent, lowest) - max(lowest, exponent.min())).astype(np.uint8)
