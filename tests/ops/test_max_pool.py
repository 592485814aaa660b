"""MaxPool against ONNX Runtime, and its twin."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper

from resnet8doc import ops
from resnet8doc.errors import UserError

SEEDS = st.integers(0, 2**63 - 1)
TYPES: tuple[type[np.generic], ...] = (np.int8, np.uint8, np.float32)


def case(seed: int) -> tuple[np.ndarray[Any, Any], dict[str, Any]]:
    """Draw one to three axes, a window with all its attributes, and numbers with extremes among them."""
    r = np.random.default_rng(seed)
    axes = int(r.integers(1, 4))
    kernel = [int(k) for k in r.integers(1, 4, axes)]
    attributes: dict[str, Any] = {"kernel_shape": kernel, "strides": [int(s) for s in r.integers(1, 4, axes)]}
    spread = [1] * axes
    strides = attributes["strides"]
    how = r.random()
    if how < 0.5:
        attributes["pads"] = [int(r.integers(0, k)) for k in (*kernel, *kernel)]
    elif how < 0.7:
        same = all(stride <= k for stride, k in zip(strides, kernel, strict=True))
        attributes["auto_pad"] = str(r.choice(["SAME_UPPER", "SAME_LOWER"] if same else ["VALID"]))
    if not attributes.get("auto_pad", "").startswith("SAME") and r.random() < 0.5:
        spread = attributes["dilations"] = [int(d) for d in r.integers(1, 3, axes)]
    if r.random() < 0.3:
        attributes["ceil_mode"] = 1
    lengths = [int(r.integers(0, 6)) + (k - 1) * d + 1 for k, d in zip(kernel, spread, strict=True)]
    shape = (int(r.integers(1, 3)), int(r.integers(1, 4)), *lengths)
    kind = TYPES[int(r.integers(0, 3))]
    if kind is np.float32:
        return r.choice(np.array([0, -1, 1, 1e30, -1e30, 7], np.float32), shape), attributes
    limits = np.iinfo(np.dtype(kind))
    return r.integers(limits.min, limits.max + 1, shape).astype(kind), attributes


def in_onnxruntime(x: np.ndarray[Any, Any], attributes: dict[str, Any]) -> Any:
    node = helper.make_node("MaxPool", ["x"], ["y"], **attributes)
    kind = helper.np_dtype_to_tensor_dtype(x.dtype)
    graph = helper.make_graph(
        [node], "one", [helper.make_tensor_value_info("x", kind, x.shape)],
        [helper.make_tensor_value_info("y", kind, None)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


@settings(max_examples=300)
@given(SEEDS)
def test_no_value_differs(seed: int) -> None:
    x, attributes = case(seed)
    found = ops.max_pool(x, **attributes)
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(found, in_onnxruntime(x, attributes))


@settings(max_examples=40)
@given(SEEDS)
def test_the_function_is_its_twin(seed: int) -> None:
    x, attributes = case(seed)
    np.testing.assert_array_equal(ops.max_pool(x[:1, :1], **attributes), ops.max_pool_loops(x[:1, :1], **attributes))


def test_padding_is_lower_than_every_code() -> None:
    x = np.full((1, 1, 2, 2), -128, np.int8)
    assert ops.max_pool(x, kernel_shape=(3, 3), pads=(1, 1, 1, 1)).tolist() == [[[[-128, -128], [-128, -128]]]]


@pytest.mark.parametrize(("kernel", "stride", "dilation"), [(2, 1, 2), (1, 3, 1)])
@pytest.mark.parametrize("pool", [ops.max_pool, ops.average_pool])
def test_what_runtime_and_standard_see_differently_is_refused(
    pool: Any, kernel: int, stride: int, dilation: int
) -> None:
    with pytest.raises(UserError, match=r"auto_pad is SAME_UPPER, .* Write the padding as pads\."):
        pool(np.zeros((1, 1, 6, 6), np.float32), kernel_shape=(kernel,) * 2, strides=(stride,) * 2,
             dilations=(dilation,) * 2, auto_pad="SAME_UPPER")  # fmt: skip


def test_a_pool_of_codes_refuses_it_too() -> None:
    scale, zero = np.float32(1), np.int8(0)
    with pytest.raises(UserError, match="Write the padding as pads"):
        ops.qlinear_average_pool(
            np.zeros((1, 1, 6, 6), np.int8), scale, zero, scale, zero, kernel_shape=(1, 1), strides=(3, 3),
            auto_pad="SAME_LOWER",
        )  # fmt: skip
