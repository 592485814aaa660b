"""The factor of a layer's sums to the last bit: sums so long that a factor off by one in 10^8 gives another code."""

from pathlib import Path

import numpy as np
import pytest

from resnet8doc.oracles import Spec, operator_file
from resnet8doc.proof import TfliteCase
from resnet8doc.proof._tflite_operators import in_both

KERNELS = ("tflite_reference", "tflite_builtin", "xnnpack")
"""Micro has the convolutions of the reference kernels, and takes no uint8."""

CHANNELS = 64
WINDOW = {"padding": 1, "strideH": 1, "strideW": 1}
DILATED = WINDOW | {"dilationHFactor": 1, "dilationWFactor": 1}
single = np.float32


def ladder(kind: str, dtype: type[np.integer], rng: np.random.Generator) -> TfliteCase:
    """Return a layer fed its zero point, so that the sums are the biases: each beside the middle of two codes.

    The middle is that of a factor in float64, of one whose product is rounded to float32, or of one all in float32.
    """
    x, w, y = (single(rng.uniform(0.5, 1) * size) for size in (2e-3, 2e-3, 2))
    factors = np.array([float(x) * float(w) / float(y), float(x * w) / float(y), float(single(x * w) / y)])
    middles = (rng.integers(-100, 120, CHANNELS) + 0.5) / factors[rng.integers(0, 3, CHANNELS)]
    biases = (np.rint(middles) + rng.integers(-3, 4, CHANNELS)).astype(np.int32)
    least = int(np.iinfo(dtype).min)
    zero, centre = least + 100, 100 if dtype is np.uint8 else 0
    bias = Spec((CHANNELS,), np.int32, x * w, data=biases)
    inside = CHANNELS if kind == "DEPTHWISE_CONV_2D" else 1
    row = kind == "FULLY_CONNECTED"
    fed = np.full((1, inside) if row else (1, 1, 1, inside), zero, dtype)
    shape = {"FULLY_CONNECTED": (CHANNELS, 1), "DEPTHWISE_CONV_2D": (1, 1, 1, CHANNELS)}.get(kind, (CHANNELS, 1, 1, 1))
    image, weights = Spec(fed.shape, dtype, x, zero), Spec(shape, dtype, w, centre, np.full(shape, 7, dtype))
    made = Spec((1, CHANNELS) if row else (1, 1, 1, CHANNELS), dtype, y, least + 110)
    if kind == "TRANSPOSE_CONV":
        size = Spec((4,), np.int32, data=np.array(made.shape, np.int32))
        return TfliteCase(operator_file(kind, [size, weights, image, bias], made, WINDOW), (fed,))
    options = {"DEPTHWISE_CONV_2D": {**DILATED, "depthMultiplier": 1}, "CONV_2D": DILATED}.get(kind)
    return TfliteCase(operator_file(kind, [image, weights, bias], made, options), (fed,))


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"])
def test_every_step_of_the_ladder(kind: str, dtype: type[np.integer], kernels: str, tmp_path: Path) -> None:
    for seed in range(15):
        ours, theirs = in_both(ladder(kind, dtype, np.random.default_rng(seed)), tmp_path / "one.tflite", kernels)
        np.testing.assert_array_equal(ours, theirs, str(seed))


def test_a_ladder_tells_the_factors_apart(tmp_path: Path) -> None:
    """int8 and uint8 have the same sums here and two factors, so that some codes differ by more than the type."""
    apart = 0
    for seed in range(15):
        of_int8, of_uint8 = (
            in_both(ladder("CONV_2D", dtype, np.random.default_rng(seed)), tmp_path / "one.tflite", "tflite_reference")[
                1
            ]
            for dtype in (np.int8, np.uint8)
        )
        apart += int(np.count_nonzero(of_int8.astype(int) + 128 != of_uint8))
    assert apart > 20
