"""Each fault can be made in the operators that have its part, changes something there, and is refused elsewhere."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from resnet8doc.arithmetic import FixedPoint, Rounding, Runtime
from resnet8doc.errors import UserError
from resnet8doc.faults import (
    FIELDS,
    Accumulator,
    ChannelScale,
    DocumentedFormula,
    Fault,
    HeldAs,
    PaddedWithCodeZero,
    PairsSaturate,
    Relu,
    Rounded,
    Wraps,
    ZeroPointFirst,
    parse_fault,
)
from resnet8doc.ops import OPERATORS, Operator
from resnet8doc.proof import GENERATORS, Case
from resnet8doc.runtimes import ONNXRUNTIME_X86, RUNTIMES

EVERY: list[Fault] = [
    Accumulator(12), Accumulator(12, "saturate"), ChannelScale("first"), ChannelScale("neighbour"), DocumentedFormula(),
    HeldAs("float16"), HeldAs("power_of_two"), HeldAs("fixed_point"), HeldAs("fixed_point_double_rounding"),
    PaddedWithCodeZero(), PairsSaturate(), Relu("code_zero"), Relu("zero_point"), Relu("before_bias"), Wraps(),
    ZeroPointFirst(), *(Rounded(mode) for mode in get_args(Rounding) if mode != "half_even"),
]  # fmt: skip
QUANTIZED = [operator for operator in OPERATORS.values() if operator.op_type in GENERATORS and operator.quantized]


def _with_ties(case: Case, rng: np.random.Generator) -> Case:
    """Give a case scales of few bits, so that ties are frequent, and a pool a window of the whole image."""
    inputs, attributes = dict(case.inputs), dict(case.attributes)
    for name, value in inputs.items():
        if name.endswith("scale") and value is not None:
            few = np.array([0.25, 0.5, 1, 2, 0.3], np.float32)
            inputs[name] = few[rng.integers(0, len(few), np.asarray(value).shape)]
    if case.op_type == "QLinearAveragePool" and rng.random() < 0.5:
        image = np.asarray(inputs["X"]).shape
        attributes = {"kernel_shape": image[1:3] if attributes.get("channels_last") else image[2:],
                      "channels_last": attributes.get("channels_last", 0)}  # fmt: skip
    return replace(case, inputs=inputs, attributes=attributes)


@pytest.mark.parametrize("operator", QUANTIZED, ids=lambda operator: operator.op_type)
@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.describe())
def test_a_fault_changes_something_where_it_can_be_made_and_is_refused_elsewhere(
    fault: Fault, operator: Operator
) -> None:
    wrong = ONNXRUNTIME_X86.with_fault(fault)
    rng = np.random.default_rng(3)
    for _ in range(600):
        case = _with_ties(GENERATORS[operator.op_type](rng), rng)
        if fault.part not in operator.parts:
            with pytest.raises(UserError, match=f"cannot be made in {operator.op_type}"):
                operator.function(**case.inputs, **case.attributes, runtime=wrong)
            return
        if not np.array_equal(case.in_engine(wrong), case.in_engine()):
            return
    pytest.fail(f"{fault.describe()} changes nothing in 600 cases of {operator.op_type}")


@pytest.mark.parametrize("runtime", RUNTIMES.values(), ids=lambda runtime: runtime.name)
def test_a_fault_composes_with_every_runtime(runtime: Runtime) -> None:
    made = runtime.with_fault(Accumulator(16), Wraps())
    assert made.faults == (Accumulator(16), Wraps())
    assert made != runtime
    assert made.base == runtime
    assert made.describe() == f"{runtime.title}; accumulator_bits=16; overflow=wrap"
    assert made.first_stage.bits == 16
    assert made.finish.overflow == "wrap"


def test_a_rounding_cannot_be_made_where_the_product_rounds_itself() -> None:
    integer = Runtime("integer", "An integer runtime", second_stage=FixedPoint())
    with pytest.raises(UserError, match="rounding=floor cannot be made in An integer runtime"):
        integer.with_fault(Rounded("floor"))
    for first, second in ((Rounded("floor"), HeldAs("fixed_point")), (HeldAs("fixed_point"), Rounded("floor"))):
        with pytest.raises(UserError):
            ONNXRUNTIME_X86.with_fault(first, second)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in FIELDS.items() for value in values])
def test_faults_are_read_as_they_are_written(name: str, value: str) -> None:
    assert parse_fault(name, value).describe() == f"{name}={value}"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("rounding", "up", "rounding is 'up'; expected one of 'half_up'"),
        ("overflow", "clip", "overflow is 'clip'; expected one of 'wrap'"),
        ("accumulator_bits", "1", "accumulator_bits is 1; expected 2 to 64"),
        ("accumulator_bits", "x", "accumulator_bits is 'x'; expected a whole number, 2 to 64"),
        ("colour", "red", "there is no fault 'colour'; expected one of rounding"),
    ],
)
def test_faults_that_do_not_exist_are_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        parse_fault(name, value)
    assert str(error.value).startswith(message)
