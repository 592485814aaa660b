"""ONNX Runtime's own forms of the standard's operators equal ONNX Runtime's, on random inputs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet8doc import ops
from resnet8doc.arithmetic import Runtime
from resnet8doc.errors import UserError
from resnet8doc.ops._operator import MICROSOFT
from resnet8doc.proof import GENERATORS, Case

SEEDS = st.integers(0, 2**63 - 1)


def channels_last(seed: int) -> Case:
    """Return a case of the standard's QLinearConv in ONNX Runtime's own form."""
    case = GENERATORS["QLinearConv"](np.random.default_rng(seed))
    x = np.ascontiguousarray(np.moveaxis(np.asarray(case.inputs["x"]), 1, -1))
    return replace(case, inputs={**case.inputs, "x": x}, attributes={**case.attributes, "channels_last": 1},
                   domain=MICROSOFT)  # fmt: skip


def test_channels_last_convolutions(runtime_here: Runtime) -> None:
    @settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
    @given(seed=SEEDS)
    def check(seed: int) -> None:
        case = channels_last(seed)
        np.testing.assert_array_equal(case.in_engine(runtime_here), case.in_onnxruntime())

    check()


def test_loops_and_elements_are_the_fast_kernel(runtime_here: Runtime) -> None:
    for seed in range(6):
        case = channels_last(seed)
        inputs: dict[str, Any] = {**case.inputs, "x": np.asarray(case.inputs["x"])[:1, :6, :6]}
        case = replace(case, inputs=inputs)
        fast = case.in_engine(runtime_here)
        given = {**case.attributes, "runtime": runtime_here}
        np.testing.assert_array_equal(ops.qlinear_conv_channels_last_loops(*inputs.values(), **given), fast)
        for index in np.ndindex(fast.shape):
            trace = ops.qlinear_conv_channels_last_element(index, *inputs.values(), **given)
            assert trace.output == fast[index]
            assert all(term.x == inputs["x"][term.x_index] for term in trace.terms if term.x_index is not None)


@pytest.mark.parametrize("op_type", ["QuantizeLinear", "DequantizeLinear"])
def test_codes_and_real_numbers(op_type: str, runtime_here: Runtime) -> None:
    @settings(max_examples=100)
    @given(seed=SEEDS)
    def check(seed: int) -> None:
        case = replace(GENERATORS[op_type](np.random.default_rng(seed)), domain=MICROSOFT)
        expected, found = case.in_onnxruntime(), case.in_engine(runtime_here)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)

    check()


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
def test_channels_last_pools(dtype: Any) -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        limits = np.iinfo(dtype)
        x = rng.integers(limits.min, limits.max, (2, *rng.integers(3, 9, 2), 5), endpoint=True).astype(dtype)
        kernel = [int(k) for k in rng.integers(1, 4, 2)]
        given = {"kernel_shape": kernel, "strides": [int(s) for s in rng.integers(1, 3, 2)],
                 "pads": [int(p) for p in (*rng.integers(0, kernel), *rng.integers(0, kernel))],
                 "ceil_mode": int(rng.integers(2))}  # fmt: skip
        case = Case("NhwcMaxPool", {"x": x}, given, dtype)
        found = case.in_engine()
        np.testing.assert_array_equal(found, case.in_onnxruntime())
        np.testing.assert_array_equal(ops.nhwc_max_pool_loops(x, **given), found)
        index = tuple(length - 1 for length in found.shape)
        trace = ops.nhwc_max_pool_element(index, x, **given)
        assert (trace.index, trace.output) == (index, found[index])


def test_an_image_without_axes_is_refused() -> None:
    with pytest.raises(UserError, match=r"x has shape \[3, 1\]; expected \[N, D1, ..., C\], 3 axes or more"):
        ops.nhwc_max_pool(np.zeros((3, 1), np.int8), kernel_shape=(2, 2))
