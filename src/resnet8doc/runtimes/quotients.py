r"""PRELU, SQUARED_DIFFERENCE and DIV of codes in TensorFlow Lite's kernel sets: the same integers in all four.

With :math:`a = A - z_A`, :math:`b = B - z_B` and :math:`\mathrm{fix}(v, M)` the product by the fixed-point factor of
:math:`M`, rounded twice, the second time halves away from zero:

- PRELU: :math:`\mathrm{fix}(a,\ s_A / s_C)` or, below 0, :math:`\mathrm{fix}(a b,\ s_A s_B / s_C)`, in float32.
- SQUARED_DIFFERENCE: with :math:`t = 2\max(s_A, s_B)` and
  :math:`d = \mathrm{fix}(2^7 a, s_A / t) - \mathrm{fix}(2^7 b, s_B / t)`,
  :math:`\mathrm{fix}(d^2,\ t^2 / (2^{14} s_C))`, in float64.
- DIV: the reciprocal of :math:`|b|` by Newton's method in Q0.31, times :math:`a` shifted left as far as 32 bits allow,
  times the multiplier of :math:`s_A / (s_B s_C)`, shifted right. The product :math:`s_B s_C` is float32, but for Micro.
  A shift by more than 31 bits, where the quotient is nearly nothing, is undefined, and so is a quotient by 0.

Source: TensorFlow Lite, ``kernels/{activations,squared_difference,div}.cc``, ``kernels/internal/reference/div.h``,
``kernels/internal/common.h``, ``GetReciprocal``; TensorFlow Lite Micro, ``micro/kernels/{prelu_common,div}.cc``.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import checked_add as checked
from ..trace import Trace
from ._gemmlowp import reciprocal_of_one_plus_step
from ._requantized import PARTS, binary, fixed, fixed_step
from .fixed_point import away, high, quantized

Scales = tuple[float, ...]
Zeros = tuple[int, ...]
LEFT = 7
"""By how many bits SQUARED_DIFFERENCE shifts its inputs to the left."""

WIDEST = 31
"""The largest shift of 32 bits that C defines."""


def prelu_factors(scales: Scales) -> tuple[Any, Any]:
    """Return PRELU's factors: of a code from 0 on, and of a product below 0.

    Examples
    --------
    >>> [float(factor) for factor in prelu_factors((0.5, 0.25, 2.0))]
    [0.25, 0.0625]
    """
    a, b, c = (np.float32(scale) for scale in scales)
    return a / c, np.float32(a * b) / c


def _prelu(a: Array, b: Array, scales: Scales, zeros: Zeros) -> Array:
    plain, product = prelu_factors(scales)
    a, b = np.broadcast_arrays(a - zeros[0], b - zeros[1])
    return np.where(a >= 0, fixed(a, plain), fixed(a * b, product)) + zeros[2]


def _prelu_step(trace: Trace, a: int, b: int, scales: Scales) -> int:
    plain, product = prelu_factors(scales)
    if a >= 0:
        return fixed_step(trace, a, plain)
    return fixed_step(trace, int(trace.step("product", f"{a} * {b}", a * b, "int32")), product)


def square_factors(scales: Scales) -> tuple[float, float, float]:
    """Return the factors of SQUARED_DIFFERENCE: of A, of B, of the square.

    Raises
    ------
    UserError
        If the output's scale is too small.

    Examples
    --------
    >>> square_factors((0.5, 0.25, 1.0))
    (0.5, 0.25, 6.103515625e-05)
    """
    a, b, c = (float(np.float32(scale)) for scale in scales)
    twice = 2 * max(a, b)
    last = twice * twice / (c * (1 << 2 * LEFT))
    if last >= 1:
        raise UserError(
            f"SQUARED_DIFFERENCE has the scales {a:g}, {b:g} and {c:g}",
            f"an output's scale above 2^-{2 * LEFT - 2} of the square of the larger input's",
            "Quantize the model again, calibrated on real inputs.",
        )  # fmt: skip
    return a / twice, b / twice, last


def _square(a: Array, b: Array, scales: Scales, zeros: Zeros) -> Array:
    left, right, last = square_factors(scales)
    difference = fixed((a - zeros[0]) << LEFT, left) - fixed((b - zeros[1]) << LEFT, right)
    return np.asarray(fixed(difference * difference, last) + zeros[2])


def _square_step(trace: Trace, a: int, b: int, scales: Scales) -> int:
    *factors, last = square_factors(scales)
    parts = []
    for name, code, factor in zip("AB", (a, b), factors, strict=True):
        shifted = int(trace.step(f"{name} shifted", f"{code} << {LEFT}", code * 2**LEFT, "int32"))
        parts.append(fixed_step(trace, shifted, factor))
    difference = int(trace.step("subtracted", f"{parts[0]} - {parts[1]}", parts[0] - parts[1], "int32"))
    square = int(trace.step("squared", f"{difference} * {difference}", difference**2, "int32"))
    return fixed_step(trace, square, last)


def _single_factor(scales: Scales) -> float:
    a, b, c = (np.float32(scale) for scale in scales)
    return float(a / np.float32(b * c))


def _wide_factor(scales: Scales) -> float:
    a, b, c = (float(np.float32(scale)) for scale in scales)
    return a / (b * c)


@lru_cache(maxsize=1)
def _reciprocals() -> tuple[Array, Array]:
    """Return reciprocals of 1 to 255 in Q0.31, and how many bits each lies above 1; of 0 nothing."""
    bits = [max(value.bit_length(), 1) for value in range(256)]
    shares = [reciprocal_of_one_plus_step((max(value, 1) << (32 - width)) - (1 << 31))
              for value, width in enumerate(bits)]  # fmt: skip
    return np.array(shares), np.array(bits) - 1


def _sign_bits(a: Array) -> Array:
    """Return how far a number within 9 bits may be shifted left within 32.

    Examples
    --------
    >>> _sign_bits(np.array([0, 1, -1, 255, -256]))
    array([31, 30, 31, 23, 23])
    """
    size = np.where(a < 0, -a - 1, a)
    return np.asarray(31 - np.frexp(size.astype(np.float64))[1], np.int64)


def quotient(factor: Callable[[Scales], float]) -> Functions:
    """Return DIV; ``factor`` is that of the scales."""

    def parts(a: Array, b: Array, scales: Scales) -> tuple[Any, ...]:
        m, e = (int(v) for v in quantized(np.asarray(factor(scales))))
        share, above = (table[np.abs(b)] for table in _reciprocals())
        signed = np.where(b < 0, -a, a)
        left = _sign_bits(signed)
        return m, signed, left, share, above + left - e

    def formula(a: Array, b: Array, scales: Scales, zeros: Zeros) -> Array:
        m, signed, left, share, right = parts(a - zeros[0], b - zeros[1], scales)
        return np.asarray(away(high(high(signed << left, share), m), np.minimum(right, WIDEST)) + zeros[2])

    def steps(trace: Trace, a: int, b: int, scales: Scales) -> int:
        refuse(np.array(a), np.array(b), scales)
        m, signed, left, share, right = (int(v) for v in parts(np.array(a), np.array(b), scales))
        trace.step("reciprocal", f"of {abs(b)}, in Q0.31 of 2**-{right - left}", share, "int32")
        half = (signed * 2**left * share + (1 << 30)) // 2**31
        trace.step("unscaled quotient", f"({signed} * 2**{left} * {share} + 2**30) >> 31", half, "int32")
        product = (half * m + (1 << 30)) // 2**31
        trace.step("scaled, high half", f"({half} * {m} + 2**30) >> 31", product, "int32")
        size = (2 * abs(product) + (1 << right)) >> (right + 1)
        whole = size if product >= 0 else -size
        return int(trace.step("scaled", f"{product} / 2**{right}, halves away from zero", whole, "int32"))

    def refuse(a: Array, b: Array, scales: Scales) -> None:
        if (b == 0).any():
            raise UserError(
                "DIV divides by a code that stands for 0", "another divisor; by 0 the kernels have no result",
                "Add a small number to the divisor, and convert the model again.",
            )  # fmt: skip
        undefined = parts(a, b, scales)[-1] > WIDEST
        if undefined.any():
            which = [int(np.broadcast_to(each, undefined.shape)[undefined][0]) for each in (a, b)]
            raise UserError(
                f"DIV of {which[0]} by {which[1]} steps shifts by more than {WIDEST} bits, which C does not define",
                "a finer output's scale, or a smaller divisor", "Quantize the model again, calibrated on real inputs.",
            )  # fmt: skip

    plain = binary("DIV", formula, steps)

    def function(*inputs: Any, runtime: Runtime) -> Array:
        q = checked(*inputs)
        refuse(q.a.astype(np.int64) - q.zeros[0], q.b.astype(np.int64) - q.zeros[1], q.scales)
        return np.asarray(plain.function(*inputs, runtime=runtime))

    return Functions(function, plain.element, PARTS)


IN_ALL = {
    "PRELU": binary("PRELU", _prelu, _prelu_step),
    "SQUARED_DIFFERENCE": binary("SQUARED_DIFFERENCE", _square, _square_step),
}
OF_LITE = IN_ALL | {"DIV": quotient(_single_factor)}
OF_MICRO = IN_ALL | {"DIV": quotient(_wide_factor)}


def quotient_factor(runtime: Runtime, scales: Scales) -> float:
    """Return the factor of the scales in a runtime's DIV.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_MICRO
    >>> quotient_factor(TFLITE_MICRO, (0.5, 0.25, 1.0))
    2.0
    """
    return _wide_factor(scales) if runtime.own("DIV") is OF_MICRO["DIV"] else _single_factor(scales)
