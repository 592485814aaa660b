"""What the tools refuse they refuse by name, with a remedy that fits the cause: each of them is read here."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import resnet8doc
from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware import Checker, buffers, c, costs, with_shape, write_vectors

from .graph_writer import Codes
from .legal_graphs import Writer

Array = npt.NDArray[Any]
FREE: list[Any] = ["batch", 3, 6, 6]


class Net(Writer):
    """A network written by hand: one input, one QuantizeLinear."""

    def __init__(self, shape: list[Any] = FREE, dtype: str = "int8", kind: str = "float32") -> None:
        super().__init__(lambda low, high: low, np.random.default_rng(0))
        self.inputs.append({"name": "x", "dtype": kind, "shape": shape})
        item = tuple(1 if isinstance(axis, str) else axis for axis in shape)
        scale, zero = self.store(np.float32(0.1)), self.store(np.zeros((), dtype))
        y = self.node("QuantizeLinear", {"x": "x", "y_scale": scale, "y_zero_point": zero})
        self.x = self.quantized(y, item, dtype, scale, zero)

    def with_real(self, op_type: str, codes: Codes) -> str:
        """Dequantize and compute with real numbers."""
        name = self.node("DequantizeLinear", {"x": codes.name, "x_scale": codes.scale, "x_zero_point": codes.zero})
        return self.node(op_type, {"input" if op_type == "Softmax" else "X": name})

    def pooled(self, x: Codes) -> Codes:
        """Average over all pixels."""
        inputs = {"X": x.name, "x_scale": x.scale, "x_zero_point": x.zero, "y_scale": x.scale, "y_zero_point": x.zero}
        y = self.node("QLinearGlobalAveragePool", inputs, channels_last=0)
        return self.quantized(y, (*x.shape[:2], 1, 1), x.dtype, x.scale, x.zero)


def real_between() -> Graph:
    net = Net()
    relu = net.with_real("Relu", net.x)
    y = net.node("QuantizeLinear", {"x": relu, "y_scale": net.x.scale, "y_zero_point": net.x.zero})
    return net.graph([net.pooled(Codes(y, net.x.shape, "int8", net.x.scale, net.x.zero)).name])


def real_before() -> Graph:
    net = Net()
    net.nodes.insert(0, {**net.nodes[0], "name": "Relu/first", "op_type": "Relu", "since_version": 14, "attributes": {},
                         "inputs": [{"formal": "X", "tensor": "x"}],
                         "outputs": [{"index": 0, "tensor": "scaled", "dtype": None, "shape": None}]})  # fmt: skip
    net.nodes[1]["inputs"][0]["tensor"] = "scaled"
    return net.graph([net.pooled(net.x).name])


def real_after() -> Graph:
    net = Net()
    return net.graph([net.with_real("Softmax", net.pooled(net.x))])


def wide_codes() -> Graph:
    net = Net()
    net.pooled(net.x)
    scale, zero = net.store(np.float32(0.1)), net.store(np.int16(0))
    return net.graph([net.node("QuantizeLinear", {"x": "x", "y_scale": scale, "y_zero_point": zero})])


def gemm_of_reals() -> Graph:
    net = Net(["batch", 6])
    b, scale, zero = net.weights(net.x, (6, 4), 1)
    inputs = {"A": net.x.name, "a_scale": net.x.scale, "a_zero_point": net.x.zero, "B": b, "b_scale": scale,
              "b_zero_point": zero}  # fmt: skip
    return net.graph([net.node("QGemm", inputs)])


def scale_for_each_row() -> Graph:
    net = Net(["batch", 4, 6])
    b, scale, zero = net.weights(net.x, (6, 3), 1)
    rows, zeros = net.store(np.full(4, 0.1, np.float32)), net.store(np.zeros(4, np.int8))
    inputs = {"a": net.x.name, "a_scale": rows, "a_zero_point": zeros, "b": b, "b_scale": scale, "b_zero_point": zero,
              "y_scale": net.x.scale, "y_zero_point": net.x.zero}  # fmt: skip
    return net.graph([net.node("QLinearMatMul", inputs)])


def free_axis() -> Graph:
    net = Net(["batch", 3, "height", 6])
    return net.graph([net.pooled(net.x).name])


def computed_weights() -> Graph:
    net = Net()
    inputs = {"x": net.x.name, "x_scale": net.x.scale, "x_zero_point": net.x.zero, "w": net.x.name,
              "w_scale": net.x.scale, "w_zero_point": net.x.zero, "y_scale": net.x.scale,
              "y_zero_point": net.x.zero}  # fmt: skip
    return net.graph([net.node("QLinearConv", inputs)])


def fed_scale() -> Graph:
    """Feed a scale: it is 0 where shapes are found out: that is no fault of the model's."""
    net = Net()
    net.inputs.append({"name": "scale", "dtype": "float32", "shape": []})
    inputs = {"A": net.x.name, "A_scale": net.x.scale, "A_zero_point": net.x.zero, "B": net.x.name,
              "B_scale": net.x.scale, "B_zero_point": net.x.zero, "C_scale": "scale",
              "C_zero_point": net.x.zero}  # fmt: skip
    return net.graph([net.node("QLinearMul", inputs)])


def pool_of_a_row() -> Graph:
    net = Net(["batch", 3, 8])
    inputs = {"X": net.x.name, "x_scale": net.x.scale, "x_zero_point": net.x.zero, "y_scale": net.x.scale,
              "y_zero_point": net.x.zero}  # fmt: skip
    return net.graph([net.node("QLinearAveragePool", inputs, kernel_shape=[2])])


