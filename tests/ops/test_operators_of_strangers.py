"""Operators that a few public networks need, against ONNX Runtime in every opset: bits, or close."""

from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS

from .agreement import Array, Case, Compare, hold_to_bits, hold_to_last_bits, names


def real(rng: np.random.Generator, *shape: int) -> Array:
    """Return numbers of some sizes, zeros of both signs among them."""
    x: Array = rng.normal(0, 2, shape).astype(np.float32)
    x.flat[:2] = 0.0, -0.0
    return x


def few(rng: np.random.Generator, *shape: int) -> Array:
    """Return small whole numbers: many are equal."""
    return rng.integers(-3, 4, shape).astype(np.float32)


def special(rng: np.random.Generator) -> list[Any]:
    """Return numbers, NaN and infinities."""
    x = real(rng, 3, 7)
    x.flat[2:6] = np.nan, np.inf, -np.inf, 1e-40
    return [x]


EXACT: list[Case] = [
    ("Sum", lambda rng: [real(rng, 3, 7), real(rng, 7), real(rng, 3, 1)], {}, (8, 13)),
    ("Sum", lambda rng: [real(rng, 3, 7)], {}, (7, 8, 13)),
    ("Mean", lambda rng: [real(rng, 3, 7), real(rng, 7), real(rng, 3, 1)], {}, (8, 13)),
    *((name, lambda rng: [few(rng, 3, 7, 2)], {"axis": axis, "keepdims": axis % 2}, (7, 11, 12, 13))
      for name in ("ArgMax", "ArgMin") for axis in (0, 1)),
    *((name, lambda rng: [few(rng, 3, 7)], {"axis": 1, "select_last_index": 1}, (12, 13))
      for name in ("ArgMax", "ArgMin")),
    ("SpaceToDepth", lambda rng: [real(rng, 2, 3, 4, 6)], {"blocksize": 2}, (7, 13)),
    ("Sign", lambda rng: [real(rng, 3, 7)], {}, (9, 13)),
    ("Sign", lambda rng: [rng.integers(-3, 4, (3, 7))], {}, (9, 13)),
    ("IsNaN", special, {}, (9, 13, 20)),
    ("IsInf", special, {}, (10, 20)),
    ("IsInf", special, {"detect_negative": 0}, (10, 20)),
    ("IsInf", special, {"detect_positive": 0}, (10, 20)),
    ("Softsign", lambda rng: [real(rng, 3, 37)], {}, (7, 22)),
    *(("CumSum", lambda rng: [real(rng, 3, 7), np.array(1)], {"exclusive": e, "reverse": r}, (11, 14))
      for e in (0, 1) for r in (0, 1)),
    ("CumSum", lambda rng: [rng.integers(-9, 9, (3, 7)), np.array(-2)], {}, (11, 14)),
    ("Trilu", lambda rng: [real(rng, 2, 4, 5)], {}, (14,)),
    ("Trilu", lambda rng: [real(rng, 4, 5), np.array(-1)], {"upper": 0}, (14,)),
    ("Trilu", lambda rng: [real(rng, 4, 5), np.array(2)], {"upper": 1}, (14,)),
    ("GatherElements", lambda rng: [real(rng, 3, 7), rng.integers(-7, 7, (2, 4))], {"axis": 1}, (11, 13)),
    ("GatherElements", lambda rng: [real(rng, 3, 7), rng.integers(0, 3, (5, 7))], {}, (11, 13)),
    ("GatherND", lambda rng: [real(rng, 3, 7, 2), rng.integers(-3, 3, (4, 2))], {}, (11, 12, 13)),
    ("GatherND", lambda rng: [real(rng, 3, 7, 2), rng.integers(0, 7, (3, 5, 1))], {"batch_dims": 1}, (12, 13)),
    ("Xor", lambda rng: [rng.random((3, 7)) < 0.5, rng.random(7) < 0.5], {}, (7,)),
    ("Mod", lambda rng: [rng.integers(-20, 20, (3, 7)), rng.integers(1, 5, 7) * rng.choice([-1, 1], 7)], {}, (10, 13)),
    ("Mod", lambda rng: [rng.integers(-20, 20, (3, 7)), rng.integers(1, 5, 7)], {"fmod": 1}, (10, 13)),
    ("Mod", lambda rng: [real(rng, 3, 7), np.abs(real(rng, 7)) + np.float32(0.5)], {"fmod": 1}, (10, 13)),
    ("ReduceProd", lambda rng: [rng.integers(-5, 6, (3, 4), np.int32), np.array([1])], {}, (18,)),
    ("ScatterElements", lambda rng: [real(rng, 3, 7), rng.permutation(7)[None, :4], real(rng, 1, 4)], {"axis": 1},
     (11, 13, 16, 18)),
    ("ScatterElements", lambda rng: [real(rng, 3, 7), rng.integers(0, 3, (5, 7)), real(rng, 5, 7)],
     {"reduction": "add"}, (16, 18)),
    ("ScatterND", lambda rng: [real(rng, 5, 3), rng.permutation(5)[:2, None], real(rng, 2, 3)], {}, (11, 13, 16, 18)),
    *(("ScatterND", lambda rng: [real(rng, 5), rng.integers(-5, 5, (4, 1)), real(rng, 4)], {"reduction": name},
       (16, 18))
      for name in ("add", "mul")),
    ("InstanceNormalization", lambda rng: [real(rng, 2, 3, 4, 5), real(rng, 3), real(rng, 3)], {}, (7, 22)),
]  # fmt: skip

