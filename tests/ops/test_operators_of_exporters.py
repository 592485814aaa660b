"""Operators that exporters of pictures and of audio write, against ONNX Runtime in every opset: bits, or close."""

from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

from .agreement import SEEDS, Array, Case, Compare, hold_to_bits, hold_to_last_bits, names

MICROSOFT = "com.microsoft"


def real(rng: np.random.Generator, *shape: int) -> Array:
    """Return numbers of some sizes."""
    return rng.normal(0, 2, shape).astype(np.float32)


def few(rng: np.random.Generator, *shape: int) -> Array:
    """Return small whole numbers, of which many are equal; zeros of both signs."""
    return np.copysign(rng.integers(-2, 3, shape), rng.normal(0, 1, shape)).astype(np.float32)


def regions(rng: np.random.Generator) -> list[Any]:
    """Return a picture and regions in it and beyond, many of them with halves at their edges."""
    corner = rng.uniform(-3, 12, (6, 2))
    rois = np.concatenate([rng.integers(0, 2, (6, 1)), corner, corner + rng.uniform(-1, 9, (6, 2))], 1)
    return [real(rng, 2, 3, 7, 9), np.concatenate([rois[:, :1], np.round(rois[:, 1:] * 2) / 2], 1).astype(np.float32)]


EXACT: list[Case] = [
    ("Col2Im", lambda rng: [real(rng, 2, 18, 9), np.array([4, 5]), np.array([2, 3])], {}, (18,)),
    ("Col2Im", lambda rng: [real(rng, 1, 12, 16), np.array([5, 6]), np.array([2, 3])],
     {"dilations": [2, 1], "strides": [1, 2], "pads": [0, 2, 1, 1]}, (18,)),
    ("Col2Im", lambda rng: [real(rng, 2, 6, 7), np.array([7]), np.array([3])], {"pads": [1, 1], "strides": [1]}, (18,)),
    ("Col2Im", lambda rng: [real(rng, 2, 8, 27), np.array([3, 4, 3]), np.array([2, 2, 2])],
     {"pads": [0, 0, 0, 1, 0, 1], "strides": [1, 1, 1]}, (18,)),
    ("CenterCropPad", lambda rng: [real(rng, 3, 6, 5), np.array([4, 3, 8])], {}, (18,)),
    ("CenterCropPad", lambda rng: [rng.integers(-9, 9, (3, 6, 5)), np.array([6, 1])], {"axes": [-1, 0]}, (18,)),
    *(("AffineGrid", lambda rng: [real(rng, 2, 2, 3), np.array([2, 1, 4, 5])], {"align_corners": way}, (20,))
      for way in (0, 1)),
    *(("AffineGrid", lambda rng: [real(rng, 2, 3, 4), np.array([2, 1, 3, 1, 5])], {"align_corners": way}, (20,))
      for way in (0, 1)),
    *(("Unique", lambda rng: [few(rng, 3, 4, 2)], {"sorted": way, "outputs": 4}, (11, 28)) for way in (0, 1)),
    *(("Unique", lambda rng: [rng.integers(0, 2, (3, 7, 2))], {"sorted": way, "axis": axis, "outputs": 4}, (11,))
      for way in (0, 1) for axis in (-2, 2)),
    *(("CumProd", lambda rng: [real(rng, 3, 4, 5), np.array(-2)], {"exclusive": one, "reverse": two}, (26,))
      for one in (0, 1) for two in (0, 1)),
    ("CumProd", lambda rng: [rng.integers(-99, 99, (3, 9)), np.array(1)], {}, (26,)),
    ("MaxUnpool", lambda rng: [real(rng, 1, 2, 3, 3), rng.permutation(72)[:18].reshape(1, 2, 3, 3)],
     {"kernel_shape": [2, 2], "strides": [2, 2]}, (9, 11, 22)),
    ("MaxUnpool", lambda rng: [real(rng, 1, 2, 3), rng.permutation(18)[:6].reshape(1, 2, 3), np.array([1, 2, 9])],
     {"kernel_shape": [2], "strides": [3]}, (11,)),
    *(("MaxRoiPool", regions, {"pooled_shape": shape, "spatial_scale": scale}, (7, 17))
      for shape in ([1, 1], [3, 2], [4, 7]) for scale in (1.0, 0.37)),
]  # fmt: skip


@pytest.mark.parametrize("case", EXACT, ids=names(EXACT))
def test_no_bit_differs(compare: Compare, case: Case) -> None:
    hold_to_bits(compare, case)


