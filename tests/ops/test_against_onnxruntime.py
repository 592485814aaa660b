"""Every quantized operator equals ONNX Runtime's on random inputs: thousands of cases, not one mismatch."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet8doc.arithmetic import Runtime
from resnet8doc.proof import GENERATORS, Case
from resnet8doc.runtimes import ONNXRUNTIME_X86_AVX2

SEEDS = st.integers(0, 2**63 - 1)
CASES = {"QLinearConv": 700, "QLinearMatMul": 600, "QGemm": 500, "QLinearAdd": 150, "QLinearSoftmax": 1000}
AT_ONCE = 10
"""How many cases come of one seed: to draw a seed takes as long as to run a case."""


@pytest.mark.parametrize("op_type", GENERATORS)
def test_no_value_differs(op_type: str, runtime_here: Runtime) -> None:
    @settings(max_examples=CASES.get(op_type, 300) // AT_ONCE, suppress_health_check=[HealthCheck.too_slow])
    @given(seed=SEEDS)
    def check(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for number in range(AT_ONCE):
            case = GENERATORS[op_type](rng)
            expected, found = case.in_onnxruntime(), case.in_engine(runtime_here)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected, f"case {number} of the seed")

    check()


def test_pairs_saturate_in_onnxruntime_exactly_where_the_processor_is_said_to(runtime_here: Runtime) -> None:
    """255 * 127 + 255 * 127 does not fit int16."""
    one, zero = np.float32(1), np.uint8(0)
    inputs: dict[str, Any] = {
        "a": np.full((1, 2), 255, np.uint8), "a_scale": one, "a_zero_point": zero, "b": np.full((2, 1), 127, np.int8),
        "b_scale": one, "b_zero_point": np.int8(0), "y_scale": np.float32(300), "y_zero_point": zero,
    }  # fmt: skip
    case = Case("QLinearMatMul", inputs, {}, np.uint8)
    exact, clamped = round(2 * 255 * 127 / 300), round(32767 / 300)
    assert case.in_onnxruntime().item() == (clamped if runtime_here.first_stage.pairs else exact)
    assert case.in_engine().item() == exact
    assert case.in_engine(ONNXRUNTIME_X86_AVX2).item() == clamped
