r"""Products with a fixed-point factor, in floats where that is certain and in integers for the few others.

Written without its floors, each way of :mod:`resnet8doc.runtimes.fixed_point` to multiply by :math:`M = m\,2^{e-31}`
is one rounding of almost the product. For :math:`e < 0`

.. math:: y = \left\lfloor a M + d + \tfrac12 \right\rfloor,

where :math:`d = 0` if it rounds once, :math:`d = 2^{e-1}` if it rounds twice, halves up, and if the second rounding
goes away from zero :math:`d = \pm 2^{e-1}` by the sign of what the first one leaves. (For integers the floor of a floor
is one: :math:`\lfloor (\lfloor x \rfloor + c) / 2^n \rfloor = \lfloor (x + c) / 2^n \rfloor`.)

With the bias :math:`b` in units of the accumulator, the zero point :math:`z` and the lowest code :math:`q`, the code
before its clamp, counted from the lowest, is the floor of :math:`r = s M + h`, :math:`h = b M + d + z - q + \tfrac12`,
where :math:`s` is a whole number that the float type holds.

How far off is that in floats? Let :math:`u` be half a unit in the last place, :math:`2^{-24}` in float32, and
:math:`H \ge |h|`. The factor and the product are rounded once each, which is :math:`2 u |s M|` with
:math:`|s M| \le |r| + H`; :math:`h` once, :math:`u H`; the sum once, :math:`u |r|`. Together these are
:math:`3 u (|r| + H)`, and a little for roundings of roundings. Codes of 8 bits lie within :math:`|r| \le 257`, so that

.. math:: E = 4 u\,(512 + H)

is not reached there, even if one more sum is rounded. What lies further out is clamped, and floats keep the order of
numbers, so that it stays out. So :math:`r` lies between :math:`r - E` and :math:`r + E` as floats find them, and where
both have one floor, it is that of :math:`r`. Where :math:`d` hangs on the sign, it is left out of :math:`h`, and
:math:`|d|` is added to :math:`E`. The few numbers whose two floors differ are computed in integers.
"""

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np

from ..arithmetic import Array, CodeType, by_row, row_of

SMALL = -3
"""Exponents up to which the first rounding moves few results to another integer."""

BITS = 8
"""Of the codes: the bound above needs them within 257."""

UNIT = {np.dtype(np.float32): 2.0**-24, np.dtype(np.float64): 2.0**-51}
"""By how much a rounding is off at most, relative; four times that in float64, where ``h`` itself takes several."""

REACH = 512
"""Twice what a number within the clamp can be."""

WORTH_FLOATS = 2.0**-4
"""Bounds from which on too many numbers would have to be computed in integers."""

BLOCK = 5 << 16
"""Elements that are worked on at a time, as many as a convolution sums: more calls of numpy would take longer than a
smaller part of the cache saves."""

WORD = 8
"""Bytes that are compared at a time."""

WORTH_WORDS = 1 << 13
"""Bytes from which on that takes less time than it saves."""

Exact = Callable[[Array, Array, Array], Array]
"""From int64 accumulators, bias included, and ``m`` and ``e`` of each to the rounded products."""


def is_sure_of_most(m: Array, e: Array) -> bool:
    """Tell whether floats find most products with these factors; vanishing ones are 0.

    Examples
    --------
    >>> is_sure_of_most(np.array([1 << 30, 0]), np.array([-4, 0])), is_sure_of_most(np.array(1 << 30), np.array(0))
    (True, False)
    """
    return m.ndim <= 1 and bool((np.where(m == 0, SMALL, e) <= SMALL).all())


def differing(first: Array, second: Array) -> Array:
    """Return where two arrays of bytes differ; eight at a time are compared, since nearly all are equal.

    Examples
    --------
    >>> first = np.zeros(9001, np.uint8)
    >>> second = first.copy()
    >>> second[[3, 4, 9000]] = 1
    >>> differing(first, second), differing(first[:5], second[:5])
    (array([   3,    4, 9000]), array([3, 4]))
    """
    if first.size < WORTH_WORDS:
        return np.not_equal(first, second).nonzero()[0]
    whole = first.size // WORD * WORD
    words = np.not_equal(first[:whole].view(np.uint64), second[:whole].view(np.uint64)).nonzero()[0]
    places = (words[:, None] * WORD + np.arange(WORD)).reshape(-1)
    if whole < first.size:
        places = np.concatenate([places, np.arange(whole, first.size)])
    return np.asarray(places[first[places] != second[places]])


