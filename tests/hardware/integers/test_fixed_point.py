"""TensorFlow Lite's second stage as gates hold it, and the search for one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet8doc.arithmetic import half_away
from resnet8doc.errors import UserError
from resnet8doc.hardware.integers import WAYS, FixedPoint, find_fixed_point, find_fixed_sum, fixed_point
from resnet8doc.runtimes import tflite_reference


@settings(max_examples=25)
@given(st.floats(2.0**-14, 0.9), st.integers(-128, 127), st.integers(-(2**20), 2**20), st.integers(1, 4000))
def test_a_float64_product_is_found_for_every_sum(factor: float, zero: int, low: int, length: int) -> None:
    def codes(sums: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(half_away(sums.astype(np.float64) * factor) + zero, -128, 127), np.int64)

    every = np.arange(low, low + length)
    try:
        found = find_fixed_point(codes, low, low + length - 1, factor, zero)
    except UserError:
        # A sum whose product is a tie in itself can leave no room; another factor near it is found.
        assert np.any(np.abs(every * factor % 1 - 0.5) < 1e-9)
        return
    assert np.array_equal(found.codes(every, zero), codes(every))


@pytest.mark.parametrize("count", [1, 4, 9, 49, 64, 100])
def test_a_mean_of_codes_is_found(count: int) -> None:
    def codes(sums: np.ndarray) -> np.ndarray:
        return tflite_reference.half_away_division(np.asarray(sums, np.int64), np.asarray(count))

    if count == 1:
        with pytest.raises(UserError, match="the factor is 1; expected below 1"):
            find_fixed_point(codes, -128, 127, 1 / count, 0)
        return
    found = find_fixed_point(codes, -128 * count, 127 * count, 1 / count, 0)
    every = np.arange(-128 * count, 127 * count + 1)
    assert np.array_equal(found.codes(every, 0), codes(every))


def test_what_no_multiplier_does_is_refused() -> None:
    with pytest.raises(UserError, match="dense, channel 3: no multiplier of 31 bits, rounded once, gives its codes"):
        find_fixed_point(lambda a: np.clip(a // 10 + (a > 55), -128, 127), 0, 100, 0.1, 0, "layer dense, channel 3")


def test_a_factor_of_one_or_more_is_refused() -> None:
    with pytest.raises(UserError, match=r"layer stem, channel 0: the factor is 1\.5; expected below 1"):
        fixed_point(1.5, "twice_away", "layer stem, channel 0")


def test_the_ways_differ() -> None:
    every = np.arange(-4000, 4000)
    made = [FixedPoint(1_500_000_001, 5, way).codes(every, 0) for way in WAYS]
    assert all(np.any(one != other) for n, one in enumerate(made) for other in made[:n])


@pytest.mark.parametrize("runtime", ["tflite_reference", "tflite_builtin"])
def test_sums_are_found_in_the_runtimes_way(runtime: str) -> None:
    from resnet8doc.runtimes import tflite_builtin

    module = {"tflite_reference": tflite_reference, "tflite_builtin": tflite_builtin}[runtime]
    every, scales, zeros = np.arange(-128, 128), (0.031, 0.0177, 0.04), (3, -7, -128)
    codes = np.clip(module.sum_of_codes(every[:, None], every[None, :], scales, zeros), -128, 127)
    found = find_fixed_sum(codes, scales, zeros)
    assert np.array_equal(found.codes(every[:, None], every), codes)


def test_another_sum_is_refused() -> None:
    every = np.arange(-128, 128)
    codes = np.clip(every[:, None] + every, -128, 127)
    with pytest.raises(UserError, match="layer sum does not add codes as TensorFlow Lite's kernels do"):
        find_fixed_sum(codes, (0.5, 0.25, 1.0), (0, 0, 0), "layer sum")
    with pytest.raises(UserError, match=r"scale of the output is 1e-07, of the larger input 0.5; expected an output's"):
        find_fixed_sum(codes, (0.5, 0.25, 1e-7), (0, 0, 0), "layer sum")
