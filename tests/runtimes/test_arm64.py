"""ONNX Runtime's QLinearAdd on 64-bit ARM: the function, its twin, and where it parts from x86-64."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc import ops
from resnet8doc.errors import UserError
from resnet8doc.runtimes import ONNXRUNTIME_ARM64, ONNXRUNTIME_X86

CODES = st.integers(-128, 127)
SCALES, SUMS = st.floats(2.0**-6, 4.0, width=32), st.floats(2.0**-3, 2.0, width=32)


@given(CODES, CODES, SCALES, SCALES, SUMS, CODES, CODES, CODES)
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


@pytest.mark.parametrize(
    ("a", "b", "c"),
    [
        (1, 1, 2.0**-8),
        (1, 2.0**-15, 1),
        (1, 1, 1e-40),
        (1e-40, 1, 1),
        (np.nextafter(np.float32(1), np.float32(0)), 0.5, 1),
    ],
)
def test_what_it_adds_in_float32_is_refused(a: float, b: float, c: float) -> None:
    """The last: its 24 bits, rounded to 22, are a power of two."""
    code = np.ones(1, np.int8)
    inputs = (code, np.float32(a), None, code, np.float32(b), None, np.float32(c), None)
    for add in (ops.qlinear_add, partial(ops.qlinear_add_element, (0,))):
        with pytest.raises(UserError, match=r"quotients from 2\^-14 to below 256"):
            add(*inputs, runtime=ONNXRUNTIME_ARM64)


@pytest.mark.parametrize(("a", "b", "c"), [(1, 2.0**-14, 1), (255.9, 1, 1), (2.0**-14, 2.0**-14, 1)])
def test_what_it_adds_in_integers_is_computed(a: float, b: float, c: float) -> None:
    code = np.ones(1, np.int8)
    inputs = (code, np.float32(a), None, code, np.float32(b), None, np.float32(c), None)
    found = ops.qlinear_add(*inputs, runtime=ONNXRUNTIME_ARM64)
    assert found.item() == min(round(a + b), 127)
