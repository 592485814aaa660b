"""Sums of codes in three integers, and codes by two: equal on all pairs, on every accumulator, or refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet8doc.arithmetic import FLOAT32, Finish
from resnet8doc.errors import UserError
from resnet8doc.hardware.integers import (
    add_codes,
    cheap_codes,
    find_staircase,
    find_sum,
    mantissa_and_shift,
    requantize_without_float,
    sum_table,
)
from resnet8doc.ops import qlinear_add

EVERY = np.arange(-128, 128)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_random_additions_equal_float32_on_all_pairs(seed: int) -> None:
    random = np.random.default_rng(seed)
    scales = np.exp(random.uniform(-2, 0, 3)).astype(np.float32)
    zeros = random.integers(-128, 128, 3).astype(np.int8)
    ratios = [float(scale / scales[2]) for scale in scales[:2]]

    def add(a, b):  # type: ignore[no-untyped-def] # the shape of sum_table's argument
        return qlinear_add(a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2])

    codes = sum_table(add, -128)
    found = find_sum(codes, ratios[0], ratios[1], 26)
    np.testing.assert_array_equal(add_codes(EVERY[:, None], EVERY, found), codes)


@pytest.mark.parametrize("ratios", [(0.5, 0.5), (0.25, 1.0), (2.0, 0.5)])
def test_ties_of_powers_of_two_go_to_even(ratios: tuple[float, float]) -> None:
    codes = np.clip(np.rint(ratios[0] * EVERY[:, None] + ratios[1] * EVERY), -128, 127).astype(np.int64)
    found = find_sum(codes, ratios[0], ratios[1], 22)
    np.testing.assert_array_equal(add_codes(EVERY[:, None], EVERY, found), codes)


def test_a_table_that_is_no_sum_is_refused() -> None:
    codes = np.clip(np.rint(0.31 * EVERY[:, None] + 0.77 * EVERY), -128, 127).astype(np.int64)
    codes[100, 100] += 1
    with pytest.raises(UserError, match=r"layer add: no three integers of 22 binary places .* of 65,536 pairs"):
        find_sum(codes, 0.31, 0.77, 22, name="layer add")


@given(st.floats(2.0**-14, 2.0**-4, width=32), st.integers(-40, 40), st.integers(100, 200_000))
@settings(max_examples=30, deadline=None)
def test_a_staircase_is_equal_on_its_whole_reach_or_none(multiplier: float, zero: int, reach: int) -> None:
    mantissa, shift = mantissa_and_shift(np.float32(multiplier))

    def codes(a):  # type: ignore[no-untyped-def] # likewise
        return requantize_without_float(a, mantissa, shift, zero)

    found = find_staircase(codes, -reach, reach, multiplier, 39)
    every = np.arange(-reach, reach + 1)
    if found is not None:
        expected = FLOAT32.apply(every, np.float32(multiplier), np.int8(zero), np.int8, Finish())
        np.testing.assert_array_equal(found.codes(every), expected)


def test_ties_both_ways_have_no_staircase() -> None:
    def half(a):  # type: ignore[no-untyped-def] # likewise
        return np.clip(np.rint(np.asarray(a) * 0.5), -128, 127).astype(np.int64)

    assert find_staircase(half, -200, 200, 0.5, 30) is None


def test_cheap_forms_are_close_and_ordered() -> None:
    a = np.random.default_rng(0).integers(-30_000, 30_000, 50_000)
    right = FLOAT32.apply(a, np.float32(0.0037), np.int8(0), np.int8, Finish())
    wrong = [int((cheap_codes(a, 0.0037, 0, f"{bits} bits, half up") != right).sum()) for bits in (31, 16, 8)]
    assert wrong[0] <= 2 < wrong[1] < wrong[2] < len(a) / 5
