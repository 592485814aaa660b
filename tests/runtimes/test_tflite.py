"""TensorFlow Lite's kernel sets: each function is its twin, and where they part from each other."""

from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resnet8doc import ops
from resnet8doc.arithmetic import Finish, Runtime, half_away
from resnet8doc.errors import UserError
from resnet8doc.ops._qlinear_reduce_mean import qlinear_reduce_mean, qlinear_reduce_mean_loops
from resnet8doc.ops._tflite import subtract
from resnet8doc.runtimes import (
    FBGEMM,
    ONNXRUNTIME_X86,
    TFLITE_BUILTIN,
    TFLITE_BUILTIN_ARM,
    TFLITE_MICRO,
    TFLITE_REFERENCE,
    XNNPACK,
)
from resnet8doc.runtimes.fixed_point import Fixed, away, half_away_step, high, quantized, scaled, up
from resnet8doc.trace import Trace

ALL = (TFLITE_REFERENCE, TFLITE_MICRO, TFLITE_BUILTIN, TFLITE_BUILTIN_ARM, XNNPACK)
RUNTIMES = st.sampled_from(ALL)
CODES = st.integers(-128, 127)
SCALES = st.floats(2.0**-12, 4.0, width=32)
WAYS = st.sampled_from(("twice_away", "twice_up", "once"))
LONG = st.integers(-(2**31), 2**31 - 1)


@given(LONG, st.integers(0, 30))
def test_divisions_by_powers_of_two_are_exact(value: int, shift: int) -> None:
    array, half = np.array([value]), 2**shift // 2
    assert up(array, shift)[0] == (value + half) // 2**shift
    size = (abs(value) + half) // 2**shift
    assert away(array, shift)[0] == (size if value >= 0 else -size)


@given(st.floats(-(2.0**60), 2.0**60) | LONG.map(lambda n: n / 2), st.sampled_from((np.float32, np.float64)))
@example(0.49999999999999994, np.float64)
@example(0.49999997, np.float32)
@example(2.0**52 + 1, np.float64)
def test_halves_away_from_zero_by_the_definition(real: float, kind: Any) -> None:
    exact = Fraction(float(kind(real)))
    size = floor(abs(exact) + Fraction(1, 2))
    expected = size if exact >= 0 else -size
    assert int(half_away(np.array([real], kind))[0]) == expected
    assert half_away_step(Trace("", ()), kind(real)) == expected


@given(LONG, st.integers(2**30, 2**31 - 1))
def test_the_high_half_is_gemmlowps(value: int, m: int) -> None:
    """Its source nudges by 1 - 2**30 below 0 and cuts toward zero: the same as halves up."""
    product = value * m
    nudged = product + (2**30 if product >= 0 else 1 - 2**30)
    cut = abs(nudged) // 2**31
    assert high(np.array([value]), m)[0] == (cut if nudged >= 0 else -cut)


