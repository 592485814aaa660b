"""Scales far apart, quotients of float16 and weights that are not stored, against ONNX Runtime."""

from typing import Any

import numpy as np
import pytest

from resnet8doc.arithmetic import Finish
from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS
from resnet8doc.ops.parts import check

from .agreement import Compare
from .test_odd_numbers import NAN, one_node

MICROSOFT = "com.microsoft"
X = np.array([[-128, -5, 0, 127]], np.int8)


@pytest.mark.parametrize(  # codes of 16 bits came with opset 21
    ("kind", "opset"),
    [(kind, opset) for kind in (np.int8, np.uint8, np.int16) for opset in (19, 21, 23, 24, 25)
     if kind != np.int16 or opset >= 21],
)  # fmt: skip
def test_float16_is_divided_in_the_type_that_the_opset_says(compare: Compare, opset: int, kind: Any) -> None:
    rng = np.random.default_rng(opset)
    x = (rng.normal(size=(40, 5, 3)) * 20).astype(np.float16)
    scales = np.array([0.0187, 0.4067, 0.2966], np.float16)
    for scale, attributes in ((np.array(0.15, np.float16), {}), (scales, {"axis": 2})):
        zero = np.full(scale.shape, 7, kind)
        ((expected, found),) = compare("QuantizeLinear", [x, scale, zero], opset=opset, **attributes)
        np.testing.assert_array_equal(found, expected)
        element = OPERATORS["", "QuantizeLinear"].at(opset).element
        assert element is not None
        for index in ((0, 0, 0), (7, 4, 1), (39, 2, 2)):
            assert element(index, x, scale, zero, **attributes).output == expected[index]


@pytest.mark.parametrize("opset", [23, 25])
@pytest.mark.parametrize(("kind", "of_scale"), [(np.float32, np.float16), (np.float16, np.float32)])
def test_the_type_of_the_scale_is_that_of_the_division(compare: Compare, opset: int, kind: Any, of_scale: Any) -> None:
    x = (np.random.default_rng(0).normal(size=2000) * 30).astype(kind)
    ((expected, found),) = compare("QuantizeLinear", [x, of_scale(0.0371), np.int16(0)], opset=opset)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("op_type", ["QLinearAdd", "QLinearMul"])
@pytest.mark.parametrize("scale", [1e10, 1e30, 1e-10])
def test_what_int32_does_not_hold(compare: Compare, op_type: str, scale: float) -> None:
    one, other = np.float32(1), np.array([[3, -7, 0, 9]], np.int8)
    for zero in (-128, 0, 127):
        given = [X, np.float32(scale), np.int8(0), other, one, np.int8(2), np.float32(0.5), np.int8(zero)]
        ((expected, found),) = compare(op_type, given, domain=MICROSOFT)
        np.testing.assert_array_equal(found, expected)
        element = OPERATORS[MICROSOFT, op_type].element
        assert element is not None
        assert [element((0, i), *given).output for i in range(4)] == expected[0].tolist()


LONE = [
    ((3, 1), (3, 40), True), ((), (40,), True), ((3, 1, 1), (3, 40, 1), True), ((3, 1), (1, 40), True),
    ((1, 1), (1, 1), True), ((3, 40), (3, 1), False), ((40,), (1,), False), ((1, 40), (3, 40), False),
    ((40,), (3, 40), False), ((3, 1, 5), (3, 8, 5), False), ((1, 40), (3, 1), False), ((3, 40), (3, 40), False),
    ((5, 1, 1, 7), (5, 1, 6, 1), False), ((3, 1), (3, 1), False),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "exchanged"), LONE)
