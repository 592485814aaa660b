r"""LOGISTIC, TANH and SOFTMAX of int16 codes in TensorFlow Lite: tables, and lines between their values.

The table of the logistic function is in steps of 1/24, as 65536 times it; TANH is read off it as well:
:math:`\tanh x = 2\,\sigma(2x) - 1`. The input is brought to steps of 1/(3 · 4096), in which 512 or 256 are a step of
the table. SOFTMAX has two tables of 513 values, made as ``LUTPopulateInt16`` makes them: of each piece, half of the
error in its middle is taken from its left end.

Source: TensorFlow Lite, ``kernels/internal/common.h``, ``reference/integer_ops/{logistic,tanh}.h``,
``reference/softmax.h``; TensorFlow Lite Micro, ``micro/kernels/softmax_common.cc``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime, half_away, wrap
from ..errors import UserError
from ..ops.parts import check, from_rows, softmax_rows
from ..trace import Trace
from ._int16_sums import PARTS, SHORT, centred, short
from .fixed_point import quantized, scaled, scaled_step

SIGMOID = np.array([
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794, 41432, 42064, 42688,
    43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443, 48964, 49475, 49975, 50464, 50942, 51409,
    51865, 52311, 52745, 53169, 53581, 53983, 54374, 54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433,
    57724, 58007, 58280, 58544, 58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370, 60565, 60753, 60935, 61110,
    61279, 61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666, 62778, 62886, 62990, 63090, 63186,
    63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968, 64030, 64090, 64148, 64204, 64257, 64308,
    64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652, 64687, 64721, 64754, 64786, 64816, 64845, 64873, 64900,
    64926, 64950, 64974, 64997, 65019, 65039, 65060, 65079, 65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208,
    65221, 65234, 65246, 65258, 65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360, 65367,
    65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433, 65438, 65442, 65445, 65449,
    65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474, 65476, 65479, 65481, 65483, 65485, 65488, 65489, 65491,
    65493, 65495, 65497, 65498, 65500, 65501, 65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513,
    65514, 65515, 65516, 65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524,
    65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529, 65529, 65530, 65530,
    65530, 65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532, 65532, 65532, 65532, 65533, 65533, 65533,
    65533, 65533, 65533, 65533, 65533, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65535,
], np.int64)  # fmt: skip
"""65536 times the logistic function of 0, 1/24, 2/24, and so on to 255/24."""

PRECISION = 1e-3
"""How near a logarithm must be to a whole number so that a scale counts as a power of two."""


@dataclass(frozen=True)
class Curve:
    """How a function is read off the table.

    Attributes
    ----------
    bits
        So many bits of the input are the place between two values of the table.
    shifts
        The exponents of a power of two, less -12, at which the input is multiplied by 3 and not brought to the steps.
    """

    bits: int
    shifts: tuple[int, ...]


CURVES = {"LOGISTIC_INT16": Curve(9, (0,)), "TANH_INT16": Curve(8, (0, 1))}


def power_of_two(scale: Any) -> int | None:
    """Return the exponent of a scale that is a power of two, or nearly, else None.

    Examples
    --------
    >>> power_of_two(np.float32(2.0**-12)), power_of_two(np.float32(2.0005 * 2.0**-13)), power_of_two(np.float32(0.3))
    (-12, -12, None)
    """
    logarithm = np.float32(np.log(np.float32(scale)) * np.float32(1 / np.log(np.float32(2))))
    nearest = float(np.round(logarithm))
    return int(nearest) if abs(float(logarithm) - nearest) < PRECISION else None


def _steps_of(op_type: str, scale: Any) -> tuple[int, int]:
    """Return what an input is multiplied by, and the bits that it is then shifted right by."""
    power = power_of_two(scale)
    if power is not None and power + 12 in CURVES[op_type].shifts:
        return 3 << (power + 12), 0
    real, right = float(np.float32(scale)) * 4096 * 3, 0
    if not real <= 2.0**15 - 1:
        raise UserError(
            f"the input of {op_type} has the scale {scale}", "less than 2.66", "Quantize the model again, calibrated."
        )
    while real <= (2**15 - 1) / 2 and right <= 30:
        real, right = real * 2, right + 1
    return int(real), right


def line(op_type: str, x: Array, scale: Any) -> Array:
    """Return LOGISTIC or TANH of int16 codes, times 2**15.

    Examples
    --------
    >>> line("LOGISTIC_INT16", np.array([-4096, 0, 4096]), np.float32(1 / 4096)) / 2**15
    array([0.2689209, 0.5      , 0.7310791])
    >>> line("TANH_INT16", np.array([-4096, 0, 4096]), np.float32(1 / 4096)) / 2**15
    array([-0.76159668,  0.        ,  0.76159668])
    """
    factor, right = _steps_of(op_type, scale)
    real = wrap(x * factor + (1 << right >> 1), 32) >> right
    bits = CURVES[op_type].bits
    size = np.abs(real)
    at = np.minimum(size >> bits, 254)
    within = (SIGMOID[at] << bits) + (size & ((1 << bits) - 1)) * (SIGMOID[at + 1] - SIGMOID[at])
    if op_type == "LOGISTIC_INT16":
        share = np.where(size >> bits >= 255, 0x7FFF << 10, within)
        return np.where(real >= 0, share + (1 << 9), (1 << 25) - share + (1 << 9) - 1) >> 10
    share = np.where(size >> bits >= 255, 0xFFFF << 8, within) - (1 << 23)
    return np.where(real >= 0, share + (1 << 7), -share + (1 << 7) - 1) >> 8


def line_step(trace: Trace, op_type: str, x: int, scale: Any) -> int:
    """Write down the same of one code."""
    factor, right = _steps_of(op_type, scale)
    bits = CURVES[op_type].bits
    low = (x * factor + (1 << right >> 1) + 2**31) % 2**32 - 2**31
    formula = f"({x} * {factor} + {1 << right >> 1}) >> {right}"
    real = int(trace.step("in steps of 1/12288", formula, low >> right, "int32"))
    at, rest = divmod(abs(real), 1 << bits)
    of_logistic = op_type == "LOGISTIC_INT16"
    if at >= 255:
        share = int(trace.step("held", "beyond the table", 0x7FFF << 10 if of_logistic else 0xFFFF << 8, "int32"))
    else:
        a, b = int(SIGMOID[at]), int(SIGMOID[at + 1])
        formula = f"{a} * 2**{bits} + {rest} * ({b} - {a})"
        share = int(trace.step("on the line", formula, (a << bits) + rest * (b - a), "int32"))
    half, down = (1 << 9, 10) if of_logistic else (1 << 7, 8)
    whole = share if of_logistic else share - (1 << 23)
    if real < 0:
        whole = ((1 << 25) if of_logistic else 0) - whole - 1
    return int(trace.step("rounded", f"({whole} + {half}) >> {down}", (whole + half) >> down, "int32"))


LENGTH = 512
"""Pieces of a table."""

LOWEST = -10.0
"""Exponentials of less count as this one's."""


