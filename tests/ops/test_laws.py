"""Laws of the operators that need no other runtime."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from resnet8doc import ops
from resnet8doc.ops._qlinear_add_loops import fma_exact
from resnet8doc.proof import GENERATORS, Case
from resnet8doc.runtimes import ONNX_REFERENCE, ONNXRUNTIME_X86

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-(2.0**60), max_value=2.0**60)
SEEDS = st.integers(0, 2**63 - 1)


@given(FLOATS, FLOATS, FLOATS)
def test_fma_rounds_once(a: float, b: float, c: float) -> None:
    a32, b32, c32 = (np.float32(value) for value in (a, b, c))
    assert ops.fma(a32, b32, c32) == fma_exact(a32, b32, c32)


@given(st.integers(-255, 255), st.integers(1, 2**24 - 1), st.integers(-8, 30))
def test_fma_near_ties(a: int, mantissa: int, apart: int) -> None:
    """An addend that puts the sum next to the middle of two float32 numbers is where rounding twice goes wrong."""
    ratio = np.float32(mantissa * 2.0**-20)
    product = Fraction(float(np.float32(a))) * Fraction(float(ratio))
    addend = np.float32(float(product) * 2.0**apart)
    assert ops.fma(np.float32(a), ratio, addend) == fma_exact(np.float32(a), ratio, addend)


@given(hnp.arrays(np.int8, (3, 7)), st.floats(2.0**-10, 100, width=32), st.integers(-128, 127))
def test_codes_survive_the_way_to_real_numbers_and_back(codes: Any, scale: float, zero: int) -> None:
    s, z = np.float32(scale), np.int8(zero)
    np.testing.assert_array_equal(ops.quantize_linear(ops.dequantize_linear(codes, s, z), s, z), codes)


@given(hnp.arrays(np.float32, 20, elements=st.floats(-50, 50, width=32)), st.floats(2.0**-3, 8, width=32))
def test_quantization_is_off_by_half_a_step_at_most(x: Any, scale: float) -> None:
    s, z = np.float32(scale), np.int8(0)
    codes = ops.quantize_linear(x, s, z)
    inside = np.abs(x) <= 127 * s
    error = np.abs(ops.dequantize_linear(codes, s, z) - x)[inside]
    assert (error <= s * np.float32(0.5) * np.float32(1 + 2**-20)).all()


@given(SEEDS)
def test_a_batch_is_its_images_one_by_one(seed: int) -> None:
    case = GENERATORS["QLinearConv"](np.random.default_rng(seed))
    whole = case.in_engine()
    x = np.asarray(case.inputs["x"])
    apart = [replace(case, inputs={**case.inputs, "x": x[n : n + 1]}).in_engine() for n in range(x.shape[0])]
    np.testing.assert_array_equal(whole, np.concatenate(apart))


@given(SEEDS)
def test_memory_layout_does_not_matter(seed: int) -> None:
    case = GENERATORS["QLinearConv"](np.random.default_rng(seed))
    x = np.asarray(case.inputs["x"])
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(case.in_engine(), replace(case, inputs={**case.inputs, "x": last}).in_engine())


@given(SEEDS)
def test_no_accumulator_exceeds_its_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w = rng.integers(-128, 128, (40, 30)), rng.integers(-127, 128, (30, 5))
    zero, bias = np.int8(rng.integers(-128, 128)), rng.integers(-1000, 1000, 5).astype(np.int32)
    bound = ops.accumulator_bound(w, ops.largest_operand(np.int8, zero), bias)
    assert (np.abs((x - int(zero)) @ w + bias) <= bound).all()


def test_sums_beyond_float32_are_exact() -> None:
    """2,048 products of 255 * 127 exceed 2^24; so the fast path must not be taken."""
    k = 2048
    a, b = np.full((1, k), 255, np.uint8), np.full((k, 1), 127, np.int8)
    a[0, 0], b[0, 0] = 1, 1
    total = 255 * 127 * (k - 1) + 1
    assert total > 2**24
    scale = np.float32(1)
    zero = np.uint8(0)
    trace = ops.qlinear_matmul_element((0, 0), a, scale, zero, b, scale, np.int8(0), np.float32(300_000), zero)
    assert trace.value("accumulator") == total
    found = ops.qlinear_matmul(a, scale, zero, b, scale, np.int8(0), np.float32(300_000), zero)
    assert found.item() == round(total / 300_000)


@pytest.mark.parametrize("bias", [-249_276_408, 2**24 - 1, 2**24 + 1, 2**31 - 20_000])
def test_a_bias_beyond_float32_is_added_exactly(bias: int) -> None:
    """A filter that died in training has next to no weights, hence next to no scale, which its bias is counted in."""
    rng = np.random.default_rng(abs(bias))
    x, w = rng.integers(-128, 128, (3, 2, 6, 6)).astype(np.int8), rng.integers(-9, 10, (4, 2, 3, 3)).astype(np.int8)
    scales = np.array([0.01, 100 / abs(bias), 0.02, 0.005], np.float32)
    biases = np.array([5, bias, -70, 1000], np.int32)
    one = np.float32(1)
    arguments = (x, one, np.int8(-128), w, scales, np.zeros(4, np.int8), one, np.int8(3), biases)
    found = ops.qlinear_conv(*arguments, pads=(1, 1, 1, 1))
    np.testing.assert_array_equal(found, ops.qlinear_conv_loops(*arguments, pads=(1, 1, 1, 1)))
    names = ("x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "B")
    inputs = {name: np.asarray(value) for name, value in zip(names, arguments, strict=True)}
    case = Case("QLinearConv", inputs, {"pads": [1, 1, 1, 1]}, np.dtype(np.int8))
    np.testing.assert_array_equal(found, case.in_onnxruntime())


def test_per_row_parameters_against_onnx_reference() -> None:
    """ONNX Runtime refuses them; the standard has them."""
    rng = np.random.default_rng(3)
    for _ in range(100):
        rows, inner, columns = rng.integers(1, 8, 3)
        case = GENERATORS["QLinearMatMul"](rng)
        inputs: dict[str, Any] = dict(case.inputs)
        a_type, b_type = inputs["a"].dtype, inputs["b"].dtype
        inputs |= {
            "a": rng.integers(0, 100, (rows, inner)).astype(a_type),
            "b": rng.integers(0, 100, (inner, columns)).astype(b_type),
            "a_scale": rng.uniform(0.01, 1, (rows, 1)).astype(np.float32),
            "a_zero_point": rng.integers(0, 50, (rows, 1)).astype(a_type),
            "b_scale": np.float32(0.25), "b_zero_point": b_type.type(3),
        }  # fmt: skip
        single = type(case)(case.op_type, inputs, {}, case.output, constants=False)
        np.testing.assert_array_equal(single.in_engine(ONNX_REFERENCE), single.in_reference())


@pytest.mark.parametrize("op_type", ["QuantizeLinear", "QLinearConv", "QLinearMatMul"])
def test_onnx_reference_parts_from_the_text_on_ties_alone(op_type: str) -> None:
    """The smallest departure: 0.5, zero point 1. The text rounds to 0 and adds; the reference adds and rounds."""
    one, z = np.float32(1), np.int8(1)
    x, w = np.ones((1, 1, 1, 1), np.int8), np.ones((1, 1, 1, 1), np.int8)
    zero, two = np.int8(0), np.float32(2)
    found = {
        "QuantizeLinear": lambda a: ops.quantize_linear(np.array([0.5], np.float32), one, z, runtime=a),
        "QLinearConv": lambda a: ops.qlinear_conv(x, one, zero, w, one, zero, two, z, runtime=a),
        "QLinearMatMul": lambda a: ops.qlinear_matmul(x[0, 0], one, zero, w[0, 0], one, zero, two, z, runtime=a),
    }[op_type]
    assert (found(ONNXRUNTIME_X86).item(), found(ONNX_REFERENCE).item()) == (1, 2)
