"""Random single operators of TensorFlow Lite, with scales that provoke ties."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..oracles import Spec, operator_file

Array = npt.NDArray[Any]
Random = np.random.Generator
Ties = Literal["calibrated", "powers of two", "wide"]

SCALES: tuple[Ties, ...] = ("calibrated", "powers of two", "wide")
"""Scales as calibration gives them; powers of two, of which products are often exact ties; factors above 1/2."""

RELU = 1
SAME, VALID = 0, 1


@dataclass(frozen=True)
class TfliteCase:
    """A file of one operator, and what is fed to it."""

    content: bytes
    inputs: tuple[Array, ...]


def _codes(rng: Random, *shape: int) -> Array:
    return rng.integers(-128, 128, shape).astype(np.int8)


def _zero(rng: Random) -> int:
    return int(rng.integers(-128, 128))


def _scales(rng: Random, ties: Ties, channels: int) -> tuple[np.float32, Array, np.float32]:
    """Return the scales of input, weights and output."""
    single = np.float32
    if ties == "powers of two":
        weights = (2.0 ** -rng.integers(3, 9, channels)).astype(single)
        return single(2.0 ** -rng.integers(2, 5)), weights, single(2.0 ** -rng.integers(0, 3))
    x = single(rng.uniform(0.005, 0.1))
    if ties == "wide":
        weights = rng.uniform(0.6, 2, channels).astype(single)
        return x, weights, single(x * weights.max() * rng.uniform(0.2, 1.5))
    weights = rng.uniform(0.003, 0.01, channels).astype(single)
    return x, weights, single(x * weights.max() * rng.uniform(50, 400))


def _bias(rng: Random, x: Any, weights: Array, y: Any, spread: float = 100) -> Array:
    """Return biases that move the accumulators all over the output's range."""
    limit = np.maximum(spread * float(y) / (float(x) * weights.astype(np.float64)), 2)
    return np.rint(rng.uniform(-limit, limit)).astype(np.int32)


def _weights(rng: Random, ties: Ties, *shape: int) -> Array:
    return (rng.integers(-2, 3, shape) if ties == "wide" else rng.integers(-127, 128, shape)).astype(np.int8)


