"""The time of depthwise and grouped convolutions on codes, beside the engine's own on real numbers."""

import time
from collections.abc import Callable, Iterator

import numpy as np
from threadpoolctl import threadpool_limits

from ..ops import conv, qlinear_conv
from ._figure import Figure

SHAPES = (
    # name, channels, side, groups
    ("depthwise 3 x 3, 64 channels of 48 x 48", 64, 48, 64),
    ("depthwise 3 x 3, 256 channels of 12 x 12", 256, 12, 256),
    ("grouped 3 x 3, 64 channels of 24 x 24 in 4 groups", 64, 24, 4),
    ("grouped 3 x 3, 128 channels of 14 x 14 in 32 groups", 128, 14, 32),
)
"""As they stand in MobileNets and in ResNeXt."""
IMAGES = 8
TURNS = 15
LIMIT = 1.5


def grouped() -> Iterator[Figure]:
    """Time both kernels on one thread, taking turns; the median of each counts."""
    for name, channels, side, groups in SHAPES:
        codes, real = _both(channels, side, groups)
        with threadpool_limits(1):
            mine, peer = _taking_turns(codes, real)
        ratio = mine / peer
        yield Figure(
            f"QLinearConv, {name}", f"{mine:.1f} ms", f"the engine's float Conv {peer:.1f} ms", ratio, f"{LIMIT}",
            ratio <= LIMIT,
        )  # fmt: skip


def _both(channels: int, side: int, groups: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the same convolution on codes and on the real numbers that they stand for."""
    random = np.random.default_rng(0)
    x = random.integers(-128, 128, (IMAGES, channels, side, side), np.int8)
    w = random.integers(-127, 128, (channels, channels // groups, 3, 3), np.int8)
    bias = random.integers(-1000, 1000, channels, np.int32)
    x_scale, w_scale, zero = np.float32(0.02), np.full(channels, 0.01, np.float32), np.int8(3)
    w_zero, pads = np.zeros(channels, np.int8), (1, 1, 1, 1)
    real_x, real_w = (x - np.float32(3)) * x_scale, w * w_scale[0]
    real_b = bias.astype(np.float32) * x_scale * w_scale
    return (
        lambda: qlinear_conv(x, x_scale, zero, w, w_scale, w_zero, x_scale, zero, bias, group=groups, pads=pads),
        lambda: conv(real_x, real_w, real_b, group=groups, pads=pads),
    )


def _taking_turns(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the median milliseconds of each."""
    times: tuple[list[float], list[float]] = ([], [])
    first(), second()
    for _ in range(TURNS):
        for called, kept in zip((first, second), times, strict=True):
            started = time.perf_counter()
            called()
            kept.append(1000 * (time.perf_counter() - started))
    return float(np.median(times[0])), float(np.median(times[1]))