CLOSE: list[Case] = [
    ("LRN", lambda rng: [real(rng, 2, 9, 3, 4)], {"size": 5, "alpha": 0.01, "bias": 2.0}, (7, 13)),
    ("LRN", lambda rng: [real(rng, 2, 2, 3, 1)], {"size": 3}, (13,)),
    *((name, lambda rng: [real(rng, 3, 37)], {}, (7, 22)) for name in ("Sin", "Cos", "Softplus", "Selu")),
    ("Selu", lambda rng: [real(rng, 3, 37)], {"alpha": 1.5, "gamma": 2.0}, (7, 22)),
    ("Mish", lambda rng: [real(rng, 3, 37)], {}, (18, 22)),
    *((name, lambda rng: [real(rng, 3, 7, 2)], {"axes": [1]}, (7, 11, 13))
      for name in ("ReduceProd", "ReduceSumSquare", "ReduceL1", "ReduceL2")),
    *((name, lambda rng: [real(rng, 3, 7, 2), np.array([0, 2])], {"keepdims": 0}, (18,))
      for name in ("ReduceProd", "ReduceSumSquare", "ReduceL1", "ReduceL2")),
    ("Einsum", lambda rng: [real(rng, 2, 3, 4), real(rng, 2, 4, 5)], {"equation": "bij, bjk -> bik"}, (12,)),
    ("Einsum", lambda rng: [real(rng, 3, 4), real(rng, 5, 4)], {"equation": "...i,ji->...j"}, (12,)),
]  # fmt: skip


@pytest.mark.parametrize("case", EXACT, ids=names(EXACT))
def test_no_bit_differs(compare: Compare, case: Case) -> None:
    hold_to_bits(compare, case)


@pytest.mark.parametrize("case", CLOSE, ids=names(CLOSE))
def test_only_last_bits_differ(compare: Compare, case: Case) -> None:
    hold_to_last_bits(compare, case)


@pytest.mark.parametrize("opset", [7, 10, 11])
@pytest.mark.parametrize("largest", [0, 1])
def test_the_largest_few(compare: Compare, opset: int, largest: int) -> None:
    for seed in range(12):
        x = few(np.random.default_rng(seed), 3, 9, 2)
        extra = {} if opset < 11 else {"largest": largest}
        inputs, given = ([x], {"k": 4}) if opset < 10 else ([x, np.array([4])], {})
        pairs = compare("TopK", inputs, opset=opset, outputs=2, axis=1, **given, **extra)
        assert len(pairs) == 2
        for expected, found in pairs:
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected)


NAN = np.array([[1, np.nan]], np.float32)
ONE = np.ones((2, 3), np.float32)
REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("ArgMax", [NAN], {"axis": 1}, "data holds NaN"),
    ("ArgMin", [ONE], {"axis": 2}, r"axis is 2 of \[2, 3\]"),
    ("TopK", [NAN, np.array([1])], {}, "X holds NaN"),
    ("TopK", [ONE, np.array([4])], {}, r"K is \[4\], axis -1 of \[2, 3\]"),
    ("TopK", [ONE, np.array([1])], {"sorted": 0}, "sorted is 0; expected 1"),
    ("GatherND", [ONE, np.zeros((2, 0), int)], {}, "coordinates that lie in data"),
    ("ScatterND", [ONE, np.zeros((2, 0), int), np.stack([ONE, ONE])], {}, "coordinates along the last axis"),
    ("LRN", [ONE], {"size": 4}, "size is 4; expected"),
    ("InstanceNormalization", [ONE[None], ONE[0], ONE[0]], {}, r"scale \[3\]; expected"),
    ("SpaceToDepth", [ONE[None, None]], {"blocksize": 2}, "multiples of 2"),
    ("CumSum", [ONE, np.array(2)], {}, "axis is 2; expected"),
    ("Trilu", [ONE[0]], {}, "two axes or more"),
    ("GatherElements", [ONE, np.array([[3]])], {"axis": 1}, "reach from 0 to 3"),
    ("GatherND", [ONE, np.array([[2, 0]])], {}, "reach from 0 to 2"),
    ("ScatterElements", [ONE, np.array([[3]]), ONE[:1, :1]], {"axis": 1}, "reach from 3 to 3"),
    ("ScatterElements", [ONE, np.array([[0]]), ONE[:1, :1]], {"reduction": "mean"}, "reduction is 'mean'"),
    ("ScatterND", [ONE, np.array([[2]]), ONE[:1]], {}, "reach from 2 to 2"),
    ("ScatterND", [ONE, np.array([[1]]), ONE], {}, "an update for each"),
    ("Mod", [np.array([1]), np.array([0])], {}, "B holds 0"),
    ("Mod", [ONE, ONE], {}, "fmod 1 for real numbers"),
    ("Einsum", [ONE, ONE], {"equation": "ij,jk->ik"}, "one letter for each axis"),
]


@pytest.mark.parametrize(("op_type", "inputs", "attributes", "said"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_be_computed_is_said(
    op_type: str, inputs: list[Any], attributes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        OPERATORS["", op_type].function(*inputs, **attributes)