def convolution(rng: Random, ties: Ties, kernel: int = 1) -> TfliteCase:
    """CONV_2D, per channel."""
    c, m = int(rng.integers(1, 9 if ties == "wide" else 20)), int(rng.integers(1, 70))
    x, w, y = _scales(rng, ties, m)
    stride, size = (1, 20) if kernel == 1 else (int(rng.integers(1, 3)), 16)
    shape, out = (1, size, size + 1, c), (1, -(-size // stride), -(-(size + 1) // stride), m)
    options = {
        "padding": SAME, "strideH": stride, "strideW": stride, "dilationHFactor": 1, "dilationWFactor": 1,
        "fusedActivationFunction": int(rng.integers(2)) * RELU,
    }  # fmt: skip
    inputs = [
        Spec(shape, scale=x, zero_point=_zero(rng)),
        Spec((m, kernel, kernel, c), scale=w, data=_weights(rng, ties, m, kernel, kernel, c)),
        Spec((m,), np.int32, x * w, data=_bias(rng, x, w, y)),
    ]
    content = operator_file("CONV_2D", inputs, Spec(out, scale=y, zero_point=_zero(rng)), options)
    return TfliteCase(content, (_codes(rng, *shape),))


def window_convolution(rng: Random, ties: Ties) -> TfliteCase:
    """CONV_2D, 3 x 3."""
    return convolution(rng, ties, 3)


def depthwise(rng: Random, ties: Ties) -> TfliteCase:
    """DEPTHWISE_CONV_2D, 3 x 3, with channels that fill no vector."""
    c = int(rng.integers(1, 40))
    x, w, y = _scales(rng, ties, c)
    stride, size = int(rng.integers(1, 3)), 24
    shape, out = (1, size, size, c), (1, -(-size // stride), -(-size // stride), c)
    options = {
        "padding": SAME, "strideH": stride, "strideW": stride, "dilationHFactor": 1, "dilationWFactor": 1,
        "depthMultiplier": 1, "fusedActivationFunction": int(rng.integers(2)) * RELU,
    }  # fmt: skip
    inputs = [
        Spec(shape, scale=x, zero_point=_zero(rng)),
        Spec((1, 3, 3, c), scale=w, data=_weights(rng, ties, 1, 3, 3, c), axis=3),
        Spec((c,), np.int32, x * w, data=_bias(rng, x, w, y)),
    ]
    content = operator_file("DEPTHWISE_CONV_2D", inputs, Spec(out, scale=y, zero_point=_zero(rng)), options)
    return TfliteCase(content, (_codes(rng, *shape),))


def fully_connected(rng: Random, ties: Ties) -> TfliteCase:
    """FULLY_CONNECTED, per tensor or per channel: many outputs, so that the biases reach many accumulators."""
    c, m = int(rng.integers(1, 40)), int(rng.integers(200, 900))
    x, w, y = _scales(rng, ties, m if rng.integers(2) else 1)
    shape = (30, c)
    inputs = [
        Spec(shape, scale=x, zero_point=_zero(rng)),
        Spec((m, c), scale=w, data=_weights(rng, ties, m, c)),
        Spec((m,), np.int32, x * w, data=_bias(rng, x, np.broadcast_to(w, (m,)), y)),
    ]
    options = {"fusedActivationFunction": int(rng.integers(2)) * RELU}
    content = operator_file("FULLY_CONNECTED", inputs, Spec((30, m), scale=y, zero_point=_zero(rng)), options)
    return TfliteCase(content, (_codes(rng, *shape),))


def _pairs(rng: Random, ties: Ties, kind: str) -> TfliteCase:
    """Return a case of every pair of codes, and a few more that fill no vector."""
    single = np.float32
    if ties == "powers of two":
        a, b, c = (single(2.0 ** -rng.integers(low, high)) for low, high in ((2, 5), (1, 6), (0, 5)))
    else:
        a = single(rng.uniform(0.005, 0.1))
        b = single(a * rng.uniform(0.2, 4))
        c = single(a * b * rng.uniform(20, 200) if kind == "MUL" else max(a, b) * rng.uniform(0.6, 3))
    every = np.arange(-128, 128, dtype=np.int8)
    extra = int(rng.integers(1, 16))
    left = np.concatenate([np.repeat(every, 256), _codes(rng, extra)])[None]
    right = np.concatenate([np.tile(every, 256), _codes(rng, extra)])[None]
    shape = left.shape
    inputs = [Spec(shape, scale=scale, zero_point=_zero(rng)) for scale in (a, b)]
    options = {"fusedActivationFunction": int(rng.integers(2)) * RELU}
    return TfliteCase(operator_file(kind, inputs, Spec(shape, scale=c, zero_point=_zero(rng)), options), (left, right))


def addition(rng: Random, ties: Ties) -> TfliteCase:
    """ADD on every pair of codes."""
    return _pairs(rng, ties, "ADD")


def average_pool(rng: Random, ties: Ties) -> TfliteCase:
    """AVERAGE_POOL_2D, with padding in some."""
    kernel, stride = (int(v) for v in rng.integers(1, 9, 2))
    padding = SAME if rng.integers(2) else VALID
    size = int(rng.integers(kernel, 14))
    out = -(-size // stride) if padding == SAME else (size - kernel) // stride + 1
    shape = (1, size, size, 64)
    spec = Spec(shape, scale=np.float32(0.05), zero_point=_zero(rng))
    options = {"filterHeight": kernel, "filterWidth": kernel, "strideH": stride, "strideW": stride, "padding": padding}
    content = operator_file(
        "AVERAGE_POOL_2D", [spec], Spec((1, out, out, 64), scale=spec.scale, zero_point=spec.zero_point), options
    )
    middle = rng.integers(-128, 128, (1, 1, 1, 64))
    return TfliteCase(content, (np.clip(middle + rng.integers(-20, 21, shape), -128, 127).astype(np.int8),))


def softmax(rng: Random, ties: Ties) -> TfliteCase:
    """SOFTMAX of rows of few classes."""
    shape = (4000, int(rng.choice([2, 3, 10, 12, 17, 33])))
    step = np.float32(2.0 ** -rng.integers(2, 7) if ties == "powers of two" else rng.uniform(0.005, 0.4))
    content = operator_file(
        "SOFTMAX", [Spec(shape, scale=step, zero_point=_zero(rng))], Spec(shape, scale=1 / 256, zero_point=-128),
        {"beta": 1.0},
    )  # fmt: skip
    return TfliteCase(content, (_codes(rng, *shape),))


def quantize(rng: Random, ties: Ties) -> TfliteCase:
    """QUANTIZE of real numbers, some of which lie between two codes."""
    shape = (1, 40000 + int(rng.integers(1, 8)))
    step = np.float32(2.0 ** -rng.integers(0, 7) if ties == "powers of two" else rng.uniform(0.004, 2))
    steps = rng.integers(-1200, 1200, shape) / 8
    real = steps.astype(np.float32) * (step if ties != "calibrated" else np.float32(step * rng.uniform(0.3, 1)))
    content = operator_file("QUANTIZE", [Spec(shape, np.float32)], Spec(shape, scale=step, zero_point=_zero(rng)))
    return TfliteCase(content, (real.astype(np.float32),))


def dequantize(rng: Random, ties: Ties) -> TfliteCase:
    """DEQUANTIZE of all codes."""
    shape = (1, 40000 + int(rng.integers(1, 8)))
    step = np.float32(2.0 ** -rng.integers(0, 7) if ties == "powers of two" else rng.uniform(0.004, 2))
    content = operator_file("DEQUANTIZE", [Spec(shape, scale=step, zero_point=_zero(rng))], Spec(shape, np.float32))
    return TfliteCase(content, (_codes(rng, *shape),))


def mean(rng: Random, ties: Ties) -> TfliteCase:
    """MEAN over the image, with the axes kept in some."""
    height, width = (8, 8) if ties == "powers of two" else (int(v) for v in rng.integers(1, 12, 2))
    step = np.float32(2.0 ** -rng.integers(2, 5) if ties == "powers of two" else rng.uniform(0.005, 0.1))
    out = np.float32(step * (2.0 ** -rng.integers(0, 3) if ties == "powers of two" else rng.uniform(0.15, 1)))
    channels, keep = int(rng.integers(50, 70)), bool(rng.integers(2))
    shape = (40, height, width, channels)
    axes = Spec((2,), np.int32, data=np.array([1, 2], np.int32))
    made = Spec((40, 1, 1, channels) if keep else (40, channels), scale=out, zero_point=_zero(rng))
    content = operator_file("MEAN", [Spec(shape, scale=step, zero_point=_zero(rng)), axes], made, {"keepDims": keep})
    middle = rng.integers(-128, 128, (40, 1, 1, channels))
    return TfliteCase(content, (np.clip(middle + rng.integers(-20, 21, shape), -128, 127).astype(np.int8),))


def subtraction(rng: Random, ties: Ties) -> TfliteCase:
    """SUB on every pair of codes."""
    return _pairs(rng, ties, "SUB")


def product(rng: Random, ties: Ties) -> TfliteCase:
    """MUL on every pair of codes."""
    return _pairs(rng, ties, "MUL")


def _other_scale(rng: Random, ties: Ties, kind: str, **options: Any) -> TfliteCase:
    """Return a case of all codes, many times, from one scale to another."""
    shape = (1, 256 * 40 + int(rng.integers(1, 16)))
    if ties == "powers of two":
        x, ratio = np.float32(2.0 ** -rng.integers(2, 5)), np.float32(2.0 ** rng.integers(-1, 3))
    else:
        x, ratio = np.float32(rng.uniform(0.005, 0.1)), np.float32(rng.uniform(0.3, 3))
    out = (1 / 256, -128) if kind == "LOGISTIC" else (np.float32(x * ratio), _zero(rng))
    spec = Spec(shape, scale=x, zero_point=_zero(rng))
    content = operator_file(kind, [spec], Spec(shape, scale=out[0], zero_point=out[1]), options)
    return TfliteCase(content, (np.resize(np.arange(-128, 128, dtype=np.int8), shape),))


def requantize(rng: Random, ties: Ties) -> TfliteCase:
    """QUANTIZE of codes."""
    return _other_scale(rng, ties, "QUANTIZE")


def relu(rng: Random, ties: Ties) -> TfliteCase:
    """RELU between two scales."""
    return _other_scale(rng, ties, "RELU")


def leaky_relu(rng: Random, ties: Ties) -> TfliteCase:
    """LEAKY_RELU."""
    alpha = 0.25 if ties == "powers of two" else float(np.float32(rng.uniform(0.01, 0.9)))
    return _other_scale(rng, ties, "LEAKY_RELU", alpha=alpha)


def logistic(rng: Random, ties: Ties) -> TfliteCase:
    """LOGISTIC."""
    return _other_scale(rng, ties, "LOGISTIC")


TFLITE_GENERATORS: dict[str, Callable[[Random, Ties], TfliteCase]] = {
    "CONV_2D, 1 x 1": convolution,
    "CONV_2D, 3 x 3": window_convolution,
    "DEPTHWISE_CONV_2D": depthwise,
    "FULLY_CONNECTED": fully_connected,
    "ADD": addition,
    "AVERAGE_POOL_2D": average_pool,
    "SOFTMAX": softmax,
    "QUANTIZE": quantize,
    "DEQUANTIZE": dequantize,
    "MEAN": mean,
    "SUB": subtraction,
    "MUL": product,
    "QUANTIZE, of codes": requantize,
    "RELU, of two scales": relu,
    "LEAKY_RELU": leaky_relu,
    "LOGISTIC": logistic,
}
"""What makes random cases of each operator."""
