r"""ABS, NEG, EXP, ELU, GELU, SQRT and RSQRT of codes in TensorFlow Lite's kernel sets: one code of one code.

With the real number :math:`r = s_x (x - z_x)`, all in float32:

- EXP, ELU, GELU: :math:`\mathrm{round}(f(r) \cdot (1 / s_y)) + z_y`, halves away from zero, where they
  exist. XNNPACK has an ELU of its own: :math:`\mathrm{round}(f(r) \cdot (1 / s_y) + z_y)`, halves to even. GELU is
  :math:`\frac{r}{2} \mathrm{erfc}(-r / \sqrt 2)`, or by :math:`\tanh` where the file says so.
- SQRT: :math:`\lfloor \sqrt{r} / s_y \rfloor + z_y`.
- RSQRT, in integers: :math:`\mathrm{fix}(\mathrm{fix}(1, 2^{20} / \sqrt{x - z_x}), 2^{-20} / (\sqrt{s_x} s_y)) + z_y`,
  rounded twice, the root by Newton's method. The code of 0 is the largest.
- ABS: :math:`\mathrm{fix}(|x - z_x|, s_x / s_y) + z_y`; of equal scales nothing is rounded.
- NEG: :math:`-x` in 8 bits. Neither scales nor zero points count, so that it is no negation if a zero point is not 0.

The reference kernels have no int8 ELU; Micro no EXP, GELU, SQRT and NEG.

Of uint8 they all have GELU alone.

Source: TensorFlow Lite, ``kernels/{elementwise,exp,gelu,activations,neg}.cc``, ``kernels/internal/common.h``,
``LUTPopulate``; XNNPACK, ``src/reference/unary-elementwise.cc``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime, half_away, wrap
from ..errors import UserError
from ..trace import Trace
from ._gemmlowp import inverse_root
from ._requantized import PARTS, checked_unary
from .fixed_point import half_away_step, quantized, scaled, scaled_step

SINGLE = np.float32
FAR = 2.0**31
"""Results are held within it before they become integers; the clamp takes the rest."""


@dataclass(frozen=True)
class Ends:
    """Scales and zero points of input and output, and the output's lowest and highest code."""

    x_scale: Any
    y_scale: Any
    x_zero: int
    y_zero: int
    limits: tuple[int, int]


Formula = Callable[[Array, Ends], Array]
"""From different int64 codes to results before the clamp, the zero point included."""

Steps = Callable[[Trace, int, Ends], int]
"""The same of one code, written down."""


def looked_up(op_type: str, formula: Formula, steps: Steps, parts: frozenset[str] = PARTS) -> Functions:
    """Return an operator of one input: inputs ``x, x_scale, x_zero_point, y_scale, y_zero_point``."""

    def given(*inputs: Any) -> tuple[Array, Ends, Any]:
        codes, x_scale, y_scale, x_zero, y_zero = checked_unary(op_type, *inputs)
        limits = np.iinfo(codes.dtype)
        return codes, Ends(x_scale, y_scale, int(x_zero), int(y_zero), (int(limits.min), int(limits.max))), y_zero

    def function(*inputs: Any, runtime: Runtime) -> Array:
        codes, ends, zero = given(*inputs)
        present, places = np.unique(codes, return_inverse=True)
        table = runtime.finish.narrowed(formula(present.astype(np.int64), ends), zero, codes.dtype)
        return np.asarray(table[places.reshape(codes.shape)])

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime) -> Trace:
        codes, ends, zero = given(*inputs)
        trace = Trace(op_type, tuple(index))
        runtime.finish.clamp_step(trace, steps(trace, int(codes[index]), ends), int(zero), codes.dtype)
        return trace

    return Functions(function, element, parts)


def _real(x: Array, ends: Ends) -> Array:
    return np.asarray(ends.x_scale * (x - ends.x_zero).astype(SINGLE))


def _real_step(trace: Trace, x: int, ends: Ends) -> Any:
    return trace.step("dequantized", f"{ends.x_scale} * ({x} - {ends.x_zero})", _real(np.array(x), ends)[()])


@dataclass(frozen=True)
class Curve:
    """A function that takes something from the C library, which may be off by 2 units in the last place.

    Attributes
    ----------
    name
        What the C library computes.
    library
        It, from float32 to float32.
    rest
        From the real number and the library's result to the function's.
    """

    name: str
    library: Callable[[Array], Array]
    rest: Callable[[Array, Array], Array]


def _near(curve: Array, real: Array, sign: int) -> Array:
    """Return what another C library may give: 2 to 4 units in the last place away. At 0 all agree."""
    moved = (curve.astype(np.float64) * (1 + sign * 2.0**-22)).astype(SINGLE)
    return np.where(real == 0, curve, moved)


def _away(real: Array, ends: Ends) -> Array:
    steps = real * (SINGLE(1) / ends.y_scale)
    return np.asarray(half_away(np.clip(steps, -FAR, FAR)).astype(np.int64) + ends.y_zero)