def test_a_single_number_is_added_first(
    compare: Compare, a: tuple[int, ...], b: tuple[int, ...], exchanged: bool
) -> None:
    """Its scale is a million times the other's, and its code near its zero point: what is rounded first is seen."""
    rng, add, told = np.random.default_rng(0), OPERATORS[MICROSOFT, "QLinearAdd"], 0
    for number in range(40):
        large, small = (np.float32(rng.uniform(0.1, 1)) for _ in range(2))
        x, near = rng.integers(-128, 128, a).astype(np.int8), np.full(b, rng.integers(-128, 128), np.int8)
        given: list[Any] = [x, small, np.int8(rng.integers(-128, 128)), near, large * np.float32(1e6), near.flat[0]]
        result = [np.float32(rng.uniform(0.1, 1)), np.int8(rng.integers(-128, 128))]
        ((expected, found),) = compare("QLinearAdd", [*given, *result], domain=MICROSOFT)
        np.testing.assert_array_equal(found, expected)
        if number < 8:  # the plain loops take their time
            assert add.loops is not None
            np.testing.assert_array_equal(add.loops(*given, *result), expected)
        sides = [np.broadcast_to(codes, expected.shape) for codes in (x, near)]  # alike: nothing is exchanged
        whole = [sides[0], *given[1:3], sides[1], *given[4:], *result]
        other = [sides[1], *given[4:], sides[0], *given[1:3], *result]
        if expected.size > 1:
            told += (add.function(*whole) != add.function(*other)).any()
            np.testing.assert_array_equal(expected, add.function(*(other if exchanged else whole)))
    assert told or expected.size == 1, "the cases can tell one order from the other"


@pytest.mark.parametrize("scale", [1e10, 1e30])
def test_means_that_int32_does_not_hold(compare: Compare, scale: float) -> None:
    given = [X[None], np.float32(scale), np.int8(3), np.float32(0.5), np.int8(-2)]
    ((expected, found),) = compare("QLinearAveragePool", given, domain=MICROSOFT, kernel_shape=[2])
    np.testing.assert_array_equal(found, expected)
    element = OPERATORS[MICROSOFT, "QLinearAveragePool"].element
    assert element is not None
    assert [element((0, 0, i), *given, kernel_shape=[2]).output for i in range(3)] == expected[0, 0].tolist()


def test_a_factor_that_is_infinite_is_refused() -> None:
    large, small = np.float32(3e38), np.float32(1e-30)
    given = [X, large, np.int8(0), np.zeros((4, 1), np.int8), large, np.int8(0), small, np.int8(0)]
    with pytest.raises(UserError, match=r"x_scale \* w_scale / y_scale is infinite; expected a factor that float32"):
        OPERATORS["", "QLinearMatMul"].function(*given)
    with pytest.raises(UserError, match="a result is not a number; expected scales whose products and ratios"):
        Finish().codes(np.array([NAN]), np.int8(0), np.int8)
    with pytest.raises(UserError, match=r"y_scale is .*; expected at least 2\^-31"):
        OPERATORS[MICROSOFT, "QLinearSoftmax"].function(X, large, np.int8(0), small, np.int8(0), opset=13)


def test_numbers_that_int32_holds_stay() -> None:
    real = np.array([1, -2], np.float32)
    assert check.in_int32(real) is real


@pytest.mark.parametrize("fed", ["B", "scales"])
def test_blocks_are_quantized_where_the_weights_are_stored(fed: str) -> None:
    B, scales = np.full((1, 1, 8), 0x69, np.uint8), np.ones(1, np.float32)
    attributes: dict[str, Any] = {"K": 16, "N": 1, "block_size": 16, "accuracy_level": 4}
    stored: dict[str, Any] = {"B": B, "scales": scales}
    one_node("MatMulNBits", 1, attributes, domain=MICROSOFT, **stored)
    del stored[fed]
    with pytest.raises(
        UserError, match=rf"node n \(MatMulNBits\): {fed} is not stored and accuracy_level is 4; expected"
    ):
        one_node("MatMulNBits", 1, attributes, domain=MICROSOFT, fed=[fed], **stored)
    one_node("MatMulNBits", 1, attributes | {"accuracy_level": 0}, domain=MICROSOFT, fed=[fed], **stored)
