"""ONNX Runtime's QLinearAdd on 64-bit ARM: the function, its twin, and where it parts from x86-64."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc import ops
from resnet8doc.runtimes import ONNXRUNTIME_ARM64, ONNXRUNTIME_X86

CODES = st.integers(-128, 127)
SCALES = st.floats(2.0**-12, 4.0, width=32)


@given(CODES, CODES, SCALES, SCALES, SCALES, CODES, CODES, CODES)
def test_the_function_is_its_twin(
    a: int, b: int, a_scale: float, b_scale: float, c_scale: float, a_zero: int, b_zero: int, c_zero: int
) -> None:
    inputs: tuple[Any, ...] = (
        np.array([a], np.int8), np.float32(a_scale), np.int8(a_zero),
        np.array([b], np.int8), np.float32(b_scale), np.int8(b_zero), np.float32(c_scale), np.int8(c_zero),
    )  # fmt: skip
    found = ops.qlinear_add(*inputs, runtime=ONNXRUNTIME_ARM64)
    assert ops.qlinear_add_element((0,), *inputs, runtime=ONNXRUNTIME_ARM64).output == found.item()


def test_ties_go_away_from_zero_on_arm_and_to_even_on_x86() -> None:
    half, zero = np.float32(0.5), np.int8(0)
    codes = np.array([-3, -1, 1, 3], np.int8)
    inputs = (codes, half, zero, np.zeros(4, np.int8), half, zero, np.float32(1), zero)
    assert ops.qlinear_add(*inputs, runtime=ONNXRUNTIME_ARM64).tolist() == [-2, -1, 1, 2]
    assert ops.qlinear_add(*inputs, runtime=ONNXRUNTIME_X86).tolist() == [-2, 0, 0, 2]
