r"""CONCATENATION of uint8 codes of several scales, in TensorFlow Lite's kernel sets: the same in all that have it.

A tensor whose scale and zero point are the output's is copied. Any other is brought to them:

.. math:: y = \mathrm{saturate}(\mathrm{round}(x\,m + b) + z_y), \quad m = s_x \cdot (1 / s_y), \quad b = -z_x m

each step in float32, halves away from zero. XNNPACK leaves it to the built-in kernels, Micro has none. Of int8 no
kernel set knows several scales.

Source: TensorFlow Lite, ``kernels/internal/reference/concatenation.h``, ``ConcatenationWithScaling``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime, half_away
from ..errors import UserError
from ..ops import qlinear_concat, qlinear_concat_element
from ..ops.parts import checked_concat
from ..trace import Trace
from .fixed_point import half_away_step

SINGLE = np.float32


def _as_onnx(runtime: Runtime) -> Runtime:
    """Return the runtime with ONNX Runtime's formula: int8 codes of several scales are in no TensorFlow Lite file."""
    functions = {name: own for name, own in runtime.functions.items() if name != "QLinearConcat"}
    return replace(runtime, name=f"{runtime.name}, joined as ONNX Runtime does", functions=functions)


def _factors(scale: Any, zero: Any, y_scale: Any) -> tuple[Any, Any]:
    m = SINGLE(scale[()] * (SINGLE(1) / y_scale[()]))
    return m, SINGLE(SINGLE(-int(zero)) * m)


def concatenation(*inputs: Any, axis: int, runtime: Runtime) -> Array:
    """Join codes; inputs as :func:`resnet8doc.ops.qlinear_concat`.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> one, two, zero = np.float32(1), np.float32(2), np.uint8(0)
    >>> given = (two, zero, np.array([7], np.uint8), two, zero, np.array([3, 5], np.uint8), one, zero)
    >>> concatenation(*given, axis=0, runtime=TFLITE_REFERENCE)
    array([7, 2, 3], dtype=uint8)
    """
    y_scale, y_zero, parts = checked_concat(inputs[0], inputs[1], inputs[2:])
    if y_zero.dtype != np.uint8:
        return qlinear_concat(*inputs, axis=axis, runtime=_as_onnx(runtime))
    brought = []
    for x, scale, zero in parts:
        if scale == y_scale and zero == y_zero:
            brought.append(x)
            continue
        m, b = _factors(scale, zero, y_scale)
        every = half_away(np.arange(256, dtype=SINGLE) * m + b) + SINGLE(y_zero)
        brought.append(runtime.finish.narrowed(every, y_zero, y_zero.dtype)[x])
    try:
        return np.concatenate(brought, axis)
    except ValueError as error:
        shapes = ", ".join(str(list(x.shape)) for x in brought)
        raise UserError(
            f"inputs have shapes {shapes}", f"shapes that differ only on axis {axis}", "Correct it."
        ) from error


def concatenation_element(
    index: tuple[int, ...], Y_scale: Any, Y_zero_point: Any, inputs: Sequence[Any], *, axis: int, runtime: Runtime
) -> Trace:
    """Write down how one code comes about."""
    y_scale, y_zero, parts = checked_concat(Y_scale, Y_zero_point, inputs)
    if y_zero.dtype != np.uint8:
        return qlinear_concat_element(index, Y_scale, Y_zero_point, inputs, axis=axis, runtime=_as_onnx(runtime))
    place, trace = list(index), Trace("QLinearConcat", tuple(index))
    for x, scale, zero in parts:
        if place[axis] >= x.shape[axis]:
            place[axis] -= x.shape[axis]
            continue
        code = int(x[tuple(place)])
        if scale == y_scale and zero == y_zero:
            trace.step("copied", "scale and zero point are the output's", code, str(x.dtype))
            break
        m, b = _factors(scale, zero, y_scale)
        trace.step("multiplier", f"{scale} * (1 / {y_scale})", m)
        product = trace.step("scaled", f"{code} * {m}", SINGLE(SINGLE(code) * m))
        whole = half_away_step(trace, trace.step("zero point's share added", f"{product} + {b}", SINGLE(product + b)))
        whole = int(trace.step("zero point added", f"{whole} + {int(y_zero)}", whole + int(y_zero), "int32"))
        runtime.finish.clamp_step(trace, whole, int(y_zero), y_zero.dtype)
        break
    return trace


OF_UINT8 = Functions(concatenation, concatenation_element, frozenset({"overflow"}))