def part_of_reals() -> Graph:
    net = Net()
    real = net.node("DequantizeLinear", {"x": net.x.name, "x_scale": net.x.scale, "x_zero_point": net.x.zero})
    numbers = {name: net.store(np.array([value])) for name, value in (("starts", 0), ("ends", 1), ("axes", 1))}
    return net.graph([net.node("Slice", {"data": real, **numbers})])


def other_format() -> Graph:
    net = Net()
    return net.graph([net.with_real("Relu", net.x)])


REFUSED: list[tuple[Callable[[], Graph], str, str]] = [
    (real_between, r"node Relu/2 is Relu", r"^Quantize Relu/2 too, or cut the model into two"),
    (real_before, r"node Relu/first is Relu", r"^Cut the model behind it .* with scaled as an input"),
    (real_after, r"node Softmax/3 is Softmax", r"^Cut the model before it .* with t2 as an output.* outside"),
    (wide_codes, r"node QuantizeLinear/2 makes int16", r"^Quantize activations to 8 bits"),
    (gemm_of_reals, r"node QGemm/1 makes float32", r"^Give QGemm/1 y_scale and y_zero_point"),
    (scale_for_each_row, r"node QLinearMatMul/1 has one a_scale for each row", r"per tensor"),
    (free_axis, r"input x has shape \[batch, 3, height, 6\]", r"--shape height=LENGTH"),
    (computed_weights, r"node QLinearConv/1 reads a w that is computed", r"^Store it in the model"),
    (fed_scale, r"node QLinearMul/1 reads a C_scale that is computed \(scale\)", r"^Store it in the model"),
    (pool_of_a_row, r"node QLinearAveragePool/1 is a pool of a tensor of 3 axes", r"^Write it as a pool of two axes"),
]


def tools(folder: Path) -> dict[str, Callable[[Graph], Any]]:
    image = np.zeros((1, 3, 6, 6), np.float32)
    return {
        "vectors": lambda graph: write_vectors(graph, image, [0], None, ["npz"], folder / "v"),
        "check": lambda graph: Checker(graph, image),
        "memory": buffers,
        "costs": costs,
        "C": c.generate,
        "C without float32": lambda graph: c.generate(graph, "integer"),
    }


@pytest.mark.parametrize(("make", "found", "remedy"), REFUSED, ids=[make.__name__ for make, _, _ in REFUSED])
def test_each_cause_has_its_remedy_in_every_tool(
    make: Callable[[], Graph], found: str, remedy: str, tmp_path: Path
) -> None:
    graph = make()
    for name, tool in tools(tmp_path).items():
        with pytest.raises(UserError) as caught:
            tool(graph)
        assert re.search(found, caught.value.found), (name, str(caught.value))
        assert re.search(remedy, caught.value.remedy), (name, str(caught.value))


def test_a_part_of_real_numbers_is_no_output() -> None:
    """Vectors and checker need no output; what keeps one in memory does."""
    for tool in (buffers, c.generate):
        with pytest.raises(UserError, match=r"the output t2 is what node Slice/2 \(Slice\) takes of real") as caught:
            tool(part_of_reals())
        assert caught.value.remedy.startswith("Leave Slice/2 out")


def test_a_model_of_another_format_is_told_how_to_become_one(tmp_path: Path) -> None:
    from dataclasses import replace

    for form, words in (("QDQ", "in the other format"), ("float", "Quantize it"), ("", "Name a model")):
        with pytest.raises(UserError, match="a model of format") as caught:
            buffers(replace(other_format(), format=form))
        assert words in caught.value.remedy


def test_the_remedy_for_a_free_axis_helps() -> None:
    graph = with_shape(free_axis(), {"height": 5})
    assert buffers(graph).peak_bytes == 3 * 5 * 6 + 3
    with pytest.raises(UserError, match="there is no free axis 'width'; expected one of batch, height, x"):
        with_shape(free_axis(), {"width": 5})
    with pytest.raises(UserError, match=r"the shape given for x is \[1, 4, 5, 6\]"):
        with_shape(free_axis(), {"x": (1, 4, 5, 6)})


def test_the_remedy_for_a_real_gemm_helps() -> None:
    net = Net(["batch", 6])
    net.gemm(net.x)
    assert "qlinear_matmul" in c.generate(net.graph([net.made[-1].name]))["network.c"]


TOOLS = ("hardware", "inputs", "proof", "cli")
CANNOT_HELP = (r"resnet8_int8_qoperator", r"Extract the model again", r"graph\.run", r"Mend the model", r"Use another")


def remedies() -> list[tuple[str, str]]:
    """Return every remedy in the tools' own source: the third argument of each UserError, its text alone."""
    root = Path(resnet8doc.__file__).parent
    found = []
    for package in TOOLS:
        for path in sorted((root / package).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "UserError":
                    constants = [node.value for node in ast.walk(call.args[2]) if isinstance(node, ast.Constant)]
                    text = "".join(value for value in constants if isinstance(value, str))
                    found.append((f"{path.relative_to(root)}:{call.lineno}", text))
    return found


def test_no_remedy_names_another_s_network_or_what_cannot_help() -> None:
    found = remedies()
    assert len(found) > 60
    wrong = [(where, text) for where, text in found for words in CANNOT_HELP if re.search(words, text)]
    assert wrong == []
    assert [where for where, text in found if text and not re.search(r"[.:]$", text.strip())] == []
