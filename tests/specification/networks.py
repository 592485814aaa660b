"""Small networks made here, with whatever names a test wants."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HOSTILE = '<img src=x onerror="fail()">&\'"</script><script>fail()</script>'


def small(path: Path, *, prefix: str = "", real: bool = False) -> Path:
    """Write a network of a QuantizeLinear, two convolutions, a mean, a product and a DequantizeLinear.

    Parameters
    ----------
    path
        The file.
    prefix
        Stands before the name of each node and each tensor.
    real
        Whether a Sqrt on real numbers stands where the hardware tools refuse one: at the end.
    """
    random = np.random.default_rng(0)
    stored = {
        "s": np.float32(0.02), "z": np.int8(-3), "t": np.float32(0.05), "zero": np.int8(0),
        "w1": random.integers(-127, 128, (4, 3, 3, 3)).astype(np.int8),
        "s1": random.uniform(0.001, 0.01, 4).astype(np.float32), "z1": np.zeros(4, np.int8),
        "b1": random.integers(-500, 500, 4).astype(np.int32),
        "w2": random.integers(-127, 128, (4, 1, 3, 3)).astype(np.int8), "s2": np.float32(0.004),
        "w3": random.integers(-127, 128, (4, 5)).astype(np.int8), "shape": np.array([-1, 4], np.int64),
    }  # fmt: skip

    def named(name: str) -> str:
        return prefix + name

    def node(op_type: str, name: str, inputs: str, output: str, **attributes: Any) -> onnx.NodeProto:
        domain = "com.microsoft" if op_type == "QLinearGlobalAveragePool" else ""
        read = [named(one) for one in inputs.split()]
        return helper.make_node(op_type, read, [named(output)], named(name), domain=domain, **attributes)

    nodes = [
        node("QuantizeLinear", "quantize", "x s z", "xq"),
        node("QLinearConv", "first", "xq s z w1 s1 z1 t zero b1", "y1", pads=[1, 1, 1, 1], strides=[2, 2]),
        node("QLinearConv", "depthwise", "y1 t zero w2 s2 zero t zero", "y2", group=4),
        node("QLinearGlobalAveragePool", "mean", "y2 t zero t zero", "y3", channels_last=0),
        node("Reshape", "flat", "y3 shape", "y4"),
        node("QLinearMatMul", "dense", "y4 t zero w3 s2 zero t zero", "y5"),
        node("DequantizeLinear", "real", "y5 t zero", "y6" if real else "y"),
    ]
    nodes += [node("Sqrt", "root", "y6", "y")] if real else []
    graph = helper.make_graph(
        nodes, "small", [helper.make_tensor_value_info(named("x"), TensorProto.FLOAT, ["batch", 3, 8, "width"])],
        [helper.make_tensor_value_info(named("y"), TensorProto.FLOAT, ["batch", 5])],
        [numpy_helper.from_array(np.asarray(value), named(name)) for name, value in stored.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path