def spectrum(rng: np.random.Generator, length: int, parts: int) -> list[Any]:
    """Return signals, real or complex."""
    return [real(rng, 2, length, 3, parts)]


CLOSE: list[Case] = [
    ("DeformConv", lambda rng: [real(rng, 2, 4, 6, 7), real(rng, 2, 2, 3, 2), real(rng, 2, 24, 4, 6), real(rng, 2),
                                real(rng, 2, 12, 4, 6)], {"group": 2, "offset_group": 2}, (19, 22)),
    ("DeformConv", lambda rng: [real(rng, 1, 2, 6, 7), real(rng, 3, 2, 2, 3), real(rng, 1, 12, 4, 4)],
     {"strides": [2, 2], "dilations": [1, 2], "pads": [1, 1, 1, 3]}, (19, 22)),
    ("Det", lambda rng: [real(rng, 2, 3, 4, 4)], {}, (11, 22)),
    ("Det", lambda rng: [real(rng, 5, 5)], {}, (11,)),
    ("LpPool", lambda rng: [real(rng, 2, 3, 7, 8)], {"kernel_shape": [2, 3], "pads": [1, 1, 0, 2]}, (7, 11, 18, 22)),
    ("LpPool", lambda rng: [real(rng, 2, 3, 9)], {"kernel_shape": [3], "strides": [2], "p": 3}, (7, 22)),
    ("LpPool", lambda rng: [real(rng, 1, 2, 5, 6, 7)],
     {"kernel_shape": [2, 2, 2], "dilations": [1, 2, 2], "ceil_mode": 1, "strides": [2, 2, 3], "p": 1}, (18, 22)),
    *((name, lambda rng: [np.array(rng.integers(2, 400))], {"periodic": way}, (17,))
      for name in ("HannWindow", "HammingWindow", "BlackmanWindow") for way in (0, 1)),
    ("HannWindow", lambda rng: [np.array(9, np.int32)], {"output_datatype": 6}, (17,)),
    ("MelWeightMatrix", lambda rng: [np.array(rng.integers(1, 40)), np.array(rng.integers(64, 600)), np.array(16000),
                                     np.float32(rng.uniform(0, 300)), np.float32(rng.uniform(2000, 7900))], {}, (17,)),
]  # fmt: skip


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_only_last_bits_differ(compare: Compare, case: Case) -> None:
    hold_to_last_bits(compare, case)


TRANSFORMS: list[Case] = [
    *(("DFT", lambda rng, n=length, c=parts: spectrum(rng, n, c), {"axis": 1, "inverse": way}, (17,))
      for length in (1, 12, 32) for parts in (1, 2) for way in (0, 1)),
    ("DFT", lambda rng: [*spectrum(rng, 20, 1), np.array(30)], {"axis": -3, "onesided": 1}, (17,)),
    ("DFT", lambda rng: [*spectrum(rng, 20, 1), np.array(16), np.array(1)], {"onesided": 1}, (20,)),
    ("DFT", lambda rng: [real(rng, 2, 7, 2)], {}, (20,)),
    *(("DFT", lambda rng, n=length: [real(rng, 2, 5, 2), None if n is None else np.array(n)],
       {"axis": 1, "inverse": 1, "onesided": 1}, (17,)) for length in (None, 9, 10, 16)),
    ("DFT", lambda rng: [real(rng, 3, 2, 5, 2), np.array(8), np.array(-2)], {"inverse": 1, "onesided": 1}, (20,)),
    ("STFT", lambda rng: [real(rng, 2, 50, 1), np.array(7), real(rng, 16)], {}, (17,)),
    ("STFT", lambda rng: [real(rng, 1, 50), np.array(5), None, np.array(20)], {"onesided": 0}, (17,)),
    ("STFT", lambda rng: [real(rng, 2, 50, 2), np.array(3), real(rng, 12), np.array(12)], {"onesided": 0}, (17,)),
]  # fmt: skip