@given(st.integers(-(2**24), 2**24), st.integers(2**30, 2**31 - 1), st.integers(-20, 0))
def test_cmsis_nn_rounds_as_micro_or_with_its_macro_as_the_kernels_on_arm(value: int, m: int, e: int) -> None:
    """As its source has them: one more bit is kept and rounded; or a remainder is compared with a threshold."""
    once = ((value * m >> (30 - e)) + 1) >> 1
    doubled = (value * m + 2**30) >> 31
    quotient, remainder = divmod(doubled, 2**-e)
    twice = quotient + (remainder > (2**-e - 1) // 2 + (quotient < 0))
    given_alike = np.array([value]), np.array(m), np.array(e)
    assert scaled(*given_alike, "once")[0] == once
    assert scaled(*given_alike, "twice_away")[0] == twice


def _in_integers(accumulator: Any, factor: Any, way: Any, zero: int) -> Any:
    return np.clip(scaled(accumulator, *quantized(factor), way) + zero, -128, 127)


@given(
    st.integers(0, 2**32 - 1), WAYS, st.sampled_from((-128, 3, 127)), st.sampled_from((np.int64, np.float32, float)),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_the_fast_way_is_the_integers(seed: int, way: Any, zero: int, held: Any, ties: bool, per_channel: bool) -> None:
    rng = np.random.default_rng(seed)
    channels = int(rng.integers(1, 9))
    factor = 2.0 ** -rng.integers(3, 14, channels) if ties else rng.uniform(1e-5, 0.12, channels)
    factor = factor if per_channel else np.asarray(factor[0])
    # The middle of two codes, and the accumulators around it: where the ways part.
    middles = (np.arange(-260, 260)[:, None] + 0.5) / np.broadcast_to(factor, channels)
    accumulator = np.rint(middles).astype(np.int64) + rng.integers(-2, 3, middles.shape)
    accumulator = np.clip(accumulator, 1 - 2**24, 2**24 - 1)  # float32 holds them all
    found = Fixed(way).apply(accumulator.astype(held), factor, np.int8(zero), np.int8, Finish())
    np.testing.assert_array_equal(found, _in_integers(accumulator, factor, way, zero))


@pytest.mark.parametrize("way", ["twice_away", "twice_up", "once"])
def test_every_accumulator_of_a_layer_is_scaled_as_in_integers(way: Any) -> None:
    factor = np.array([0.0, 0.0021, 2.0**-9, 1 / 1023, 0.1])
    accumulator = np.repeat(np.arange(-140_000, 140_001), 5).reshape(-1, 5)
    found = Fixed(way).apply(accumulator.astype(np.float32), factor, np.int8(-7), np.int8, Finish())
    np.testing.assert_array_equal(found, _in_integers(accumulator, factor, way, -7))


@given(
    st.integers(0, 2**32 - 1), WAYS, st.sampled_from((-128, 3, 127)), st.sampled_from((1, 300, 2**20, 2**30)),
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_a_layer_block_after_block_is_the_integers(
    seed: int, way: Any, zero: int, largest: int, ties: bool, per_channel: bool
) -> None:
    """The bias is not in the sums yet, and may be far larger than they are."""
    rng = np.random.default_rng(seed)
    channels = int(rng.integers(1, 9))
    factor = 2.0 ** -rng.integers(4, 14, channels) if ties else rng.uniform(1e-5, 0.06, channels)
    factor = np.where(rng.random(channels) < 0.1, 0.0, factor) if per_channel else np.asarray(factor[0])
    bias = rng.integers(-largest, largest + 1, channels)
    middles = (np.arange(-260, 260)[:, None] + 0.5) / np.maximum(np.broadcast_to(factor, channels), 1e-5)
    sums = np.rint(middles).astype(np.int64) + rng.integers(-2, 3, middles.shape) - bias
    sums = np.clip(sums, 1 - 2**24, 2**24 - 1)
    coder = Fixed(way).coder(bias.astype(np.float64), factor, np.int8(zero), Finish())
    found = np.empty(sums.shape, np.int8)
    if coder is None:  # floats would be sure of too few numbers
        assert largest > 300 or (factor >= 2.0**-4).any()
        return
    for start in range(0, len(sums), 100):
        coder.put(sums[start : start + 100].astype(np.float32), found[start : start + 100])
    coder.settle()
    np.testing.assert_array_equal(found, _in_integers(sums + bias, factor, way, zero))


@pytest.mark.parametrize("way", ["twice_away", "twice_up", "once"])
def test_every_sum_of_a_layer_with_its_bias_is_scaled_as_in_integers(way: Any) -> None:
    factor, bias = np.array([0.0, 0.0021, 2.0**-9, 1 / 1023, 0.06]), np.array([5, -90_000, 77_777, 400_000, -1])
    sums = np.repeat(np.arange(-540_000, 540_001), 5).reshape(-1, 5)
    found = np.empty(sums.shape, np.int8)
    coder = Fixed(way).coder(bias.astype(np.float32), factor, np.int8(-7), Finish())
    assert coder is not None
    coder.put(sums.astype(np.float32), found)
    coder.settle()
    np.testing.assert_array_equal(found, _in_integers(sums + bias, factor, way, -7))


@given(st.floats(2.0**-20, 2.0**10))
def test_a_factor_is_held_to_31_bits(real: float) -> None:
    m, e = (int(v) for v in quantized(np.array(real)))
    assert 2**30 <= m < 2**31
    assert abs(m * 2.0 ** (e - 31) - real) <= 2.0 ** (e - 32)


@given(RUNTIMES, CODES, CODES, SCALES, SCALES, SCALES, CODES, CODES, CODES, st.integers(1, 17))
def test_an_addition_is_its_twin(
    runtime: Runtime, a: int, b: int, a_scale: float, b_scale: float, c_scale: float, a_zero: int, b_zero: int,
    c_zero: int, size: int,
) -> None:  # fmt: skip
    inputs: tuple[Any, ...] = (
        np.full(size, a, np.int8), np.float32(a_scale), np.int8(a_zero),
        np.full(size, b, np.int8), np.float32(b_scale), np.int8(b_zero), np.float32(c_scale), np.int8(c_zero),
    )  # fmt: skip
    found = ops.qlinear_add(*inputs, runtime=runtime)
    for index in {0, size - 1}:
        assert ops.qlinear_add_element((index,), *inputs, runtime=runtime).output == found[index]


@given(RUNTIMES, st.lists(CODES, min_size=2, max_size=20), st.floats(2.0**-8, 1.0, width=32))
def test_a_softmax_is_its_twin(runtime: Runtime, row: list[int], scale: float) -> None:
    inputs = (np.array([row], np.int8), np.float32(scale), np.int8(3), np.float32(1 / 256), np.int8(-128))
    found = ops.qlinear_softmax(*inputs, opset=21, axis=1, runtime=runtime)
    for index in range(len(row)):
        assert (
            ops.qlinear_softmax_element((0, index), *inputs, opset=21, axis=1, runtime=runtime).output
            == found[0, index]
        )
    assert 200 < (found.astype(int) + 128).sum() < 312, "probabilities"


@pytest.mark.parametrize("runtime", [*ALL, ONNXRUNTIME_X86, FBGEMM], ids=lambda runtime: runtime.name)
def test_quantizing_many_numbers_is_quantizing_some_images_at_a_time(runtime: Runtime) -> None:
    x = np.random.default_rng(0).normal(0, 60, (7, 5, 64, 64)).astype(np.float32).transpose(0, 3, 1, 2)
    given = np.float32(0.5), np.int8(3)
    one_by_one = [ops.quantize_linear(image[None], *given, runtime=runtime) for image in x]
    np.testing.assert_array_equal(ops.quantize_linear(x, *given, runtime=runtime), np.concatenate(one_by_one))


@pytest.mark.parametrize("runtime", ALL, ids=lambda runtime: runtime.name)
def test_a_mean_of_the_whole_image_is_its_twin(runtime: Runtime) -> None:
    x, given = np.random.default_rng(1).integers(-128, 128, (2, 3, 5, 4), np.int8), (np.float32(0.5), np.int8(3))
    shape: dict[str, Any] = {"kernel_shape": (5, 4), "strides": (2, 2)}
    found = ops.qlinear_average_pool(x, *given, *given, **shape, runtime=runtime)
    np.testing.assert_array_equal(found, ops.qlinear_average_pool_loops(x, *given, *given, **shape, runtime=runtime))


@given(RUNTIMES, st.floats(-1e6, 1e6, width=32), SCALES, CODES, st.integers(1, 9))
def test_quantizing_is_its_twin(runtime: Runtime, x: float, scale: float, zero: int, size: int) -> None:
    inputs = (np.full(size, x, np.float32), np.float32(scale), np.int8(zero))
    found = ops.quantize_linear(*inputs, runtime=runtime)
    for index in {0, size - 1}:
        assert ops.quantize_linear_element((index,), *inputs, runtime=runtime).output == found[index]


@given(RUNTIMES, CODES, SCALES, CODES, st.integers(1, 9))
def test_dequantizing_is_its_twin(runtime: Runtime, x: int, scale: float, zero: int, size: int) -> None:
    inputs = (np.full(size, x, np.int8), np.float32(scale), np.int8(zero))
    found = ops.dequantize_linear(*inputs, runtime=runtime)
    for index in {0, size - 1}:
        assert ops.dequantize_linear_element((index,), *inputs, runtime=runtime).output == found[index]


@given(RUNTIMES, st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 2), st.booleans())
def test_a_pool_is_its_twin(runtime: Runtime, seed: int, kernel: int, stride: int, padded: bool) -> None:
    x = np.random.default_rng(seed).integers(-128, 128, (1, 2, 4, 5)).astype(np.int8)
    one, zero = np.float32(0.5), np.int8(-3)
    attributes: dict[str, Any] = {"kernel_shape": (kernel, kernel), "strides": (stride, stride)}
    if padded and kernel > 1:
        attributes["pads"] = (0, 1, 1, 0)
    found = ops.qlinear_average_pool(x, one, zero, one, zero, **attributes, runtime=runtime)
    for index in np.ndindex(found.shape):
        element = ops.qlinear_average_pool_element(index, x, one, zero, one, zero, **attributes, runtime=runtime)
        assert element.output == found[index]


@given(RUNTIMES, CODES, CODES, SCALES, SCALES, SCALES, CODES, CODES, CODES)
def test_products_and_differences_are_their_twins(
    runtime: Runtime, a: int, b: int, a_scale: float, b_scale: float, c_scale: float, a_zero: int, b_zero: int,
    c_zero: int,
) -> None:  # fmt: skip
    inputs: tuple[Any, ...] = (
        np.array([a], np.int8), np.float32(a_scale), np.int8(a_zero),
        np.array([b], np.int8), np.float32(b_scale), np.int8(b_zero), np.float32(c_scale), np.int8(c_zero),
    )  # fmt: skip
    for op_type in ("QLinearMul", "SUB"):
        own = runtime.own(op_type)
        assert own is not None
        assert own.element((0,), *inputs, runtime=runtime).output == own.function(*inputs, runtime=runtime)[0]


@given(RUNTIMES, CODES, SCALES, SCALES, CODES, CODES, st.integers(1, 17))
def test_operators_of_one_input_are_their_twins(
    runtime: Runtime, x: int, x_scale: float, y_scale: float, x_zero: int, y_zero: int, size: int
) -> None:
    for op_type in ("QUANTIZE", "RELU", "RELU6", "QLinearLeakyRelu", "QLinearSigmoid"):
        y, zero = (1 / 256, -128) if op_type == "QLinearSigmoid" else (y_scale, y_zero)
        inputs = (np.full(size, x, np.int8), np.float32(x_scale), np.int8(x_zero), np.float32(y), np.int8(zero))
        attributes = {"alpha": 0.3} if op_type == "QLinearLeakyRelu" else {}
        own = runtime.own(op_type)
        assert own is not None
        found = own.function(*inputs, **attributes, runtime=runtime)
        for index in {0, size - 1}:
            assert own.element((index,), *inputs, **attributes, runtime=runtime).output == found[index]


@given(RUNTIMES, st.integers(0, 2**32 - 1), st.integers(1, 20), st.booleans(), SCALES, SCALES, CODES, CODES)
def test_a_mean_is_its_twin(
    runtime: Runtime, seed: int, channels: int, keep: bool, x_scale: float, y_scale: float, x_zero: int, y_zero: int
) -> None:
    x = np.random.default_rng(seed).integers(-128, 128, (1, channels, 3, 2)).astype(np.int8)
    inputs = (x, np.float32(x_scale), np.int8(x_zero), np.float32(y_scale), np.int8(y_zero))
    attributes: dict[str, Any] = {"axes": (2, 3), "keepdims": int(keep), "runtime": runtime}
    found = qlinear_reduce_mean(*inputs, **attributes)
    np.testing.assert_array_equal(found, qlinear_reduce_mean_loops(*inputs, **attributes))


def test_a_runtime_without_an_operator_refuses_it_by_name() -> None:
    x, one, zero = np.zeros((1, 1, 2, 2), np.int8), np.float32(1), np.int8(0)
    with pytest.raises(UserError, match=r"ONNX Runtime, x86-64 has no kernel of QLinearReduceMean"):
        qlinear_reduce_mean(x, one, zero, one, zero, axes=(2, 3))
    with pytest.raises(UserError, match=r"ONNX Runtime, x86-64 has no SUB of TensorFlow Lite"):
        subtract(x, one, zero, x, one, zero, one, zero)


def multiplied(runtime: Runtime, x: int, factor: float, zero: int = 0, bias: int = 0) -> int:
    """Return the code of a 1 x 1 convolution of one weight, 1."""
    one, codes = np.float32(1), np.array([[[[x]]]], np.int8)
    y = ops.qlinear_conv(
        codes, one, np.int8(0), np.ones((1, 1, 1, 1), np.int8), one, np.int8(0), np.float32(1 / factor), np.int8(zero),
        np.array([bias], np.int32), runtime=runtime,
    )  # fmt: skip
    return int(y[0, 0, 0, 0])


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        (TFLITE_REFERENCE, [1, -1, 0, 1]),
        (TFLITE_MICRO, [1, -1, 0, 1]),
        (TFLITE_BUILTIN, [1, 0, 0, 1]),
        (TFLITE_BUILTIN_ARM, [0, 0, 0, 1]),
        (XNNPACK, [0, 0, 0, 0]),
        (ONNXRUNTIME_X86, [0, 0, 0, 0]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_smallest_convolutions_that_tell_them_apart(runtime: Runtime, expected: list[int]) -> None:
    assert [multiplied(runtime, x, factor) for x, factor in ((1, 0.25), (-2, 0.25), (-1, 0.5), (1, 0.5))] == expected


def test_a_dense_layer_of_the_reference_kernels_rounds_once() -> None:
    one, zero = np.float32(1), np.int8(0)
    inputs = (np.array([[1]], np.int8), one, zero, np.ones((1, 1), np.int8), one, zero, None, np.float32(4), zero)
    assert int(ops.qgemm(*inputs, runtime=TFLITE_REFERENCE)[0, 0]) == 0
    assert int(ops.qgemm(*inputs, runtime=TFLITE_MICRO)[0, 0]) == 1
    assert multiplied(TFLITE_REFERENCE, 1, 0.25) == 1, "its convolutions round twice"


def test_channels_left_over_of_a_depthwise_convolution_round_otherwise() -> None:
    one, zero = np.float32(1), np.int8(0)
    x = np.full((1, 9, 1, 1), -2, np.int8)
    inputs = (x, one, zero, np.ones((9, 1, 1, 1), np.int8), one, zero, np.float32(4), zero, None)
    y = ops.qlinear_conv(*inputs, group=9, runtime=TFLITE_BUILTIN)
    assert y.ravel().tolist() == [0] * 8 + [-1]
    for channel in (0, 8):
        trace = ops.qlinear_conv_element((0, channel, 0, 0), *inputs, group=9, runtime=TFLITE_BUILTIN)
        assert trace.output == y[0, channel, 0, 0]


@pytest.mark.parametrize(("depthwise", "codes"), [(0, [0] * 9), (1, [0] * 8 + [-1])])
def test_a_depthwise_convolution_of_one_channel_is_no_convolution(depthwise: int, codes: list[int]) -> None:
    """-2 / 4 is a tie; both have one group, and the built-in kernels round the ninth channel of the one otherwise."""
    one, zero, x = np.float32(1), np.int8(0), np.full((1, 1, 1, 1), -2, np.int8)
    inputs = (x, one, zero, np.ones((9, 1, 1, 1), np.int8), one, zero, np.float32(4), zero, None)
    for runtime, expected in ((TFLITE_BUILTIN, codes), (TFLITE_REFERENCE, [-1] * 9)):
        y = ops.qlinear_conv(*inputs, depthwise=depthwise, runtime=runtime)
        assert y.ravel().tolist() == expected
        trace = ops.qlinear_conv_element((0, 8, 0, 0), *inputs, depthwise=depthwise, runtime=runtime)
        assert trace.output == y[0, 8, 0, 0]


def test_a_shift_to_the_left_wraps_as_in_32_bits() -> None:
    m, e = quantized(np.array(3.0))
    assert scaled(np.array([2**30]), m, e, "twice_away")[0] == 0
    assert scaled(np.array([5]), m, e, "twice_away")[0] == 15


@pytest.mark.parametrize("runtime", ALL, ids=lambda runtime: runtime.name)
def test_what_no_kernel_computes_is_refused(runtime: Runtime) -> None:
    x, one, two, zero = np.zeros((1, 1, 2, 2), np.int8), np.float32(1), np.float32(2), np.int8(0)
    with pytest.raises(UserError, match=r"X has scale 1\.0 and zero point 0, Y 2\.0 and 0; expected the same for both"):
        ops.qlinear_average_pool(x, one, zero, two, zero, kernel_shape=(2, 2), runtime=runtime)
    with pytest.raises(UserError, match=r"count_include_pad is 1; expected 0"):
        ops.qlinear_average_pool(x, one, zero, one, zero, kernel_shape=(2, 2), count_include_pad=1, runtime=runtime)
    with pytest.raises(UserError, match=r"y_scale is 1\.0 and y_zero_point 0; expected 1/256 and -128"):
        ops.qlinear_softmax(x, one, zero, one, zero, opset=21, runtime=runtime)
