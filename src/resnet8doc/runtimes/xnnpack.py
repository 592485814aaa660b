r"""XNNPACK, as LiteRT runs it by default (``BUILTIN``): float32 where it multiplies, integers where it adds.

**Convolutions and fully connected layers**: :math:`\mathrm{round}(\mathrm{float32}(a) \cdot M)`, halves to even,
:math:`M = s_x s_w / s_y` in float32: as ONNX Runtime does.

**QLinearAdd** (ADD). With the ratios :math:`r_A = s_A / s_C` and :math:`r_B = s_B / s_C` in float32, the larger one
is held with 21 bits, both share its shift, and one rounding goes halves up:

.. math::
   S &= 20 - \lfloor \log_2 \max(r_A, r_B) \rfloor, \quad
   m_A = \mathrm{round}(r_A 2^S), \quad m_B = \mathrm{round}(r_B 2^S) \\
   C &= \mathrm{saturate}\left(\left\lfloor \frac{(A - z_A) m_A + (B - z_B) m_B + 2^{S-1}}{2^S} \right\rfloor +
   z_C\right)

**QuantizeLinear** (QUANTIZE): :math:`x \cdot (1/s)` in float32, halves to even. AVERAGE_POOL_2D and SOFTMAX are left
to the built-in kernels.

An addition whose ratios do not lie from 1/1024 to 256 is left to the built-in kernels too.

Source: XNNPACK, ``src/microparams-init.c``, ``src/qs8-vadd``, ``src/f32-qs8-vcvt``,
``src/reference/unary-elementwise.cc``.
"""

import math
from typing import Any

import numpy as np

from ..arithmetic import FLOAT32, Array, Functions, Number, Runtime
from ..ops.parts import checked_add as checked
from ..ops.parts import checked_quantize, in_parts
from ..trace import Trace
from . import blocks, comparisons, int16, joins, logarithms, lookups, means, norms, quotients, resize, transposed
from . import tflite_builtin as builtin
from . import tflite_reference as reference
from ._dense import matrices
from ._pairs import of_pairs
from ._requantized import OF_XNNPACK, Unless, binary
from .curves import HARD_SWISH, TANH
from .fixed_point import Fixed

BITS = 20
"""The larger multiplier has its highest bit there."""


def multipliers(scales: tuple[float, ...]) -> tuple[int, int, int]:
    """Return the two multipliers of an addition and their shift.

    Examples
    --------
    >>> multipliers((0.5, 0.25, 1.0))
    (1048576, 524288, 21)
    """
    ratios = [np.float32(scale) / np.float32(scales[2]) for scale in scales[:2]]
    shift = BITS - (math.frexp(float(max(ratios)))[1] - 1)
    left, right = (int(np.rint(np.ldexp(ratio, shift))) for ratio in ratios)
    return left, right, shift


def taken(scales: tuple[float, ...]) -> bool:
    """Return whether XNNPACK takes an addition of these scales, or leaves it to the built-in kernels.

    Raises
    ------
    UserError
        If TensorFlow Lite ends the process.

    Examples
    --------
    >>> taken((0.5, 0.25, 1.0)), taken((256.0, 1.0, 1.0))
    (True, False)
    """
    a, b, c = (np.float32(scale) for scale in scales)
    reference.refuse_fine_output(2 * float(max(a, b)), float(c))
    return all(np.float32(1 / 1024) <= scale / c < np.float32(256) for scale in (a, b))


def sum_of_codes(a: Array, b: Array, scales: tuple[float, ...], zeros: tuple[int, ...]) -> Array:
    """Return the sum before the clamp.

    Examples
    --------
    >>> sum_of_codes(np.array([10, 1, -1]), np.array([4, 0, 0]), (0.5, 0.25, 1.0), (0, 0, 0))
    array([6, 1, 0])
    """
    left, right, shift = multipliers(scales)
    total = (a - zeros[0]) * left + (b - zeros[1]) * right
    return np.asarray(((total + (1 << (shift - 1))) >> shift) + zeros[2])


def difference_of_codes(a: Array, b: Array, scales: tuple[float, ...], zeros: tuple[int, ...]) -> Array:
    """Return the difference before the clamp: as the sum, but that the second product is subtracted.

    Examples
    --------
    >>> difference_of_codes(np.array([10, 1, -1]), np.array([4, 0, 0]), (0.5, 0.25, 1.0), (0, 0, 0))
    array([4, 1, 0])
    """
    left, right, shift = multipliers(scales)
    total = (a - zeros[0]) * left - (b - zeros[1]) * right
    return np.asarray(((total + (1 << (shift - 1))) >> shift) + zeros[2])


def difference_step(trace: Trace, a: int, b: int, scales: tuple[float, ...]) -> int:
    """Write down one difference of centred codes."""
    left, right, shift = multipliers(scales)
    total = int(trace.step("accumulator", f"{a} * {left} - {b} * {right}", a * left - b * right, "int32"))
    rounded = (total + 2 ** (shift - 1)) // 2**shift
    return int(trace.step("rounded", f"({total} + 2**{shift - 1}) >> {shift}", rounded, "int32"))


def qlinear_add(*inputs: Any, runtime: Runtime) -> Array:
    """Add codes; inputs as :func:`resnet8doc.ops.qlinear_add`.

    Examples
    --------
    >>> A, B, zero = np.array([10, 1], np.int8), np.array([4, 0], np.int8), np.int8(0)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> qlinear_add(A, half, zero, B, quarter, zero, one, zero, runtime=XNNPACK)
    array([6, 1], dtype=int8)
    """
    q = checked(*inputs)
    if not taken(q.scales):
        return builtin.qlinear_add(*inputs, runtime=runtime)
    return of_pairs(sum_of_codes, q, runtime.finish)


