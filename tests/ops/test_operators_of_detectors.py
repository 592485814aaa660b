"""Operators of detectors and of networks that others exported, against ONNX Runtime in every opset: bits, or close."""

from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS

from .agreement import Array, Case, Compare, hold_to_bits, hold_to_last_bits, names


def real(rng: np.random.Generator, *shape: int) -> Array:
    """Return numbers of some sizes."""
    return rng.normal(0, 2, shape).astype(np.float32)


def few(rng: np.random.Generator, *shape: int) -> Array:
    """Return small whole numbers: many are equal, and 0."""
    return rng.integers(-3, 4, shape).astype(np.float32)


def suppression(rng: np.random.Generator, *, centred: bool = False, scored: bool = True) -> list[Any]:
    """Return boxes that overlap, some alike, some without an area, and scores of which some are equal."""
    first, size = rng.uniform(0, 4, (2, 30, 2)), rng.integers(0, 4, (2, 30, 2))
    boxes = np.concatenate([first, size if centred else first + size - 1], 2).astype(np.float32)
    boxes[:, 5:9] = boxes[:, :4]
    scores = rng.integers(0, 20, (2, 3, 30)).astype(np.float32) / np.float32(20)
    return [boxes, scores, np.array([int(rng.integers(0, 12))]), np.array([rng.choice([0, 0.3, 0.5])], np.float32),
            *([np.array([0.25], np.float32)] if scored else [])]  # fmt: skip


def regions(rng: np.random.Generator) -> list[Any]:
    """Return a picture and regions in it and beyond."""
    low = rng.uniform(-2, 12, (5, 2))
    rois = np.concatenate([low, low + rng.uniform(0, 12, (5, 2))], 1).astype(np.float32)
    return [real(rng, 2, 3, 7, 9), rois, rng.integers(0, 2, 5)]


EXACT: list[Case] = [
    ("GroupNormalization", lambda rng: [real(rng, 2, 6, 3, 4), real(rng, 6), real(rng, 6)], {"num_groups": 3}, (21,)),
    ("GroupNormalization", lambda rng: [real(rng, 2, 6, 5), real(rng, 3), real(rng, 3)], {"num_groups": 3}, (18,)),
    ("NonZero", lambda rng: [few(rng, 3, 7)], {}, (9, 13)),
    ("NonZero", lambda rng: [rng.integers(0, 2, (3, 1, 2)).astype(bool)], {}, (9, 13)),
    ("NonZero", lambda rng: [rng.integers(0, 2, ())], {}, (13,)),
    ("OneHot", lambda rng: [rng.integers(-6, 7, (3, 4)), np.array([5]), np.array([2, 7], np.float32)], {}, (9, 11)),
    ("OneHot", lambda rng: [rng.integers(-6, 7, (3, 4)), np.array(5), np.array([0, 1])], {"axis": 1}, (9, 11)),
    ("OneHot", lambda rng: [few(rng, 3), np.array([4.0], np.float32), np.ones(2, np.float32)], {"axis": 0}, (11,)),
    ("Scatter", lambda rng: [real(rng, 3, 7), rng.permutation(7)[None, :4], real(rng, 1, 4)], {"axis": 1}, (9, 10)),
    ("Resize", lambda rng: [real(rng, 2, 3, 4, 5), None, np.array([2, 0.5], np.float32)],
     {"axes": [-1, 2], "mode": "nearest"}, (18, 19)),
    ("Resize", lambda rng: [real(rng, 2, 3, 4, 5), None, None, np.array([7, 3])], {"axes": [2, 3], "mode": "linear"},
     (18, 19)),
    ("NonMaxSuppression", suppression, {}, (10, 11)),
    ("NonMaxSuppression", lambda rng: suppression(rng, scored=False), {}, (10, 11)),
    ("NonMaxSuppression", lambda rng: suppression(rng, centred=True), {"center_point_box": 1}, (10, 11)),
    ("NonMaxSuppression", lambda rng: suppression(rng)[:2], {}, (10, 11)),
    *(("RoiAlign", regions, {"mode": mode, "output_height": 3, "output_width": 2, "sampling_ratio": ratio,
                             "spatial_scale": scale}, (10, 16))
      for mode in ("avg", "max") for ratio, scale in ((0, 0.5), (2, 1.0))),
    ("RoiAlign", regions, {"coordinate_transformation_mode": "output_half_pixel", "output_height": 2}, (16,)),
    ("Compress", lambda rng: [real(rng, 3, 7), rng.random(6) < 0.5], {"axis": 1}, (9, 11)),
    ("Compress", lambda rng: [real(rng, 3, 7), rng.random(20) < 0.5], {}, (9, 11)),
    ("EyeLike", lambda rng: [real(rng, 3, 7)], {"k": -1}, (9,)),
    ("EyeLike", lambda rng: [real(rng, 4, 3)], {"k": 1, "dtype": 7}, (9,)),
    *(("Hardmax", lambda rng: [few(rng, 3, 7, 2)], {"axis": axis}, (7, 11, 13)) for axis in (1, 2)),
    ("ReverseSequence", lambda rng: [real(rng, 5, 3, 2), rng.integers(1, 6, 3)], {}, (10,)),
    ("ReverseSequence", lambda rng: [real(rng, 3, 5), rng.integers(1, 6, 3)], {"batch_axis": 0, "time_axis": 1}, (10,)),
    *(("BitShift", lambda rng: [rng.integers(0, 256, (3, 4)).astype(np.uint8), rng.integers(0, 8, 4).astype(np.uint8)],
       {"direction": way}, (11,)) for way in ("LEFT", "RIGHT")),
    *((name, lambda rng: [rng.integers(-99, 99, (3, 4)), rng.integers(-99, 99, 4)], {}, (18,))
      for name in ("BitwiseAnd", "BitwiseOr", "BitwiseXor")),
    ("BitwiseNot", lambda rng: [rng.integers(-99, 99, (3, 4))], {}, (18,)),
    ("ThresholdedRelu", lambda rng: [few(rng, 3, 7)], {}, (10, 22)),
    ("Shrink", lambda rng: [real(rng, 3, 7)], {"bias": 0.3, "lambd": 0.7}, (9,)),
]  # fmt: skip

