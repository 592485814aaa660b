"""Sums of a convolution's rows: exact, however images and rows are put together."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.arithmetic import ONNXRUNTIME_X86, Runtime
from resnet8doc.ops import qlinear_conv
from resnet8doc.ops._code_pairs import PART, every_pair, of_each_pair
from resnet8doc.ops._conv_geometry import Geometry, geometry
from resnet8doc.ops._paired_rows import PairedRows, paired_weights
from resnet8doc.ops._row_products import RowProducts
from resnet8doc.ops._scratch import Scratch
from resnet8doc.ops._windows import windows
from resnet8doc.runtimes import RUNTIMES

Array = npt.NDArray[Any]

SHAPES = (
    # images, channels, rows, columns, output channels, kernel, strides, pads, dilations
    (16, 16, 8, 9, 16, (3, 3), (1, 1), (1, 1, 1, 1), (1, 1)),
    (40, 3, 7, 6, 16, (3, 2), (1, 2), (0, 1, 1, 0), (1, 1)),
    (33, 5, 9, 8, 24, (3, 4), (1, 1), (2, 0, 1, 5), (1, 1)),
    (40, 4, 8, 7, 6, (3, 3), (2, 2), (0, 0, 1, 1), (1, 1)),
    (30, 4, 9, 9, 20, (2, 3), (1, 2), (3, 1, 0, 2), (3, 1)),
    (70, 2, 5, 8, 17, (3, 3), (1, 1), (2, 2, 2, 2), (1, 2)),
    (70, 6, 1, 20, 8, (1, 5), (1, 3), (0, 4, 0, 4), (1, 1)),
    (9, 8, 6, 5, 12, (1, 1), (1, 1), (0, 0, 0, 0), (1, 1)),
    (40, 3, 4, 4, 16, (3, 3), (5, 3), (4, 5, 0, 1), (1, 1)),
)


def _case(shape: Any, dtype: npt.DTypeLike, seed: int) -> tuple[Array, Array, Geometry]:
    """Return codes, weights ``[kH * kW * C, M]`` and geometry; half of the numbers are extremes."""
    images, channels, rows, columns, out, kernel, strides, pads, dilations = shape
    random, limits = np.random.default_rng(seed), np.iinfo(dtype)
    x = random.integers(limits.min, limits.max + 1, (images, rows, columns, channels))
    x = np.where(random.random(x.shape) < 0.5, random.choice([limits.min, limits.max], x.shape), x).astype(dtype)
    w = random.integers(-127, 128, (kernel[0] * kernel[1] * channels, out))
    w = np.where(random.random(w.shape) < 0.5, random.choice([-127, 127], w.shape), w).astype(np.float32)
    g = geometry(
        (images, channels, rows, columns), (out, channels, *kernel), "NOTSET", dilations, 1, None, pads, strides
    )
    return x.transpose(0, 3, 1, 2), w, g


def _exact(x: Array, w: Array, g: Geometry, zero: int) -> Array:
    """Return the sums in integers, ``[N, rows, columns, M]``."""
    edges = [(0, 0), *zip(g.pads[:2], g.pads[2:], strict=True), (0, 0)]
    padded = np.pad(x.transpose(0, 2, 3, 1).astype(np.int64), edges, constant_values=zero)
    rows = windows(padded, g.kernel, g.strides, g.dilations, g.size).reshape(-1, w.shape[0])
    return np.asarray((rows @ w.astype(np.int64)).reshape(len(x), *g.size, -1))


def _in_place(sums: Array) -> Array:
    """Return ``[phases, products, rows, N, columns, M]`` as ``[N, rows, columns, M]``."""
    phases, products, rows, images, columns, out = sums.shape
    return sums.transpose(3, 2, 0, 4, 1, 5).reshape(images, rows * phases, columns * products, out)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sums_of_rows_are_the_sums_of_windows(shape: Any, dtype: npt.DTypeLike) -> None:
    for images in (shape[0], 1):
        x, w, g = _case(shape, dtype, images)
        zero = np.array(7, dtype)
        room = RowProducts(Scratch(), images, g, zero, w)
        for block in (x[:images], x[:images][::-1]):  # the second time the room is not empty
            np.testing.assert_array_equal(_in_place(room.sums_of(block)), _exact(block, w, g, 7))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape[5][0] == 3][:3], ids=str)
def test_pairs_of_rows_are_the_sums_of_windows(shape: Any, dtype: npt.DTypeLike) -> None:
    x, w, g = _case(shape, dtype, 1)
    weights = paired_weights(len(x), g, w, dtype)
    assert weights is not None
    room = PairedRows(Scratch(), len(x), g, np.array(7, dtype), weights)
    for block in (x, x[::-1]):
        np.testing.assert_array_equal(_in_place(room.sums_of(block)), _exact(block, w, g, 7))


def test_pairs_are_refused_where_a_sum_could_leave_float32() -> None:
    g = geometry((40, 200, 8, 8), (16, 200, 3, 3), "NOTSET", None, 1, None, (1, 1, 1, 1), None)
    small = np.full((9 * 200, 16), 2, np.float32)
    assert paired_weights(40, g, small, np.int8) is not None
    assert paired_weights(40, g, small * 30, np.int8) is None
    assert paired_weights(1, g, small, np.int8) is None  # too few rows


@pytest.mark.parametrize("runtime", [ONNXRUNTIME_X86, *(RUNTIMES[name] for name in ("tflite_reference", "xnnpack"))])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_many_images_are_convolved_as_each_alone(shape: Any, runtime: Runtime) -> None:
    x, w, _ = _case(shape, np.int8, 3)
    images, channels, _, _, out, kernel, strides, pads, dilations = shape
    weights = w.astype(np.int8).T.reshape(out, *kernel, channels).transpose(0, 3, 1, 2)
    scales = np.linspace(0.001, 0.002, out, dtype=np.float32)

    def convolved(part: Array) -> Array:
        return qlinear_conv(
            part, np.float32(0.05), np.int8(7), weights, scales, np.zeros(out, np.int8), np.float32(0.3), np.int8(-9),
            np.arange(out, dtype=np.int32), strides=strides, pads=pads, dilations=dilations, runtime=runtime,
        )  # fmt: skip

    together, alone = convolved(x), [convolved(x[number : number + 1]) for number in range(images)]
    np.testing.assert_array_equal(together, np.concatenate(alone))


@pytest.mark.parametrize(
    ("a", "b"), [((3, 4), (3, 4)), ((2, 5, 1, 7), (5, 3, 1)), ((1,), (4, 2)), ((), (3,)), ((0, 3), (1, 3)),
                 ((PART // 100, 3, 40), (PART // 100, 3, 40))],
)  # fmt: skip
def test_pairs_are_looked_up_in_any_order_of_memory(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    first, second = (random.integers(-128, 128, shape, np.int8) for shape in (a, b))
    table = np.subtract(*every_pair(np.int8)).ravel()
    np.testing.assert_array_equal(of_each_pair(table, first, second), first - second)
    if a == b:
        np.testing.assert_array_equal(of_each_pair(table, first.T, second.T), (first - second).T)
