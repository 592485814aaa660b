"""What a convolution keeps of its weights: never another's, for any thread, and however large the weights are."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.arithmetic import ONNXRUNTIME_X86, Content, Runtime
from resnet8doc.ops import qlinear_conv
from resnet8doc.ops._prepared import KEPT, LARGEST
from resnet8doc.ops._qlinear_conv import SUMS
from resnet8doc.ops._qlinear_conv_loops import qlinear_conv_loops
from resnet8doc.runtimes import RUNTIMES

Array = np.ndarray[Any, Any]
EACH = pytest.mark.parametrize("runtime", [ONNXRUNTIME_X86, RUNTIMES["tflite_reference"], RUNTIMES["tflite_builtin"]])


def _inputs(random: np.random.Generator, images: int, channels: int, side: int, out: int) -> list[Any]:
    x, w = (
        random.integers(-128, 128, (count, channels, *size), np.int8)
        for count, size in ((images, (side, side)), (out, (3, 3)))
    )
    scales, bias = random.uniform(0.001, 0.01, out).astype(np.float32), random.integers(-999, 999, out).astype(np.int32)
    y = np.float32(0.3 * channels), np.array(-9, np.int8)
    return [x, np.float32(0.05), np.array(7, np.int8), w, scales, np.zeros(out, np.int8), *y, bias]


@EACH
def test_inputs_that_are_changed_in_place_are_seen(runtime: Runtime) -> None:
    random = np.random.default_rng(1)
    inputs = _inputs(random, 1, 2, 4, 3)
    for changed in (0, 2, 3, 4, 7, 8, 3, 0):
        array, place = inputs[changed], random.integers(np.size(inputs[changed]))
        array.reshape(-1)[place] = array.dtype.type(-60) if array.dtype.kind == "i" else np.float32(0.02)
        found = qlinear_conv(*inputs, pads=(1, 1, 1, 1), runtime=runtime)
        np.testing.assert_array_equal(found, qlinear_conv_loops(*inputs, pads=(1, 1, 1, 1), runtime=runtime))


@EACH
def test_threads_share_what_is_kept_and_nothing_else(runtime: Runtime) -> None:
    inputs = _inputs(np.random.default_rng(2), 48, 16, 8, 16)
    parts = np.split(inputs[0], 24)

    def convolved(x: Array) -> Array:
        return qlinear_conv(x, *inputs[1:], pads=(1, 1, 1, 1), runtime=runtime)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(convolved, parts * 4))
    np.testing.assert_array_equal(np.concatenate(found[:24]), convolved(inputs[0]))
    for number, each in enumerate(found):
        np.testing.assert_array_equal(each, found[number % 24])


@EACH
def test_weights_too_large_to_be_kept_are_those_of_their_parts(runtime: Runtime) -> None:
    inputs = _inputs(np.random.default_rng(3), 2, 128, 4, 64)
    assert inputs[3].nbytes > LARGEST > inputs[3].nbytes // 2
    halves = [
        qlinear_conv(*(value[part] if position in (3, 4, 5, 8) else value for position, value in enumerate(inputs)),
                     runtime=runtime)
        for part in (slice(32), slice(32, None))
    ]  # fmt: skip
    np.testing.assert_array_equal(qlinear_conv(*inputs, runtime=runtime), np.concatenate(halves, axis=1))


@EACH
def test_blocks_of_two_sizes_are_each_image_alone(runtime: Runtime) -> None:
    images = SUMS // (8 * 8 * 64) + 2
    inputs = _inputs(np.random.default_rng(4), images + images % 2 + 1, 4, 8, 64)  # odd, so that no two are alike
    together = qlinear_conv(*inputs, pads=(1, 1, 1, 1), runtime=runtime)
    for number in (0, len(inputs[0]) // 2, len(inputs[0]) - 1):
        alone = qlinear_conv(inputs[0][number : number + 1], *inputs[1:], pads=(1, 1, 1, 1), runtime=runtime)
        np.testing.assert_array_equal(together[number : number + 1], alone)


def test_more_layers_than_are_kept_are_computed_as_few() -> None:
    random = np.random.default_rng(5)
    layers = [_inputs(random, 1, 1, 3, 2) for _ in range(KEPT + 2)]
    first = [qlinear_conv(*inputs) for inputs in layers]
    for inputs, expected in zip(layers, first, strict=True):
        np.testing.assert_array_equal(qlinear_conv(*inputs), expected)


@given(st.integers(0, 2**32 - 1), st.sampled_from((np.int8, np.uint8, np.float32, np.int32)))
def test_content_is_what_an_array_holds_and_how(seed: int, kind: Any) -> None:
    random = np.random.default_rng(seed)
    array = random.integers(0, 100, random.integers(0, 4, random.integers(0, 4))).astype(kind)
    content = Content.of(array)
    np.testing.assert_array_equal(content.array, array)
    assert content.array.dtype == array.dtype
    assert not content.array.flags.writeable
    assert content == Content.of(array.copy(order="F"))
    assert hash(content) == hash(Content.of(array.copy()))
    assert Content.of(array[None]) != content != Content.of(array.astype(np.int64))
    if array.size:
        array.reshape(-1)[0] += 1
        assert content != Content.of(array)
