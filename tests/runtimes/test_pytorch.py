"""PyTorch's engines: each function is its twin, and where they part from each other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc import ops
from resnet8doc.arithmetic import Runtime
from resnet8doc.errors import UserError
from resnet8doc.ops._qlinear_reduce_mean import qlinear_reduce_mean, qlinear_reduce_mean_loops
from resnet8doc.runtimes import FBGEMM, FBGEMM_AVX2, ONEDNN, ONEDNN_AVX2, ONNXRUNTIME_X86, QNNPACK, X86

ALL = (FBGEMM, FBGEMM_AVX2, QNNPACK, ONEDNN, ONEDNN_AVX2, X86)
RUNTIMES = st.sampled_from(ALL)
SEEDS = st.integers(0, 2**32 - 1)
SCALES = st.floats(2.0**-10, 2.0, width=32)
ONE, ZERO = np.float32(1), np.uint8(0)


def drawn(rng: np.random.Generator, kind: Any, *shape: int) -> Any:
    """Return codes of a type, large ones among them, so that pairs saturate."""
    limits = np.iinfo(kind)
    codes = rng.integers(limits.min, limits.max + 1, shape)
    return np.where(rng.random(shape) < 0.4, rng.choice([limits.min, limits.max], shape), codes).astype(kind)


def layer(rng: np.random.Generator, x: Any, w: Any, per_channel: bool, kind: Any) -> tuple[Any, ...]:
    channels = len(w)
    w_scale = rng.uniform(0.003, 0.02, channels if per_channel else ()).astype(np.float32)
    zeros = drawn(rng, kind, 2)
    y_scale = np.float32(rng.uniform(0.2, 2) * np.sqrt(w[0].size))
    bias = rng.uniform(-3, 3, channels).astype(np.float32) if rng.integers(2) else None
    w_zero = np.zeros(np.shape(w_scale), np.int8)
    return x, np.float32(rng.uniform(0.01, 0.1)), zeros[0], w, w_scale, w_zero, y_scale, zeros[1], bias


@given(RUNTIMES, SEEDS, st.booleans(), st.booleans(), st.sampled_from([np.uint8, np.int8]))
def test_a_convolution_is_its_twin(runtime: Runtime, seed: int, per_channel: bool, relu: bool, kind: Any) -> None:
    rng = np.random.default_rng(seed)
    group, channels, k = int(rng.integers(1, 3)), int(rng.integers(1, 6)), int(rng.choice([1, 3]))
    x, w = drawn(rng, kind, 1, group * channels, 4, 3), drawn(rng, np.int8, 2, channels, k, k)
    inputs = layer(rng, x, w, per_channel, kind)
    attributes: dict[str, Any] = {
        "pads": [k // 2] * 4, "strides": [1, int(rng.integers(1, 3))], "relu": int(relu), "runtime": runtime,
        "group": group,
    }  # fmt: skip
    found = ops.pytorch_conv2d(*inputs, **attributes)
    np.testing.assert_array_equal(found, ops.pytorch_conv2d_loops(*inputs, **attributes))
    assert found.dtype == kind
    if relu:
        assert (found >= inputs[7]).all()


@given(RUNTIMES, SEEDS, st.booleans(), st.booleans(), st.sampled_from([np.uint8, np.int8]))
def test_a_linear_layer_is_its_twin(runtime: Runtime, seed: int, per_channel: bool, relu: bool, kind: Any) -> None:
    rng = np.random.default_rng(seed)
    k, n = (int(v) for v in rng.integers(1, 7, 2))
    inputs = layer(rng, drawn(rng, kind, 3, k), drawn(rng, np.int8, n, k), per_channel and n > 1, kind)
    found = ops.pytorch_linear(*inputs, relu=int(relu), runtime=runtime)
    np.testing.assert_array_equal(found, ops.pytorch_linear_loops(*inputs, relu=int(relu), runtime=runtime))


@given(RUNTIMES, SEEDS, SCALES, SCALES, SCALES, st.booleans(), st.sampled_from([np.uint8, np.int8]))
def test_an_addition_is_its_twin(
    runtime: Runtime, seed: int, a_scale: float, b_scale: float, c_scale: float, relu: bool, kind: Any
) -> None:
    rng = np.random.default_rng(seed)
    a, b, zeros = drawn(rng, kind, 9), drawn(rng, kind, 9), drawn(rng, kind, 3)
    scales = [np.float32(scale) for scale in (a_scale, b_scale, c_scale)]
    inputs = (a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2])
    found = ops.pytorch_add(*inputs, relu=int(relu), runtime=runtime)
    np.testing.assert_array_equal(found, ops.pytorch_add_loops(*inputs, relu=int(relu), runtime=runtime))
    if not relu:
        np.testing.assert_array_equal(found, ops.qlinear_add(*inputs, runtime=runtime))


@given(RUNTIMES, SEEDS, SCALES, SCALES, st.sampled_from([np.uint8, np.int8]), st.integers(1, 20))
def test_means_and_pools_are_their_twins(
    runtime: Runtime, seed: int, x_scale: float, y_scale: float, kind: Any, rows: int
) -> None:
    rng = np.random.default_rng(seed)
    x, zeros = drawn(rng, kind, 1, 2, rows, 3), drawn(rng, kind, 2)
    inputs: tuple[Any, ...] = (x, np.float32(x_scale), zeros[0], np.float32(y_scale), zeros[1])
    reduced: dict[str, Any] = {"axes": (2, 3), "keepdims": int(rng.integers(2)), "runtime": runtime}
    np.testing.assert_array_equal(
        qlinear_reduce_mean(*inputs, **reduced), qlinear_reduce_mean_loops(*inputs, **reduced)
    )
    pooled = ops.qlinear_global_average_pool(*inputs, runtime=runtime)
    np.testing.assert_array_equal(pooled, ops.qlinear_global_average_pool_loops(*inputs, runtime=runtime))
    window: dict[str, Any] = {"kernel_shape": (1, 2), "pads": (0, 1, 0, 0), "runtime": runtime}
    np.testing.assert_array_equal(
        ops.qlinear_average_pool(*inputs, **window), ops.qlinear_average_pool_loops(*inputs, **window)
    )


@given(RUNTIMES, SEEDS)
def test_unsigned_codes_and_signed_ones_are_the_same_numbers(runtime: Runtime, seed: int) -> None:
    """PyTorch's activations are unsigned; int8 codes stand for the same numbers with a zero point 128 less."""
    rng = np.random.default_rng(seed)
    x, w = drawn(rng, np.uint8, 1, 3, 4, 4), drawn(rng, np.int8, 4, 3, 3, 3)
    inputs = layer(rng, x, w, True, np.uint8)
    flip = {0, 2, 7}
    signed = tuple(
        (np.asarray(v) ^ 128).astype(np.uint8).view(np.int8) if k in flip else v for k, v in enumerate(inputs)
    )
    unsigned = ops.pytorch_conv2d(*inputs, pads=[1] * 4, runtime=runtime)
    found = ops.pytorch_conv2d(*signed, pads=[1] * 4, runtime=runtime)
    np.testing.assert_array_equal(found.astype(int) + 128, unsigned)


