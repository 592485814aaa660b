r"""Products with a fixed-point factor, in floats where that is certain and in integers for the few others.

Written without its floors, each way of :mod:`resnet8doc.runtimes.fixed_point` to multiply by :math:`M = m\,2^{e-31}`
is one rounding of almost the product. For :math:`e < 0`

.. math:: y = \left\lfloor a M + d + \tfrac12 \right\rfloor,

where :math:`d = 0` if it rounds once, :math:`d = 2^{e-1}` if it rounds twice, halves up, and if the second rounding
goes away from zero :math:`d = \pm 2^{e-1}` by the sign of what the first one leaves. (For integers the floor of a floor
is one: :math:`\lfloor (\lfloor x \rfloor + c) / 2^n \rfloor = \lfloor (x + c) / 2^n \rfloor`.) A float sum is off by a
known bound at most, so that it is certain of all numbers but those so near to the middle of two codes; these few are
computed in integers.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arithmetic import Array, CodeType

SMALL = -3
"""Exponents up to which the first rounding moves few results to another integer."""

BITS = 8
"""Of the codes. Products beyond 512 are clamped then, wherever the zero point lies, and sums beyond 256."""

ERROR = {np.dtype(np.float32): 2.0**-13, np.dtype(np.float64): 2.0**-40}
"""More than the sum can be off: factor and product are rounded once each, 512 * 2**-23; what is added, and the sum,
once each, 256 * 2**-23. In float64 likewise, with 2**-52."""

RUN = 8192
"""A multiplier for each channel is repeated to about so many: numpy multiplies fastest what is as long as its own
buffer."""

BLOCK = 8 * RUN
"""Elements that are worked on at a time: what is made of them stays in the processor's cache."""

Exact = Callable[[Array, Any], Array]
"""From int64 accumulators and their channels to the rounded products."""


def is_sure_of_most(m: Array, e: Array) -> bool:
    """Tell whether floats find most products with these factors; vanishing ones are 0.

    Examples
    --------
    >>> is_sure_of_most(np.array([1 << 30, 0]), np.array([-4, 0])), is_sure_of_most(np.array(1 << 30), np.array(0))
    (True, False)
    """
    return m.ndim <= 1 and bool((np.where(m == 0, SMALL, e) <= SMALL).all())


def nearest_codes(
    accumulator: Array, m: Array, e: Array, added: Array | None, exact: Exact, zero_point: int, kind: CodeType
) -> Array:
    """Return the clamped codes of products.

    Parameters
    ----------
    accumulator
        Integers below 2**31 in size, ``[..., channels]``; as integers, or exact in float32 or float64.
    m, e
        The factors: scalars, or ``[channels]``. See :func:`is_sure_of_most`.
    added
        What stands for the first of two roundings, of the shape of ``e``; None if it hangs on the sign.
    exact
        Computes in integers what floats are not sure of. A channel is a number, or ``()`` where there is one factor.
    zero_point
        Of the codes.
    kind
        Their type, of 8 bits at most.

    Returns
    -------
    numpy.ndarray
        ``kind.stored``, of the accumulator's shape.

    Examples
    --------
    >>> from resnet8doc.arithmetic import code_type
    >>> never = lambda a, channel: 1 / 0
    >>> m, e, kind = np.array(1 << 30), np.array(-3), code_type("int8")
    >>> nearest_codes(np.array([-10.0, 10, 2e9]), m, e, None, never, 1, kind)
    array([  0,   2, 127], dtype=int8)
    """
    flat = np.ascontiguousarray(accumulator).reshape(-1)
    real = flat.dtype if flat.dtype in ERROR else np.dtype(np.float64)
    channels, off = m.size, ERROR[real]
    if added is None:
        off += np.exp2(np.where(m == 0, -np.inf, e).max() - 1.0)
        added = np.zeros(m.shape)
    sure, repeats = real.type(0.5 - off), max(1, RUN // channels)
    factor = np.tile(np.asarray(m * np.exp2(e - 31.0), real), repeats)
    shift = np.tile(np.asarray(added + zero_point, real), repeats)
    lowest, highest = real.type(kind.minimum), real.type(kind.maximum)
    codes = np.empty(flat.size, kind.stored)
    step = max(1, BLOCK // len(factor)) * len(factor)
    total, whole = np.empty((2, min(step, flat.size)), real)
    doubts, unsure = [], np.empty(whole.size, bool)
    for start in range(0, flat.size, step):
        given = flat[start : start + step]
        near, rounded, doubt = total[: given.size], whole[: given.size], unsure[: given.size]
        _repeated(np.multiply, given, factor, near)
        _repeated(np.add, near, shift, near)
        np.rint(near, out=rounded)
        near -= rounded
        np.abs(near, out=near)
        np.greater(near, sure, out=doubt)
        doubts.append(start + np.flatnonzero(doubt))
        np.clip(rounded, lowest, highest, out=rounded)
        np.copyto(codes[start : start + step], rounded, casting="unsafe")
    few = np.concatenate(doubts) if doubts else np.empty(0, np.int64)
    if few.size:
        found = exact(flat[few].astype(np.int64), few % channels if m.ndim else ())
        codes[few] = np.clip(found + zero_point, kind.minimum, kind.maximum)
    return codes.reshape(np.shape(accumulator))


def _repeated(combine: np.ufunc, given: Array, repeated: Array, out: Array) -> None:
    """Multiply by what repeats, or add it, into ``out``."""
    if given.dtype != out.dtype:
        np.copyto(out, given)
        given = out
    filled = given.size // repeated.size * repeated.size
    shape = -1, repeated.size
    combine(given[:filled].reshape(shape), repeated, out=out[:filled].reshape(shape))
    combine(given[filled:], repeated[: given.size - filled], out=out[filled:])
