"""A small quantized network of every operator, made with onnx alone, to be spoiled in every way."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

Build = Callable[..., Path]


def tiny_model(**changes: np.ndarray | np.generic | None) -> onnx.ModelProto:
    """Return QuantizeLinear, QLinearConv, QLinearAdd, DequantizeLinear in a row; ``changes`` replace stored tensors."""
    rng = np.random.default_rng(0)
    stored: dict[str, np.ndarray | np.generic | None] = {
        "s": np.float32(1), "z": np.int8(-128), "w": rng.integers(-127, 128, (4, 3, 3, 3)).astype(np.int8),
        "ws": np.full(4, 0.01, np.float32), "wz": np.zeros(4, np.int8), "ys": np.float32(2), "yz": np.int8(3),
        "b": np.arange(4, dtype=np.int32), "cs": np.float32(4), "cz": np.int8(0), **changes,
    }  # fmt: skip
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], name="quantize"),
        helper.make_node(
            "QLinearConv", ["q", "s", "z", "w", "ws", "wz", "ys", "yz", "b"], ["c"], name="conv", pads=[1] * 4
        ),
        helper.make_node(
            "QLinearAdd", ["c", "ys", "yz", "c", "ys", "yz", "cs", "cz"], ["a"], name="add", domain="com.microsoft"
        ),
        helper.make_node("DequantizeLinear", ["a", "cs", "cz"], ["y"], name="dequantize"),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 5, 5])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4, 5, 5])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in stored.items() if array is not None],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 19), helper.make_opsetid("com.microsoft", 1)], ir_version=9
    )


@pytest.fixture
def tiny(tmp_path: Path) -> Build:
    """Give a function that writes the tiny model, changed as asked, and returns its path."""

    def build(
        change: Callable[[onnx.ModelProto], None] | None = None, **changes: np.ndarray | np.generic | None
    ) -> Path:
        model = tiny_model(**changes)
        if change is not None:
            change(model)
        path = tmp_path / "tiny.onnx"
        onnx.save(model, path)
        return path

    return build