class Nearest:
    """What turns accumulators into clamped codes, block after block; the few that floats are not sure of at the end.

    Parameters
    ----------
    real
        float32 or float64, of the accumulators.
    m, e
        The factors: scalars, or ``[channels]``. See :func:`is_sure_of_most`.
    added
        What stands for the first of two roundings, of the shape of ``e``; None if it hangs on the sign.
    exact
        Computes in integers what floats are not sure of.
    zero_point
        Of the codes.
    kind
        Their type, of 8 bits at most.
    bias
        Whole numbers ``[channels]`` that belong to the accumulators and are not in them yet; None without.

    Examples
    --------
    >>> from resnet8doc.arithmetic import code_type
    >>> never = lambda a, m, e: 1 / 0
    >>> nearest = Nearest(np.dtype(np.float32), np.array(1 << 30), np.array(-3), None, never, 1, code_type("int8"))
    >>> codes = np.empty(3, np.int8)
    >>> nearest.put(np.array([-10, 10, 2e9], np.float32), codes)
    >>> nearest.settle()
    >>> codes
    array([  0,   2, 127], dtype=int8)
    """

    def __init__(
        self, real: Any, m: Array, e: Array, added: Array | None, exact: Exact, zero_point: int, kind: CodeType,
        bias: Array | None = None,
    ) -> None:  # fmt: skip
        factor = np.asarray(m * np.exp2(e - 31.0))
        first = np.where(m == 0, 0, np.exp2(e - 1.0))  # of two roundings: half a unit of what the first one leaves
        shift = (0 if bias is None else bias * factor) + (first * 0 if added is None else added)
        shift = shift + (zero_point - kind.minimum + 0.5)
        self.bound = 4 * UNIT[real] * (REACH + 1 + np.abs(shift).max(initial=0))
        if added is None:
            self.bound += first.max(initial=0)
        self.exact, self.zero_point, self.kind, self.channels = exact, zero_point, kind, shift.size
        self.integers = np.empty((3, self.channels), np.int64)
        for row, each in enumerate((0 if bias is None else bias, m, e)):
            self.integers[row] = each
        self.factor = row_of(factor, self.channels, real)
        self.shift = row_of(shift - self.bound, self.channels, real)
        self.between = real.type(2 * self.bound)
        # Halfway between two integers, where both floors are one: what is clamped is sure.
        self.limits = real.type(0.5), real.type(kind.maximum - kind.minimum + 0.5)
        self.step = max(1, BLOCK // self.factor.size) * self.factor.size
        self.doubts: list[tuple[Array, Array, Array]] = []

    @property
    def is_worth_it(self) -> bool:
        """Whether floats are sure of nearly all numbers."""
        return bool(self.bound < WORTH_FLOATS)

    def fresh(self) -> "Nearest":
        """Return another with the same numbers and no doubts, for another layer's blocks or another thread's."""
        other = copy(self)
        other.doubts = []
        return other

    def put(self, sums: Array, codes: Array) -> None:
        """Write the codes of sums, contiguous ``[..., channels]``, into ``codes`` of the same shape and order."""
        flat, out = sums.reshape(-1), np.reshape(codes, -1, copy=False)
        step = min(self.step, flat.size)
        near, floors = np.empty(step, self.factor.dtype), np.empty((2, step), np.uint8)
        lowest = self.kind.stored.type(self.kind.minimum)
        for start in range(0, flat.size, self.step):
            given = flat[start : start + self.step]
            real, low, high = near[: given.size], *floors[:, : given.size]
            by_row(np.multiply, given, self.factor, real)
            by_row(np.add, real, self.shift, real)
            real.clip(*self.limits, out=real)
            np.copyto(low, real, casting="unsafe")  # which is the floor, as all are above 0
            real += self.between
            np.copyto(high, real, casting="unsafe")
            np.add(low.view(self.kind.stored), lowest, out=out[start : start + self.step])
            few = differing(low, high)
            if few.size:
                self.doubts.append((out, start + few, given[few]))

    def settle(self) -> None:
        """Compute in integers what floats were not sure of, and write it where it belongs."""
        if not self.doubts:
            return
        channel = np.concatenate([few for _, few, _ in self.doubts]) % self.channels
        found = np.concatenate([given for _, _, given in self.doubts]).astype(np.int64)
        bias, m, e = self.integers[:, channel]
        codes = (self.exact(found + bias, m, e) + self.zero_point).clip(self.kind.minimum, self.kind.maximum)
        start = 0
        for out, few, _ in self.doubts:
            out[few] = codes[start : start + few.size]
            start += few.size
        self.doubts = []
