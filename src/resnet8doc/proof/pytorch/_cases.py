"""Random single operators of PyTorch, with scales that provoke ties."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from ...oracles.pytorch import quantized

Array = npt.NDArray[Any]
Random = np.random.Generator
Ties = Literal["calibrated", "powers of two", "near ties"]

PYTORCH_SCALES: tuple[Ties, ...] = ("calibrated", "powers of two", "near ties")
"""Scales as observers give them; powers of two, of which products are often exact ties; of layers, any scales whose
products are ties but for the rounding of each step, so that a step of another order is seen."""

CHANNELS = ((3, 16, 1), (16, 16, 1), (16, 32, 1), (32, 64, 1), (64, 64, 1))
"""Of ResNet8's convolutions: input and output channels, groups."""

IN_GROUPS = (
    (32, 32, 32),
    (7, 7, 7),
    (16, 32, 16),
    (104, 104, 104),
    (16, 16, 4),
    (16, 32, 2),
    (24, 16, 4),
    (6, 10, 2),
    (8, 8, 4),
    (15, 12, 3),
)
"""Of grouped convolutions, depthwise ones first, of over 100 groups too; with and without a multiple of 4 channels."""

MOST_INPUTS, MOST_OUTPUTS = 800, 70
"""Linear layers have fewer than these, in any number: oneDNN and FBGEMM choose blocks and kernels by them."""


@dataclass(frozen=True)
class PytorchCase:
    """One operator, and PyTorch's own call of it.

    Attributes
    ----------
    domain, op_type
        The engine's operator.
    inputs, attributes
        Arrays by formal name; attributes by name.
    call
        Computes it with the current engine.
    """

    domain: str
    op_type: str
    inputs: Mapping[str, Any]
    attributes: Mapping[str, Any]
    call: Callable[[], torch.Tensor]


def _single(value: float) -> np.float32:
    return np.float32(value)


def _codes(rng: Random, *shape: int) -> Array:
    return rng.integers(0, 256, shape).astype(np.uint8)


def _scales(rng: Random, ties: Ties, channels: int, products: int) -> tuple[np.float32, Array, np.float32]:
    """Return the scales of input, weights and output."""
    if ties == "powers of two":
        weights = (2.0 ** -rng.integers(6, 9, channels)).astype(np.float32)
        spread = int(np.log2(np.sqrt(products)))
        return _single(2.0**-5), weights, _single(2.0 ** (spread - int(rng.integers(0, 3))))
    if ties == "near ties":
        x_scale, y_scale = _single(rng.uniform(0.005, 0.05)), _single(rng.uniform(0.1, 1))
        weights = (y_scale / x_scale / 2.0 ** rng.integers(1, 6, channels)).astype(np.float32)
        above = (weights.view(np.int32) + rng.integers(0, 3)).astype(np.int32)  # the next number, or the one after it
        return x_scale, above.view(np.float32), y_scale
    weights = rng.uniform(0.003, 0.01, channels).astype(np.float32)
    return _single(rng.uniform(0.005, 0.05)), weights, _single(rng.uniform(0.1, 0.4) * np.sqrt(products))


def _weights(rng: Random, ties: Ties, *shape: int) -> Array:
    largest = 2 if ties == "near ties" else 127
    return rng.integers(-largest - 1, largest + 1, shape).astype(np.int8)


def _bias(rng: Random, ties: Ties, channels: int, y_scale: np.float32) -> Array:
    if ties == "near ties":
        return (y_scale * rng.integers(-8, 9, channels) / 2).astype(np.float32)
    if ties == "powers of two":
        return (rng.integers(-64, 65, channels) / 16).astype(np.float32)
    return rng.uniform(-3, 3, channels).astype(np.float32)


