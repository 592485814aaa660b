r"""LOG_SOFTMAX in TensorFlow Lite's kernel sets: in float32 in the built-in kernels, which XNNPACK leaves it to; in
gemmlowp's fixed point in the reference kernels and Micro.

With the row's largest code :math:`X` and the sum :math:`\Sigma` of the float32 exponentials of :math:`s_x (x_i - X)`,
one after another,

.. math:: y = \mathrm{round}(16\,(s_x x - (s_x X + \log \Sigma))) + 127

each step in float32. The others take the exponentials in Q0.31, their sum in Q12.19 and its logarithm in Q5.26. The
output has the scale 1/16 and the zero point 127 in all of them, 255 of uint8.

Source: TensorFlow Lite, ``kernels/internal/optimized/optimized_ops.h``, ``LogSoftmax``,
``kernels/internal/reference/integer_ops/log_softmax.h``.
"""

from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import from_rows, softmax_rows
from ..trace import Trace
from ._gemmlowp import exp_of_negative, logarithm
from ._requantized import PARTS, checked_unary
from .fixed_point import away, quantized, scaled

SINGLE = np.float32
MOST = 127
"""The zero point of every output of int8, its largest code; of uint8 it is 255."""

LARGEST_SUM = (1 << 31) - 1
"""Of exponentials in Q12.19."""

OPSET = 21
"""Of the softmax whose axis is meant."""


def _given(*inputs: Any) -> tuple[Array, Any]:
    codes, x_scale, *_ = checked_unary("LOG_SOFTMAX", *inputs)
    return codes, x_scale


def _lift(codes: Array) -> int:
    """Return how far the codes of a type lie above those of int8."""
    return MOST + 1 if codes.dtype == np.uint8 else 0


def _sums(rows: Array, scale: Any) -> Array:
    table = np.exp((-scale * np.arange(256, dtype=SINGLE)).astype(np.float64)).astype(SINGLE)
    terms = table[rows.max(axis=-1, keepdims=True) - rows]
    total = np.zeros(terms.shape[:-1], SINGLE)
    for k in range(terms.shape[-1]):
        total = total + terms[..., k]
    return total[..., None]


def _from_logarithms(rows: Array, scale: Any, logarithms: Array) -> Array:
    largest = rows.max(axis=-1, keepdims=True).astype(SINGLE)
    real = scale * rows.astype(SINGLE) - (scale * largest + logarithms)
    return np.asarray(np.rint(np.maximum(real, -SINGLE(1000)) * SINGLE(16)).astype(np.int64) + MOST)


def _in_floats(rows: Array, scale: Any) -> tuple[Array, Array]:
    """Return results before the clamp, and where another C library may give others: a logarithm is 2 units off."""
    logarithms = np.log(_sums(rows, scale).astype(np.float64)).astype(SINGLE)
    own = _from_logarithms(rows, scale, logarithms)
    clamped = np.maximum(own, -128)
    undecided = np.zeros(rows.shape, bool)
    for sign in (-2, 2):
        near = logarithms + SINGLE(sign) * np.where(logarithms == 0, SINGLE(0), np.spacing(logarithms))
        undecided |= np.maximum(_from_logarithms(rows, scale, near), -128) != clamped
    return own, undecided


def undecided_rows(codes: Array, scale: Any) -> Array:
    """Tell in which rows a code lies so close to the middle of two that C libraries disagree.

    Examples
    --------
    >>> undecided_rows(np.array([[1, 2, 3]], np.int8), np.float32(0.5))
    array([False])
    """
    return np.asarray(_in_floats(codes.astype(np.int64), scale)[1].any(axis=-1))


def _checked_floats(rows: Array, scale: Any) -> Array:
    own, undecided = _in_floats(rows, scale)
    if undecided.any():
        raise UserError(
            f"LOG_SOFTMAX gives a code ({int(own[undecided][0])}) so close to another that C libraries disagree",
            "rows in which every code is decided",
            "Run it as tflite_reference or tflite_micro, which compute in integers, or end the model before it.",
        )  # fmt: skip
    return own