@pytest.mark.parametrize("case", TRANSFORMS, ids=names(TRANSFORMS))
def test_a_transform_is_close_for_its_largest_number(compare: Compare, case: Case) -> None:
    op_type, generate, attributes, opsets = case
    assert OPERATORS["", op_type].exact is not True
    for opset in opsets:
        for seed in range(SEEDS):
            ((expected, found),) = compare(op_type, generate(np.random.default_rng(seed)), opset=opset, **attributes)
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("length", [100, 257, 400])
def test_a_long_transform_has_the_angles_of_the_runtime(compare: Compare, length: int) -> None:
    """So it is much closer to the runtime than to the transform itself."""
    for seed in range(4):
        x = real(np.random.default_rng(seed), 3, length, 1)
        ((expected, found),) = compare("DFT", [x], opset=17, axis=1)
        true = np.fft.fft(x[..., 0].astype(np.float64), axis=1)
        error = np.abs(expected - found).max()
        assert error < 3e-5 * np.abs(true).max()
        assert 5 * error < np.abs(expected[..., 0] + 1j * expected[..., 1] - true).max()


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean"])
def test_distances_of_pairs(compare: Compare, metric: str) -> None:
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        ((expected, found),) = compare("CDist", [real(rng, 3, 7), real(rng, 5, 7)], domain=MICROSOFT, metric=metric)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_transposed_product(compare: Compare) -> None:
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        given = [real(rng, 2, 4, 3), real(rng, 2, 5, 4)]
        ((expected, found),) = compare("TransposeMatMul", given, domain=MICROSOFT, transA=1, transB=1, alpha=0.3)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("axis", [-3, -1, 0, 2])
def test_one_axis_more(compare: Compare, axis: int) -> None:
    x = real(np.random.default_rng(0), 3, 4)
    ((expected, found),) = compare("ExpandDims", [x, np.array(axis, np.int32)], domain=MICROSOFT)
    assert found.shape == expected.shape
    assert not differs(found, expected).any()


ONE = np.ones((1, 2, 3), np.float32)
REFUSED: list[tuple[str, str, list[Any], dict[str, Any], str]] = [
    ("", "Col2Im", [ONE, np.array([4]), np.array([2])], {"dilations": [2]}, r"dilations are \[2\] of an image of 1"),
    ("", "Col2Im", [ONE, np.array([5]), np.array([2])], {}, "expected .*number of windows"),
    ("", "CenterCropPad", [ONE, np.array([5])], {}, "one length for each axis"),
    ("", "AffineGrid", [ONE, np.array([1, 1, 2])], {}, r"theta has shape \[1, 2, 3\] and size is \[1, 1, 2\]"),
    ("", "Unique", [ONE * np.float32(np.nan)], {}, "X holds NaN"),
    ("", "Unique", [ONE], {"axis": 3}, "axis is 3"),
    ("", "CumProd", [ONE, np.array(3)], {}, "axis is 3"),
    ("", "Det", [ONE], {}, "square matrices"),
    ("", "LpPool", [ONE], {"kernel_shape": [2], "p": 0}, "p is 0"),
    ("", "DeformConv", [ONE[None], ONE[None], ONE[None]], {}, r"offset has shape \[1, 1, 2, 3\]"),
    ("", "DeformConv", [ONE[None], ONE[None], ONE[None]], {"group": 2}, "with group 2"),
    ("", "MaxUnpool", [ONE, np.full((1, 2, 3), 99)], {"kernel_shape": [1]}, "I reaches from 0 to 99"),
    ("", "MaxUnpool", [ONE, np.zeros((1, 2, 3), int), np.array([1, 2, 2])], {"kernel_shape": [1]}, "no smaller than"),
    ("", "MaxRoiPool", [ONE[None], np.array([[1, 0, 0, 1, 1]], np.float32)], {"pooled_shape": [1, 1]},
     r"rois name the images \[1\]"),
    ("", "HannWindow", [np.array(1)], {"periodic": 0}, "size is 1 and periodic 0"),
    ("", "MelWeightMatrix", [np.array(3), np.array(16), np.array(8000), np.float32(0), np.float32(9000)], {},
     "expected edges within the 9 bins"),
    ("", "DFT", [ONE], {}, r"input has shape \[1, 2, 3\]"),
    ("", "DFT", [ONE[..., :1]], {"inverse": 1, "onesided": 1}, "of one side, complex numbers"),
    ("", "STFT", [ONE[..., :1], np.array(1), None, np.array(3)], {}, "one length up to T"),
    (MICROSOFT, "CDist", [ONE[0], ONE[0]], {"metric": "cosine"}, "metric is 'cosine'"),
    (MICROSOFT, "ExpandDims", [ONE, np.array(4)], {}, "axis is 4"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("domain", "op_type", "inputs", "attributes", "said"), REFUSED, ids=[f"{n}-{c[1]}" for n, c in enumerate(REFUSED)]
)
def test_what_cannot_be_computed_is_said(
    domain: str, op_type: str, inputs: list[Any], attributes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        OPERATORS[domain, op_type].function(*inputs, **attributes)
