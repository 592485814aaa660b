"""The fast kernels equal the plain loops, in ONNX Runtime's arithmetic and in every other, mistakes included."""

import contextlib
import itertools
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet8doc import ops
from resnet8doc.arithmetic import Runtime
from resnet8doc.errors import UserError
from resnet8doc.faults import FIELDS, Wraps, parse_fault
from resnet8doc.ops import OPERATORS
from resnet8doc.proof import GENERATORS, Case
from resnet8doc.runtimes import ONNXRUNTIME_X86, RUNTIMES

NAMES = {
    "QuantizeLinear": "quantize_linear",
    "DequantizeLinear": "dequantize_linear",
    "QLinearConv": "qlinear_conv",
    "QLinearMatMul": "qlinear_matmul",
    "QGemm": "qgemm",
    "QLinearAdd": "qlinear_add",
    "QLinearAveragePool": "qlinear_average_pool",
    "QLinearGlobalAveragePool": "qlinear_global_average_pool",
    "QLinearSoftmax": "qlinear_softmax",
}


PARTS = {operator.op_type: operator.parts for operator in OPERATORS.values()}


@st.composite
def wrong_runtimes(draw: st.DrawFn) -> Runtime:
    """Draw a runtime with several mistakes, of those that go together."""
    made = draw(st.sampled_from(list(RUNTIMES.values())))
    for name, values in FIELDS.items():
        if draw(st.booleans()):
            value = draw(st.sampled_from(values or ("12", "16", "20", "24", "40")))
            try:
                made = made.with_fault(parse_fault(name, value))
            except UserError:  # a rounding and a multiplier that rounds by itself do not go together
                continue
    return made


def small(op_type: str, seed: int) -> Case:
    """Cut a random case down: loops in Python are slow."""
    case = GENERATORS[op_type](np.random.default_rng(seed))
    inputs: dict[str, Any] = dict(case.inputs)
    if op_type == "QLinearConv":
        inputs["x"] = inputs["x"][:1, :, :6, :6]
    if op_type == "QLinearAdd":
        step = 331 if inputs["A"].size > 256 else 1
        inputs["A"], inputs["B"] = inputs["A"][::step], inputs["B"][::step]
    if op_type == "QLinearMatMul":
        inputs["a"], inputs["b"] = inputs["a"][..., :3, :9], inputs["b"][..., :9, :4]
        for name in ("b_scale", "b_zero_point"):
            inputs[name] = inputs[name][:4] if np.ndim(inputs[name]) else inputs[name]
    if op_type in ("QLinearSoftmax", "QuantizeLinear"):
        first = "X" if op_type == "QLinearSoftmax" else "x"
        inputs[first] = inputs[first][:4]
    return Case(op_type, inputs, case.attributes, case.output)


def one_by_one(case: Case, runtime: Runtime) -> np.ndarray[Any, Any]:
    """Compute a case element by element."""
    function = getattr(ops, NAMES[case.op_type] + "_element")
    extra = {"runtime": runtime.limited_to(case.op_type, PARTS[case.op_type])}
    if case.op_type == "DequantizeLinear":
        extra = {}
    y = np.empty(case.in_engine().shape, case.output)
    for index in np.ndindex(y.shape):
        y[index] = function(index, **case.inputs, **case.attributes, **extra).output
    return y


@pytest.mark.parametrize("op_type", GENERATORS)
def test_as_the_runtime_computes(op_type: str) -> None:
    @settings(max_examples=15)
    @given(st.integers(0, 2**63 - 1))
    def check(seed: int) -> None:
        case = small(op_type, seed)
        np.testing.assert_array_equal(case.in_engine(ONNXRUNTIME_X86), one_by_one(case, ONNXRUNTIME_X86))

    check()