def log_softmax_factors(scale: Any) -> tuple[int, int, int, int, int]:
    """Return ``m`` and ``e`` that bring a difference to Q5.26, those of the way back, and the least difference.

    Raises
    ------
    UserError
        If the integers do not hold the scale.

    Examples
    --------
    >>> log_softmax_factors(np.float32(0.5))
    (1073741824, 26, 1073741824, -24, -31)
    """
    real = float(scale) * (1 << 26)
    if not 1 < real <= 1 << 31:
        raise UserError(
            f"the scale of LOG_SOFTMAX's input is {float(scale):g}", "from 2^-26 to 32", "Quantize the model again."
        )
    m, e = (int(v) for v in quantized(np.asarray(min(real, (1 << 31) - 1.0)), 31))
    back, back_e = (int(v) for v in quantized(np.asarray(2.0 ** (31 - e) / m), 31))
    return m, e, back, back_e, -int((31 << 26) // (1 << e))


def _in_integers(rows: Array, scale: Any) -> Array:
    m, e, back, back_e, least = log_softmax_factors(scale)
    difference = rows - rows.max(axis=-1, keepdims=True)
    fine = scaled(np.maximum(difference, least), m, np.int64(e), "twice_away")  # what lies below is not shifted
    terms = np.where(difference >= least, away(exp_of_negative(fine), 12), 0)
    totals = terms.sum(axis=-1, keepdims=True)
    if totals.size and totals.max() > LARGEST_SUM:
        raise UserError(
            f"the exponentials of a row of LOG_SOFTMAX add up to {float(totals.max()) / (1 << 19):g}",
            "less than 4096, which its integers hold",
            "Shorten the rows, or run it as tflite_builtin, which computes in float32.",
        )  # fmt: skip
    logarithms = np.array([logarithm(int(total)) for total in totals.ravel()], np.int64).reshape(totals.shape)
    lowest = scaled(logarithms - (1 << 31), back, np.int64(back_e), "twice_away")
    used = difference > np.maximum(least - 1, lowest)
    return np.where(used, away(fine - logarithms, 22) + MOST, -128)


def _functions(formula: Any, in_floats: bool) -> Functions:
    def function(*inputs: Any, runtime: Runtime, axis: int = -1) -> Array:
        codes, scale = _given(*inputs)
        whole = formula(softmax_rows(codes, axis, OPSET).astype(np.int64), scale) + _lift(codes)
        y = runtime.finish.narrowed(whole, np.asarray(MOST + _lift(codes), codes.dtype), codes.dtype)
        return from_rows(y, codes.shape, axis, OPSET)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, axis: int = -1) -> Trace:
        codes, scale = _given(*inputs)
        place = [i for number, i in enumerate(index) if number != axis % codes.ndim]
        rows = softmax_rows(codes, axis, OPSET)[tuple(place)][None].astype(np.int64)
        at = index[axis % codes.ndim]
        trace = Trace("LOG_SOFTMAX", tuple(index))
        steps = _float_steps if in_floats else _integer_steps
        steps(trace, [int(code) for code in rows[0]], at, scale)
        whole, zero = int(formula(rows, scale)[0, at]) + _lift(codes), MOST + _lift(codes)
        trace.step("with its zero point", f"rounded, + {zero}", whole, "int32")
        runtime.finish.clamp_step(trace, whole, zero, codes.dtype)
        return trace

    return Functions(function, element, PARTS)


def _float_steps(trace: Trace, row: list[int], at: int, scale: Any) -> None:
    total = _sums(np.array(row)[None], scale)[0, 0]
    trace.step("sum", f"of {len(row)} exponentials, one after another", total)
    found = trace.step("logarithm", f"log({total})", SINGLE(np.log(np.float64(total))))
    shift = trace.step(
        "of the largest", f"{scale} * {max(row)} + {found}", SINGLE(SINGLE(scale * SINGLE(max(row))) + found)
    )
    real = SINGLE(SINGLE(scale * SINGLE(row[at])) - shift)
    trace.step("in sixteenths", f"16 * ({scale} * {row[at]} - {shift})", SINGLE(real * SINGLE(16)))


def _integer_steps(trace: Trace, row: list[int], at: int, scale: Any) -> None:
    m, e, _, _, least = log_softmax_factors(scale)
    differences = np.array([code - max(row) for code in row if code - max(row) >= least])
    terms = away(exp_of_negative(scaled(differences, m, np.int64(e), "twice_away")), 12)
    total = int(trace.step("sum", f"of {len(terms)} exponentials, in Q12.19", int(terms.sum()), "int32"))
    found = int(trace.step("logarithm", f"log({total} / 2**19) in Q5.26", logarithm(total), "int32"))
    own = row[at] - max(row)
    if own < least:
        trace.step("saturated", f"a difference below {least} has the smallest code", -128, "int32")
        return
    fine = int(scaled(np.int64(own), m, np.int64(e), "twice_away"))
    trace.step("difference in Q5.26", f"{own} times {m} * 2**({e} - 31)", fine, "int32")
    trace.step("logarithm taken off", f"{fine} - {found}", fine - found, "int32")


IN_FLOATS, IN_INTEGERS = _functions(_checked_floats, True), _functions(_in_integers, False)