def _even(real: Array, ends: Ends) -> Array:
    steps = real * (SINGLE(1) / ends.y_scale) + SINGLE(ends.y_zero)
    return np.asarray(np.rint(np.clip(steps, -FAR, FAR)).astype(np.int64))


def _away_step(trace: Trace, real: Any, ends: Ends) -> int:
    inverse = SINGLE(1) / ends.y_scale
    with np.errstate(over="ignore"):
        steps = trace.step("on the output's scale", f"{real} * {inverse}", SINGLE(real * inverse))
    whole = half_away_step(trace, np.clip(steps, -FAR, FAR))
    return int(trace.step("zero point added", f"{whole} + {ends.y_zero}", whole + ends.y_zero, "int32"))


def _even_step(trace: Trace, real: Any, ends: Ends) -> int:
    inverse = SINGLE(1) / ends.y_scale
    steps = trace.step("on the output's scale", f"{real} * {inverse}", SINGLE(real * inverse))
    moved = trace.step("zero point added", f"{steps} + {ends.y_zero}", SINGLE(steps + SINGLE(ends.y_zero)))
    return int(trace.step("rounded", f"round({moved}), half_even", round(float(np.clip(moved, -FAR, FAR))), "int32"))


def of_curve(
    op_type: str, curve: Curve, rounded: Callable[[Array, Ends], Array], rounded_step: Callable[[Trace, Any, Ends], int]
) -> Functions:
    """Return an operator that is a curve; a code that C libraries disagree about is refused."""

    def formula(x: Array, ends: Ends) -> Array:
        real = _real(x, ends)
        with np.errstate(over="ignore"):
            found = curve.library(real)
            own, *others = (rounded(curve.rest(real, _near(found, real, sign)), ends) for sign in (0, -1, 1))
        held = [np.clip(each, *ends.limits) for each in (own, *others)]
        undecided = (held[0] != held[1]) | (held[0] != held[2])
        if undecided.any():
            raise UserError(
                f"{op_type} of {int(x[undecided][0])} - {ends.x_zero} steps of {float(ends.x_scale):g} lies so close "
                "to the middle of two codes that C libraries disagree",
                "a scale at which every code is decided", "Quantize with another scale.",
            )  # fmt: skip
        return own

    def steps(trace: Trace, x: int, ends: Ends) -> int:
        formula(np.array([x]), ends)  # refuses it
        real = _real_step(trace, x, ends)
        with np.errstate(over="ignore"):
            found = trace.step(curve.name, f"of {real}", curve.library(np.array([real]))[0])
            whole = trace.step(op_type, f"of {real} and {found}", SINGLE(curve.rest(np.array(real), np.array(found))))
        return rounded_step(trace, whole, ends)

    return looked_up(op_type, formula, steps)


def _erfc(real: Array) -> Array:
    wide = (real * SINGLE(-math.sqrt(0.5))).astype(np.float64)
    return np.array([math.erfc(value) for value in wide.ravel()], SINGLE).reshape(real.shape)


def _inner(real: Array) -> Array:
    cube = SINGLE(0.044715) * real * real * real
    return np.tanh((SINGLE(math.sqrt(2 / math.pi)) * (real + cube)).astype(np.float64)).astype(SINGLE)


EXPONENTIAL = Curve("exp", lambda real: np.exp(real.astype(np.float64)).astype(SINGLE), lambda real, found: found)
LINEAR_UNIT = Curve(
    "exp less 1", lambda real: np.expm1(np.minimum(real, 0).astype(np.float64)).astype(SINGLE),
    lambda real, found: np.where(real < 0, found, real),
)  # fmt: skip
BY_ERFC = Curve("erfc of minus a root of two", _erfc, lambda real, found: SINGLE(0.5) * real * found)
BY_TANH = Curve("tanh", _inner, lambda real, found: SINGLE(0.5) * real * (SINGLE(1) + found))


def _gelu() -> Functions:
    exact, approximate = (of_curve("GELU", curve, _away, _away_step) for curve in (BY_ERFC, BY_TANH))

    def function(*inputs: Any, runtime: Runtime, **attributes: int) -> Array:
        chosen = approximate if attributes.get("approximate") else exact
        return np.asarray(chosen.function(*inputs, runtime=runtime))

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: int) -> Trace:
        return (approximate if attributes.get("approximate") else exact).element(index, *inputs, runtime=runtime)

    return Functions(function, element, PARTS)


def _absolute(x: Array, ends: Ends) -> Array:
    size = np.abs(x - ends.x_zero)
    if ends.x_scale != ends.y_scale:
        size = scaled(size, *quantized(np.float64(ends.x_scale / ends.y_scale)), "twice_away")
    return np.asarray(size + ends.y_zero)


def _absolute_step(trace: Trace, x: int, ends: Ends) -> int:
    size = int(trace.step("size", f"|{x} - {ends.x_zero}|", abs(x - ends.x_zero), "int32"))
    if ends.x_scale != ends.y_scale:
        m, e = (int(v) for v in quantized(np.float64(ends.x_scale / ends.y_scale)))
        size = scaled_step(trace, "scaled", size, m, e, "twice_away")
    return int(trace.step("zero point added", f"{size} + {ends.y_zero}", size + ends.y_zero, "int32"))