@pytest.mark.parametrize("op_type", [name for name in GENERATORS if name not in ("QuantizeLinear", "DequantizeLinear")])
def test_in_any_runtime_with_any_mistakes(op_type: str) -> None:
    @settings(max_examples=25)
    @given(st.integers(0, 2**63 - 1), wrong_runtimes())
    def check(seed: int, runtime: Runtime) -> None:
        case = small(op_type, seed)
        try:
            found = case.in_engine(runtime)
        except UserError as error:  # what a runtime has no kernel for, both refuse
            with pytest.raises(UserError, match=re.escape(error.found)):
                one_by_one(case, runtime)
            return
        np.testing.assert_array_equal(found, one_by_one(case, runtime))

    check()


@pytest.mark.parametrize("fault", [None, *(f for f in FIELDS if f in ("overflow", "rounding", "zero_point_added"))])
@pytest.mark.parametrize("runtime", RUNTIMES.values(), ids=lambda runtime: runtime.name)
def test_numbers_beyond_all_codes_and_what_is_no_number_are_quantized_in_both_forms(
    runtime: Runtime, fault: str | None
) -> None:
    """Where the low bits are kept, a float's sum with the zero point would have rounded them away."""
    wrong = [runtime] if fault is None else []
    for value in FIELDS[fault] if fault is not None else ():
        with contextlib.suppress(UserError):
            wrong.append(runtime.with_fault(parse_fault(fault or "", value)))
    far = (np.nan, np.inf, -np.inf, 3e38, -3e38, 1e19, -1e19, 1e10, -1e10, 2.0**24, -(2.0**24), 2.0**31, 2.0**62)
    for made in wrong:
        limited = made.limited_to("QuantizeLinear", PARTS["QuantizeLinear"])
        for number, size in itertools.product(far, (1, 8)):  # some kernels quantize what fills no vector otherwise
            given = (np.full(size, number, np.float32), np.float32(0.5), np.int8(3))
            try:
                found = ops.quantize_linear(*given, runtime=limited)
            except UserError as error:
                with pytest.raises(UserError, match=re.escape(error.found)):
                    ops.quantize_linear_element((0,), *given, runtime=limited)
                continue
            assert ops.quantize_linear_element((0,), *given, runtime=limited).output == found[0], (number, size)


@pytest.mark.parametrize("runtime", RUNTIMES.values(), ids=lambda runtime: runtime.name)
def test_sums_beyond_all_codes_keep_their_low_bits_in_both_forms(runtime: Runtime) -> None:
    wrong = runtime.with_fault(Wraps())
    zero, one = np.int8(0), np.float32(1)
    for sums in (2**24 - 1, 2**24 + 2, 2**30, -(2**24) - 2):
        given: dict[str, Any] = {
            "x": np.zeros((1, 1, 1, 1), np.int8), "x_scale": one, "x_zero_point": zero,
            "w": np.zeros((1, 1, 1, 1), np.int8), "w_scale": one, "w_zero_point": zero, "y_scale": np.float32(0.75),
            "y_zero_point": np.int8(3), "B": np.array([sums], np.int32),
        }  # fmt: skip
        try:
            found = ops.qlinear_conv(**given, runtime=wrong)
        except UserError:  # PyTorch's engines take no biases of codes, qnnpack no factor of 1
            continue
        assert ops.qlinear_conv_element((0, 0, 0, 0), **given, runtime=wrong).output == found[0, 0, 0, 0]


@pytest.mark.parametrize("op_type", [name for name in GENERATORS if name not in ("QuantizeLinear", "DequantizeLinear")])
def test_loops_are_the_elements_put_together(op_type: str) -> None:
    case = small(op_type, 5)
    found = getattr(ops, NAMES[op_type] + "_loops")(*case.inputs.values(), **case.attributes)
    np.testing.assert_array_equal(found, case.in_engine())


@pytest.mark.parametrize("op_type", [name for name in GENERATORS if name != "QLinearSoftmax"])
def test_a_trace_is_plain_json(op_type: str) -> None:
    import json

    case = small(op_type, 11)
    function = getattr(ops, NAMES[op_type] + "_element")
    index = (0,) * case.in_engine().ndim
    trace = function(index, **case.inputs, **case.attributes)
    assert json.loads(json.dumps(trace.to_dict()))["steps"][-1]["value"] == pytest.approx(trace.output, nan_ok=True)
