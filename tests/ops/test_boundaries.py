"""QuantizeLinear and DequantizeLinear in blocks, of float16, to types by attribute; scales of 0 and below."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet8doc.errors import UserError
from resnet8doc.ops import dequantize_linear, dequantize_linear_loops, qlinear_matmul_loops, quantize_linear_loops
from resnet8doc.proof._tally import differs

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]
SEEDS = st.integers(0, 2**63 - 1)
QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=150, suppress_health_check=QUIET)
@given(SEEDS)
def test_blocks(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, axis, block = rng.integers(1, 6, 3).tolist(), int(rng.integers(3)), int(rng.integers(1, 5))
    shape[axis] *= block
    small = list(shape)
    small[axis] //= block
    scale = rng.uniform(0.01, 0.3, small).astype(np.float32)
    zero = rng.integers(-9, 9, small).astype(np.int8)
    x = rng.normal(0, 9, shape).astype(np.float32)
    ((expected, found),) = compare("QuantizeLinear", [x, scale, zero], axis=axis, block_size=block)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(quantize_linear_loops(x, scale, zero, axis=axis, block_size=block), expected)
    ((again, back),) = compare("DequantizeLinear", [expected, scale, zero], axis=axis, block_size=block)
    assert not differs(back, again).any()
    assert not differs(dequantize_linear_loops(expected, scale, zero, axis=axis, block_size=block), again).any()


@settings(max_examples=150, suppress_health_check=QUIET)
@given(SEEDS)
def test_half_precision(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scale = np.float16(rng.choice([1, 0.1, 0.5, 0.0123]))
    zero = (np.int8(3), np.uint8(128))[rng.integers(2)]
    x = (rng.integers(-400, 400, 60) * 0.5 * float(scale)).astype(np.float16)
    ((expected, found),) = compare("QuantizeLinear", [x, scale, zero])
    np.testing.assert_array_equal(found, expected)
    ((again, back),) = compare("DequantizeLinear", [expected, scale, zero])
    assert back.dtype == np.float16
    assert not differs(back, again).any()


@pytest.mark.parametrize("kind", [2, 3, 4, 5])
def test_types_that_an_attribute_names(compare: Compare, kind: int) -> None:
    x = np.random.default_rng(0).normal(0, 90, (3, 4)).astype(np.float32)
    ((expected, found),) = compare("QuantizeLinear", [x, np.float32(0.5)], output_dtype=kind)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    ((expected, found),) = compare("DequantizeLinear", [found, np.float32(0.5)], opset=23, output_dtype=1)
    assert not differs(found, expected).any()


def test_scales_of_zero_and_below(compare: Compare) -> None:
    """A channel whose weights are all 0 may have such a scale."""
    codes = np.array([[3, -4, 5, 6]], np.int8)
    scales, zeros = np.array([0.5, 0, -0.25, 1e-40], np.float32), np.zeros(4, np.int8)
    ((expected, found),) = compare("DequantizeLinear", [codes, scales, zeros], axis=1)
    assert not differs(found, expected).any()
    x = np.array([[3, -4, 5, 6], [0, 0, 0, 0]], np.float32)
    ((expected, found),) = compare("QuantizeLinear", [x, scales, zeros], axis=1)
    np.testing.assert_array_equal(found, expected)
    rng = np.random.default_rng(4235)
    w = rng.integers(-20, 20, (4, 2, 3, 3)).astype(np.int8)
    w[1] = 0
    image = rng.integers(-128, 128, (1, 2, 5, 5)).astype(np.int8)
    inputs = [image, np.float32(0.05), np.int8(1), w, scales, zeros, np.float32(0.3), np.int8(-7)]
    ((expected, found),) = compare("QLinearConv", [*inputs, np.array([5, 0, -5, 9], np.int32)])
    np.testing.assert_array_equal(found, expected)


def test_a_row_and_a_column_of_codes(compare: Compare) -> None:
    rng = np.random.default_rng(1)
    row, matrix = rng.integers(-128, 128, 6).astype(np.int8), rng.integers(-128, 128, (6, 4)).astype(np.int8)
    rest = [np.float32(0.5), np.int8(0), np.float32(30), np.int8(-2)]
    inputs = [row, np.float32(0.5), np.int8(1), matrix, *rest]
    ((expected, found),) = compare("QLinearMatMul", inputs)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(qlinear_matmul_loops(*inputs), expected)
    ((expected, found),) = compare("MatMulInteger", [row.view(np.uint8), matrix])
    np.testing.assert_array_equal(found, expected)


def test_what_does_not_fit_is_said() -> None:
    x, scale = np.zeros((4, 6), np.int8), np.ones((4, 2), np.float32)
    with pytest.raises(UserError, match=r"x_scale has shape \[4, 2\]; expected \[4, 3\], one for each block"):
        dequantize_linear(x, scale, axis=1, block_size=2)
    with pytest.raises(UserError, match="output_dtype is 10 and x_scale is float32"):
        dequantize_linear(x, np.float32(1), output_dtype=10)
    with pytest.raises(UserError, match="x_scale is nan"):
        dequantize_linear(x, np.float32("nan"))
