"""Resize in every mode, transformation and opset, of random lengths, against ONNX Runtime: no bit differs."""

from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

from .agreement import Array, Compare

CROP = "tf_crop_and_resize"
TRANSFORMATIONS: dict[str, tuple[int, ...]] = {
    "half_pixel": (11, 13, 18, 19), "asymmetric": (11, 19), "align_corners": (11, 19), "pytorch_half_pixel": (13, 18),
    CROP: (11, 13, 18, 19), "tf_half_pixel_for_nn": (11,), "half_pixel_symmetric": (19,),
}  # fmt: skip
MODES: list[tuple[str, dict[str, Any]]] = [
    ("nearest", {"nearest_mode": "round_prefer_floor"}), ("nearest", {"nearest_mode": "ceil"}), ("linear", {}),
    ("cubic", {}), ("cubic", {"exclude_outside": 1, "cubic_coeff_a": -0.5}), ("linear", {"antialias": 1}),
    ("cubic", {"antialias": 1}), ("cubic", {"antialias": 1, "exclude_outside": 1, "cubic_coeff_a": -0.5}),
]  # fmt: skip


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
@pytest.mark.parametrize(("mode", "more"), MODES, ids=[f"{n}-{mode[0]}" for n, mode in enumerate(MODES)])
@pytest.mark.parametrize("transformation", TRANSFORMATIONS)
def test_no_bit_differs(compare: Compare, transformation: str, mode: str, more: dict[str, Any], kind: type) -> None:
    antialias = "antialias" in more
    if mode == "cubic" and kind == np.uint8 and not antialias:
        with pytest.raises(UserError, match="X is uint8 and mode cubic; expected float32"):
            OPERATORS["", "Resize"].function(np.zeros((4, 4), kind), None, None, np.array([5, 3]), mode="cubic")
        return
    for opset in TRANSFORMATIONS[transformation]:
        for seed in range(6 if opset >= 18 or not antialias else 0):
            rng = np.random.default_rng([seed, opset])
            shape = (2, 2, *rng.integers(1, 9, 2)) if seed % 2 else tuple(rng.integers(1, 9, 2))
            x: Array = rng.uniform(0, 255, shape).astype(kind)
            lead = (0.0,) * (len(shape) - 2)
            ends = [*lead, *rng.uniform(-0.3, 0.6, 2), *(1.0 for _ in lead), *rng.uniform(0.3, 1.3, 2)]
            scales = np.array([*(1.0 for _ in lead), *rng.uniform(0.4, 2.6, 2)], np.float32)
            sizes = np.array([*shape[:-2], *rng.integers(1, 14, 2)])
            by_scale = seed % 3 == 0 and (np.floor(scales * np.array(shape, np.float32)) >= 1).all()
            empty = np.zeros(0, np.float32)
            region = np.array(ends, np.float32) if transformation == CROP else empty if opset < 13 else None
            given = [x, region, scales] if by_scale else [x, region, empty if opset < 13 else None, sizes]
            ((expected, found),) = compare(
                "Resize", given, opset=opset, mode=mode, coordinate_transformation_mode=transformation,
                extrapolation_value=7.5, **more,
            )  # fmt: skip
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            assert not differs(found, expected).any(), f"opset {opset}, seed {seed}, {shape} to {found.shape}"


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
@pytest.mark.parametrize("policy", ["not_larger", "not_smaller"])
def test_the_sides_keep_their_ratio(compare: Compare, policy: str, mode: str) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x = rng.normal(0, 9, (1, 2, *rng.integers(2, 9, 2))).astype(np.float32)
        region = rng.uniform(0, 1, 4).astype(np.float32)
        ((expected, found),) = compare(
            "Resize", [x, region, None, rng.integers(4, 14, 2)], opset=18, mode=mode, axes=[2, 3],
            keep_aspect_ratio_policy=policy, coordinate_transformation_mode=CROP if seed % 2 else "half_pixel",
        )  # fmt: skip
        assert found.shape == expected.shape
        assert not differs(found, expected).any()


def test_a_size_that_stays_is_a_copy(compare: Compare) -> None:
    x = np.random.default_rng(0).normal(0, 1, (4, 5)).astype(np.float32)
    for mode in ("nearest", "linear", "cubic"):
        ((expected, found),) = compare("Resize", [x, None, np.array([1.2, 1.1], np.float32)], opset=18, mode=mode)
        np.testing.assert_array_equal(expected, x)
        np.testing.assert_array_equal(found, x)


X, SIZES = np.ones((1, 1, 3, 4), np.float32), np.array([1, 1, 5, 6])
REFUSED: list[tuple[list[Any], dict[str, Any], str]] = [
    ([X, None, None, SIZES], {"mode": "area"}, "mode is 'area'; expected one of nearest, linear, cubic"),
    ([X, None, None, SIZES], {"nearest_mode": "round_prefer_ceil"}, "nearest_mode is 'round_prefer_ceil'"),
    ([X, None, None, SIZES], {"coordinate_transformation_mode": CROP}, "roi is nothing for a tensor of 4 axes"),
    ([X, None, None, SIZES[2:]], {"axes": [-2, -1], "keep_aspect_ratio_policy": "not_larger"}, r"axes are \[-2, -1\]"),
    ([X[0], None, None, SIZES[1:]], {"mode": "cubic"}, "of two or four axes for cubic"),
    ([X, None, None, SIZES * 2], {"mode": "linear"}, "an image of which only the last two axes change"),
    ([X.astype(np.int8), None, None, SIZES], {"mode": "linear", "antialias": 1}, "X is int8 and mode linear"),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "attributes", "said"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_what_cannot_be_computed_is_said(inputs: list[Any], attributes: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        OPERATORS["", "Resize"].function(*inputs, **attributes)
