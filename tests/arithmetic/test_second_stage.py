"""Laws of the second stage: rounding, multipliers, narrowing."""

from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resnet8doc.arithmetic import (
    CODE_TYPES,
    FLOAT32,
    Array,
    Finish,
    fixed_point,
    multiply_by_fixed_point,
    narrow,
    round_to_integer,
    scale_multiplier,
    wrap,
)
from resnet8doc.errors import UserError


def requantize(accumulator: Array, multiplier: float, zero: int) -> Array:
    """Bring accumulators to int8 as ONNX Runtime does."""
    return FLOAT32.apply(accumulator, np.asarray(np.float32(multiplier)), np.int8(zero), np.int8, Finish())


REALS = st.floats(-1e6, 1e6, width=32) | st.integers(-2000, 2000).map(lambda n: n / 2)
INT32 = st.integers(-(2**31), 2**31 - 1)


BESIDE_TIES = [float(np.nextafter(tie, tie + side)) for tie in (-1.5, -0.5, 0.5, 1.5) for side in (-1, 1)]


@given(REALS | st.sampled_from(BESIDE_TIES), st.sampled_from((np.float32, np.float64)))
@example(0.49999999999999994, np.float64)
@example(-0.5000000000000001, np.float64)
def test_every_rounding_by_its_definition_in_rational_numbers(real: float, kind: Any) -> None:
    exact, half = Fraction(kind(real).item()), Fraction(1, 2)
    away = floor(abs(exact) + half) * (1 if exact >= 0 else -1)
    expected = {
        "half_even": round(exact),
        "half_up": floor(exact + half),
        "half_away_from_zero": away,
        "truncate": int(exact),
        "floor": floor(exact),
        "shift": floor(exact + half) if exact >= 0 else floor(exact - half),
    }
    for name, value in expected.items():
        assert int(round_to_integer(kind(real), name)) == value, name  # type: ignore[arg-type] # the literal's names


def test_the_half_is_not_added_in_float32() -> None:
    just_below = np.nextafter(np.float32(0.5), np.float32(0))
    assert just_below + np.float32(0.5) == 1.0
    assert round_to_integer(just_below, "half_up") == 0


@given(INT32, st.floats(1e-6, 100.0))
def test_a_fixed_point_product_is_the_nearest_integer_to_the_exact_one(accumulator: int, multiplier: float) -> None:
    m, shift = (int(v) for v in fixed_point(np.array(multiplier)))
    assert 2**30 <= m < 2**31
    assert abs(Fraction(m) / 2**shift - Fraction(multiplier)) <= Fraction(multiplier) / 2**31
    single = int(multiply_by_fixed_point(np.array(accumulator), np.array(m), np.array(shift)))
    assert single == floor(Fraction(accumulator * m, 2**shift) + Fraction(1, 2))


@given(INT32, st.floats(1e-6, 0.999))
def test_rounding_twice_is_within_one_of_rounding_once(accumulator: int, multiplier: float) -> None:
    m, shift = fixed_point(np.array(multiplier))
    once = multiply_by_fixed_point(np.array(accumulator), m, shift)
    twice = multiply_by_fixed_point(np.array(accumulator), m, shift, double_rounding=True)
    assert abs(int(once) - int(twice)) <= 1


def test_rounding_twice_differs_from_rounding_once_somewhere() -> None:
    accumulators = np.arange(-20000, 20000)
    m, shift = fixed_point(np.array(0.0037))
    once = multiply_by_fixed_point(accumulators, m, shift)
    twice = multiply_by_fixed_point(accumulators, m, shift, double_rounding=True)
    assert (once != twice).any()


@given(INT32, st.integers(2, 40))
def test_wrapping_keeps_the_low_bits(value: int, bits: int) -> None:
    wrapped = int(wrap(np.int64(value), bits))
    assert -(2 ** (bits - 1)) <= wrapped < 2 ** (bits - 1)
    assert (wrapped - value) % 2**bits == 0


@given(INT32, st.sampled_from([np.int8, np.uint8]))
def test_narrowing(value: int, dtype: type[np.integer]) -> None:
    limits = np.iinfo(dtype)
    assert int(narrow(np.array(value), dtype)) == min(max(value, limits.min), limits.max)
    assert (int(narrow(np.array(value), dtype, "wrap")) - value) % 256 == 0


@given(INT32, INT32, st.floats(2.0**-20, 10.0, width=32), st.integers(-128, 127))
def test_requantization_is_monotonic(a: int, b: int, multiplier: float, zero: int) -> None:
    low, high = requantize(np.array(sorted((a, b))), multiplier, zero)
    assert low <= high


@given(st.integers(-(2**24), 2**24), st.floats(2.0**-20, 10.0, width=32), st.integers(-128, 127))
def test_zero_point_shifts_the_unclamped_result(accumulator: int, multiplier: float, zero: int) -> None:
    at = [int(requantize(np.array(accumulator), multiplier, z)) for z in (0, zero)]
    if -128 < at[0] < 127:
        assert at[1] == min(max(at[0] + zero, -128), 127)


def test_the_multiplier_is_rounded_after_each_operation() -> None:
    x, w, y = np.float32(0.1), np.float32(0.3), np.float32(0.7)
    ordered = scale_multiplier(x, w, y)
    assert ordered == np.float32(np.float32(x * w) / y)
    scales = np.random.default_rng(0).uniform(0.001, 1, (1000, 3)).astype(np.float32)
    other = np.float32(scales[:, 0]) * (scales[:, 1] / scales[:, 2])
    assert (scale_multiplier(scales[:, 0], scales[:, 1], scales[:, 2]) != other).any(), "the order must matter"


@pytest.mark.parametrize("name", CODE_TYPES)
@given(INT32)
def test_codes_stay_in_their_own_type_also_where_a_wider_one_stores_them(name: str, value: int) -> None:
    kind = CODE_TYPES[name]
    clamped, wrapped = narrow(np.array(value), name), narrow(np.array(value), name, "wrap")
    assert clamped.dtype == wrapped.dtype == kind.stored
    assert int(clamped) == min(max(value, kind.minimum), kind.maximum)
    assert kind.minimum <= int(wrapped) <= kind.maximum
    assert (int(wrapped) - value) % 2**kind.bits == 0


def test_a_rounding_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match=r"rounding is 'up'; expected one of 'half_even', 'half_up'"):
        round_to_integer(np.float32(0.5), "up")  # type: ignore[arg-type] # that is what is tested
