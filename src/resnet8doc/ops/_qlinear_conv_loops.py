"""QLinearConv in plain loops: the specification, and what to port to C."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Adder, FirstStage, Number, Runtime
from ..trace import Term, Trace
from . import _checks as check
from ._conv_geometry import Geometry, geometry
from ._pairs import Pairs
from ._windows import AutoPad, spatial

Array = npt.NDArray[Any]

PARTS = frozenset({
    "accumulator", "pairs", "padding", "bias", "channels", "multiplier", "rounding", "zero_point", "overflow", "relu",
})  # fmt: skip
"""Where a fault can be made."""


@dataclass(frozen=True)
class Checked:
    """The nine inputs, checked."""

    x: Array
    x_scale: Array
    x_zero_point: Array
    w: Array
    w_scale: Array
    w_zero_point: Array
    y_scale: Array
    y_zero_point: Array
    B: Array | None


def checked(
    x: Array, x_scale: Number, x_zero_point: Number, w: Array, w_scale: Number, w_zero_point: Number, y_scale: Number,
    y_zero_point: Number, B: Array | None,
) -> Checked:  # fmt: skip
    """Check types and shapes of the nine inputs."""
    x, w = check.codes(x, "x"), check.codes(w, "w")
    spatial(x.ndim, "x")
    spatial(w.ndim, "w")
    m = w.shape[0]
    y_zero = check.codes(y_zero_point, "y_zero_point")
    return Checked(
        x, check.scale(x_scale, "x_scale"), check.zero_point(x_zero_point, "x_zero_point", x.dtype, "x"),
        w, check.scale(w_scale, "w_scale", m), check.zero_point(w_zero_point, "w_zero_point", w.dtype, "w", m),
        check.scale(y_scale, "y_scale"), check.zero_point(y_zero, "y_zero_point", y_zero.dtype, "y"),
        check.bias(B, "B", m),
    )  # fmt: skip


def first_stage(q: Checked, g: Geometry, group: int, runtime: Runtime) -> FirstStage:
    """Return how these types and shapes are summed: ONNX Runtime's depthwise kernels do not add in pairs."""
    stage = runtime.first_stage.of_types(q.x.dtype, q.w.dtype)
    depthwise = g.channels_in == 1 and g.channels_out == group
    if stage.pairs and depthwise and not stage.pairs_of_one_channel:
        return replace(stage, pairs=False)
    return stage


def qlinear_conv_loops(*inputs: Any, group: int = 1, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_conv` does, one output after another (the slow twin).

    Parameters
    ----------
    *inputs, group, runtime, **attributes
        As :func:`~resnet8doc.ops.qlinear_conv`.

    Examples
    --------
    >>> x, w = np.array([[[[2, 4]]]], np.int8), np.array([[[[9, 9], [3, -1]]]], np.int8)
    >>> one, zero = np.float32(1), np.int8(0)
    >>> qlinear_conv_loops(x, one, zero, w, one, zero, np.float32(2), zero, np.array([5], np.int32), pads=(1, 0, 0, 0))
    array([[[[4]]]], dtype=int8)
    """
    runtime.refuse_others("QLinearConv", PARTS)
    q = checked(*inputs, *(None,) * (9 - len(inputs)))
    g = geometry_of(q, group=group, **attributes)
    y = np.empty((q.x.shape[0], g.channels_out, *g.size), q.y_zero_point.dtype)
    functions = runtime.own("QLinearConv")
    for index in np.ndindex(y.shape):
        if functions is not None:
            y[index] = functions.element(index, *inputs, group=group, **attributes, runtime=runtime).output
        else:
            y[index] = _element(q, g, group, index, runtime).output
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
    runtime: Runtime = ONNXRUNTIME_X86,
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
    runtime.refuse_others("QLinearConv", PARTS)
    functions = runtime.own("QLinearConv")
    if functions is not None:
        inputs = (x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
        return functions.element(index, *inputs, group=group, **attributes, runtime=runtime)
    q = checked(x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
    return _element(q, geometry_of(q, group=group, **attributes), group, index, runtime)


def geometry_of(q: Checked, **attributes: Any) -> Geometry:
    """Return how a convolution of checked inputs goes over the image; attributes as the operator has them."""
    return geometry_of_shapes(q.x.shape, q.w.shape, **attributes)


def geometry_of_shapes(
    x: tuple[int, ...], w: tuple[int, ...], *, group: int = 1, auto_pad: AutoPad = "NOTSET",
    dilations: Sequence[int] | None = None, kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None, strides: Sequence[int] | None = None, depthwise: int = 0,
) -> Geometry:  # fmt: skip
    """Return how a convolution of these shapes goes over the image; ``depthwise`` changes nothing of it."""
    return geometry(x, w, auto_pad, dilations, group, kernel_shape, pads, strides)


def accumulated(
    trace: Trace, q: Checked, g: Geometry, group: int, index: tuple[int, ...], runtime: Runtime
) -> tuple[Adder, FirstStage]:
    """Sum the products of one output: image n, channel m, row i, column j, or as many places as there are axes."""
    n, m, *place = index
    x_zero = int(q.x_zero_point)
    w_zero = int(q.w_zero_point[m] if q.w_zero_point.ndim else q.w_zero_point)
    first_channel = m // (g.channels_out // group) * g.channels_in
    stage = first_stage(q, g, group, runtime)
    adder, pairs = Adder(stage), Pairs(stage)
    for tap in np.ndindex(*g.kernel):
        where = [i * s - p + k * d for i, s, p, k, d in zip(place, g.strides, g.pads, tap, g.dilations, strict=False)]
        inside = all(0 <= at < length for at, length in zip(where, g.image, strict=True))
        for c in range(g.channels_in):
            at = (n, first_channel + c, *where) if inside else None
            code = stage.outside_code(x_zero) if at is None else int(q.x[at])
            weight = int(q.w[(m, c, *tap)])
            product = (code - x_zero) * (weight - w_zero)
            adder.add(product - pairs.taken(code * weight if inside or stage.pairs_outside else 0))
            trace.terms.append(Term((c, *tap), at, code, code - x_zero, weight, weight - w_zero, product, adder.value))
    kind = f"int{stage.bits}"
    trace.step("accumulator", f"the sum of {len(trace.terms)} products", adder.value, kind)
    return adder, stage


def _element(q: Checked, g: Geometry, group: int, index: tuple[int, ...], runtime: Runtime) -> Trace:
    """Compute one output."""
    m = index[1]
    trace = Trace("QLinearConv", tuple(index))
    adder, stage = accumulated(trace, q, g, group, index, runtime)
    if q.B is not None:
        bias_step(trace, adder, int(q.B[m]), stage)
    w_scale = q.w_scale[m] if q.w_scale.ndim else q.w_scale[()]
    factor = runtime.second_stage.of_weights(q.w.dtype).factor(q.x_scale, q.w_scale, q.y_scale)
    own = factor[m] if factor.ndim else factor[()]
    trace.step("multiplier", f"{q.x_scale[()]} * {w_scale} / {q.y_scale[()]}", own)
    runtime.second_stage.explain(trace, adder.value, own, int(q.y_zero_point), q.y_zero_point.dtype, runtime.finish)
    return trace


def bias_step(trace: Trace, adder: Adder, bias: int, stage: FirstStage) -> None:
    """Write down how the bias is added."""
    kind = f"int{stage.bits}"
    if stage.clamped_before_bias:
        adder.value = trace.step("clamped before the bias", f"max({adder.value}, 0)", max(adder.value, 0), kind)
    before = adder.value
    trace.step("bias added", f"{before} + {bias}", adder.add(bias), kind)
