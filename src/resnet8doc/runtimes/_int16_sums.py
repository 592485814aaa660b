r"""Sums of int16 codes in TensorFlow Lite's kernel sets: convolutions, fully connected layers, pools, means.

The weights are int8, all zero points of activations 0. A sum :math:`a` with the factor :math:`M = m\,2^{e - 31}`:

- ``reduced``, of a bias of 64 bits: :math:`\lfloor (a\,r + 2^{14 - e}) / 2^{15 - e} \rfloor` with :math:`m` in 16 bits,
  :math:`r = \lfloor (m + 2^{15}) / 2^{16} \rfloor`, at most :math:`2^{15} - 1`;
- ``twice_away`` and ``twice_up``, of a bias of 32 bits: as sums of int8 codes, see
  :mod:`resnet8doc.runtimes.fixed_point`;
- ``float64``: the product with the real factor in float64, halves away from zero.

A convolution's sums are ``reduced`` or, of 32 bits, ``twice_up`` in the built-in kernels and ``twice_away`` in the
others. Those of a fully connected layer are ``float64`` in LiteRT, but of a bias of 32 bits, and of none, ``twice_up``
in the built-in kernels, where two scalar scales are multiplied in float32; in Micro they are as a convolution's.

Source: TensorFlow Lite, ``kernels/internal/common.cc``, ``MultiplyByQuantizedMultiplier``, ``kernels/{conv,
depthwise_conv,fully_connected}.cc``, ``kernels/internal/reference/{reduce,integer_ops/pooling}.h``; TensorFlow Lite
Micro, ``micro/kernels/{conv,fully_connected}_common.cc``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime, half_away, wrap
from ..errors import UserError
from ..ops.parts import check, geometry_of_shapes
from ..trace import Term, Trace
from .fixed_point import half_away_step, quantized, scaled, scaled_step
from .means import divided

Way = Literal["reduced", "twice_away", "twice_up", "float64"]
Ways = Mapping[str, Way]
"""How sums are requantized, by the bias's type; ``none`` where there is none."""

SHORT, BYTE, WIDE = np.dtype(np.int16), np.dtype(np.int8), np.dtype(np.int64)
PARTS = frozenset({"overflow", "relu"})
LARGEST = 7
"""The largest exponent of a factor whose multiplier is reduced to 16 bits."""


def short(value: Any, name: str) -> Array:
    """Return int16 codes, or refuse their type."""
    return check.codes(value, name, (SHORT,))


def centred(zero_point: Number | None, name: str, kind: Any = SHORT) -> None:
    """Refuse a zero point other than 0: with int16 codes the kernels know no other."""
    if int(check.zero_point(zero_point, name, kind, "the tensor")):
        raise UserError(f"{name} is {zero_point}", "0, as in all int16 kernels", "Convert the model again.")


def sixteen(m: Number | int) -> Array:
    """Return a multiplier of 31 bits in 16 bits.

    Examples
    --------
    >>> sixteen(np.array([1 << 30, (1 << 31) - 1]))
    array([16384, 32767])
    """
    m = np.asarray(m, np.int64)
    return np.where(m < 0x7FFF0000, (m + (1 << 15)) >> 16, 0x7FFF)


def requantized(sums: Array, factor: Array, way: Way) -> Array:
    """Return sums times factors, in one of the ways.

    Examples
    --------
    >>> ways = ("reduced", "twice_away", "twice_up", "float64")
    >>> [requantized(np.array([-6, -2, 1, 6]), np.float64(0.25), way).tolist() for way in ways]
    [[-1, 0, 0, 2], [-2, -1, 1, 2], [-1, 0, 1, 2], [-2, -1, 0, 2]]
    """
    if way == "float64":
        return _whole(half_away(sums.astype(np.float64) * factor))
    m, e = quantized(factor, LARGEST if way == "reduced" else 20)
    if way != "reduced":
        return scaled(wrap(sums, 32), m, e, way)
    shift = 15 - e
    return wrap((sums * sixteen(m) + (np.int64(1) << (shift - 1))) >> shift, 32)


def _whole(rounded: Array) -> Array:
    if np.any(np.abs(rounded) >= 2.0**31):
        raise UserError(
            f"a fully connected layer's product is {rounded.flat[np.argmax(np.abs(rounded))]:g}",
            "an int32; the kernel leaves others undefined",
            "Quantize the model again, calibrated on real inputs: this output's scale is far too small.",
        )
    return rounded.astype(np.int64)


