"""Random single operators of TensorFlow Lite on int16 codes, with int8 weights: ties, extremes, odd shapes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet8doc.oracles import Spec, operator_file
from resnet8doc.proof import TfliteCase

Array = npt.NDArray[Any]
Random = np.random.Generator

SAME, VALID = 0, 1
PROBABILITY = np.float32(1 / 32768)
EVERY = np.arange(-32768, 32768, dtype=np.int16)
BIAS_32, BIAS_64 = {"quantizedBiasType": 2}, {"quantizedBiasType": 4}


def short(shape: Sequence[int], scale: Any, data: Array | None = None) -> Spec:
    return Spec(tuple(shape), np.int16, np.float32(scale), 0, data)


def codes(rng: Random, *shape: int) -> Array:
    """Return codes over the whole range, or small ones, or the extremes."""
    kind = rng.integers(3)
    if kind == 0:
        return rng.integers(-32768, 32768, shape).astype(np.int16)
    if kind == 1:
        return rng.integers(-25, 26, shape).astype(np.int16)
    return rng.choice([-32768, -32767, 32767, 1, 0, -1], shape).astype(np.int16)


def scale(rng: Random) -> float:
    power = 2.0 ** rng.integers(-16, -11)
    return float(power) if rng.integers(2) else float(np.float32(power * rng.uniform(0.7, 1.4)))


def weight_scales(rng: Random, many: int) -> list[float]:
    powers = 2.0 ** rng.integers(-9, -6, many)
    return [float(np.float32(v)) for v in (powers if rng.integers(2) else powers * rng.uniform(0.7, 1.4, many))]


def output_scale(rng: Random, sums: Array, product: float) -> float:
    """Return a scale in which sums fit, all but a few; coarse and fine ones, and powers of two."""
    largest = max(float(np.quantile(np.abs(sums), 0.98)), 1.0)
    found = product * largest / 2.0 ** rng.choice([3, 9, 14, 15])
    found = max(found, product / 64)  # a factor below 2^7
    return float(2.0 ** np.round(np.log2(found))) if rng.integers(3) == 0 else float(np.float32(found))


def layer(kind: str, bias: Any, per_channel: bool = True) -> Callable[[Random], TfliteCase]:
    """Return a case of a convolution or a fully connected layer; without a bias for None."""

    def made(rng: Random) -> TfliteCase:
        rows, depth, filters = int(rng.integers(1, 30)), int(rng.integers(1, 40)), int(rng.integers(1, 20))
        depthwise, dense = kind == "DEPTHWISE_CONV_2D", kind == "FULLY_CONNECTED"
        x_scale, scales = scale(rng), weight_scales(rng, depth if depthwise else filters if per_channel else 1)
        shape = (rows, depth) if dense else (1, 6, 7, depth)
        x = codes(rng, *shape)
        filter_shape: tuple[int, ...] = (
            (filters, depth) if dense else (1, 3, 2, depth) if depthwise else (filters, 2, 1, depth)
        )
        w = rng.integers(-127, 128, filter_shape).astype(np.int8)
        options: dict[str, Any] = {} if dense else {
            "strideH": 2, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1, "padding": int(rng.integers(2)),
        }  # fmt: skip
        if depthwise:
            options["depthMultiplier"] = 1
        elif bias is not None:
            options |= BIAS_32 if bias is np.int32 else BIAS_64
        options["fusedActivationFunction"] = int(rng.choice([0, 0, 1, 3]))
        many = depth if depthwise else filters
        typical = float(
            np.abs(x.astype(float)).mean() * 50 * (6 if depthwise else depth if dense else 2 * depth) ** 0.5
        )
        product = x_scale * max(scales)
        y_scale = output_scale(rng, np.array([typical * 3]), product)
        stored = None
        if bias is not None:
            numbers = (rng.normal(size=many) * min(typical, 2.0**26)).astype(bias)
            stored = Spec((many,), bias, [x_scale * s for s in scales], 0, numbers)
        same = options.get("padding") == SAME
        high = 3 if same or not (depthwise or kind == "CONV_2D") else (6 - filter_shape[1]) // 2 + 1
        wide = 7 if same else 7 - filter_shape[2] + 1 if not dense else 0
        out = (rows, filters) if dense else (1, high, wide, many)
        weights = Spec(filter_shape, np.int8, scales, 0, w, 3 if depthwise else 0)
        content = operator_file(kind, [short(shape, x_scale), weights, stored], short(out, y_scale), options)
        return TfliteCase(content, (x,))

    return made


def transposed(bias: bool) -> Callable[[Random], TfliteCase]:
    def made(rng: Random) -> TfliteCase:
        depth, filters = int(rng.integers(1, 12)), int(rng.integers(1, 20))
        stride = int(rng.integers(1, 4))
        kernel, padding = int(rng.integers(stride, 5)), int(rng.integers(2))
        high, wide = (n * stride if padding == SAME else (n - 1) * stride + kernel for n in (4, 5))
        x, x_scale, scales = codes(rng, 1, 4, 5, depth), scale(rng), weight_scales(rng, filters)
        w = rng.integers(-127, 128, (filters, kernel, kernel, depth)).astype(np.int8)
        typical = float(np.abs(x.astype(float)).mean() * 50 * (kernel**2 * depth) ** 0.5)
        y_scale = output_scale(rng, np.array([typical * 3]), x_scale * max(scales))
        numbers = (rng.normal(size=filters) * min(typical, 2.0**26)).astype(np.int64)
        shape = (1, high, wide, filters)
        specs = [
            Spec((4,), np.int32, data=np.array(shape, np.int32)), Spec(w.shape, np.int8, scales, 0, w, 0),
            short(x.shape, x_scale),
            Spec((filters,), np.int64, [x_scale * s for s in scales], 0, numbers) if bias else None,
        ]  # fmt: skip
        options = {"strideH": stride, "strideW": stride, "padding": padding}
        return TfliteCase(operator_file("TRANSPOSE_CONV", specs, short(shape, y_scale), options), (x,))

    return made


def sums(kind: str) -> Callable[[Random], TfliteCase]:
    """Return a case of ADD or SUB in which every bit of the sum is seen, or a common one; spread operands too."""

    def made(rng: Random) -> TfliteCase:
        shapes = [((1, 1003), (1, 1003)), ((1, 29), (1, 29)), ((2, 5, 4, 24), (24,)), ((1, 5, 4, 3), (1, 1, 1, 1))]
        first, second = shapes[int(rng.integers(len(shapes)))]
        fine = bool(rng.integers(2))
        large = scale(rng)
        small = float(np.float32(large * 2.0 ** -rng.uniform(5, 13))) if fine else scale(rng)
        y_scale = max(large, small) * float(
            2.0**-14 * rng.choice([1.05, 1.9]) if fine else rng.choice([1, 1.5, 0.7, 2])
        )
        reach = int(large / small)
        values = [rng.integers(-1, 2, first), rng.integers(-reach, reach + 1, second)]
        given = [v.astype(np.int16) for v in values] if fine else [codes(rng, *first), codes(rng, *second)]
        stored = given[1] if len(second) == 1 else None
        specs = [short(first, large), short(second, small, stored)]
        options = {"potScaleInt16": False, "fusedActivationFunction": int(rng.choice([0, 0, 1]))}
        content = operator_file(kind, specs, short(np.broadcast_shapes(first, second), y_scale), options)
        return TfliteCase(content, tuple(given[: 1 if stored is not None else 2]))

    return made


def product(rng: Random) -> TfliteCase:
    a, b = scale(rng), scale(rng)
    second = [(3, 5, 8), (1,), (8,)][int(rng.integers(3))]
    given = [codes(rng, 3, 5, 8), codes(rng, *second)]
    y = a * b * 2.0 ** rng.choice([-3, 4, 12, 15]) * (1 if rng.integers(2) else rng.uniform(0.7, 1.4))
    stored = given[1] if len(second) == 1 else None
    content = operator_file("MUL", [short((3, 5, 8), a), short(second, b, stored)], short((3, 5, 8), y))
    return TfliteCase(content, tuple(given[: 1 if stored is not None else 2]))


def pool(kind: str) -> Callable[[Random], TfliteCase]:
    def made(rng: Random) -> TfliteCase:
        kernel, stride = (int(v) for v in rng.integers(1, 5, 2))
        padding, size = int(rng.integers(2)), int(rng.integers(kernel, 12))
        out = -(-size // stride) if padding == SAME else (size - kernel) // stride + 1
        options = {"filterHeight": kernel, "filterWidth": kernel, "strideH": stride, "strideW": stride,
                   "padding": padding, "fusedActivationFunction": int(rng.integers(2))}  # fmt: skip
        one = scale(rng)
        content = operator_file(kind, [short((1, size, size, 5), one)], short((1, out, out, 5), one), options)
        return TfliteCase(content, (codes(rng, 1, size, size, 5),))

    return made


def mean(rng: Random) -> TfliteCase:
    shape = (1, *(int(v) for v in rng.integers(1, 9, 2)), int(rng.integers(1, 40)))
    axes, keep = [((1, 2), True), ((1, 2), False), ((3,), False), ((2,), True)][int(rng.integers(4))]
    one = scale(rng)
    other = float(np.float32(one * rng.choice([1, 0.5, 0.3, 1.7])))
    out = tuple(1 if a in axes else n for a, n in enumerate(shape) if keep or a not in axes)
    stored = Spec((len(axes),), np.int32, data=np.array(axes, np.int32))
    content = operator_file("MEAN", [short(shape, one), stored], short(out, other), {"keepDims": keep})
    return TfliteCase(content, (codes(rng, *shape),))


def softmax(rng: Random) -> TfliteCase:
    rows, length = int(rng.integers(1, 30)), int(rng.integers(1, 60))
    one = float(np.float32(10 ** rng.uniform(-5, -2.5)))
    content = operator_file("SOFTMAX", [short((rows, length), one)], short((rows, length), PROBABILITY), {"beta": 1.0})
    return TfliteCase(content, (codes(rng, rows, length),))


def curve(kind: str) -> Callable[[Random], TfliteCase]:
    """Return LOGISTIC or TANH of every code, at scales that every kernel set reads off the table."""

    def made(rng: Random) -> TfliteCase:
        power = 2.0 ** rng.choice([-17, -16, -15, -14, -13, -10, -9])
        one = float(power) if rng.integers(2) else float(np.float32(2.0 ** rng.uniform(-17, -8)))
        return TfliteCase(operator_file(kind, [short((1, 65536), one)], short((1, 65536), PROBABILITY)), (EVERY[None],))

    return made


def leaky(rng: Random) -> TfliteCase:
    one = scale(rng)
    other = float(np.float32(one * rng.choice([1, 0.5, 0.3, 1.7])))
    alpha = {"alpha": float(np.float32(rng.choice([0.01, 0.1, 0.25, 0.3, 1.5, -0.3])))}
    content = operator_file("LEAKY_RELU", [short((1, 65536), one)], short((1, 65536), other), alpha)
    return TfliteCase(content, (EVERY[None],))


def requantized(first: Any, second: Any) -> Callable[[Random], TfliteCase]:
    def made(rng: Random) -> TfliteCase:
        base = scale(rng)
        ratio = float(rng.choice([1, 0.5, 0.25, 0.3, 1.7]))
        kinds, specs = (np.dtype(first), np.dtype(second)), []
        limits = np.iinfo(kinds[0])
        every = np.arange(limits.min, limits.max + 1).astype(kinds[0])[None]
        for kind, factor in zip(kinds, (1.0, ratio), strict=True):
            wide = 1 if kind == np.int16 else 256
            zero = 0 if kind == np.int16 else int(rng.integers(-128, 128))
            specs.append(Spec(every.shape, kind, np.float32(base * factor * wide), zero))
        return TfliteCase(operator_file("QUANTIZE", specs[:1], specs[1]), (every,))

    return made


def quantized(rng: Random) -> TfliteCase:
    one = scale(rng)
    whole = rng.integers(-32800, 32800, 3001) + rng.choice([0, 0.5, 0.49999], 3001)
    x = (whole * np.float32(one)).astype(np.float32)[None]
    return TfliteCase(operator_file("QUANTIZE", [Spec(x.shape, np.float32)], short(x.shape, one)), (x,))


def dequantized(rng: Random) -> TfliteCase:
    spec = Spec((1, 65536), np.float32)
    return TfliteCase(operator_file("DEQUANTIZE", [short((1, 65536), scale(rng))], spec), (EVERY[None],))


INT16_GENERATORS: dict[str, Callable[[Random], TfliteCase]] = {
    "CONV_2D, bias of 64 bits": layer("CONV_2D", np.int64),
    "CONV_2D, bias of 32 bits": layer("CONV_2D", np.int32),
    "CONV_2D, one scale": layer("CONV_2D", np.int64, per_channel=False),
    "DEPTHWISE_CONV_2D": layer("DEPTHWISE_CONV_2D", np.int64),
    "FULLY_CONNECTED, bias of 64 bits": layer("FULLY_CONNECTED", np.int64),
    "FULLY_CONNECTED, bias of 32 bits": layer("FULLY_CONNECTED", np.int32),
    "FULLY_CONNECTED, no bias": layer("FULLY_CONNECTED", None),
    "FULLY_CONNECTED, one scale": layer("FULLY_CONNECTED", np.int64, per_channel=False),
    "FULLY_CONNECTED, one scale, bias of 32 bits": layer("FULLY_CONNECTED", np.int32, per_channel=False),
    "FULLY_CONNECTED, one scale, no bias": layer("FULLY_CONNECTED", None, per_channel=False),
    "TRANSPOSE_CONV": transposed(True), "TRANSPOSE_CONV, no bias": transposed(False),
    "ADD": sums("ADD"), "SUB": sums("SUB"), "MUL": product, "AVERAGE_POOL_2D": pool("AVERAGE_POOL_2D"),
    "MAX_POOL_2D": pool("MAX_POOL_2D"), "MEAN": mean, "SOFTMAX": softmax, "LOGISTIC": curve("LOGISTIC"),
    "TANH": curve("TANH"), "LEAKY_RELU": leaky, "QUANTIZE": quantized, "DEQUANTIZE": dequantized,
    "QUANTIZE, of codes": requantized(np.int16, np.int16), "QUANTIZE, to int8": requantized(np.int16, np.int8),
    "QUANTIZE, of int8": requantized(np.int8, np.int16),
}  # fmt: skip
