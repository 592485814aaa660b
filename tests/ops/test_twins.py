"""The fast kernels equal the plain loops, under ONNX Runtime's arithmetic and under every other."""

from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnet8doc import ops
from resnet8doc.proof import GENERATORS, Case
from resnet8doc.requantize import RUNTIME, Arithmetic

CHOICES = {name: get_args(hint) for name, hint in get_type_hints(Arithmetic).items() if get_args(hint)}

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


@st.composite
def arithmetics(draw: st.DrawFn) -> Arithmetic:
    chosen: dict[str, Any] = {name: draw(st.sampled_from(choices)) for name, choices in CHOICES.items()}
    bits = draw(st.sampled_from([12, 16, 20, 24, 32, 40]))
    return Arithmetic(**chosen, accumulator_bits=bits, pairwise_saturation=draw(st.booleans()))


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


def one_by_one(case: Case, arithmetic: Arithmetic) -> np.ndarray[Any, Any]:
    """Compute a case element by element."""
    function = getattr(ops, NAMES[case.op_type] + "_element")
    y = np.empty(case.in_engine().shape, case.output)
    for index in np.ndindex(y.shape):
        y[index] = function(index, **case.inputs, **case.attributes, arithmetic=arithmetic).output
    return y


@pytest.mark.parametrize("op_type", GENERATORS)
def test_as_the_runtime_computes(op_type: str) -> None:
    @settings(max_examples=15)
    @given(st.integers(0, 2**63 - 1))
    def check(seed: int) -> None:
        case = small(op_type, seed)
        np.testing.assert_array_equal(case.in_engine(RUNTIME), one_by_one(case, RUNTIME))

    check()


@pytest.mark.parametrize("op_type", [name for name in GENERATORS if name not in ("QuantizeLinear", "DequantizeLinear")])
def test_under_any_arithmetic(op_type: str) -> None:
    @settings(max_examples=25)
    @given(st.integers(0, 2**63 - 1), arithmetics())
    def check(seed: int, arithmetic: Arithmetic) -> None:
        case = small(op_type, seed)
        np.testing.assert_array_equal(case.in_engine(arithmetic), one_by_one(case, arithmetic))

    check()


@pytest.mark.parametrize(
    "op_type", [name for name in GENERATORS if name not in ("QGemm", "QuantizeLinear", "DequantizeLinear")]
)
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
