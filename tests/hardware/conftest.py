"""A small network with random weights, of the same operators as ResNet8, and the real one."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc import graph as engine
from resnet8doc.graph import Graph
from resnet8doc.hardware.c import _compile
from resnet8doc.ops import OPERATORS

from .objects import Objects
from .side_by_side import Programs

Array = npt.NDArray[Any]


class Builder:
    """Writes an extraction, node by node."""

    def __init__(self, seed: int, code: str, weight: str, per_channel: bool) -> None:
        self.random = np.random.default_rng(seed)
        self.code, self.weight, self.per_channel = np.dtype(code), np.dtype(weight), per_channel
        self.nodes: list[dict[str, Any]] = []
        self.parameters: dict[str, Array] = {}
        self.quantization: dict[str, tuple[str, str]] = {}

    def store(self, name: str, value: Any) -> str:
        self.parameters[name] = np.asarray(value)
        return name

    def zero_point(self, name: str, relu: bool | None) -> str:
        limits = np.iinfo(self.code)
        # ReLU's is the lowest code; others lie about the middle.
        relu = self.random.random() < 0.5 if relu is None else relu
        value = limits.min if relu else (limits.min + limits.max) // 2 + self.random.integers(-40, 40)
        return self.store(name, self.code.type(value))

    def node(
        self, name: str, op_type: str, inputs: list[tuple[str, str]], output: str, shape: list[Any], **more: Any
    ) -> str:
        own = op_type.startswith(("QLinear", "QGemm")) and op_type not in ("QLinearConv", "QLinearMatMul")
        dtype = more.pop("dtype", str(self.code))
        self.nodes.append({
            "name": name, "op_type": op_type, "domain": "com.microsoft" if own else "",
            "layer": name.removesuffix("_quant"), "attributes": more,
            "since_version": max(OPERATORS["com.microsoft" if own else "", op_type].since_versions),
            "inputs": [{"formal": f, "tensor": t} for f, t in inputs],
            "outputs": [{"index": 0, "tensor": output, "dtype": dtype, "shape": ["batch", *shape]}],
        })  # fmt: skip
        return output

    def made(self, tensor: str, scale: float, relu: bool | None = None) -> tuple[str, str]:
        pair = self.store(f"{tensor}_scale", np.float32(scale)), self.zero_point(f"{tensor}_zero_point", relu)
        self.quantization[tensor] = pair
        return pair

    def weights(self, name: str, shape: tuple[int, ...], axis: int) -> tuple[str, str, str]:
        limits = np.iinfo(self.weight)
        w = self.random.integers(limits.min, limits.max, shape, endpoint=True).astype(self.weight)
        channels = shape[axis] if self.per_channel else 1
        scales = self.random.uniform(0.5, 1.5, channels).astype(np.float32) * np.float32(0.01)
        middle = 0 if self.weight == np.int8 else 128
        zeros = np.full(channels, middle, self.weight)
        if self.weight == np.uint8:
            zeros = (zeros + self.random.integers(-9, 9, channels)).astype(np.uint8)
        if not self.per_channel:
            scales, zeros = scales.reshape(()), zeros.reshape(())
        return self.store(f"{name}_w", w), self.store(f"{name}_w_scale", scales), self.store(f"{name}_w_zero", zeros)

    def conv(
        self, name: str, x: str, channels: int, out: int, kernel: int, stride: int, pads: list[int], size: int
    ) -> str:
        w, w_scale, w_zero = self.weights(name, (out, channels, kernel, kernel), 0)
        bias = self.store(f"{name}_bias", self.random.integers(-3000, 3000, out).astype(np.int32))
        y_scale, y_zero = self.made(f"{name}_y", 0.01 * kernel * np.sqrt(channels) * self.random.uniform(0.7, 1.4))
        x_scale, x_zero = self.quantization[x]
        inputs = [("x", x), ("x_scale", x_scale), ("x_zero_point", x_zero), ("w", w), ("w_scale", w_scale),
                  ("w_zero_point", w_zero), ("y_scale", y_scale), ("y_zero_point", y_zero), ("B", bias)]  # fmt: skip
        attributes = {
            "kernel_shape": [kernel] * 2,
            "strides": [stride] * 2,
            "pads": pads,
            "dilations": [1, 1],
            "group": 1,
        }
        return self.node(f"{name}_quant", "QLinearConv", inputs, f"{name}_y", [out, size, size], **attributes)

    def add(self, name: str, a: str, b: str, shape: list[int]) -> str:
        c_scale, c_zero = self.made(f"{name}_y", 0.02, relu=len(shape) == 3)
        inputs = []
        for formal, tensor in (("A", a), ("B", b)):
            scale, zero = self.quantization[tensor]
            inputs += [(formal, tensor), (f"{formal}_scale", scale), (f"{formal}_zero_point", zero)]
        inputs += [("C_scale", c_scale), ("C_zero_point", c_zero)]
        return self.node(f"{name}_quant", "QLinearAdd", inputs, f"{name}_y", shape)


@cache
def small(seed: int = 0, code: str = "int8", weight: str = "int8", per_channel: bool = True) -> Graph:
    """Build a network of two stacks on images of 8 x 8 pixels, 5 classes."""
    b = Builder(seed, code, weight, per_channel)
    b.node("nchw", "Transpose", [("data", "input")], "nchw", [3, 8, 8], dtype="float32", perm=[0, 3, 1, 2])
    scale, zero = b.store("pixel_scale", np.float32(1)), b.store("pixel_zero", b.code.type(np.iinfo(b.code).min))
    b.quantization["pixels"] = scale, zero
    b.node(
        "quantize", "QuantizeLinear", [("x", "nchw"), ("y_scale", scale), ("y_zero_point", zero)], "pixels", [3, 8, 8]
    )
    stem = b.conv("stem", "pixels", 3, 4, 3, 1, [1, 1, 1, 1], 8)
    second = b.conv("second", stem, 4, 4, 3, 1, [1, 1, 1, 1], 8)
    first_sum = b.add("first_add", stem, second, [4, 8, 8])
    down = b.conv("down", first_sum, 4, 6, 3, 2, [0, 0, 1, 1], 4)
    shortcut = b.conv("shortcut", first_sum, 4, 6, 1, 2, [0, 0, 0, 0], 4)
    total = b.add("second_add", shortcut, down, [6, 4, 4])
    y_scale, y_zero = b.made("pooled", 0.01)
    x_scale, x_zero = b.quantization[total]
    b.node("pool_quant", "QLinearGlobalAveragePool",
           [("X", total), ("x_scale", x_scale), ("x_zero_point", x_zero), ("y_scale", y_scale),
            ("y_zero_point", y_zero)], "pooled", [6, 1, 1], channels_last=0)  # fmt: skip
    b.store("shape", np.array([-1, 6]))
    b.node("flatten", "Reshape", [("data", "pooled"), ("shape", "shape")], "flat", [6])
    w, w_scale, w_zero = b.weights("dense", (6, 5), 1)
    out_scale, out_zero = b.made("product", 0.01, relu=False)
    b.node("product_quant", "QLinearMatMul",
           [("a", "flat"), ("a_scale", y_scale), ("a_zero_point", y_zero), ("b", w), ("b_scale", w_scale),
            ("b_zero_point", w_zero), ("y_scale", out_scale), ("y_zero_point", out_zero)], "product", [5])  # fmt: skip
    bias = b.store("bias", b.random.integers(0, 100, 5).astype(b.code))
    b.quantization[bias] = b.store("bias_scale", np.float32(0.003)), b.store("bias_zero", b.code.type(0))
    logits = b.add("logits", "product", bias, [5])
    soft_scale, soft_zero = (
        b.store("soft_scale", np.float32(1 / 256)),
        b.store("soft_zero", b.code.type(np.iinfo(b.code).min)),
    )
    l_scale, l_zero = b.quantization[logits]
    b.node("softmax_quant", "QLinearSoftmax",
           [("X", logits), ("X_scale", l_scale), ("x_zero_point", l_zero), ("y_scale", soft_scale),
            ("y_zero_point", soft_zero)], "probabilities", [5], opset=19, axis=-1)  # fmt: skip
    b.node("dequantize", "DequantizeLinear",
           [("x", "probabilities"), ("x_scale", soft_scale), ("x_zero_point", soft_zero)], "softmax", [5],
           dtype="float32")  # fmt: skip
    operations = {
        "format": "resnet8doc.operations", "version": 2, "model": {"name": "small", "quant_format": "QOperator"},
        "inputs": [{"name": "input", "dtype": "float32", "shape": ["batch", 8, 8, 3]}],
        "outputs": [{"name": "softmax", "dtype": "float32", "shape": ["batch", 5]}], "nodes": b.nodes,
        "initializers": [
            {"name": n, "stored_dtype": str(v.dtype), "shape": list(v.shape)} for n, v in b.parameters.items()
        ],
    }  # fmt: skip
    return calibrate(
        Graph.from_parts(operations, b.parameters), [t for t in b.quantization if f"{t}_scale" in b.parameters]
    )


def calibrate(graph: Graph, tensors: list[str]) -> Graph:
    """Give each tensor the smallest scale at which few codes saturate at the top."""
    images = np.random.default_rng(5).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    for tensor in tensors:
        if graph.producer(tensor) is None:
            continue
        for exponent in range(8, -20, -1):
            finer = graph.with_parameters({f"{tensor}_scale": np.array(1.1 * 2.0**exponent, np.float32)})
            codes = finer.run(images, tensor)[tensor]
            if (codes == np.iinfo(codes.dtype).max).mean() > 0.02:
                break
            graph = finer
    # The same codes everywhere, but logits so close together that no probability is 0 or 1.
    factor = np.float32(0.03) / graph.parameters["logits_y_scale"]
    last = ("dense_w_scale", "product_scale", "bias_scale", "logits_y_scale")
    return graph.with_parameters({name: np.asarray(graph.parameters[name] * factor) for name in last})


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what is made once; all workers have the same."""
    session = tmp_path_factory.getbasetemp()
    folder = (session.parent if "PYTEST_XDIST_WORKER" in os.environ else session) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def objects(shared: Path) -> Iterator[None]:
    """Compile each C file once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compile, "run_compiler", Objects(shared, _compile.run_compiler))
        yield


@pytest.fixture(scope="session")
def network() -> Graph:
    """Give the small network with int8 codes, one scale a channel."""
    return small()


@pytest.fixture(scope="session")
def make_network() -> Callable[..., Graph]:
    """Give the builder of small networks: ``(seed, code, weight, per_channel)``."""
    return small


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """Give what compiles each program once."""
    return Programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture(scope="session")
def images() -> Array:
    """Give random images for the small network."""
    return np.random.default_rng(7).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)


@pytest.fixture(scope="session")
def resnet8(artifact: Callable[[str], Path]) -> Graph:
    """Give the real network that the pipeline made."""
    return engine.load(artifact("models/resnet8_int8_qoperator_operations.json"))


@pytest.fixture(scope="session")
def cifar10() -> tuple[Array, Array]:
    """Give the test images and labels."""
    from resnet8doc import dataset

    test = dataset.load("test")
    return test.images, test.labels
