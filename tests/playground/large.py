"""A network of MobileNetV2's make, small in numbers: inverted bottlenecks, sums, a mean, a dense layer; as ONNX."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BLOCKS = 16


class Writer:
    """Writes nodes and stored tensors."""

    def __init__(self, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.stored: dict[str, onnx.TensorProto] = {}

    def store(self, name: str, array: object) -> str:
        """Store a tensor once."""
        self.stored[name] = numpy_helper.from_array(np.asarray(array), name)
        return name

    def codes(self) -> list[str]:
        """Return names of a scale and a zero point that all activations share."""
        return [self.store("s", np.float32(0.05)), self.store("z", np.uint8(110))]

    def conv(self, x: str, name: str, into: int, out: int, kernel: int = 1, stride: int = 1, group: int = 1) -> str:
        """Add a convolution; return what it makes."""
        weights = self.random.integers(-127, 128, (out, into // group, kernel, kernel)).astype(np.int8)
        scale = np.full(out, 0.9 / (40 * np.sqrt(weights[0].size)), np.float32)
        self.nodes.append(helper.make_node(
            "QLinearConv",
            [x, *self.codes(), self.store(f"{name}_w", weights), self.store(f"{name}_ws", scale),
             self.store(f"{name}_wz", np.zeros(out, np.int8)), *self.codes(),
             self.store(f"{name}_b", self.random.integers(-900, 900, out).astype(np.int32))],
            [f"{name}_out"], name=name, kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4, strides=[stride] * 2,
            group=group,
        ))  # fmt: skip
        return f"{name}_out"


def large(side: int = 32, blocks: int = BLOCKS) -> onnx.ModelProto:
    """Return a network of about 4 nodes a block that takes ``[batch, 3, side, side]`` and gives 100 numbers."""
    write = Writer()
    write.nodes.append(helper.make_node("QuantizeLinear", ["image", *write.codes()], ["codes"], name="quantize"))
    x, width = write.conv("codes", "stem", 3, 16, 3, 2), 16
    for number in range(blocks):
        name, stride = f"block{number}", 2 if number in (3, 8) else 1
        wide = write.conv(x, f"{name}_expand", width, 3 * width)
        deep = write.conv(wide, f"{name}_depthwise", 3 * width, 3 * width, 3, stride, 3 * width)
        y = write.conv(deep, f"{name}_project", 3 * width, width)
        if stride == 1:
            made = f"{name}_sum"
            write.nodes.append(helper.make_node(
                "QLinearAdd", [x, *write.codes(), y, *write.codes(), *write.codes()], [made], name=f"{name}_add",
                domain="com.microsoft",
            ))  # fmt: skip
            y = made
        x = y
    dense = write.random.integers(-99, 99, (width, 100)).astype(np.int8)
    write.nodes += [
        helper.make_node("QLinearGlobalAveragePool", [x, *write.codes(), *write.codes()], ["mean"], name="pool",
                         domain="com.microsoft", channels_last=0),
        helper.make_node("Flatten", ["mean"], ["flat"], name="flatten"),
        helper.make_node("QLinearMatMul", [
            "flat", *write.codes(), write.store("dense_w", dense),
            write.store("dense_ws", np.float32(0.01)), write.store("dense_wz", np.int8(0)), *write.codes(),
        ], ["dense"], name="dense"),
        helper.make_node("DequantizeLinear", ["dense", *write.codes()], ["answer"], name="dequantize"),
    ]  # fmt: skip
    graph = helper.make_graph(
        write.nodes, "large", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, side, side])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["batch", 100])], list(write.stored.values()),
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)
