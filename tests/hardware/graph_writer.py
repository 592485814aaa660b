"""Writes extractions of integer operators, node by node."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet8doc.graph import Graph
from resnet8doc.ops import OPERATORS

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Codes:
    """A tensor of codes, with the stored tensors that say what it stands for."""

    name: str
    shape: Shape
    dtype: str
    scale: str
    zero: str


OF_TFLITE = frozenset({
    "RELU", "RELU6", "QUANTIZE", "SUB", "TANH", "HARD_SWISH", "PRELU", "SQUARED_DIFFERENCE", "DIV", "SUM",
    "LOG_SOFTMAX", "L2_NORMALIZATION", "TRANSPOSE_CONV", "RESIZE_BILINEAR", "LESS", "LESS_EQUAL", "GREATER",
    "GREATER_EQUAL", "EQUAL", "NOT_EQUAL",
})  # fmt: skip
"""Operators of TensorFlow Lite's own domain."""


@dataclass
class GraphWriter:
    """Writes an extraction, choosing by ``number``; with ``tflite`` only what TensorFlow Lite's kernels have."""

    number: Callable[[int, int], int]
    random: np.random.Generator
    tflite: bool = False
    nodes: list[dict[str, Any]] = field(default_factory=list)
    stored: dict[str, Array] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    made: list[Codes] = field(default_factory=list)
    real: dict[str, Shape] = field(default_factory=dict)

    def choose(self, *options: Any) -> Any:
        return options[self.number(0, len(options) - 1)]

    def kind(self) -> str:
        """Choose a type of codes."""
        return str(self.choose("int8") if self.tflite else self.choose("int8", "uint8"))

    def order(self, count: int) -> list[int]:
        """Choose an order of so many axes."""
        left = list(range(count))
        return [left.pop(self.number(0, len(left) - 1)) for _ in range(count)]

    def store(self, value: Any) -> str:
        name = f"c{len(self.stored)}"
        self.stored[name] = np.asarray(value)
        return name

    def codes(self, dtype: str, shape: Shape) -> Array:
        limits = np.iinfo(dtype)
        return self.random.integers(limits.min, limits.max, shape, endpoint=True).astype(dtype)

    def pair(self, dtype: str, low: float = 0.02, high: float = 0.3) -> tuple[str, str]:
        """Store a scale and a zero point."""
        scale = (
            np.float32(2.0 ** self.number(-5, -1))
            if self.number(0, 2) == 0
            else np.float32(self.random.uniform(low, high))
        )
        return self.store(scale), self.store(self.codes(dtype, ()))

    def node(self, op_type: str, inputs: Mapping[str, str | tuple[str, ...]], **attributes: Any) -> str:
        own = op_type.startswith(("QGemm", "QLinear")) and op_type not in ("QLinearConv", "QLinearMatMul")
        domain = "com.microsoft" if own else "tflite" if op_type in OF_TFLITE else ""
        output = f"t{len(self.nodes)}"
        self.nodes.append({
            "name": f"{op_type}/{len(self.nodes)}", "op_type": op_type, "domain": domain,
            "layer": f"layer{len(self.nodes)}",
            "since_version": max(OPERATORS[domain, op_type].since_versions), "attributes": attributes,
            "inputs": [
                {"formal": formal, "tensor": tensor} for formal, tensors in inputs.items()
                for tensor in ((tensors,) if isinstance(tensors, str) else tensors)
            ],
            "outputs": [{"index": 0, "tensor": output, "dtype": None, "shape": None}],
        })  # fmt: skip
        return output

    def quantized(self, name: str, shape: Shape, dtype: str, scale: str, zero: str) -> Codes:
        codes = Codes(name, shape, dtype, scale, zero)
        self.made.append(codes)
        return codes

    # What is fed

    def feed(self) -> None:
        dtype = self.kind()
        kind = self.choose("image", "image", "last", "matrix", "row")
        channels, size = self.number(1, 6), (self.number(2, 7), self.number(2, 7))
        first: Any = self.choose("batch", "batch", 1, 2)
        shape: tuple[Any, ...] = {
            "image": (first, channels, *size), "last": (first, *size, channels),
            "matrix": (first, size[0], channels + 2),
            "row": (first, channels + 4),
        }[kind]  # fmt: skip
        item = tuple(1 if axis == "batch" else axis for axis in shape)
        name = f"in{len(self.inputs)}"
        real = self.choose(True, True, False)
        self.inputs.append({"name": name, "dtype": "float32" if real else dtype, "shape": list(shape)})
        if real:
            self.real[name] = item
        if kind == "last":
            name, item = self.node("Transpose", {"data": name}, perm=[0, 3, 1, 2]), (item[0], item[3], *item[1:3])
        if real:
            self.real[name] = item
            self.quantize(name, dtype)
        else:
            self.quantized(name, item, dtype, *self.pair(dtype))

    def quantize(self, name: str, dtype: str) -> None:
        shape = self.real[name]
        if self.number(0, 5) == 0 and len(shape) > 1:  # a scale for each channel
            count = shape[1]
            scale = self.store(self.random.uniform(0.02, 0.3, count).astype(np.float32))
            zero = self.store(self.codes(dtype, (count,)))
            y = self.node("QuantizeLinear", {"x": name, "y_scale": scale, "y_zero_point": zero}, axis=1)
            self.quantized(y, shape, dtype, *self.pair(dtype))
            return
        scale, zero = self.pair(dtype)
        y = self.node("QuantizeLinear", {"x": name, "y_scale": scale, "y_zero_point": zero})
        self.quantized(y, shape, dtype, scale, zero)

    def computed(self) -> Shape:
        """Return the shape of what the last node makes, by running it."""
        graph = self.graph([self.nodes[-1]["outputs"][0]["tensor"]])
        graph = graph.with_runtime("tflite_micro") if self.tflite else graph
        feeds = {
            entry["name"]: np.zeros([1 if n == "batch" else n for n in entry["shape"]], entry["dtype"])
            for entry in self.inputs
        }
        return tuple(graph.run(feeds, [graph.outputs[0].name])[graph.outputs[0].name].shape)

    def graph(self, outputs: list[str]) -> Graph:
        operations = {
            "format": "resnet8doc.operations", "version": 2, "model": {"name": "random", "quant_format": "QOperator"},
            "inputs": self.inputs, "nodes": self.nodes,
            "outputs": [{"name": name, "dtype": None, "shape": None} for name in outputs],
            "initializers": [
                {"name": name, "dtype": str(array.dtype), "stored_dtype": str(array.dtype), "shape": list(array.shape)}
                for name, array in self.stored.items()
            ],
        }  # fmt: skip
        return Graph.from_parts(operations, self.stored)