def requantized_step(trace: Trace, total: int, factor: float, way: Way) -> int:
    """Write down one such product."""
    if way == "float64":
        real = trace.step("scaled", f"float64({total}) * {factor}", np.float64(total) * np.float64(factor))
        return half_away_step(trace, real)
    m, e = (int(v) for v in quantized(np.asarray(factor), LARGEST if way == "reduced" else 20))
    trace.step("multiplier as an integer", f"{factor} is {m} * 2**({e} - 31)", m, "int32")
    if way != "reduced":
        low = (total + 2**31) % 2**32 - 2**31
        return scaled_step(trace, "scaled", low, m, e, way)
    reduced = int(trace.step("multiplier in 16 bits", f"({m} + 2**15) >> 16, at most 32767", int(sixteen(m)), "int32"))
    whole = (total * reduced + (1 << (14 - e))) >> (15 - e)
    whole = (whole + 2**31) % 2**32 - 2**31
    return int(trace.step("scaled", f"({total} * {reduced} + 2**{14 - e}) >> {15 - e}", whole, "int32"))


def _bias(B: Array | None, channels: int, ways: Ways) -> tuple[Array, Way]:
    kind = "none" if B is None else str(np.asarray(B).dtype)
    if kind not in ways:
        raise UserError(f"the bias is {kind}", " or ".join(ways), "Convert the model with such a bias.")
    bias = np.zeros(channels, WIDE) if B is None else np.asarray(B).astype(WIDE)
    if bias.shape != (channels,):
        raise UserError(f"the bias has shape {list(bias.shape)}", f"[{channels}]", "Give one number a channel.")
    return bias, ways[kind]


def _factors(x_scale: Number, w_scale: Number, y_scale: Number, channels: int, single: bool = False) -> Array:
    """Return a real factor for each channel; ``single`` says that a product of two numbers is rounded to float32."""
    scales = [
        check.scale(x_scale, "x_scale"),
        check.scale(w_scale, "w_scale", channels),
        check.scale(y_scale, "y_scale"),
    ]
    x, w, y = (np.asarray(scale, np.float64) for scale in scales)
    product = (x * w).astype(np.float32).astype(np.float64) if single and w.ndim == 0 else x * w
    return np.broadcast_to(product / y, (channels,))


def convolution(ways: Ways) -> Functions:
    """Return CONV_2D and DEPTHWISE_CONV_2D of int16 codes; inputs as QLinearConv's, sums in 64 bits."""

    def given(*inputs: Any) -> tuple[Array, Array, Array, Way, Array, Any]:
        x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, *B = inputs
        x, w = short(x, "x"), check.codes(w, "w", (BYTE,))
        check.rank(x, "x", "[N, C, H, W]")
        centred(x_zero, "x_zero_point")
        centred(y_zero, "y_zero_point")
        if np.any(w_zero):
            raise UserError("w_zero_point is not 0", "0, as in all int16 kernels", "Convert the model again.")
        bias, way = _bias(B[0] if B else None, len(w), ways)
        return x, w, bias, way, _factors(x_scale, w_scale, y_scale, len(w)), np.asarray(y_zero)

    def function(*inputs: Any, runtime: Runtime, group: int = 1, **attributes: Any) -> Array:
        x, w, bias, way, factors, zero = given(*inputs)
        g = geometry_of_shapes(x.shape, w.shape, group=group, **attributes)
        edges = [(0, 0), (g.pads[0], g.pads[2]), (g.pads[1], g.pads[3]), (0, 0)]
        image = np.pad(x.transpose(0, 2, 3, 1).astype(np.float64), edges)
        image = image.reshape(*image.shape[:3], group, g.channels_in)
        filters = w.astype(np.float64).reshape(group, -1, *w.shape[1:])  # [G, M / G, C / G, kH, kW]
        sums: Any = 0.0  # below 2**53: float64 holds each exactly
        for row, column in np.ndindex(*g.kernel):
            first = (row * g.dilations[0], column * g.dilations[1])
            part = image[
                (
                    slice(None),
                    *(slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(first, g.size, g.strides, strict=True)),
                )
            ]
            sums = sums + np.einsum("nhwgc,gmc->nhwgm", part, filters[..., row, column], optimize=True)
        total = np.asarray(sums).reshape(x.shape[0], *g.size, len(w)).astype(WIDE) + bias
        y = runtime.finish.narrowed(requantized(total, factors, way), zero, SHORT)
        return y.transpose(0, 3, 1, 2)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, group: int = 1, **attributes: Any) -> Trace:
        x, w, bias, way, factors, zero = given(*inputs)
        g = geometry_of_shapes(x.shape, w.shape, group=group, **attributes)
        n, m, *place = index
        trace, total, first = Trace("CONV_2D_INT16", tuple(index)), 0, m // (len(w) // group) * g.channels_in
        for tap in np.ndindex(*g.kernel):
            where = [
                i * s - p + k * d for i, s, p, k, d in zip(place, g.strides, g.pads, tap, g.dilations, strict=False)
            ]
            inside = all(0 <= at < length for at, length in zip(where, g.image, strict=True))
            for c in range(g.channels_in):
                at = (n, first + c, *where) if inside else None
                code, weight = 0 if at is None else int(x[at]), int(w[(m, c, *tap)])
                total += code * weight
                trace.terms.append(Term((c, *tap), at, code, code, weight, weight, code * weight, total))
        return _coded(trace, total, int(bias[m]), float(factors[m]), way, runtime, zero)

    return Functions(function, element, PARTS)


