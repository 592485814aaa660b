"""Mermaid text of graphs."""

import re
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.extract import load
from resnet8doc.figures._mermaid import Node, mermaid, nodes_of, nodes_of_graph


@pytest.fixture
def model() -> onnx.ModelProto:
    """Build a quantized convolution: its weight's DequantizeLinear reads nothing but constants."""
    import numpy as np

    constants = {
        "scale": np.float32(0.5),
        "zero": np.int8(0),
        "w": np.zeros((16, 3, 3, 3), np.int8),
        "b": np.zeros(16, np.float32),
    }
    graph = helper.make_graph(
        [
            helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"], "x_q"),
            helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["d"], "x_d"),
            helper.make_node("DequantizeLinear", ["w", "scale", "zero"], ["wd"], "w_d"),
            helper.make_node("Conv", ["d", "wd", "b"], ["y"], "conv", strides=[2, 2]),
            helper.make_node("Add", ["y", "y"], ["z"], "add"),
        ],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 8, 8])],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["batch", 16, 3, 3])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph)


def test_constants_are_left_out_and_data_flow_is_whole(model: onnx.ModelProto) -> None:
    nodes = nodes_of(model)
    assert [node.name.strip() for node in nodes] == ["x", "x_q", "x_d", "conv", "add", "z"]
    text = mermaid(nodes)
    edges = re.findall(r"n(\d+) --> n(\d+)", text)
    assert edges == [("0", "1"), ("1", "2"), ("2", "3"), ("3", "4"), ("3", "4"), ("4", "5")]


def test_labels_say_operator_kernel_and_shape(model: onnx.ModelProto) -> None:
    text = mermaid(nodes_of(model), direction="LR")
    assert text.startswith("flowchart LR\n")
    assert '["<b>x_q</b><br/>QuantizeLinear"]:::boundary' in text
    assert '(["x<br/>batch × 3 × 8 × 8"]):::terminal' in text
    assert '["<b>conv</b><br/>Conv<br/>3×3, 3 → 16, stride 2"]:::weighted' in text
    assert len(re.findall("classDef", text)) == 4  # only the colours that occur


def test_markup_in_names_is_shown_and_not_obeyed() -> None:
    text = mermaid([Node('a"]; click n0 "x', "<script>", (), ())])
    assert "<script>" not in text
    assert text.count('"') == 2
    assert "#60;script#62;" in text


def test_a_network_that_is_no_onnx_file(networks: Path) -> None:
    boxes = nodes_of_graph(load(networks / "mlperf-ad01_int8.tflite"))
    assert [box.operator for box in boxes] == ["", *["QGemm"] * 10, ""]
    assert (boxes[0].lines, boxes[-1].lines) == (("batch × 640",), ("batch × 640",))
    text = mermaid(boxes)
    assert text.count(" --> ") == 11, "one chain from the input to the output"
