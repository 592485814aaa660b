"""Each fault can be made in the operators that have its part, changes something there, and is refused elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, get_args

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


@cache
def drawn(domain: str, op_type: str) -> list[Case]:
    """Draw the cases of an operator: 600, the same for every fault and every runtime."""
    rng = np.random.default_rng(3)
    cases = (_with_ties(GENERATORS[op_type](rng), rng) for _ in range(600))
    return [replace(case, domain=domain) for case in cases]


class Cases:
    """Cases of an operator with what a runtime computes, which is computed when it is asked for, and once."""

    def __init__(self, operator: Operator, runtime: Runtime) -> None:
        cases = drawn(operator.domain, operator.op_type)
        self._more = ((case, right) for case in cases if (right := _unless_refused(case, runtime)) is not None)
        self._made: list[tuple[Case, Any]] = []

    @property
    def few(self) -> bool:
        """Whether, of all cases, the runtime refuses nine of ten: what is left may not show a fault."""
        self._made += self._more
        return len(self._made) < 60

    def __iter__(self) -> Iterator[tuple[Case, Any]]:
        yield from self._made
        for pair in self._more:
            self._made.append(pair)
            yield pair


def _unless_refused(case: Case, runtime: Runtime) -> Any:
    try:
        return case.in_engine(runtime)
    except UserError:
        return None


@cache
def without_fault(domain: str, op_type: str) -> Cases:
    """Give the cases of an operator with what ONNX Runtime computes."""
    return Cases(OPERATORS[domain, op_type], ONNXRUNTIME_X86)


@pytest.mark.parametrize("operator", QUANTIZED, ids=lambda operator: operator.op_type)
@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.describe())
def test_a_fault_changes_something_where_it_can_be_made_and_is_refused_elsewhere(
    fault: Fault, operator: Operator
) -> None:
    wrong = ONNXRUNTIME_X86.with_fault(fault)
    if fault.part not in operator.parts:
        case = drawn(operator.domain, operator.op_type)[0]
        with pytest.raises(UserError, match=f"cannot be made in {operator.op_type}"):
            operator.function(**case.inputs, **case.attributes, runtime=wrong)
        return
    cases = without_fault(operator.domain, operator.op_type)
    changed = any(not np.array_equal(case.in_engine(wrong), right) for case, right in cases)
    assert changed, f"{fault.describe()} changes nothing in 600 cases of {operator.op_type}"


SO = {
    ("onnxruntime_x86_avx2", "pairwise_saturation=True"), ("fbgemm_avx2", "pairwise_saturation=True"),
    ("onednn_avx2", "pairwise_saturation=True"), ("onnx_reference", "zero_point_added=before_rounding"),
    ("onnx_reference", "form=documented"),
}  # fmt: skip
"""What is a mistake elsewhere, and what these runtimes do."""

NUMBERS_ALIKE = {
    ("tflite_reference", "multiplier=fixed_point_double_rounding", "QLinearGlobalAveragePool"),
    ("tflite_micro", "multiplier=fixed_point_double_rounding", "QLinearGlobalAveragePool"),
    ("tflite_builtin_arm", "multiplier=fixed_point", "QLinearGlobalAveragePool"),
    ("tflite_builtin_arm", "multiplier=fixed_point", "QGemm"),
}
"""Where a mistake is one in other operators of the runtime, and in this one gives what the runtime's own form gives."""


def test_what_a_runtime_does_is_no_mistake_in_it() -> None:
    found = {(name, fault.describe()) for name, runtime in RUNTIMES.items() for fault in EVERY
             if runtime.computes_so(fault)}  # fmt: skip
    assert found == SO
    with pytest.raises(UserError, match=r"pairwise_saturation=True is no mistake in .*, which computes so; expected"):
        RUNTIMES["onnxruntime_x86_avx2"].with_fault(PairsSaturate())
    wrong = RUNTIMES["fbgemm"].with_fault(DocumentedFormula())
    case = GENERATORS["QLinearSoftmax"](np.random.default_rng(0))
    with pytest.raises(UserError, match=r"form=documented is no mistake in QLinearSoftmax of PyTorch"):
        OPERATORS["com.microsoft", "QLinearSoftmax"].function(**case.inputs, **case.attributes, runtime=wrong)


@pytest.mark.parametrize("runtime", [one for one in RUNTIMES.values() if one != ONNXRUNTIME_X86], ids=lambda r: r.name)
def test_a_fault_changes_something_in_every_runtime(runtime: Runtime) -> None:
    for operator in QUANTIZED:
        cases = Cases(operator, runtime)
        for fault in EVERY:
            possible = fault.part in runtime.parts_of(operator.op_type, operator.parts)
            key = runtime.name, fault.describe(), operator.op_type
            if not possible or runtime.computes_so(fault, operator.op_type) or key in NUMBERS_ALIKE:
                continue
            try:
                wrong = runtime.with_fault(fault)
            except UserError:
                continue
            assert any(not np.array_equal(right, case.in_engine(wrong)) for case, right in cases) or cases.few, key


@pytest.mark.parametrize(
    ("op_type", "part"), [("QLinearAveragePool", "overflow"), ("RESIZE_BILINEAR", "overflow"), ("NEG", "overflow")]
)
def test_what_cannot_leave_its_codes_or_wraps_by_itself_is_not_wrapped(op_type: str, part: str) -> None:
    """No mean of codes is beyond them; TensorFlow Lite's NEG changes the sign of a byte."""
    for name in ("tflite_reference", "tflite_builtin", "xnnpack"):
        assert part not in RUNTIMES[name].parts_of(op_type, frozenset({"overflow", "relu"})), name


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
