"""Real numbers to integers, six ways."""

from typing import Literal, get_args

import numpy as np

from ..errors import UserError
from ._types import Array, Number

Rounding = Literal["half_even", "half_up", "half_away_from_zero", "truncate", "floor", "shift"]
"""What becomes of a real result between two integers: ``half_even`` (IEEE 754's default, ONNX Runtime's), ``half_up``
(toward +infinity on ties), ``half_away_from_zero`` (C's ``round``), ``truncate`` (C's cast), ``floor`` (an arithmetic
right shift alone), ``shift`` (the familiar ``(v >= 0 ? v + half : v - half) >> bits`` as printed, which is wrong for
negative numbers)."""


def round_to_integer(value: Number, rounding: Rounding = "half_even") -> Array:
    r"""Round real numbers to integers.

    .. math::
       \text{half\_up} = \lfloor r + \tfrac12 \rfloor, \quad
       \text{shift} = \begin{cases} \lfloor r + \tfrac12 \rfloor & r \ge 0 \\ \lfloor r - \tfrac12 \rfloor & r < 0
       \end{cases}

    Parameters
    ----------
    value
        float32 or float64, any shape.
    rounding
        See :data:`Rounding`.

    Returns
    -------
    numpy.ndarray
        Integers in the same float type, right for every number: 0.49999997 in float32, and what lies as near to a half
        in float64, go to 0.

    Raises
    ------
    UserError
        If there is no such rounding.

    Examples
    --------
    >>> ties = np.array([-2.5, -1.5, -1.25, -0.5, 0.5, 1.5, 2.5], np.float32)
    >>> for name in get_args(Rounding):
    ...     print(f"{name:20}", *(f"{value:3.0f}" for value in round_to_integer(ties, name) + 0.0))
    half_even             -2  -2  -1   0   0   2   2
    half_up               -2  -1  -1   0   1   2   3
    half_away_from_zero   -3  -2  -1  -1   1   2   3
    truncate              -2  -1  -1   0   0   1   2
    floor                 -3  -2  -2  -1   0   1   2
    shift                 -3  -2  -2  -1   1   2   3
    """
    if rounding not in get_args(Rounding):
        listed = ", ".join(map(repr, get_args(Rounding)))
        raise UserError(f"rounding is {rounding!r}", f"one of {listed}", "Choose one of these.")
    value = np.asarray(value)
    if rounding == "half_even":
        return np.rint(value)
    if rounding == "truncate":
        return np.trunc(value)
    if rounding == "floor":
        return np.floor(value)
    wide = value.astype(np.float64)
    away = half_away(wide)
    if rounding == "half_up":
        result = np.where(wide > 0, away, np.floor(wide + 0.5))  # below 0 the sum is exact, or no tie
    elif rounding == "half_away_from_zero":
        result = away
    else:
        result = np.where(wide >= 0, away, -1 - np.ceil(-wide - 0.5))
    return result.astype(value.dtype)


SIGN_AND_BELOW_HALF = {
    np.dtype(real): tuple(real(number).view(bits) for number in (-0.0, np.nextafter(real(0.5), real(0))))
    for real, bits in ((np.float32, np.uint32), (np.float64, np.uint64))
}
"""The bit of the sign and the number just below a half, as bits."""


def half_away(value: Array) -> Array:
    """Round real numbers to integers, halves away from zero (C's ``round``), in float32 or float64, as they are given.

    What is added is h, the number just below a half: a half itself, added to h, gives 1, because the sum is rounded.
    The sum of h and n + 1/2 is rounded to n + 1, of which it falls short by half a step at most; that of h and the
    number just below n + 1/2 stays below n + 1.

    Examples
    --------
    >>> half_away(np.array([-2.5, -0.4, 0.5, 1.49, 0.49999999999999994]))
    array([-3., -0.,  1.,  1.,  0.])
    """
    real = np.asarray(value)
    if real.dtype != np.float32:
        real = real.astype(np.float64, copy=False)
    sign, below_half = SIGN_AND_BELOW_HALF[real.dtype]
    with_sign = (real.view(sign.dtype) & sign) | below_half  # numpy's copysign takes as long as all the rest
    return np.asarray(np.trunc(real + with_sign.view(real.dtype)))