@given(RUNTIMES, SEEDS)
def test_a_bias_of_integers_is_handed_over_as_the_number_that_it_stands_for(runtime: Runtime, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, w = drawn(rng, np.uint8, 1, 3, 4, 4), drawn(rng, np.int8, 4, 3, 1, 1)
    inputs: Any = layer(rng, x, w, True, np.uint8)[:8]
    whole = rng.integers(-1000, 1000, 4).astype(np.int32)
    real = (whole * inputs[1].astype(float) * inputs[4].astype(float)).astype(np.float32)
    given_real: Any = (*inputs, real)
    given_whole: Any = (*inputs, whole)
    expected = ops.pytorch_conv2d(*given_real, runtime=runtime)
    np.testing.assert_array_equal(ops.qlinear_conv(*given_whole, runtime=runtime), expected)


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [(FBGEMM, [3, 1, 1]), (QNNPACK, [2, 1, 1]), (ONEDNN, [3, 2, 2]), (X86, [3, 2, 1])],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_smallest_layers_that_tell_them_apart(runtime: Runtime, expected: list[int]) -> None:
    x, w, none = np.ones((1, 1, 1, 1), np.uint8), np.ones((1, 1, 1, 1), np.int8), np.int8(0)
    bias = np.array([0.4], np.float32)
    found = [
        ops.pytorch_conv2d(x, ONE, ZERO, w, ONE, none, np.float32(0.5), ZERO, bias, runtime=runtime),
        ops.pytorch_conv2d(x, ONE, ZERO, w, ONE, none, np.float32(2), np.uint8(1), runtime=runtime),
        ops.pytorch_linear(x[0, 0], ONE, ZERO, w[0, 0], ONE, none, np.float32(2), np.uint8(1), runtime=runtime),
    ]
    assert [int(y.ravel()[0]) for y in found] == expected


def test_pairs_saturate_without_vnni_and_padding_takes_part_in_fbgemm_alone() -> None:
    """Two taps of three channels: oneDNN fills each up to four, fbgemm pairs the third with the next tap's first."""
    x = np.full((1, 3, 1, 1), 255, np.uint8)
    w = np.full((1, 3, 1, 1), 127, np.int8)
    given = (ONE, ZERO, w, ONE, np.int8(0), np.float32(512), ZERO)
    exact, clamped = 3 * 255 * 127, 32767 + 255 * 127
    for runtime, total in ((FBGEMM, exact), (FBGEMM_AVX2, clamped), (ONEDNN_AVX2, clamped), (QNNPACK, exact)):
        y = ops.pytorch_conv2d(x, *given, runtime=runtime)
        assert int(y[0, 0, 0, 0]) == round(total / 512), runtime.name
    wide = np.full((1, 1, 1, 2), 127, np.int8)
    edge = np.full((1, 1, 1, 1), 255, np.uint8)
    zero = np.uint8(255)  # every code is the zero point: the exact sum is 0, the padding's code 255
    for runtime, total in ((FBGEMM_AVX2, 32767 - 64770), (ONEDNN_AVX2, 0)):
        inputs = (edge, ONE, zero, wide, ONE, np.int8(0), np.float32(512), np.uint8(128))
        y = ops.pytorch_conv2d(inputs[0], *inputs[1:], pads=[0, 1, 0, 0], runtime=runtime)
        assert int(y[0, 0, 0, 0]) == 128 + round(total / 512), runtime.name


@pytest.mark.parametrize(("channels", "onednn"), [(1, 64770), (2, 4 * 32385), (3, 6 * 32385), (4, 4 * 32767)])
def test_groups_pair_by_themselves_and_in_onednn_by_four_channels(channels: int, onednn: int) -> None:
    """Two taps and two groups: fbgemm pairs all that is in a group, oneDNN where four channels fill its lanes."""
    x = np.full((1, 2 * channels, 1, 2), 255, np.uint8)
    w = np.full((2 * channels, channels, 1, 2), 127, np.int8)
    given = (x, ONE, ZERO, w, ONE, np.int8(0), np.float32(1024), ZERO)
    exact = channels * 64770
    for runtime, total in ((FBGEMM, exact), (FBGEMM_AVX2, channels * 32767), (ONEDNN, exact), (ONEDNN_AVX2, onednn)):
        y = ops.pytorch_conv2d(*given, group=2, runtime=runtime)
        assert np.unique(y).tolist() == [round(total / 1024)], runtime.name
        assert ops.pytorch_conv2d_element((0, 0, 0, 0), *given, group=2, runtime=runtime).output == y[0, 0, 0, 0]


@pytest.mark.parametrize(
    ("groups", "filters", "kernel", "attributes", "paired"),
    [
        (16, 16, 3, {}, True),
        (16, 32, 5, {"strides": [1, 2]}, True),
        (8, 8, 7, {"strides": [2, 2]}, True),
        (8, 8, 3, {"pads": [0, 1, 1, 1]}, False),
        (8, 8, 3, {"strides": [1, 3]}, False),
        (8, 8, 3, {"dilations": [2, 1]}, False),
        (8, 24, 3, {}, False),
        (12, 12, 3, {}, False),
        (8, 8, 9, {}, False),
    ],
)
def test_fbgemms_depthwise_kernel_has_pairs_with_vnni_too(
    groups: int, filters: int, kernel: int, attributes: dict[str, Any], paired: bool
) -> None:
    """Found on an AMD Zen 4: what FBGEMM's fast depthwise path takes saturates as without VNNI, nothing else does."""
    x, w = np.full((1, groups, 11, 11), 255, np.uint8), np.full((filters, 1, kernel, kernel), 127, np.int8)
    given = (x, ONE, ZERO, w, ONE, np.int8(0), np.float32(4096 * kernel), ZERO)
    more: dict[str, Any] = {"group": groups, "pads": [kernel // 2] * 4, **attributes}
    found, without = (ops.pytorch_conv2d(*given, **more, runtime=runtime) for runtime in (FBGEMM, FBGEMM_AVX2))
    assert np.array_equal(found, without) == paired
    assert ops.pytorch_conv2d_element((0, 1, 3, 2), *given, **more, runtime=FBGEMM).output == found[0, 1, 3, 2]


@pytest.mark.parametrize(("runtime", "code"), [(ONEDNN, 57), (X86, 57), (ONEDNN_AVX2, 58)])
def test_onednn_multiplies_by_two_scales_or_by_their_product(runtime: Runtime, code: int) -> None:
    """One sum of a random convolution, as PyTorch 2.14.1 gave it: -20.5 in float32, or a little less."""
    x, w = np.array([[[[97]], [[24]]]], np.uint8), np.array([[[[-127]], [[-1]]]], np.int8)
    given = (x, np.float32(0.04353944), ZERO, w, np.array([0.008589552], np.float32), np.zeros(1, np.int8),
             np.float32(0.35852557), np.uint8(78), np.array([-2.733688], np.float32))  # fmt: skip
    assert -127 * 97 - 24 == -12343
    assert ops.pytorch_conv2d(*given, runtime=runtime).item() == code
    assert ops.pytorch_conv2d_element((0, 0, 0, 0), *given, runtime=runtime).output == code


@pytest.mark.parametrize(("runtime", "code"), [(ONEDNN, 108), (ONEDNN_AVX2, 109)])
def test_onednn_inverts_the_weights_scale_of_linear_layers_twice(runtime: Runtime, code: int) -> None:
    """One sum near a tie, as PyTorch 2.14.1 gave it; with the scale as it is, both would be 109."""
    x, w = np.array([[176]], np.uint8), np.array([[1]], np.int8)
    given = (x, np.float32(0.02333025), ZERO, w, np.float32(6.312985), np.int8(0), np.float32(0.589134), np.uint8(61),
             np.array([2.061969], np.float32))  # fmt: skip
    assert ops.pytorch_linear(*given, runtime=runtime).item() == code
    assert ops.pytorch_linear_element((0, 0), *given, runtime=runtime).output == code


@pytest.mark.parametrize(("channels", "filters", "code"), [(1, 1, 87), (4, 4, 87), (1, 2, 86), (4, 3, 86), (3, 4, 86)])
def test_onednns_reference_divides_by_the_results_scale(channels: int, filters: int, code: int) -> None:
    """One sum near a tie in each of two groups, as PyTorch 2.14.1 gave it without VNNI."""
    x, w = np.zeros((1, 2 * channels, 1, 1), np.uint8), np.zeros((2 * filters, channels, 1, 1), np.int8)
    x[:, ::channels], w[:, 0] = 88, 1
    given = (x, np.float32(0.04562046), ZERO, w, np.float32(0.8271067), np.int8(0), np.float32(0.3018638),
             np.uint8(73), np.full(2 * filters, 0.7546595, np.float32))  # fmt: skip
    assert np.unique(ops.pytorch_conv2d(*given, group=2, runtime=ONEDNN_AVX2)).tolist() == [code]
    assert ops.pytorch_conv2d_element((0, 1, 0, 0), *given, group=2, runtime=ONEDNN_AVX2).output == code
    assert np.unique(ops.pytorch_conv2d(*given, group=2, runtime=ONEDNN)).tolist() == [87]


@pytest.mark.parametrize(
    ("inputs", "at", "paired"),
    [
        (256, 128, True), (257, 128, False), (257, 129, True), (258, 129, True), (260, 129, False), (260, 130, True),
        (766, 383, True), (767, 384, True), (769, 385, False), (770, 384, True),
    ],
)  # fmt: skip
def test_onednn_forms_no_pair_across_the_halves_of_a_linear_layer(inputs: int, at: int, paired: bool) -> None:
    """Two large products side by side, without VNNI, as PyTorch 2.14.1 gave it: from 257 to 767 inputs in halves."""
    x, w = np.zeros((1, inputs), np.uint8), np.full((1, inputs), 127, np.int8)
    x[0, at : at + 2] = 255
    given = (x, ONE, ZERO, w, ONE, np.int8(0), np.float32(512), ZERO)
    assert ops.pytorch_linear(*given, runtime=ONEDNN).item() == round(64770 / 512)
    assert ops.pytorch_linear(*given, runtime=ONEDNN_AVX2).item() == (64 if paired else round(64770 / 512))
    element = ops.pytorch_linear_element((0, 0), *given, runtime=ONEDNN_AVX2)
    assert element.output == ops.pytorch_linear(*given, runtime=ONEDNN_AVX2).item()


def test_x86_hands_more_than_100_groups_to_fbgemm() -> None:
    rng = np.random.default_rng(0)
    for groups, twin in ((100, ONEDNN), (101, FBGEMM), (104, FBGEMM)):
        x, w = drawn(rng, np.uint8, 1, groups, 5, 5), drawn(rng, np.int8, groups, 1, 3, 3)
        scales = rng.integers(1, 9, groups).astype(np.float32) / 8  # exact ties, where the two engines differ
        given = (x, ONE, ZERO, w, scales, np.zeros(groups, np.int8), np.float32(512), np.uint8(101))
        more: dict[str, Any] = {"group": groups, "pads": [1] * 4}
        found = ops.pytorch_conv2d(*given, **more, runtime=X86)
        other = FBGEMM if twin is ONEDNN else ONEDNN
        np.testing.assert_array_equal(found, ops.pytorch_conv2d(*given, **more, runtime=twin))
        assert (found != ops.pytorch_conv2d(*given, **more, runtime=other)).any()
        assert ops.pytorch_conv2d_element((0, 7, 2, 2), *given, **more, runtime=X86).output == found[0, 7, 2, 2]


@pytest.mark.parametrize("runtime", ALL, ids=lambda runtime: runtime.name)
def test_what_no_engine_computes_is_refused(runtime: Runtime) -> None:
    x, w, none = np.zeros((1, 1, 2, 2), np.uint8), np.ones((1, 1, 1, 1), np.int8), np.int8(0)
    with pytest.raises(UserError, match=r"the weights are uint8; expected int8: PyTorch's engines take no other"):
        ops.pytorch_conv2d(x, ONE, ZERO, w.view(np.uint8), ONE, ZERO, ONE, ZERO, runtime=runtime)
    with pytest.raises(UserError, match="the weights have a zero point other than 0; expected symmetric weights"):
        ops.pytorch_conv2d(x, ONE, ZERO, w, ONE, np.int8(1), ONE, ZERO, runtime=runtime)
    with pytest.raises(UserError, match=r"bias has shape \[2\]; expected \[1\]"):
        ops.pytorch_conv2d(x, ONE, ZERO, w, ONE, none, ONE, ZERO, np.zeros(2, np.float32), runtime=runtime)
    with pytest.raises(UserError, match="bias is int32; expected float32"):
        ops.pytorch_conv2d(x, ONE, ZERO, w, ONE, none, ONE, ZERO, np.zeros(1, np.int32), runtime=runtime)
    with pytest.raises(UserError, match="is not known to compute QLinearMul"):
        ops.qlinear_mul(x, ONE, ZERO, x, ONE, ZERO, ONE, ZERO, runtime=runtime)


def test_a_runtime_without_a_real_bias_refuses_it_by_name() -> None:
    x, w = np.zeros((1, 1, 2, 2), np.uint8), np.ones((1, 1, 1, 1), np.int8)
    with pytest.raises(UserError, match="ONNX Runtime, x86-64 has no conv2d of PyTorch: its bias is a real number"):
        ops.pytorch_conv2d(x, ONE, ZERO, w, ONE, np.int8(0), ONE, ZERO, runtime=ONNXRUNTIME_X86)