def qlinear_add_element(
    index: tuple[int, ...], A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number,
    B_zero_point: Number | None, C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime,
) -> Trace:  # fmt: skip
    """Write down how one sum comes about, in Python's integers."""
    given = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    q = checked(*given)
    if not taken(q.scales):
        return builtin.qlinear_add_element(index, *given, runtime=runtime)
    a, b = (int(np.broadcast_to(codes, q.shape)[index]) for codes in (q.a, q.b))
    left, right, shift = multipliers(q.scales)
    a_zero, b_zero, c_zero = q.zeros
    trace = Trace("QLinearAdd", tuple(index))
    trace.step("shift", f"{BITS} less the exponent of the larger ratio, of {q.scales}", shift, "int32")
    trace.step("multiplier A", f"round({q.scales[0]} / {q.scales[2]} * 2**{shift})", left, "int32")
    trace.step("multiplier B", f"round({q.scales[1]} / {q.scales[2]} * 2**{shift})", right, "int32")
    total = (a - a_zero) * left + (b - b_zero) * right
    trace.step("accumulator", f"({a} - {a_zero}) * {left} + ({b} - {b_zero}) * {right}", total, "int32")
    whole = (total + 2 ** (shift - 1)) // 2**shift
    trace.step("rounded", f"({total} + 2**{shift - 1}) >> {shift}", whole, "int32")
    whole = int(trace.step("zero point added", f"{whole} + {c_zero}", whole + c_zero, "int32"))
    runtime.finish.clamp_step(trace, whole, c_zero, q.a.dtype)
    return trace


def quantize_linear(
    x: Array, y_scale: Number, y_zero_point: Number | None = None, *, runtime: Runtime, **attributes: Any
) -> Array:
    """Quantize real numbers; inputs as :func:`resnet8doc.ops.quantize_linear`.

    Examples
    --------
    >>> quantize_linear(np.array([0.5, 1.5], np.float32), np.float32(1), np.int8(0), runtime=XNNPACK)
    array([0, 2], dtype=int8)
    """
    if np.asarray(y_zero_point).dtype == np.int16:  # which XNNPACK leaves to the built-in kernels
        return builtin.quantize_linear(x, y_scale, y_zero_point, runtime=runtime, **attributes)
    x, scale, zero, kind = checked_quantize(x, y_scale, y_zero_point, **reference.plain(attributes))

    def codes(part: Array) -> Array:
        whole = np.clip(builtin.times_reciprocal(part, scale), -(2.0**62), 2.0**62)
        return runtime.finish.narrowed(runtime.finish.added(whole, zero), zero, kind)

    return in_parts(codes, x, kind.stored, scale, zero)


def quantize_linear_element(
    index: tuple[int, ...], x: Array, y_scale: Number, y_zero_point: Number | None = None, *, runtime: Runtime,
    **attributes: Any,
) -> Trace:  # fmt: skip
    """Write down how one code comes about."""
    if np.asarray(y_zero_point).dtype == np.int16:
        return builtin.quantize_linear_element(index, x, y_scale, y_zero_point, runtime=runtime, **attributes)
    x, scales, zeros, kind = checked_quantize(x, y_scale, y_zero_point, **reference.plain(attributes))
    scale, zero = np.float32(np.broadcast_to(scales, x.shape)[index]), int(np.broadcast_to(zeros, x.shape)[index])
    trace = Trace("QuantizeLinear", tuple(index))
    whole = builtin.reciprocal_steps(trace, x[index], scale)
    whole = int(trace.step("zero point added", f"{whole} + {zero}", whole + zero, "int32"))
    runtime.finish.clamp_step(trace, whole, zero, kind)
    return trace


XNNPACK = Runtime(
    "xnnpack", "XNNPACK in LiteRT",
    functions={
        **OF_XNNPACK,
        **quotients.OF_LITE,
        **comparisons.IN_ALL,
        **norms.IN_ALL,
        **lookups.OF_XNNPACK,
        **int16.OF_BUILTIN,
        "LOG_SOFTMAX": logarithms.IN_FLOATS,
        "QLinearConcat": joins.OF_UINT8,
        "SUM": means.SUM_OF_XNNPACK,
        "TRANSPOSE_CONV": transposed.AS_CONVOLUTION,
        "QLinearReduceMean": means.XNNPACK,
        "QLinearMatMul": matrices(Fixed("twice_away"), FLOAT32, of_symmetric=FLOAT32),
        "HARD_SWISH": HARD_SWISH,
        "TANH": TANH,
        "SPACE_TO_BATCH_ND": blocks.TO_ZERO_POINT,
        "RESIZE_BILINEAR": resize.XNNPACK,
        "SUB": binary(
            "SUB", difference_of_codes, difference_step, unless=Unless(lambda *scales: taken(scales), reference.SUB)
        ),
        "QLinearAdd": Functions(qlinear_add, qlinear_add_element, reference.INTEGER_PARTS),
        "QLinearAveragePool": reference.REFERENCE_FUNCTIONS["QLinearAveragePool"],
        "QLinearSoftmax": Functions(
            builtin.qlinear_softmax, builtin.qlinear_softmax_element, frozenset({"overflow"})
        ),
        "QuantizeLinear": Functions(quantize_linear, quantize_linear_element, frozenset({"overflow"})),
    },
    int8_only=lookups.OF_INT8,
)  # fmt: skip
"""XNNPACK, the delegate that LiteRT uses by default."""
