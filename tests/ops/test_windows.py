"""Pools and convolutions along one, two and three axes equal ONNX Runtime's."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet8doc.errors import UserError
from resnet8doc.ops import max_pool, max_pool_loops, qlinear_conv, qlinear_conv_loops
from resnet8doc.proof._tally import differs

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]
SEEDS = st.integers(0, 2**63 - 1)


def windows(rng: np.random.Generator) -> tuple[tuple[int, ...], dict[str, Any]]:
    """Return a shape and attributes of windows over it."""
    axes = int(rng.integers(1, 4))
    kernel, dilations = rng.integers(1, 4, axes), rng.integers(1, 3, axes)
    attributes: dict[str, Any] = {"kernel_shape": kernel.tolist(), "strides": rng.integers(1, 4, axes).tolist()}
    choice = rng.random()
    if choice < 0.4:
        attributes["pads"] = [int(rng.integers(0, length)) for length in (*kernel, *kernel)]
    elif choice < 0.6:
        attributes |= {"strides": [1] * axes, "auto_pad": ("SAME_UPPER", "SAME_LOWER", "VALID")[rng.integers(3)]}
    if "auto_pad" not in attributes:
        attributes["dilations"] = dilations.tolist()
    return (2, 3, *rng.integers(7, 10, axes).tolist()), attributes


def numbers(rng: np.random.Generator, kind: Any, shape: tuple[int, ...]) -> Array:
    """Return codes, or real numbers with zeros of both signs among them."""
    if np.dtype(kind).kind != "f":
        limits = np.iinfo(kind)
        return rng.integers(limits.min, limits.max, shape, endpoint=True).astype(kind)
    real = rng.normal(0, 1, shape).astype(kind)
    real[rng.random(shape) < 0.2] = 0
    return real


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(SEEDS)
def test_max_pool(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, attributes = windows(rng)
    x = numbers(rng, (np.int8, np.uint8, np.float32)[rng.integers(3)], shape)
    opset = (12, 22)[rng.integers(2)]
    ((expected, found),) = compare("MaxPool", [x], opset=opset, ceil_mode=int(rng.integers(2)), **attributes)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("opset", [7, 8, 10, 11, 12, 22])
def test_max_pool_of_every_opset(compare: Compare, opset: int) -> None:
    x = np.random.default_rng(opset).normal(0, 1, (1, 2, 6, 7)).astype(np.float32)
    ((expected, found),) = compare("MaxPool", [x], opset=opset, kernel_shape=[2, 3], strides=[2, 1], pads=[1, 1, 0, 1])
    assert not differs(found, expected).any()
    ((expected, found),) = compare("GlobalMaxPool", [x], opset=opset)
    assert not differs(found, expected).any()


@settings(max_examples=25)
@given(SEEDS)
def test_max_pool_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, attributes = windows(rng)
    x = numbers(rng, np.int8, (1, 1, *shape[2:]))
    np.testing.assert_array_equal(max_pool_loops(x, **attributes), max_pool(x, **attributes))


def test_where_same_means_something_else_in_the_runtime_it_is_refused() -> None:
    x = np.zeros((1, 1, 9), np.int8)
    with pytest.raises(UserError, match="auto_pad is SAME_UPPER with kernel"):
        max_pool(x, kernel_shape=[1], strides=[3], auto_pad="SAME_UPPER")


def convolution(rng: np.random.Generator, shape: tuple[int, ...], attributes: dict[str, Any]) -> list[Any]:
    """Return the inputs of a QLinearConv with those windows, grouped or depthwise."""
    group = attributes["group"]
    each = int(rng.integers(1, 4))
    kind = (np.int8, np.uint8)[rng.integers(2)]
    channels = int(rng.integers(1, 3))
    x = numbers(rng, kind, (1, channels * group, *shape[2:]))
    w = numbers(rng, np.int8, (each * group, channels, *attributes["kernel_shape"]))
    scales = rng.uniform(0.001, 0.02, len(w)).astype(np.float32)
    return [
        x, np.float32(0.05), kind(3), w, scales, np.zeros(len(w), np.int8), np.float32(0.25), kind(7),
        rng.integers(-3000, 3000, len(w)).astype(np.int32),
    ]  # fmt: skip


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(SEEDS)
def test_convolutions_of_codes(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, attributes = windows(rng)
    attributes["group"] = int(rng.integers(1, 5))
    ((expected, found),) = compare("QLinearConv", convolution(rng, shape, attributes), **attributes)
    np.testing.assert_array_equal(found, expected)


@settings(max_examples=12)
@given(SEEDS)
def test_convolutions_of_codes_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, attributes = windows(rng)
    attributes["group"] = int(rng.integers(1, 3))
    inputs = convolution(rng, (*shape[:2], *(min(length, 7) for length in shape[2:])), attributes)
    inputs[0] = inputs[0][:, :, :7]
    np.testing.assert_array_equal(qlinear_conv_loops(*inputs, **attributes), qlinear_conv(*inputs, **attributes))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(SEEDS)
def test_convolutions_of_real_numbers_are_close(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, attributes = windows(rng)
    x, w = numbers(rng, np.float32, shape), numbers(rng, np.float32, (4, 3, *attributes["kernel_shape"]))
    ((expected, found),) = compare("Conv", [x, w], **attributes)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(SEEDS)
def test_average_pools(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, attributes = windows(rng)
    attributes.pop("dilations", None)
    x = numbers(rng, np.float32, shape)
    ((expected, found),) = compare("AveragePool", [x], count_include_pad=int(rng.integers(2)), **attributes)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    codes = numbers(rng, np.int8, shape)
    scales = [np.float32(0.03), np.int8(-5), np.float32(0.031), np.int8(7)]
    if "auto_pad" not in attributes:  # its own pool takes other defaults there
        ((expected, found),) = compare("QLinearAveragePool", [codes, *scales], domain="com.microsoft", **attributes)
        np.testing.assert_array_equal(found, expected)
    ((expected, found),) = compare("QLinearGlobalAveragePool", [codes, *scales], domain="com.microsoft")
    np.testing.assert_array_equal(found, expected)