def _negative_step(trace: Trace, x: int, ends: Ends) -> int:
    return int(trace.step("negated", f"-{x} in 8 bits", -x if x != -128 else x, "int8"))


def _refuse_below(kind: str, x: Array, ends: Ends) -> None:
    if (x < ends.x_zero).any():
        raise UserError(
            f"{kind} is given the code {int(x.min())} of a number below 0 (the zero point is {ends.x_zero})",
            "numbers from 0 on; with others the kernels stop", "Put a ReLU before it, and convert the model again.",
        )  # fmt: skip


def _root(x: Array, ends: Ends) -> Array:
    _refuse_below("SQRT", x, ends)
    return np.asarray(np.floor(np.sqrt(_real(x, ends)) / ends.y_scale).astype(np.int64) + ends.y_zero)


def _root_step(trace: Trace, x: int, ends: Ends) -> int:
    _refuse_below("SQRT", np.array([x]), ends)
    real = _real_step(trace, x, ends)
    root = trace.step("root", f"sqrt({real})", SINGLE(np.sqrt(real)))
    steps = trace.step("on the output's scale", f"{root} / {ends.y_scale}", SINGLE(root / ends.y_scale))
    whole = int(trace.step("cut off", f"floor({steps})", math.floor(steps), "int32"))
    return int(trace.step("zero point added", f"{whole} + {ends.y_zero}", whole + ends.y_zero, "int32"))


ROOT_BITS = 20
"""By how many bits the inverse root is shifted, so that it stays an integer."""


def _root_factor(ends: Ends) -> tuple[int, int]:
    """Return ``m`` and ``e`` of the output's factor.

    Raises
    ------
    UserError
        If it is so small or large that the kernel's shifts leave their words.
    """
    real = 1 / float(np.sqrt(ends.x_scale) * ends.y_scale)
    if not 2.0**-10 <= real < 2.0**ROOT_BITS:
        raise UserError(
            f"RSQRT has the scales {float(ends.x_scale):g} and {float(ends.y_scale):g}",
            "an output's scale that fits the inverse root of the input's", "Quantize the model again.",
        )  # fmt: skip
    m, e = (int(v) for v in quantized(np.asarray(real)))
    return m, e - ROOT_BITS


def _inverse_root(x: Array, ends: Ends) -> Array:
    _refuse_below("RSQRT", x, ends)
    value = x - ends.x_zero
    m, e = np.array([inverse_root(max(each, 1)) for each in value.tolist()], np.int64).reshape(-1, 2).T
    fine = scaled(np.ones_like(m), m, e + ROOT_BITS, "twice_away")
    factor, exponent = _root_factor(ends)
    whole = scaled(fine, factor, np.int64(exponent), "twice_away") + ends.y_zero
    return np.where(value == 0, 127, whole)


def _inverse_root_step(trace: Trace, x: int, ends: Ends) -> int:
    _refuse_below("RSQRT", np.array([x]), ends)
    value = int(trace.step("centred", f"{x} - {ends.x_zero}", x - ends.x_zero, "int32"))
    if not value:
        return int(trace.step("of 0", "the largest code", 127, "int32"))
    m, e = inverse_root(value)
    trace.step("inverse root", f"1 / sqrt({value}) is {m} * 2**({e} - 31)", m, "int32")
    fine = scaled_step(trace, "inverse root, shifted", 1, m, e + ROOT_BITS, "twice_away")
    whole = scaled_step(trace, "scaled", fine, *_root_factor(ends), "twice_away")
    return int(trace.step("zero point added", f"{whole} + {ends.y_zero}", whole + ends.y_zero, "int32"))


ELU = of_curve("ELU", LINEAR_UNIT, _away, _away_step)
OF_INT8 = frozenset({"ABS", "NEG", "EXP", "ELU", "SQRT", "RSQRT", "SQUARED_DIFFERENCE"})
"""What no kernel set has for uint8."""

IN_ALL = {
    "ABS": looked_up("ABS", _absolute, _absolute_step),
    "RSQRT": looked_up("RSQRT", _inverse_root, _inverse_root_step),
}
"""What every kernel set has."""

OF_LITE = IN_ALL | {
    "NEG": looked_up("NEG", lambda x, ends: wrap(-x, 8), _negative_step, PARTS - {"overflow"}),  # it wraps by itself
    "EXP": of_curve("EXP", EXPONENTIAL, _away, _away_step),
    "GELU": _gelu(),
    "SQRT": looked_up("SQRT", _root, _root_step),
}
"""What all but Micro have."""

OF_XNNPACK = OF_LITE | {"ELU": of_curve("ELU", LINEAR_UNIT, _even, _even_step)}
OF_BUILTIN = OF_LITE | {"ELU": ELU}
OF_MICRO = IN_ALL | {"ELU": ELU}