def _coded(trace: Trace, total: int, bias: int, factor: float, way: Way, runtime: Runtime, zero: Any) -> Trace:
    trace.step("accumulator", f"the sum of {len(trace.terms)} products", total, "int64")
    total = int(trace.step("bias added", f"{total} + {bias}", total + bias, "int64"))
    whole = requantized_step(trace, total, factor, way)
    runtime.finish.clamp_step(trace, whole, int(zero), SHORT)
    return trace


def fully_connected(ways: Ways) -> Functions:
    """Return FULLY_CONNECTED of int16 codes; inputs as QGemm's, the weights ``[N, K]``."""

    def given(*inputs: Any) -> tuple[Array, Array, Array, Way, Array, Any]:
        A, a_scale, a_zero, B, b_scale, b_zero, C, y_scale, y_zero = inputs
        x, w = short(A, "A"), check.codes(B, "B", (BYTE,))
        check.rank(x, "A", "[M, K]")
        check.rank(w, "B", "[N, K]")
        centred(a_zero, "a_zero_point")
        centred(y_zero, "y_zero_point")
        if np.any(b_zero) or x.shape[1] != w.shape[1]:
            raise UserError(
                f"A is {list(x.shape)}, B {list(w.shape)}, b_zero_point {b_zero}", "[M, K], [N, K] and 0",
                "Convert the model again.",
            )  # fmt: skip
        bias, way = _bias(C, len(w), ways)
        factors = _factors(a_scale, b_scale, y_scale, len(w), way == "twice_up")
        return x, w, bias, way, factors, np.asarray(y_zero)

    def function(*inputs: Any, runtime: Runtime, **attributes: Any) -> Array:
        x, w, bias, way, factors, zero = given(*inputs)
        total = (x.astype(np.float64) @ w.T.astype(np.float64)).astype(WIDE) + bias
        return runtime.finish.narrowed(requantized(total, factors, way), zero, SHORT)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: Any) -> Trace:
        x, w, bias, way, factors, zero = given(*inputs)
        row, n = index
        trace, total = Trace("FULLY_CONNECTED_INT16", tuple(index)), 0
        for k, (code, weight) in enumerate(zip(x[row].tolist(), w[n].tolist(), strict=True)):
            total += code * weight
            trace.terms.append(Term((k,), (row, k), code, code, weight, weight, code * weight, total))
        return _coded(trace, total, int(bias[n]), float(factors[n]), way, runtime, zero)

    return Functions(function, element, PARTS)


def _mean_inputs(inputs: Sequence[Any], axes: Sequence[int]) -> tuple[Array, tuple[int, int], int, Any]:
    data, x_scale, x_zero, y_scale, y_zero = inputs
    x = short(data, "data")
    check.rank(x, "data", "[N, C, H, W]")
    centred(x_zero, "data_zero_point")
    centred(y_zero, "reduced_zero_point")
    count = x.shape[2] * x.shape[3]
    if sorted(axes) != [2, 3] or not 0 < count < 1 << 16:
        raise UserError(f"axes is {list(axes)}, of {count} codes", "2 and 3, fewer than 2^16", "Take fewer at once.")
    scales = check.scale(x_scale, "data_scale")[()], check.scale(y_scale, "y_scale")[()]
    return x, divided(scales, count), count, np.asarray(y_zero)


def _mean(*inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime) -> Array:
    x, (m, e), _, zero = _mean_inputs(inputs, axes)
    whole = scaled(x.sum(axis=(2, 3), dtype=np.int64), m, e, "twice_away")
    y = runtime.finish.narrowed(whole, zero, SHORT)
    return y[:, :, None, None] if keepdims else y


def _mean_element(
    index: tuple[int, ...], *inputs: Any, axes: Sequence[int], keepdims: int = 1, runtime: Runtime
) -> Trace:
    x, (m, e), count, zero = _mean_inputs(inputs, axes)
    trace, codes = Trace("MEAN_INT16", tuple(index)), [int(code) for code in x[index[:2]].ravel()]
    total = int(trace.step("sum", f"of {count} codes", sum(codes), "int32"))
    trace.step("multiplier", f"divided by {count}: {m} * 2**({e} - 31)", m, "int32")
    whole = scaled_step(trace, "scaled", total, m, e, "twice_away")
    runtime.finish.clamp_step(trace, whole, int(zero), SHORT)
    return trace


MEAN = Functions(_mean, _mean_element, PARTS)
