"""Random small probes: ties provoked, sums that overflow narrow accumulators, borders, several channels."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..ops import qlinear_add
from ..runtimes import ONNX_REFERENCE
from ._probe import Probe

EVEN = (0.25, 0.5, 1.0, 2.0)
"""Scales of one bit: products that end in a half."""


def _scale(r: np.random.Generator, even: bool) -> np.float32:
    return np.float32(r.choice(EVEN)) if even else np.float32(r.uniform(0.02, 1.5))


def _codes(r: np.random.Generator, shape: tuple[int, ...], large: bool = False) -> Any:
    return (r.choice([-128, 127, 126, -127], shape) if large else r.integers(-128, 128, shape)).astype(np.int8)


def _conv(r: np.random.Generator) -> Probe:
    """Draw a convolution of a few pixels: one kernel element or 3 x 3 with padding; 1 to 16 channels in, 1 to 3 out."""
    large, even, padded = r.random() < 0.3, r.random() < 0.6, r.random() < 0.3
    channels = 16 if large else int(r.integers(1, 3))
    outputs, k = int(r.integers(1, 4)), 3 if padded else 1
    columns = 2 if padded else int(r.integers(1, 5))
    kernel = (outputs, channels, k, k)
    w = _codes(r, kernel, large) if large else r.integers(-3, 4, kernel).astype(np.int8)
    w_scale = np.array([_scale(r, even) for _ in range(outputs)], np.float32)
    y_scale = np.float32(r.choice([64, 512, 2048, 4096]) if large else r.choice([0.5, 1, 2, 4]))
    if not even:
        y_scale = np.float32(y_scale * r.uniform(0.7, 1.3))
    x = _codes(r, (1, channels, 1, columns), large)
    if not large and r.random() < 0.5:
        x = r.integers(-6, 7, x.shape).astype(np.int8)
    z = r.choice([0, 1, -1, 3, -128, 7], 2).astype(np.int8)
    inputs: dict[str, Any] = {
        "x": x, "x_scale": _scale(r, even), "x_zero_point": z[0], "w": w, "w_scale": w_scale,
        "w_zero_point": np.zeros(outputs, np.int8), "y_scale": y_scale, "y_zero_point": z[1],
        "B": r.integers(-60, 61, outputs).astype(np.int32),
    }  # fmt: skip
    return Probe("conv", "QLinearConv", inputs, {"pads": [1, 1, 1, 1]} if padded else {})


def _conv_unsigned(r: np.random.Generator) -> Probe:
    """Draw unsigned activations and signed weights, large ones: pairs that saturate."""
    probe = _conv(r)
    channels, outputs = 4, 1
    given: dict[str, Any] = {
        **probe.inputs, "x": r.choice([255, 254, 7, 0], (1, channels, 1, 2)).astype(np.uint8),
        "x_zero_point": np.uint8(0),
        "w": r.choice([127, 126, -128, 5], (outputs, channels, 1, 1)).astype(np.int8),
        "w_scale": np.array([0.5], np.float32),
        "w_zero_point": np.zeros(1, np.int8), "y_scale": np.float32(512), "y_zero_point": np.uint8(128),
        "x_scale": np.float32(1), "B": np.zeros(1, np.int32),
    }  # fmt: skip
    return Probe("conv_unsigned", "QLinearConv", given, {})


def _conv_near_tie(r: np.random.Generator) -> Probe:
    """Draw an accumulator whose float32 product rounds to a tie that the exact product is not: a bias, the sum 0."""
    x_scale, w_scale = (np.float32(r.uniform(0.005, 0.02)) for _ in range(2))
    y_scale = np.float32(r.uniform(0.5, 2))
    factor = x_scale * w_scale / y_scale
    sums = r.integers(-int(100 / factor), int(100 / factor), 400_000)
    single = np.rint(sums.astype(np.float32) * factor)
    wide = np.rint(sums * (np.float64(x_scale) * np.float64(w_scale) / np.float64(y_scale)))
    found = sums[single != wide]
    bias = found[:1] if found.size else sums[:1]
    inputs: dict[str, Any] = {
        "x": np.zeros((1, 1, 1, 1), np.int8), "x_scale": x_scale, "x_zero_point": np.int8(0),
        "w": np.ones((1, 1, 1, 1), np.int8), "w_scale": w_scale.reshape(1), "w_zero_point": np.zeros(1, np.int8),
        "y_scale": y_scale, "y_zero_point": np.int8(0), "B": bias.astype(np.int32),
    }  # fmt: skip
    return Probe("conv", "QLinearConv", inputs, {})


def _gemm(r: np.random.Generator) -> Probe:
    """Draw a fully connected layer of a few inputs."""
    even, inner, outputs = r.random() < 0.6, int(r.integers(1, 4)), int(r.integers(1, 4))
    z = r.choice([0, 1, -1, 3], 2).astype(np.int8)
    inputs: dict[str, Any] = {
        "A": _codes(r, (1, inner)), "a_scale": _scale(r, even), "a_zero_point": z[0],
        "B": r.integers(-9, 10, (outputs, inner)).astype(np.int8), "b_scale": _scale(r, even),
        "b_zero_point": np.int8(0),
        "C": r.integers(-60, 61, outputs).astype(np.int32), "y_scale": np.float32(r.choice([1, 2, 4, 8])),
        "y_zero_point": z[1],
    }  # fmt: skip
    return Probe("gemm", "QGemm", inputs, {"transB": 1})


def _add(r: np.random.Generator) -> Probe:
    """Draw a few sums."""
    even, n = r.random() < 0.5, int(r.integers(1, 7))
    z = r.choice([0, 1, -1, 5, -128], 3).astype(np.int8)
    c_scale = np.float32(r.choice([0.5, 1, 2])) if even else np.float32(r.uniform(0.3, 3))
    inputs: dict[str, Any] = {
        "A": _codes(r, (1, n)), "A_scale": _scale(r, even), "A_zero_point": z[0], "B": _codes(r, (1, n)),
        "B_scale": _scale(r, even), "B_zero_point": z[1], "C_scale": c_scale, "C_zero_point": z[2],
    }  # fmt: skip
    return Probe("add", "QLinearAdd", inputs, {})


def _add_near_tie(r: np.random.Generator) -> Probe:
    """Draw a sum that fused multiply-adds and the documented formula, zero point first, round differently."""
    every = np.arange(-128, 128).astype(np.int8)
    left, right = np.meshgrid(every, every, indexing="ij")  # alike: a single number is added in another order
    scales = r.uniform(0.05, 1.5, 3).astype(np.float32)
    zeros = r.integers(-20, 21, 3).astype(np.int8)
    inputs: dict[str, Any] = {
        "A": left, "A_scale": scales[0], "A_zero_point": zeros[0], "B": right, "B_scale": scales[1],
        "B_zero_point": zeros[1], "C_scale": scales[2], "C_zero_point": zeros[2],
    }  # fmt: skip
    differ = np.argwhere(qlinear_add(**inputs) != qlinear_add(**inputs, runtime=ONNX_REFERENCE))
    a, b = differ[0] if len(differ) else (0, 0)
    return Probe("add", "QLinearAdd", {**inputs, "A": every[a].reshape(1, 1), "B": every[b].reshape(1, 1)}, {})


def _pool(r: np.random.Generator) -> Probe:
    """Draw means over windows; scale and zero point stay, as TensorFlow Lite requires."""
    scale, zero = _scale(r, r.random() < 0.5), np.int8(r.choice([0, 1, -128, 3]))
    inputs: dict[str, Any] = {
        "X": _codes(r, (1, 1, 2, 4)),
        "x_scale": scale,
        "x_zero_point": zero,
        "y_scale": scale,
        "y_zero_point": zero,
    }
    return Probe("pool", "QLinearAveragePool", inputs, {"kernel_shape": [2, 2], "strides": [2, 2]})


def _softmax(r: np.random.Generator) -> Probe:
    """Draw a few probabilities, with the output's scale and zero point that TensorFlow Lite demands."""
    n = int(r.integers(2, 8))
    inputs: dict[str, Any] = {
        "X": r.integers(-40, 41, (1, n)).astype(np.int8), "X_scale": np.float32(r.uniform(0.02, 0.3)),
        "x_zero_point": np.int8(0), "y_scale": np.float32(1 / 256), "y_zero_point": np.int8(-128),
    }  # fmt: skip
    return Probe("softmax", "QLinearSoftmax", inputs, {"opset": 13, "axis": -1})


def _quantize(r: np.random.Generator) -> Probe:
    """Draw a few real numbers; eight at a time, so that no vector has a rest."""
    even = r.random() < 0.6
    scale = np.float32(r.choice([0.5, 1, 2])) if even else np.float32(r.uniform(0.01, 1))
    x = (r.integers(-9, 10, (1, 8)) / 2).astype(np.float32) * scale
    if not even:
        x = np.nextafter(x, np.float32(r.choice([-100, 100])), dtype=np.float32)
    inputs: dict[str, Any] = {"x": x, "y_scale": scale, "y_zero_point": np.int8(r.choice([0, 1, 3]))}
    return Probe("quantize", "QuantizeLinear", inputs, {})


GENERATORS: tuple[Callable[[np.random.Generator], Probe], ...] = (
    _conv, _conv_unsigned, _conv_near_tie, _gemm, _add, _add_near_tie, _pool, _softmax, _quantize,
)  # fmt: skip
"""Each draws one kind of probe."""
