"""The integer requantizer against numpy's float32: every int32, every multiplier, ties provoked; and its mutants."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from resnet8doc.arithmetic import FLOAT32, Finish
from resnet8doc.errors import UserError
from resnet8doc.hardware import integers
from resnet8doc.hardware.integers import (
    mantissa_and_shift,
    requantize_one,
    requantize_without_float,
    round_to_24_bits,
)

Array = npt.NDArray[Any]

INT32 = st.integers(-(2**31), 2**31 - 1)
MULTIPLIERS = st.floats(0, 2.0**95, width=32, allow_nan=False, allow_infinity=False)


Case = tuple[int, float, int]

FIND = (Phase.explicit, Phase.reuse, Phase.generate)
"""The case that fails is named, among how many others it is drawn tells nothing."""

EDGES: list[Case] = [
    (2**31 - 1, 2.0**-24, 0), (-(2**31), 2.0**-24, 0), (3, float(np.float32(1 / 6)), 0), (1, 2.0**95, -128),
    (-1, 2.0**-149, 127),
]  # fmt: skip


def assert_both_twins_equal_float32(cases: Sequence[Case], dtype: npt.DTypeLike) -> None:
    """Requantize accumulators, each with a multiplier and a zero point of its own."""
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    accumulators, multipliers, zeros = (np.array(values) for values in zip(*cases, strict=True))
    factors = multipliers.astype(np.float32)
    expected = FLOAT32.apply(accumulators.astype(np.int32), factors, zeros.astype(dtype), dtype, Finish())
    mantissas, shifts = mantissa_and_shift(factors)
    found = requantize_without_float(accumulators, mantissas, shifts, zeros, low, high)
    for number, (accumulator, _, zero) in enumerate(cases):
        one = requantize_one(accumulator, int(mantissas[number]), int(shifts[number]), zero, low, high)
        assert found[number] == one == expected[number], cases[number]


@given(st.lists(st.tuples(INT32, MULTIPLIERS, st.integers(-128, 127)), min_size=10, max_size=30))
@example(EDGES)
@settings(max_examples=100, deadline=None, phases=FIND)
def test_both_twins_equal_float32(cases: list[Case]) -> None:
    assert_both_twins_equal_float32(cases, np.int8)


def near_a_tie(accumulator: int, code: int, away: int) -> float:
    """Return the multiplier with which an accumulator becomes halfway to the next code, or one some steps beside it."""
    factor = np.abs(np.float32((code + 0.5) / float(np.float32(accumulator))))
    for _ in range(abs(away)):
        factor = np.nextafter(factor, np.float32(np.inf if away > 0 else 0))
    return float(factor)


FEW_OR_MANY = st.one_of(st.integers(-99, 99), INT32).filter(bool)
BESIDE_TIES = st.tuples(FEW_OR_MANY, st.integers(-140, 139), st.integers(-3, 3), st.integers(0, 255))


@given(st.lists(BESIDE_TIES, min_size=20, max_size=50))
@settings(max_examples=100, deadline=None, phases=FIND)
def test_next_to_a_tie_of_uint8(drawn: list[tuple[int, int, int, int]]) -> None:
    cases = [(accumulator, near_a_tie(accumulator, code, away), zero) for accumulator, code, away, zero in drawn]
    assert_both_twins_equal_float32(cases, np.uint8)


def near_ties(seed: int, count: int) -> tuple[Array, Array]:
    """Return accumulators of every width, and for each the multiplier nearest to a tie, or one beside it."""
    random = np.random.default_rng(seed)
    a = random.integers(-(2**31), 2**31, count) >> random.integers(0, 31, count)
    a = np.where(a == 0, 1, a)
    factor = np.abs((random.integers(-130, 130, count) + 0.5) / a.astype(np.float32)).astype(np.float32)
    toward = np.where(random.integers(0, 2, count) == 1, np.float32(np.inf), np.float32(0)).astype(np.float32)
    return a, np.where(random.integers(0, 2, count) == 1, np.nextafter(factor, toward), factor)


def test_a_million_next_to_ties(record_property: Any) -> None:
    a, factor = near_ties(1, 1_000_000)
    expected = FLOAT32.apply(a, factor, np.int8(-3), np.int8, Finish())
    found = requantize_without_float(a, *mantissa_and_shift(factor), -3)
    np.testing.assert_array_equal(found, expected)
    scaled = a.astype(np.float32) * factor
    ties = int((scaled - np.floor(scaled) == 0.5).sum())
    record_property("evidence", f"{ties:,} ties among {len(a):,} products, 0 wrong")
    assert ties > 100_000


def mutated(a: Array, factor: Array, mutation: str) -> Array:
    """Requantize with one mistake, written apart from the twin."""
    mantissa, shift = mantissa_and_shift(factor)
    kept = a if mutation == "the accumulator keeps its low bits" else round_to_24_bits(a)
    product = kept * mantissa
    one = np.int64(1)
    k = product >> shift
    d = (product & ((one << shift) - 1)) - (one << (shift - 1))
    _, bits = np.frexp(np.where(k >= 0, k, ~k).astype(np.float64))
    at = shift + bits - 1 - 24 + {"the window is twice as wide": 1, "the window is half as wide": -1}.get(mutation, 0)
    window = np.where(at >= 0, one << np.clip(at, 0, 62), 0)
    if mutation == "no window":
        window = np.zeros_like(window)
    tie = np.abs(d) < window if mutation == "the window's edge is left out" else np.abs(d) <= window
    to = np.ones_like(k) if mutation == "ties up" else k & 1
    return np.asarray(np.clip(k + np.where(tie, to, d > 0), -128, 127))


@pytest.mark.parametrize(
    "mutation",
    [
        "no window", "ties up", "the window is twice as wide", "the window is half as wide",
        "the accumulator keeps its low bits", "the window's edge is left out",
    ],
)  # fmt: skip
def test_the_proof_would_notice(mutation: str) -> None:
    a, factor = near_ties(2, 400_000)
    expected = FLOAT32.apply(a, factor, np.int8(0), np.int8, Finish())
    np.testing.assert_array_equal(mutated(a, factor, "none"), expected)
    assert int((mutated(a, factor, mutation) != expected).sum()) > 0


@given(st.integers(0, 255), st.lists(INT32, min_size=1, max_size=20))
def test_arrays_broadcast(zero: int, accumulators: list[int]) -> None:
    factors = np.array([0.001, 0.5, 3], np.float32)
    found = requantize_without_float(np.array(accumulators)[:, None], *mantissa_and_shift(factors), zero, 0, 255)
    expected = FLOAT32.apply(np.array(accumulators)[:, None], factors, np.uint8(zero), np.uint8, Finish())
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("wrong", [-0.5, float("inf"), float("nan")])
def test_impossible_multipliers_are_refused(wrong: float) -> None:
    with pytest.raises(UserError, match="expected finite numbers, not negative"):
        mantissa_and_shift([0.5, wrong])


def test_names() -> None:
    assert sorted(integers.__all__) == sorted(set(integers.__all__))
