"""QLinearConv in plain loops: what to port to C."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..requantize import RUNTIME, Arithmetic, Number, scale_multiplier
from ._conv_geometry import Geometry, geometry
from ._pairwise import INT16
from ._qlinear_conv import Checked, checked, conv_arithmetic
from ._steps import Adder, requantize_steps
from ._trace import Term, Trace
from ._windows import AutoPad

Array = npt.NDArray[Any]


def qlinear_conv_loops(*inputs: Any, group: int = 1, arithmetic: Arithmetic = RUNTIME, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_conv` does, one output after another (the slow twin).

    Parameters
    ----------
    *inputs, group, arithmetic, **attributes
        As :func:`~resnet8doc.ops.qlinear_conv`.

    Examples
    --------
    >>> x, w = np.array([[[[2, 4]]]], np.int8), np.array([[[[9, 9], [3, -1]]]], np.int8)
    >>> one, zero = np.float32(1), np.int8(0)
    >>> qlinear_conv_loops(x, one, zero, w, one, zero, np.float32(2), zero, np.array([5], np.int32), pads=(1, 0, 0, 0))
    array([[[[4]]]], dtype=int8)
    """
    q = checked(*inputs, *(None,) * (9 - len(inputs)))
    g = _geometry(q, group=group, **attributes)
    y = np.empty((q.x.shape[0], g.channels_out, *g.size), q.y_zero_point.dtype)
    for index in np.ndindex(y.shape):
        y[index] = _element(q, g, group, index, arithmetic).output
    return y


def qlinear_conv_element(
    index: tuple[int, ...],
    x: Array,
    x_scale: Number,
    x_zero_point: Number,
    w: Array,
    w_scale: Number,
    w_zero_point: Number,
    y_scale: Number,
    y_zero_point: Number,
    B: Array | None = None,
    *,
    group: int = 1,
    arithmetic: Arithmetic = RUNTIME,
    **attributes: Any,
) -> Trace:
    """Write down how ``qlinear_conv(...)[index]`` comes about.

    Examples
    --------
    >>> x, w = np.array([[[[2, 4]]]], np.int8), np.array([[[[9, 9], [3, -1]]]], np.int8)
    >>> one, zero, B = np.float32(1), np.int8(0), np.array([5], np.int32)
    >>> two, pads = np.float32(2), (1, 0, 0, 0)
    >>> trace = qlinear_conv_element((0, 0, 0, 0), x, one, zero, w, one, zero, two, zero, B, pads=pads)
    >>> [(term.tap, term.x_index, term.product, term.accumulator) for term in trace.terms if term.product]
    [((0, 1, 0), (0, 0, 0, 0), 6, 6), ((0, 1, 1), (0, 0, 0, 1), -4, 2)]
    >>> for step in trace.steps:
    ...     print(f"{step.name:17}{step.value!r:>5} {step.dtype:8}{step.formula}")
    accumulator          2 int32   the sum of 4 products
    bias added           7 int32   2 + 5
    multiplier         0.5 float32 1.0 * 1.0 / 2.0
    scaled             3.5 float32 float32(7) * 0.5
    rounded              4 int32   round(3.5), half_even
    zero point added     4 int32   4 + 0
    saturated            4 int8    min(max(4, -128), 127)
    """
    q = checked(x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
    return _element(q, _geometry(q, group=group, **attributes), group, index, arithmetic)


def _geometry(
    q: Checked, *, group: int, auto_pad: AutoPad = "NOTSET", dilations: Sequence[int] | None = None,
    kernel_shape: Sequence[int] | None = None, pads: Sequence[int] | None = None, strides: Sequence[int] | None = None,
) -> Geometry:  # fmt: skip
    return geometry(q.x.shape, q.w.shape, auto_pad, dilations, group, kernel_shape, pads, strides)


def _element(q: Checked, g: Geometry, group: int, index: tuple[int, ...], arithmetic: Arithmetic) -> Trace:
    """Compute one output: image n, channel m, row i, column j."""
    n, m, i, j = index
    trace = Trace("QLinearConv", (n, m, i, j))
    x_zero = int(q.x_zero_point)
    w_zero = int(q.w_zero_point[m] if q.w_zero_point.ndim else q.w_zero_point)
    first_channel = m // (g.channels_out // group) * g.channels_in
    height, width = q.x.shape[2:]
    adder = Adder(arithmetic)
    arithmetic = conv_arithmetic(q, g, group, arithmetic)
    raw: list[int] = []
    for k in range(g.kernel[0]):
        row = i * g.strides[0] - g.pads[0] + k * g.dilations[0]
        for l in range(g.kernel[1]):  # noqa: E741 - the formula's letter
            column = j * g.strides[1] - g.pads[1] + l * g.dilations[1]
            inside = 0 <= row < height and 0 <= column < width
            for c in range(g.channels_in):
                at = (n, first_channel + c, row, column) if inside else None
                outside = 0 if arithmetic.padding == "zero_code" else x_zero
                code = outside if at is None else int(q.x[at])
                weight = int(q.w[m, c, k, l])
                product = (code - x_zero) * (weight - w_zero)
                raw.append(code * weight)
                taken = 0  # by the clamp of a pair
                if arithmetic.pairwise_saturation and len(raw) % 2 == 0:
                    pair = raw[-1] + raw[-2]
                    taken = pair - min(max(pair, int(INT16.min)), int(INT16.max))
                adder.add(product - taken)
                trace.terms.append(
                    Term((c, k, l), at, code, code - x_zero, weight, weight - w_zero, product, adder.value)
                )
    kind = f"int{arithmetic.accumulator_bits}"
    trace.step("accumulator", f"the sum of {len(trace.terms)} products", adder.value, kind)
    if q.B is not None:
        if arithmetic.relu == "before_bias":
            adder.value = trace.step("clamped before the bias", f"max({adder.value}, 0)", max(adder.value, 0), kind)
        before, bias = adder.value, int(q.B[m])
        trace.step("bias added", f"{before} + {bias}", adder.add(bias), kind)
    multiplier = scale_multiplier(q.x_scale, q.w_scale, q.y_scale, arithmetic)
    own = multiplier[m] if multiplier.ndim else multiplier[()]
    w_scale = q.w_scale[m] if q.w_scale.ndim else q.w_scale[()]
    trace.step("multiplier", f"{q.x_scale[()]} * {w_scale} / {q.y_scale[()]}", own)
    requantize_steps(trace, adder.value, own, int(q.y_zero_point), q.y_zero_point.dtype, arithmetic)
    return trace
