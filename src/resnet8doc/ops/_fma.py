"""The fused multiply-add of float32, which rounds once, in numpy, which has none."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Number

Array = npt.NDArray[Any]


def fma(a: Number, b: Number, c: Number) -> Array:
    r"""Return :math:`a b + c` rounded once to float32.

    The product of two float32 numbers is exact in float64 (24 + 24 bits of 53). Their sum with ``c`` is not always, and
    rounding it first to float64 and then to float32 can round a near tie the wrong way. So the float64 sum is rounded
    *to odd*: where it is inexact (the error of an addition is itself a float64, by Knuth's two-sum) and its last bit is
    even, it is moved to the neighbour on the side of the exact value, which is odd. Rounding that to float32 equals
    rounding the exact value, because float64 has more than twice the bits of float32 and two to spare.

    Source: S. Boldo and G. Melquiond, *Emulation of a FMA and correctly rounded sums: proved algorithms using rounding
    to odd*, IEEE Transactions on Computers 57 (4), 2008.

    Examples
    --------
    >>> a, c = np.float32(1 + 2**-12), np.float32(-1 - 2**-11)
    >>> float(a * a + c), float(fma(a, a, c))
    (0.0, 5.960464477539063e-08)
    """
    product = np.multiply(a, b, dtype=np.float64)
    addend = np.asarray(c, np.float64)
    total = np.asarray(product + addend)
    result = total.astype(np.float32)
    # Two roundings differ from one only where the first ends in the middle between two float32 numbers: there the bits
    # that float32 drops are 1000…0. Subnormal results drop more bits, so they are looked at too.
    suspect = ((total.view(np.int64) & DROPPED) == MIDDLE) | ((np.abs(total) < TINY) & (total != 0))
    if suspect.any():
        product, addend = np.broadcast_arrays(product, addend)
        result = np.asarray(result)
        result[suspect] = _rounded_once(product[suspect], addend[suspect])
    return result


DROPPED, MIDDLE, TINY = (1 << 29) - 1, 1 << 28, 2.0**-125


def _rounded_once(product: Array, addend: Array) -> Array:
    """Return the sum of float64 numbers rounded once to float32, by way of the odd neighbour."""
    total = product + addend
    shadow = total - product
    error = (product - (total - shadow)) + (addend - shadow)
    even = (total.view(np.int64) & 1) == 0
    toward = np.where(error > 0, np.inf, -np.inf)
    return np.asarray(np.where((error != 0) & even, np.nextafter(total, toward), total), np.float32)
