"""A function of one code, computed for all 256 codes and looked up."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Number, Runtime
from ..trace import Trace
from . import _checks as check

Array = npt.NDArray[Any]

PARTS = frozenset({"rounding", "zero_point", "overflow"})
"""Where a fault can be made."""

Function = Callable[[Array], Array]


def look_up(
    X: Array, X_scale: Number, X_zero_point: Number | None, Y_scale: Number, Y_zero_point: Number | None,
    function: Function, runtime: Runtime,
) -> Array:  # fmt: skip
    """Return ``quantize(function(dequantize(X)))``."""
    x = check.codes(X, "X")
    every = np.arange(256, dtype=np.uint8).view(x.dtype)
    real, y_scale, zero = _checked(every, X_scale, X_zero_point, Y_scale, Y_zero_point)
    table = runtime.finish.codes(function(real) / y_scale, zero, zero.dtype)
    return np.asarray(table[x.view(np.uint8)])


def look_up_element(
    name: str, index: tuple[int, ...], X: Array, X_scale: Number, X_zero_point: Number | None, Y_scale: Number,
    Y_zero_point: Number | None, function: Function, formula: str, runtime: Runtime,
) -> Trace:  # fmt: skip
    """Write down how one looked up code comes about."""
    x = check.codes(X, "X")
    real, y_scale, zero = _checked(x[tuple(index)].reshape(1), X_scale, X_zero_point, Y_scale, Y_zero_point)
    trace = Trace(name, tuple(index))
    trace.step(
        "dequantized", f"({x[tuple(index)]} - {0 if X_zero_point is None else X_zero_point}) * {X_scale}", real[0]
    )
    value = trace.step("computed", f"{formula}({real[0]})", function(real)[0])
    quotient = trace.step("divided", f"{value} / {y_scale}", np.float32(value / y_scale))
    runtime.finish.steps(trace, quotient, int(zero), zero.dtype)
    return trace


def _checked(
    x: Array, X_scale: Number, X_zero_point: Number | None, Y_scale: Number, Y_zero_point: Number | None
) -> tuple[Array, Any, Array]:
    x_zero = check.zero_point(X_zero_point, "X_zero_point", x.dtype, "X")
    zero = check.zero_point(Y_zero_point, "Y_zero_point", x.dtype, "Y")
    real = np.subtract(x, x_zero, dtype=np.float32) * check.scale(X_scale, "X_scale")
    return real, check.scale(Y_scale, "Y_scale")[()], zero
