"""Operators on codes that other networks have, against ONNX Runtime on random inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet8doc.arithmetic import Runtime
from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]
Generator = np.random.Generator
Single = tuple[str, list[Any], dict[str, Any]]

MICROSOFT = "com.microsoft"
SEEDS = st.integers(0, 2**63 - 1)
QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def codes(rng: Generator, kind: Any, *shape: int) -> Array:
    """Return codes of the whole range."""
    limits = np.iinfo(kind)
    return rng.integers(limits.min, limits.max, shape, endpoint=True).astype(kind)


def kind(rng: Generator) -> Any:
    """Return int8 or uint8."""
    return (np.int8, np.uint8)[rng.integers(2)]


def scale(rng: Generator) -> np.float32:
    """Return a scale; every second one is a power of two, with which products end in ties."""
    return np.float32(2.0 ** rng.integers(-8, 1) if rng.random() < 0.5 else np.exp(rng.uniform(-6, 0)))


def parameters(rng: Generator, of: Any) -> list[Any]:
    """Return a scale and a zero point."""
    return [scale(rng), of(codes(rng, of, 1)[0])]


def qlinear_mul(rng: Generator) -> Single:
    """Return a case with or without broadcasting."""
    of = kind(rng)
    a, b = codes(rng, of, 3, 65), codes(rng, of, *((3, 65), (1, 65), ())[rng.integers(3)])
    c_scale, c_zero = parameters(rng, of)
    return "QLinearMul", [a, *parameters(rng, of), b, *parameters(rng, of), np.float32(c_scale * 4), c_zero], {}


def qlinear_sigmoid(rng: Generator) -> Single:
    """Return a case."""
    of = kind(rng)
    return "QLinearSigmoid", [codes(rng, of, 3, 65), *parameters(rng, of), *parameters(rng, of)], {}


def qlinear_leaky_relu(rng: Generator) -> Single:
    """Return a case."""
    of = kind(rng)
    alpha = float(rng.choice([0.1, 0.01, 0.5]))
    return "QLinearLeakyRelu", [codes(rng, of, 3, 65), *parameters(rng, of), *parameters(rng, of)], {"alpha": alpha}


def matmul_integer(rng: Generator) -> Single:
    """Return a case with one zero point, or one for each column."""
    of = kind(rng)
    rows, inner, columns = (int(n) for n in rng.integers(1, 40, 3))
    b_zero = codes(rng, of, columns) if rng.random() < 0.5 else of(codes(rng, of, 1)[0])
    lead = (2,) if rng.random() < 0.3 else ()
    a, b = codes(rng, np.uint8, *lead, rows, inner), codes(rng, of, inner, columns)
    return "MatMulInteger", [a, b, np.uint8(rng.integers(256)), b_zero], {}


def conv_integer(rng: Generator) -> Single:
    """Return a case along one to three axes, grouped or not."""
    of, group, axes = kind(rng), int(rng.integers(1, 3)), int(rng.integers(1, 4))
    each, channels = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    kernel = rng.integers(1, 4, axes).tolist()
    x = codes(rng, np.uint8, 2, channels * group, *rng.integers(5, 8, axes).tolist())
    w = codes(rng, of, each * group, channels, *kernel)
    attributes = {"pads": rng.integers(0, 2, 2 * axes).tolist(), "group": group}
    return "ConvInteger", [x, w, np.uint8(rng.integers(256)), of(codes(rng, of, 1)[0])], attributes


CASES = [qlinear_mul, qlinear_sigmoid, qlinear_leaky_relu, matmul_integer, conv_integer]


@pytest.mark.parametrize("generate", CASES)
def test_no_value_differs(compare: Compare, generate: Callable[[Generator], Single]) -> None:
    @settings(max_examples=25, suppress_health_check=QUIET)
    @given(SEEDS)
    def check(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for number in range(10):  # to draw a seed takes as long as to run a case
            op_type, inputs, attributes = generate(rng)
            domain = "" if op_type.endswith("Integer") else MICROSOFT
            ((expected, found),) = compare(op_type, inputs, domain=domain, **attributes)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected, f"case {number} of the seed")

    check()


@pytest.mark.parametrize("generate", CASES)
def test_the_loops_give_the_same(generate: Callable[[Generator], Single], runtime_here: Runtime) -> None:
    @settings(max_examples=10, suppress_health_check=QUIET, deadline=None)
    @given(SEEDS)
    def check(seed: int) -> None:
        op_type, inputs, attributes = generate(np.random.default_rng(seed))
        inputs[0] = inputs[0][:1]
        if op_type == "QLinearMul" and np.ndim(inputs[3]):
            inputs[3] = inputs[3][:1]
        operator = next(one for one in OPERATORS.values() if one.op_type == op_type)
        assert operator.loops is not None
        runtime = runtime_here.limited_to(op_type, operator.parts)
        found = operator.loops(*inputs, **attributes, runtime=runtime)
        np.testing.assert_array_equal(found, operator.function(*inputs, **attributes, runtime=runtime))

    check()


@settings(max_examples=200, suppress_health_check=QUIET)
@given(SEEDS)
def test_qlinear_concat(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    of, axis = kind(rng), int(rng.integers(2))
    own = parameters(rng, of)
    inputs: list[Any] = []
    for _ in range(3):
        shape = [4, 5]
        shape[axis] = int(rng.integers(1, 9))
        inputs += [codes(rng, of, *shape), *(own if rng.random() < 0.4 else parameters(rng, of))]
    # the runtime wants scales and zero points stored: what is fed is the first tensor of codes
    ((expected, found),) = compare("QLinearConcat", [*own, *inputs], domain=MICROSOFT, fed=2, axis=axis)
    np.testing.assert_array_equal(found, expected)
    loops = OPERATORS[MICROSOFT, "QLinearConcat"].loops
    assert loops is not None
    np.testing.assert_array_equal(loops(*own, *inputs, axis=axis), expected)


@settings(max_examples=200, suppress_health_check=QUIET)
@given(SEEDS)
def test_qlinear_where(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    of = kind(rng)
    own = parameters(rng, of)
    shapes = ((4, 9), (1, 9), (4, 1), ())
    condition = rng.random(shapes[rng.integers(4)]) < 0.5
    inputs: list[Any] = [condition]
    for _ in range(2):
        shape = shapes[rng.integers(4)] if rng.random() < 0.5 else (4, 9)
        inputs += [codes(rng, of, *shape), *(own if rng.random() < 0.4 else parameters(rng, of))]
    ((expected, found),) = compare("QLinearWhere", [*inputs, *own], domain=MICROSOFT)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(found, expected)
    loops = OPERATORS[MICROSOFT, "QLinearWhere"].loops
    assert loops is not None
    np.testing.assert_array_equal(loops(*inputs, *own), expected)


def test_what_qlinear_where_cannot_compute_is_said() -> None:
    where = OPERATORS[MICROSOFT, "QLinearWhere"].function
    x, rest = np.zeros((2, 3), np.int8), (np.float32(1), np.int8(0))
    with pytest.raises(UserError, match=r"condition has shape \[4\], X \[2, 3\]"):
        where(np.ones(4, bool), x, *rest, x, *rest, *rest)
    with pytest.raises(UserError, match="condition is int64; expected bool"):
        where(np.ones(3, np.int64), x, *rest, x, *rest, *rest)
    with pytest.raises(UserError, match=r"z_scale is 0\.0; expected a finite number other than 0"):
        where(np.ones(3, bool), x, *rest, x, *rest, np.float32(0), np.int8(0))


@settings(max_examples=200, suppress_health_check=QUIET)
@given(SEEDS)
def test_dynamic_quantization(compare: Compare, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = (rng.normal(0, 1, (5, 33)) * np.exp(rng.uniform(-3, 3)) + rng.normal(0, 2)).astype(np.float32)
    for expected, found in compare("DynamicQuantizeLinear", [x], outputs=3):
        assert not differs(found, expected).any()
    of = kind(rng)
    b, b_scale = codes(rng, of, 33, 7), np.array([scale(rng) for _ in range(7)], np.float32)
    b_zero = codes(rng, of, 7)
    bias = rng.normal(0, 5, 7).astype(np.float32) if rng.random() < 0.5 else None
    ((expected, found),) = compare("DynamicQuantizeMatMul", [x, b, b_scale, b_zero, bias], domain=MICROSOFT)
    assert not differs(found, expected).any()
    a = codes(rng, np.uint8, 5, 33)
    inputs = [a, b, scale(rng), b_scale, np.uint8(rng.integers(256)), b_zero, bias]
    ((expected, found),) = compare("MatMulIntegerToFloat", inputs, domain=MICROSOFT)
    assert not differs(found, expected).any()


def test_where_all_numbers_are_zero_the_dynamic_scale_is_one(compare: Compare) -> None:
    for expected, found in compare("DynamicQuantizeLinear", [np.zeros((2, 3), np.float32)], outputs=3):
        assert not differs(found, expected).any()
