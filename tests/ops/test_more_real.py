"""Operators on real numbers, and those that move numbers, against ONNX Runtime in every opset, compared as bits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]
Generator = np.random.Generator
Inputs = Callable[[Generator], list[Any]]

SEEDS = st.integers(0, 2**63 - 1)
QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def real(rng: Generator, *shape: int) -> Array:
    """Return numbers of all sizes, zeros of both signs and subnormal ones among them."""
    x: Array = (rng.normal(0, 1, shape) * np.exp(rng.uniform(-4, 3))).astype(np.float32)
    if x.size >= 8:
        x.flat[:6] = 0.0, -0.0, 1e-40, -1e-40, 100, -100
    return x


def codes(rng: Generator, *shape: int) -> Array:
    """Return int8 codes."""
    return rng.integers(-128, 128, shape).astype(np.int8)


def floats(*shapes: tuple[int, ...], positive: bool = False) -> Inputs:
    """Return a generator of real tensors."""
    return lambda rng: [np.abs(real(rng, *shape)) if positive else real(rng, *shape) for shape in shapes]


WHOLE = ("Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Floor", "Ceil", "Relu", "Reciprocal")
EXACT: list[tuple[str, Inputs, dict[str, Any], tuple[int, ...]]] = [
    *((name, floats((3, 37)), {}, (7, 13)) for name in WHOLE),
    ("Erf", floats((3, 37)), {}, (9, 13)),
    ("Round", lambda rng: [rng.integers(-9, 9, (3, 7)).astype(np.float32) / 2], {}, (11, 22)),
    *((name, lambda rng: [rng.normal(0, 1, (3, 7, 2)).astype(np.float32)], {"axes": [1]}, (7, 11, 12, 13))
      for name in ("ReduceMax", "ReduceMin")),
    *((name, lambda rng: [codes(rng, 3, 7, 2), np.array([0, 2])], {}, (18, 20)) for name in ("ReduceMax", "ReduceMin")),
    ("ReduceSum", lambda rng: [rng.integers(-99, 99, (3, 7, 2)), np.array([0, 2])], {"keepdims": 0}, (13,)),
    ("ReduceSum", lambda rng: [rng.integers(-(2**31), 2**31, (3, 7), np.int32)], {}, (7, 11, 13)),
    ("Elu", floats((3, 36)), {"alpha": 0.3}, (7, 22)),
    ("Gelu", floats((3, 37)), {}, (20,)),
    ("Gelu", floats((3, 37)), {"approximate": "tanh"}, (20,)),
    ("Tile", lambda rng: [real(rng, 2, 3), np.array([3, 2])], {}, (7, 13)),
    ("Tile", lambda rng: [codes(rng, 2, 1, 3), np.array([1, 0, 2])], {}, (7, 13)),
    ("Sqrt", floats((3, 37), positive=True), {}, (7, 13)),
    ("LeakyRelu", floats((3, 37)), {"alpha": 0.1}, (7, 16)),
    ("LeakyRelu", floats((3, 37)), {}, (7, 16)),
    ("PRelu", floats((2, 4, 5), (4, 1)), {}, (7, 9, 16)),
    ("HardSigmoid", floats((3, 37)), {"alpha": 1 / 6}, (7, 22)),
    ("HardSwish", floats((3, 37)), {}, (14, 22)),
    *((name, floats((3, 7), (7,)), {}, (7, 13, 14)) for name in ("Add", "Sub", "Mul", "Div")),
    *((name, floats((3, 7), (7,), (1,)), {}, (8, 12, 13)) for name in ("Min", "Max")),
    ("Pow", lambda rng: [real(rng, 3, 7), np.float32(2)], {}, (7, 12, 13, 15)),
    ("Pow", lambda rng: [real(rng, 3, 7), np.float32(3)], {}, (7, 12, 13, 15)),
    ("Clip", lambda rng: [real(rng, 3, 7), np.float32(0), np.float32(2)], {}, (11, 12, 13)),
    ("Clip", lambda rng: [real(rng, 3, 7)], {"min": 0.0, "max": 2.0}, (7, 10)),
    ("BatchNormalization", lambda rng: [real(rng, 2, 3, 4, 5), *np.abs(rng.normal(1, 0.5, (4, 3))).astype(np.float32)],
     {"epsilon": 1e-3}, (7, 9, 14, 15)),
    ("Cast", lambda rng: [np.clip(real(rng, 3, 7), -1e6, 1e6)], {"to": 6}, (7, 9, 13, 19, 21, 23)),
    ("Cast", lambda rng: [codes(rng, 3, 7)], {"to": 1}, (7, 9, 13, 19, 21, 23)),
    ("Cast", lambda rng: [real(rng, 3, 7)], {"to": 10}, (9, 13)),
    *((name, floats((3, 7), (7,)), {}, (9, 13)) for name in ("Greater", "Less")),
    *((name, floats((3, 7), (7,)), {}, (12, 16)) for name in ("GreaterOrEqual", "LessOrEqual")),
    ("Equal", floats((3, 7), (7,)), {}, (11, 13, 19)),
    ("Where", lambda rng: [rng.random((3, 7)) < 0.5, real(rng, 3, 7), real(rng, 7)], {}, (9, 16)),
    ("Range", lambda rng: [np.int64(rng.integers(5)), np.int64(20), np.int64(rng.integers(1, 5))], {}, (11,)),
    ("Div", lambda rng: [rng.integers(-50, 50, (3, 7)), rng.integers(1, 9, 7) * rng.choice([-1, 1], 7)], {}, (7, 14)),
    ("Concat", floats((2, 3), (2, 5), (2, 1)), {"axis": 1}, (7, 11, 13)),
    ("Gather", lambda rng: [real(rng, 3, 7), rng.integers(-7, 7, (2, 2))], {"axis": 1}, (11, 13)),
    ("Gather", lambda rng: [real(rng, 3, 7), rng.integers(0, 3, 5)], {}, (7, 11, 13)),
    ("Unsqueeze", floats((3, 7)), {"axes": [0, 3]}, (7, 11)),
    ("Unsqueeze", lambda rng: [real(rng, 3, 7), np.array([0, -1])], {}, (13, 21, 23)),
    ("Squeeze", lambda rng: [real(rng, 1, 7, 1), np.array([0, -1])], {}, (13, 21, 23)),
    ("Slice", floats((5, 7)), {"starts": [1, -3], "ends": [9, -1]}, (7,)),
    ("Slice", lambda rng: [real(rng, 5, 7), *map(np.array, ([-1, 1], [-99, 5], [1, 0], [-2, 2]))], {}, (10, 11, 13)),
    ("Pad", floats((2, 3)), {"pads": [0, 1, 2, 0], "value": 0.5}, (7,)),
    ("Pad", lambda rng: [codes(rng, 2, 3), np.array([0, 1, 2, 0]), np.int8(3)], {}, (13, 18, 21, 23)),
    ("Pad", lambda rng: [real(rng, 4, 5), np.array([1, -1, 2, 2])], {"mode": "constant"}, (11, 13, 18, 19)),
    *(("Pad", lambda rng: [real(rng, 4, 5), np.array([1, 2, 3, 0])], {"mode": mode}, (11, 13, 18, 21))
      for mode in ("edge", "reflect")),
    ("Shape", floats((3, 7, 2)), {}, (7, 13, 15, 19, 21, 23)),
    ("Shape", floats((3, 7, 2)), {"start": 1, "end": -1}, (15, 19, 21, 23)),
    ("Size", floats((3, 7, 2)), {}, (7, 13, 19)),
    ("Expand", lambda rng: [real(rng, 3, 1), np.array([2, 1, 7])], {}, (8, 13)),
    ("DepthToSpace", floats((2, 8, 3, 2)), {"blocksize": 2}, (7, 11, 13)),
    ("DepthToSpace", floats((2, 8, 3, 2)), {"blocksize": 2, "mode": "CRD"}, (11, 13)),
    ("Identity", floats((3, 7)), {}, (7, 13, 14, 16, 19, 21, 23)),
    ("Dropout", floats((3, 7)), {}, (7, 10, 12, 13, 22)),
    ("Upsample", lambda rng: [real(rng, 1, 2, 3, 4), np.array([1, 1, 2, 2], np.float32)], {"mode": "nearest"}, (9,)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("op_type", "generate", "attributes", "opsets"), EXACT, ids=[f"{n}-{case[0]}" for n, case in enumerate(EXACT)]
)
def test_no_bit_differs(
    compare: Compare, op_type: str, generate: Inputs, attributes: dict[str, Any], opsets: tuple[int, ...]
) -> None:
    for opset in opsets:
        for seed in range(12):
            inputs = generate(np.random.default_rng([seed, opset]))
            expected, found = compare(op_type, inputs, opset=opset, **attributes)[0]
            assert found.dtype == expected.dtype
            assert found.shape == expected.shape
            assert not differs(found, expected).any(), f"{op_type}, opset {opset}, seed {seed}"


@pytest.mark.parametrize(("op_type", "attributes"), [("Gelu", {}), ("FastGelu", {}), ("QuickGelu", {"alpha": 1.2})])
def test_no_bit_differs_in_the_runtimes_own(compare: Compare, op_type: str, attributes: dict[str, Any]) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        inputs = [real(rng, 3, 37), *([real(rng, 37)] if op_type == "FastGelu" and seed % 2 else [])]
        ((expected, found),) = compare(op_type, inputs, domain="com.microsoft", **attributes)
        assert not differs(found, expected).any(), f"{op_type}, seed {seed}"


@pytest.mark.parametrize("opset", [7, 11, 13, 18])
def test_split(compare: Compare, opset: int) -> None:
    x = np.arange(14, dtype=np.float32).reshape(2, 7)
    if opset < 13:
        pairs = compare("Split", [x], opset=opset, outputs=2, axis=1, split=[3, 4])
    else:
        pairs = compare("Split", [x, np.array([3, 4])], opset=opset, outputs=2, axis=1)
    if opset >= 18:
        pairs += compare("Split", [x], opset=opset, outputs=3, axis=1, num_outputs=3)
    for expected, found in pairs:
        np.testing.assert_array_equal(found, expected)


@settings(max_examples=150, suppress_health_check=QUIET)
@given(SEEDS)
def test_sums_and_means_add_up_in_the_runtimes_order(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rank = int(rng.integers(1, 5))
    shape = [int(n) for n in rng.integers(1, (0, 99, 40, 18, 9)[rank], rank)]
    axes = sorted(rng.choice(rank, int(rng.integers(1, rank + 1)), replace=False).tolist())
    x = rng.normal(0, 2, shape).astype(np.float32)
    keepdims = int(rng.integers(2))
    for op_type, older, newer in (("ReduceMean", 13, 18), ("ReduceSum", 11, 13)):
        ((expected, found),) = compare(op_type, [x], opset=older, axes=axes, keepdims=keepdims)
        assert not differs(found, expected).any(), f"{op_type}, {shape} over {axes}"
        ((expected, found),) = compare(op_type, [x, np.array(axes)], opset=newer, keepdims=keepdims)
        assert not differs(found, expected).any(), f"{op_type}, {shape} over {axes}"


COORDINATES = ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")
ROUNDINGS = ("round_prefer_floor", "floor", "ceil")


@settings(max_examples=200, suppress_health_check=QUIET)
@given(SEEDS)
def test_resize(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 3, *rng.integers(2, 8, 2).tolist())
    mode = ("nearest", "linear")[rng.integers(2)]
    attributes = {"mode": mode, "coordinate_transformation_mode": COORDINATES[rng.integers(4)]}
    x: Array = codes(rng, *shape) if rng.random() < 0.5 else real(rng, *shape)
    if mode == "nearest":
        attributes["nearest_mode"] = ROUNDINGS[rng.integers(3)]
    opset = int(rng.choice([11, 13, 18, 19]))
    none = np.zeros(0, np.float32)
    if rng.random() < 0.5:
        factors = np.array([1, 1, *rng.choice([1, 1.5, 2, 0.5, 2.5, 3], 2)], np.float32)
        inputs: list[Any] = [x, none, factors]
    else:
        inputs = [x, none, none, np.array([*shape[:2], *rng.integers(2, 14, 2)])]
    ((expected, found),) = compare("Resize", inputs, opset=opset, **attributes)
    assert not differs(found, expected).any(), f"{shape} {attributes} {inputs[-1]}"


@pytest.mark.parametrize("opset", [7, 11, 13])
def test_logarithms_of_probabilities(compare: Compare, opset: int) -> None:
    x = np.random.default_rng(opset).normal(0, 3, (2, 3, 4)).astype(np.float32)
    for attributes in ({}, {"axis": 2}):
        ((expected, found),) = compare("LogSoftmax", [x], opset=opset, **attributes)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@settings(max_examples=60, suppress_health_check=QUIET)
@given(SEEDS)
def test_real_sums_are_close(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, g, b = (rng.normal(0, 2, shape).astype(np.float32) for shape in ((3, 5, 32), (32,), (32,)))
    ((expected, found),) = compare("LayerNormalization", [x, g, b], opset=17)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    axes, group = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    kernel = rng.integers(1, 4, axes).tolist()
    x = rng.normal(0, 1, (2, 2 * group, *rng.integers(3, 6, axes).tolist())).astype(np.float32)
    w = rng.normal(0, 1, (2 * group, 3, *kernel)).astype(np.float32)
    attributes: dict[str, Any] = {"group": group, "strides": rng.integers(1, 3, axes).tolist()}
    attributes["pads"] = [int(rng.integers(0, min(n, 2))) for n in (*kernel, *kernel)]
    if axes == 2:
        attributes["dilations"] = rng.integers(1, 3, axes).tolist()
    bias = rng.normal(0, 1, 3 * group).astype(np.float32)
    ((expected, found),) = compare("ConvTranspose", [x, w, bias], opset=int(rng.choice([7, 11, 22])), **attributes)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("op_type", "inputs"), [("Log", [2.0]), ("Pow", [2.0, 1.7])])
def test_functions_of_other_libraries_are_close(compare: Compare, op_type: str, inputs: list[float]) -> None:
    x = np.abs(np.random.default_rng(1).normal(0, inputs[0], (3, 50))).astype(np.float32)
    ((expected, found),) = compare(op_type, [x, *map(np.float32, inputs[1:])], opset=15)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 39])
def test_what_is_left_of_elu_at_the_end_is_close(compare: Compare, size: int) -> None:
    x = real(np.random.default_rng(size), size)
    ((expected, found),) = compare("Elu", [x], opset=22, alpha=0.3)
    fours = size // 4 * 4
    assert not differs(found[:fours], expected[:fours]).any()
    np.testing.assert_allclose(found, expected, rtol=0, atol=2**-25)


def test_integers_that_float64_does_not_hold_are_not_added_up() -> None:
    reduce_sum = OPERATORS["", "ReduceSum"].function
    assert reduce_sum(np.array([2**53 - 2, 1])).tolist() == [2**53 - 1]
    with pytest.raises(UserError, match=r"integers add up to 9\.007e\+15; expected less than 9,007,199,254,740,992"):
        reduce_sum(np.array([2**53 - 1, 1]))


def test_a_tensor_of_one_number(compare: Compare) -> None:
    found = OPERATORS["", "ConstantOfShape"].function(np.array([2, 3]), value=(1, 2.5))
    np.testing.assert_array_equal(found, np.full((2, 3), 2.5, np.float32))