def table(function: Callable[[Array], Array], ends: tuple[Any, Any], factor: Any) -> Array:
    """Return a table of 513 values, in the precision of the numbers given.

    Examples
    --------
    >>> table(np.exp, (np.float64(-10), np.float64(0)), np.float64(2**15))[[0, 511, 512]]
    array([    2, 32133, 32767])
    """
    kind = type(factor)
    first, last = ends
    step = (last - first) / kind(LENGTH)
    left = first + np.arange(LENGTH).astype(kind) * step
    right = first + np.arange(1, LENGTH + 1).astype(kind) * step
    values, middle = half_away(function(left) * factor), half_away(function(left + step / kind(2)) * factor)
    drawn = half_away((function(right) * factor + values) / kind(2))
    held = np.append(values - half_away((drawn - middle) / kind(2)), half_away(function(np.asarray(last)) * factor))
    return np.asarray(np.clip(held, -(1 << 15), (1 << 15) - 1), np.int64)


def _reciprocal(x: Array) -> Array:
    return np.asarray(1 / (1 + x), x.dtype)


@lru_cache(maxsize=2)
def tables(of_micro: bool) -> tuple[Array, Array]:
    """Return SOFTMAX's tables: of exp from -10 to 0, and of 1 / (1 + x) from 0 to 1.

    Examples
    --------
    >>> lite, micro = tables(False), tables(True)
    >>> [int((a != b).sum()) for a, b in zip(lite, micro)]
    [0, 2]
    """
    if of_micro:
        one = np.float32
        return (table(np.exp, (one(LOWEST), one(0)), one(1 << 15)), table(_reciprocal, (one(0), one(1)), one(1 << 15)))
    wide, codes = np.float64, 65535.0
    factor = wide(65536 / (2.0 / codes * 32767 - 2.0 / codes * -32768))
    lowest = wide(10.0 / codes * -65535)
    return table(np.exp, (lowest, wide(0)), factor), table(_reciprocal, (wide(0), wide(1.0 / codes * 65535)), factor)


