"""LEAKY_RELU, QUANTIZE, LOGISTIC and TANH of int16 codes in TensorFlow Lite's kernel sets.

See :mod:`resnet8doc.runtimes.int16`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..ops.parts import check
from ..trace import Trace
from ._int16_curves import line, line_step, power_of_two
from ._int16_pairs import Factor, double, scales_of
from ._int16_sums import PARTS, SHORT, centred
from ._requantized import fixed, fixed_step


def one(
    op_type: str, whole: Callable[..., Array], steps: Callable[..., int], *, turns: bool = False,
    made: tuple[float, int] | None = None,
) -> Functions:  # fmt: skip
    """Return an operator of one tensor: inputs ``x, x_scale, x_zero_point, y_scale, y_zero_point``.

    ``turns`` says that one of both tensors may hold int8 codes, ``made`` the one output scale and zero point.
    """

    def given(
        x: Any, x_scale: Any, x_zero: Any, y_scale: Any, y_zero: Any = None
    ) -> tuple[Array, int, list[Any], Array]:
        codes = check.codes(x, "x", (SHORT, np.dtype(np.int8)) if turns else (SHORT,))
        out = np.asarray(np.int16(0) if y_zero is None else y_zero)
        for name, zero, kind in (("x_zero_point", x_zero, codes.dtype), ("y_zero_point", out, out.dtype)):
            if kind == SHORT:
                centred(zero, name)
        scales = scales_of((x_scale, "x_scale"), (y_scale, "y_scale"))
        if made is not None and (float(scales[1]), int(out)) != made:
            raise UserError(
                f"the output has scale {scales[1]} and zero point {out}", f"{made[0]} and {made[1]}",
                "TensorFlow Lite's kernels know no other.",
            )  # fmt: skip
        return codes, 0 if x_zero is None else int(x_zero), scales, out

    def function(*inputs: Any, runtime: Runtime, **attributes: Any) -> Array:
        codes, zero, scales, out = given(*inputs)
        found = whole(codes.astype(np.int64) - zero, scales, **attributes)
        return runtime.finish.narrowed(found + int(out), out, out.dtype)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: Any) -> Trace:
        codes, zero, scales, out = given(*inputs)
        trace = Trace(op_type, tuple(index))
        code = int(trace.step("centred", f"{int(codes[index])} - {zero}", int(codes[index]) - zero, "int32"))
        found = steps(trace, code, scales, **attributes)
        found = int(trace.step("zero point added", f"{found} + {int(out)}", found + int(out), "int32"))
        runtime.finish.clamp_step(trace, found, int(out), out.dtype)
        return trace

    return Functions(function, element, PARTS)


def _leaky(factor: Factor, x: Array, scales: list[Any], alpha: float) -> Array:
    above, below = factor(scales[0], over=scales[1]), factor(scales[0], alpha, over=scales[1])
    return np.where(x >= 0, fixed(x, above), fixed(x, below))


def _leaky_step(factor: Factor, trace: Trace, x: int, scales: list[Any], alpha: float) -> int:
    given = (scales[0],) if x >= 0 else (scales[0], alpha)
    return fixed_step(trace, x, factor(*given, over=scales[1]))


def _quantize(x: Array, scales: list[Any]) -> Array:
    return fixed(x, double(scales[0], over=scales[1]))


def _quantize_step(trace: Trace, x: int, scales: list[Any]) -> int:
    return fixed_step(trace, x, double(scales[0], over=scales[1]))


def leaky(factor: Factor) -> Functions:
    """Return LEAKY_RELU, with the factors in a kernel set's precision."""
    return one("LEAKY_RELU_INT16", partial(_leaky, factor), partial(_leaky_step, factor))


QUANTIZE = one("QUANTIZE_INT16", _quantize, _quantize_step, turns=True)


def curve(op_type: str, refused: tuple[int, ...]) -> Functions:
    """Return LOGISTIC or TANH; the input's scale must be no power of two of these exponents."""

    def held(scales: list[Any]) -> None:
        power = power_of_two(scales[0])
        if power in refused:
            raise UserError(
                f"the input of {op_type} has the scale 2^{power}",
                "another; there the built-in kernels compute in 16 bits, which is not followed",
                "Run it as tflite_reference or tflite_micro.",
            )

    def whole(x: Array, scales: list[Any]) -> Array:
        held(scales)
        return line(op_type, x, scales[0])

    def steps(trace: Trace, x: int, scales: list[Any]) -> int:
        held(scales)
        return line_step(trace, op_type, x, scales[0])

    return one(op_type, whole, steps, made=(1 / (1 << 15), 0))
