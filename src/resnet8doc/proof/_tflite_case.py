"""A random single operator of TensorFlow Lite, and what its codes, scales and weights are drawn from."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Random = np.random.Generator
Ties = Literal["calibrated", "powers of two", "wide"]

SCALES: tuple[Ties, ...] = ("calibrated", "powers of two", "wide")
"""Scales as calibration gives them; powers of two, of which products are often exact ties; factors above 1/2."""


@dataclass(frozen=True)
class TfliteCase:
    """A file of one operator, and what is fed to it."""

    content: bytes
    inputs: tuple[Array, ...]


def draw_codes(rng: Random, *shape: int) -> Array:
    return rng.integers(-128, 128, shape).astype(np.int8)


def draw_zero(rng: Random) -> int:
    return int(rng.integers(-128, 128))


def draw_scales(rng: Random, ties: Ties, channels: int) -> tuple[np.float32, Array, np.float32]:
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


def draw_bias(rng: Random, x: Any, weights: Array, y: Any, spread: float = 100) -> Array:
    """Return biases that move the accumulators all over the output's range."""
    limit = np.maximum(spread * float(y) / (float(x) * weights.astype(np.float64)), 2)
    return np.rint(rng.uniform(-limit, limit)).astype(np.int32)


def draw_weights(rng: Random, ties: Ties, *shape: int) -> Array:
    return (rng.integers(-2, 3, shape) if ties == "wide" else rng.integers(-127, 128, shape)).astype(np.int8)