def looked_up(x: Array, values: Array) -> Array:
    """Return what a table says of int16 numbers: the upper 9 bits are its place, the lower 7 that on the line.

    Examples
    --------
    >>> looked_up(np.array([-32768, -32704, 32767]), np.arange(513) * 2)
    array([   0,    1, 1024])
    """
    at, rest = 256 + (x >> 7), x & 127
    return np.asarray(values[at] + (((values[at + 1] - values[at]) * rest + 64) >> 7))


def _factor(scale: Any) -> tuple[int, int]:
    m, e = quantized(np.asarray(np.float64(scale) / (10.0 / 65535.0)))
    return int(m), int(e)


def softmax(chosen: Callable[[], tuple[Array, Array]]) -> Functions:
    """Return SOFTMAX of int16 codes with these tables; inputs as :func:`resnet8doc.ops.qlinear_softmax`'s."""

    def given(X: Any, X_scale: Any, x_zero: Any, y_scale: Any, y_zero: Any) -> tuple[Array, Any]:
        x, scale = short(X, "X"), check.scale(X_scale, "X_scale")[()]
        centred(x_zero, "x_zero_point")
        centred(y_zero, "y_zero_point")
        if float(check.scale(y_scale, "y_scale")) != 1 / (1 << 15):
            raise UserError(f"y_scale is {y_scale}", "1/32768", "TensorFlow Lite's softmax has no other output scale.")
        return x, scale

    def function(*inputs: Any, runtime: Runtime, opset: int, axis: int = -1) -> Array:
        x, scale = given(*inputs)
        exponentials, reciprocals = chosen()
        rows = softmax_rows(x, axis, opset).astype(np.int64)
        place = scaled(rows - rows.max(axis=-1, keepdims=True), *_factor(scale), "twice_away") + 32767
        terms = looked_up(np.clip(place, -32768, 32767), exponentials)
        total = terms.sum(axis=-1, keepdims=True)
        free = 32 - np.ceil(np.log2(total + 0.5)).astype(np.int64)  # leading zeros of 32 bits
        rest = (((total << (free - 1)) + (1 << 13)) >> 14) - ((1 << 15) + (1 << 16))
        share = looked_up(np.clip(rest, -32768, 32767), reciprocals)
        right = 31 - free
        whole = (terms * share + (np.int64(1) << (right - 1))) >> right
        y = runtime.finish.narrowed(np.maximum(whole, 0), np.int16(0), SHORT)
        return from_rows(y, x.shape, axis, opset)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, opset: int, axis: int = -1) -> Trace:
        x, scale = given(*inputs)
        exponentials, reciprocals = chosen()
        place = axis % x.ndim
        whole: tuple[Any, ...] = (*index[:place], slice(None), *index[place + 1 :])
        row = [int(code) for code in x[whole]]
        trace, (m, e), largest = Trace("SOFTMAX_INT16", tuple(index)), _factor(scale), max(row)

        def term(code: int) -> int:
            found = int(scaled(np.asarray(code - largest), m, e, "twice_away")) + 32767
            return int(looked_up(np.asarray(max(found, -32768)), exponentials))

        own = row[index[place]]
        difference = int(trace.step("difference", f"{own} - {largest}", own - largest, "int32"))
        scaled_step(trace, "in steps of 10/65535", difference, m, e, "twice_away")
        mine = int(trace.step("exponential", "off the table, in Q0.15", term(own), "int16"))
        total = int(trace.step("sum", f"of {len(row)} exponentials", sum(map(term, row)), "int32"))
        free = 32 - total.bit_length()
        rest = ((total * 2 ** (free - 1) + (1 << 13)) >> 14) - ((1 << 15) + (1 << 16))
        rest = int(trace.step("sum from 1 to 2", f"{total} << {free - 1}, as a place in the table", rest, "int32"))
        share = int(looked_up(np.asarray(min(max(rest, -32768), 32767)), reciprocals))
        trace.step("reciprocal", "off the table, in Q0.15", share, "int16")
        right = 31 - free
        found = (mine * share + (1 << (right - 1))) >> right
        trace.step("share", f"({mine} * {share} + 2**{right - 1}) >> {right}", found, "int32")
        runtime.finish.clamp_step(trace, max(found, 0), 0, SHORT)
        return trace

    return Functions(function, element, PARTS)