CLOSE: list[Case] = [
    *((name, lambda rng: [np.abs(real(rng, 3, 7, 2))], {"axes": [1]}, (7, 11, 13))
      for name in ("ReduceLogSum", "ReduceLogSumExp")),
    *((name, lambda rng: [np.abs(real(rng, 3, 7, 2)), np.array([0, 2])], {"keepdims": 0}, (18,))
      for name in ("ReduceLogSum", "ReduceLogSumExp")),
    ("RMSNormalization", lambda rng: [real(rng, 2, 3, 8), real(rng, 8)], {}, (23,)),
    *((name, lambda rng: [rng.uniform(-0.9, 0.9, (3, 9)).astype(np.float32)], {}, (first, 22))
      for name, first in (("Tan", 7), ("Asin", 7), ("Acos", 7), ("Atan", 7), ("Sinh", 9), ("Cosh", 9), ("Asinh", 9),
                          ("Atanh", 9))),
    ("Acosh", lambda rng: [1 + np.abs(real(rng, 3, 9))], {}, (9, 22)),
    ("Celu", lambda rng: [real(rng, 3, 9)], {"alpha": 1.5}, (12,)),
    ("LpNormalization", lambda rng: [real(rng, 3, 9)], {"p": 1, "axis": 0}, (7, 22)),
    ("LpNormalization", lambda rng: [real(rng, 3, 9)], {}, (7, 22)),
    ("GlobalLpPool", lambda rng: [real(rng, 2, 3, 4, 5)], {"p": 3}, (7,)),
    *(("GridSample", lambda rng: [real(rng, 2, 3, 4, 5), rng.uniform(-1.6, 1.6, (2, 3, 7, 2)).astype(np.float32)],
       {"mode": mode, "padding_mode": padding, "align_corners": corners}, (opset,))
      for opset, modes in ((16, ("bilinear", "nearest")), (20, ("linear", "nearest"))) for mode in modes
      for padding in ("zeros", "border", "reflection") for corners in (0, 1)),
]  # fmt: skip


@pytest.mark.parametrize("case", EXACT, ids=names(EXACT))
def test_no_bit_differs(compare: Compare, case: Case) -> None:
    hold_to_bits(compare, case)


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_only_last_bits_differ(compare: Compare, case: Case) -> None:
    hold_to_last_bits(compare, case)


ONE = np.ones((2, 3), np.float32)


def test_a_layer_normalization_gives_mean_and_deviation_too(compare: Compare) -> None:
    rng = np.random.default_rng(0)
    given = [real(rng, 2, 3, 8), real(rng, 3, 8), real(rng, 3, 8)]
    pairs = compare("LayerNormalization", given, opset=17, outputs=3, axis=1)
    assert len(pairs) == 3
    for expected, found in pairs:
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("Resize", [ONE, None, np.ones(1, np.float32)], {"axes": [2]}, r"axes are \[2\]; expected as many as scales"),
    ("OneHot", [np.array([1]), np.array([0]), np.array([0, 1])], {}, "depth is 0; expected 1 or more"),
    ("OneHot", [np.array([1]), np.array([2]), np.array([0])], {}, r"values \[1\]; expected an axis"),
    ("NonMaxSuppression", [ONE, ONE], {}, r"boxes has shape \[2, 3\]"),
    ("NonMaxSuppression", [np.ones((1, 1, 4), np.float32), np.ones((1, 1, 1), np.float32), np.array(1), np.float32(2)],
     {}, "iou_threshold is 2.0"),
    ("RoiAlign", [ONE[None, None], np.ones((1, 4), np.float32), np.array([1])], {}, "batch_indices reach 1"),
    ("RoiAlign", [ONE[None, None], np.ones((1, 4), np.float32), np.array([0])], {"mode": "sum"}, "mode is 'sum'"),
    ("Compress", [ONE, np.ones(4, bool)], {"axis": 1}, r"bool \[4\]; expected bool \[3\] at most"),
    ("EyeLike", [ONE[0]], {}, "expected two axes"),
    ("Hardmax", [np.array([np.nan], np.float32)], {}, "input holds NaN"),
    ("ReverseSequence", [ONE, np.array([3, 1, 1])], {}, r"sequence_lens are \[3, 1, 1\]"),
    ("BitShift", [np.array([1], np.uint8), np.array([8], np.uint8)], {"direction": "LEFT"}, "Y reaches 8"),
    ("GroupNormalization", [ONE[None], ONE[0, :2], ONE[0, :2]], {"num_groups": 3}, "a divisor of C"),
    ("LpNormalization", [ONE], {"p": 3}, "p is 3"),
    ("GridSample", [ONE[None, None], np.zeros((1, 1, 1, 2), np.float32)], {"mode": "cubic"}, "mode is 'cubic'"),
]  # fmt: skip


@pytest.mark.parametrize(("op_type", "inputs", "attributes", "said"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_be_computed_is_said(
    op_type: str, inputs: list[Any], attributes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        OPERATORS["", op_type].function(*inputs, **attributes)