def convolution(
    rng: Random, ties: Ties, channels: tuple[tuple[int, int, int], ...] = CHANNELS, kernels: tuple[int, ...] = (3, 1)
) -> PytorchCase:
    """Draw quantized::conv2d, a scale for each channel: 3 x 3 or 1 x 1, stride 1 or 2, with and without ReLU."""
    c, m, group = channels[int(rng.integers(len(channels)))]
    kernel, stride, relu = kernels[int(rng.integers(len(kernels)))], int(rng.integers(1, 3)), int(rng.integers(2))
    pad = kernel // 2
    x_scale, w_scale, y_scale = _scales(rng, ties, m, c // group * kernel * kernel)
    x, w = _codes(rng, 2, c, 24, 24), _weights(rng, ties, m, c // group, kernel, kernel)
    zeros, bias = (int(rng.integers(256)), int(rng.integers(60, 200))), _bias(rng, ties, m, y_scale)

    def call() -> torch.Tensor:
        packed = torch.ops.quantized.conv2d_prepack(
            quantized(w, w_scale, 0), torch.from_numpy(bias), [stride] * 2, [pad] * 2, [1, 1], group
        )
        operator = torch.ops.quantized.conv2d_relu if relu else torch.ops.quantized.conv2d
        return operator(quantized(x, x_scale, zeros[0]), packed, float(y_scale), zeros[1])  # type: ignore[no-any-return]  # torch.ops is untyped

    return PytorchCase(
        "pytorch", "conv2d", _layer(x, x_scale, w, w_scale, y_scale, zeros, bias),
        {"strides": [stride] * 2, "pads": [pad] * 4, "dilations": [1, 1], "group": group, "relu": relu}, call,
    )  # fmt: skip


def grouped_convolution(rng: Random, ties: Ties) -> PytorchCase:
    """Draw quantized::conv2d of several groups, up to 7 x 7."""
    return convolution(rng, ties, IN_GROUPS, (3, 1, 5, 7))


def linear(rng: Random, ties: Ties, per_channel: bool = False) -> PytorchCase:
    """Draw quantized::linear, one scale for all weights."""
    k, m, relu = int(rng.integers(1, MOST_INPUTS)), int(rng.integers(1, MOST_OUTPUTS)), int(rng.integers(2))
    x_scale, scales, y_scale = _scales(rng, ties, m, k)
    w_scale = scales if per_channel else np.asarray(scales[0])
    x, w = _codes(rng, 320, k), _weights(rng, ties, m, k)
    zeros, bias = (int(rng.integers(256)), int(rng.integers(60, 200))), _bias(rng, ties, m, y_scale)

    def call() -> torch.Tensor:
        packed = torch.ops.quantized.linear_prepack(quantized(w, w_scale, 0), torch.from_numpy(bias))
        operator = torch.ops.quantized.linear_relu if relu else torch.ops.quantized.linear
        return operator(quantized(x, x_scale, zeros[0]), packed, float(y_scale), zeros[1])  # type: ignore[no-any-return]  # torch.ops is untyped

    return PytorchCase("pytorch", "linear", _layer(x, x_scale, w, w_scale, y_scale, zeros, bias), {"relu": relu}, call)


def linear_per_channel(rng: Random, ties: Ties) -> PytorchCase:
    """Draw quantized::linear, a scale for each output."""
    return linear(rng, ties, per_channel=True)


def _layer(
    x: Array, x_scale: Any, w: Array, w_scale: Any, y_scale: Any, zeros: tuple[int, int], bias: Array
) -> dict[str, Any]:
    weights = np.zeros(np.shape(w_scale), np.int8)
    return {
        "x": x, "x_scale": x_scale, "x_zero_point": np.uint8(zeros[0]), "w": w, "w_scale": w_scale,
        "w_zero_point": weights, "y_scale": y_scale, "y_zero_point": np.uint8(zeros[1]), "bias": bias,
    }  # fmt: skip


def addition(rng: Random, ties: Ties) -> PytorchCase:
    """Draw quantized::add: every pair of codes."""
    a, b = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    if ties == "powers of two":
        scales = tuple(_single(2.0 ** -int(k)) for k in rng.integers(4, 8, 3))
    else:
        first = rng.uniform(0.005, 0.05)
        scales = tuple(_single(first * factor) for factor in (1, rng.uniform(0.3, 3), rng.uniform(0.7, 3)))
    zeros, relu = [int(v) for v in rng.integers(0, 256, 3)], int(rng.integers(2))
    inputs: dict[str, Any] = {
        "A": a, "A_scale": scales[0], "A_zero_point": np.uint8(zeros[0]), "B": b, "B_scale": scales[1],
        "B_zero_point": np.uint8(zeros[1]), "C_scale": scales[2], "C_zero_point": np.uint8(zeros[2]),
    }  # fmt: skip

    def call() -> torch.Tensor:
        operator = torch.ops.quantized.add_relu if relu else torch.ops.quantized.add
        left, right = quantized(a, scales[0], zeros[0]), quantized(b, scales[1], zeros[1])
        return operator(left, right, float(scales[2]), zeros[2])  # type: ignore[no-any-return]  # torch.ops is untyped

    return PytorchCase("pytorch", "add", inputs, {"relu": relu}, call)


def _image(rng: Random, ties: Ties) -> tuple[Array, np.float32, int]:
    if ties == "powers of two":
        h, w = 8, 8
    else:  # now and then more than 16 · 16, so that the sum of ATen's mean has a third level
        h, w = (17, 18) if rng.integers(10) == 0 else (int(v) for v in rng.integers(1, 9, 2))
    x = np.clip(rng.integers(0, 256, (400, 64, 1, 1)) + rng.integers(-20, 21, (400, 64, h, w)), 0, 255)
    scale = _single(2.0**-5 if ties == "powers of two" else rng.uniform(0.005, 0.05))
    return x.astype(np.uint8), scale, int(rng.integers(256))


def _last(x: Array, scale: Any, zero: int) -> torch.Tensor:
    return quantized(x, scale, zero).contiguous(memory_format=torch.channels_last)


def mean(rng: Random, ties: Ties) -> PytorchCase:
    """Draw torch.mean over the image, channels last."""
    x, scale, zero = _image(rng, ties)
    inputs: dict[str, Any] = {
        "data": x, "data_scale": scale, "data_zero_point": np.uint8(zero), "reduced_scale": scale,
        "reduced_zero_point": np.uint8(zero),
    }  # fmt: skip
    return PytorchCase(
        "com.microsoft", "QLinearReduceMean", inputs, {"axes": [2, 3], "keepdims": 1},
        lambda: torch.mean(_last(x, scale, zero), [2, 3], True),
    )  # fmt: skip


def global_pool(rng: Random, ties: Ties) -> PytorchCase:
    """Draw adaptive_avg_pool2d to one pixel, channels last."""
    x, scale, zero = _image(rng, ties)
    return PytorchCase(
        "com.microsoft", "QLinearGlobalAveragePool", _pooled(x, scale, zero), {},
        lambda: torch.nn.functional.adaptive_avg_pool2d(_last(x, scale, zero), 1),
    )  # fmt: skip


def pool(rng: Random, ties: Ties) -> PytorchCase:
    """Draw avg_pool2d, channels last, without padding."""
    kernel, stride = int(rng.integers(2, 5)), int(rng.integers(1, 3))  # qnnpack refuses a window of one pixel
    x, scale, zero = _codes(rng, 20, 64, 12, 12), _image(rng, ties)[1], int(rng.integers(256))
    return PytorchCase(
        "com.microsoft", "QLinearAveragePool", _pooled(x, scale, zero),
        {"kernel_shape": [kernel] * 2, "strides": [stride] * 2},
        lambda: torch.nn.functional.avg_pool2d(_last(x, scale, zero), kernel, stride),
    )  # fmt: skip


def _pooled(x: Array, scale: Any, zero: int) -> dict[str, Any]:
    return {
        "X": x, "x_scale": scale, "x_zero_point": np.uint8(zero), "y_scale": scale, "y_zero_point": np.uint8(zero),
    }  # fmt: skip


def quantize(rng: Random, ties: Ties) -> PytorchCase:
    """Draw quantize_per_tensor."""
    scale, zero = _single(2.0**-6 if ties == "powers of two" else rng.uniform(0.005, 0.05)), int(rng.integers(256))
    step = 1 if ties == "powers of two" else rng.uniform(0.3, 1)
    x = (rng.integers(-3000, 3000, 60_000) / 8).astype(np.float32) * _single(float(scale) * step)
    inputs: dict[str, Any] = {"x": x, "y_scale": scale, "y_zero_point": np.uint8(zero)}
    return PytorchCase(
        "", "QuantizeLinear", inputs, {},
        lambda: torch.quantize_per_tensor(torch.from_numpy(x), float(scale), zero, torch.quint8),
    )  # fmt: skip


PYTORCH_GENERATORS: Mapping[str, Callable[[Random, Ties], PytorchCase]] = {
    "conv2d": convolution, "conv2d, groups": grouped_convolution, "linear": linear,
    "linear, per channel": linear_per_channel, "add": addition, "mean": mean,
    "adaptive_avg_pool2d": global_pool, "avg_pool2d": pool, "quantize_per_tensor": quantize,
}  # fmt: skip
"""Each draws one case of an operator."""
