"""What the operator and architecture pages say, held to the engine and to the ONNX file itself."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from resnet8doc import dataset, graph
from resnet8doc.analysis.bounds import accumulator_bounds, observed, width
from resnet8doc.analysis.residual import careless_addition, integer_addition, matched_scales, run_with_addition
from resnet8doc.figures import draw_graph, operator_inputs, worked_example
from resnet8doc.ops import OPERATORS, dequantize_linear, qlinear_matmul_element, quantize_linear

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

from pages import Page  # noqa: E402 - found on the path set above

MODEL = "resnet8_int8_qoperator"
Artifact = Callable[[str], Path]


@pytest.fixture(scope="module")
def network(artifact: Artifact) -> graph.Graph:
    return graph.load(artifact(f"models/{MODEL}_operations.json"))


@pytest.fixture(scope="module")
def images() -> Any:
    return dataset.load("test").images[:4]


@pytest.fixture
def run_page(artifact: Artifact, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Run a page's cells, its assertions included, as the site does; return what they glue."""

    def run(name: str) -> dict[str, Any]:
        page = Page.of(name, (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8"))
        monkeypatch.setenv("RESNET8DOC_BUILD", str(artifact("models").parent))
        monkeypatch.setenv("RESNET8DOC_READS", json.dumps(page.reads))
        glued: dict[str, Any] = {}
        monkeypatch.setattr("myst_nb.glue", lambda key, value, display=True: glued.__setitem__(key, value))
        space: dict[str, Any] = {"display": lambda *shown: None}
        for cell in page.cells():
            exec(compile(cell, name, "exec"), space)  # noqa: S102 - our own page
        named = set(re.findall(r"\{glue:text\}`([\w]+)", page.text))
        assert named <= glued.keys(), "every number in prose comes from a cell"
        return glued

    return run


def text(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.criterion("10.1")
def test_quantize_linear(run_page: Callable[[str], dict[str, Any]], network: graph.Graph, images: Any) -> None:
    glued = run_page("operators/quantize-linear")
    scale, zero = network.parameters["input_nchw_scale"], network.parameters["input_nchw_zero_point"]
    assert (glued["scale"], glued["zero_point"]) == (float(scale), int(zero))
    codes = network.run(images, "all")["input_nchw_quantized"]
    assert np.array_equal(codes, quantize_linear(images.transpose(0, 3, 1, 2).astype(np.float32), scale, zero))
    page = text("operators/quantize-linear")
    assert r"\operatorname{round}\!\left(\frac{x}{\text{scale}}\right) + \text{zero\_point}" in page
    assert "int8    q        = min(max(shifted, -128), 127)" in page


@pytest.mark.slow
@pytest.mark.criterion("10.2")
def test_dequantize_linear(run_page: Callable[[str], dict[str, Any]], network: graph.Graph, images: Any) -> None:
    glued = run_page("operators/dequantize-linear")
    scale, zero = network.parameters["softmax_scale"], network.parameters["softmax_zero_point"]
    assert (glued["scale"], glued["zero_point"]) == (float(scale), int(zero))
    values = network.run(images, "all")
    assert np.array_equal(values["softmax"], dequantize_linear(values["softmax_quantized"], scale, zero))
    page = text("operators/dequantize-linear")
    assert r"x = (q - \text{zero\_point}) \times \text{scale}" in page
    assert "float32 x = (float32)centred * scale" in page


@pytest.mark.criterion("10.3")
@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "operators").glob("*.md")), ids=lambda path: path.stem)
def test_formulas_are_written_so_that_they_render(page: Path) -> None:
    source = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert source.count("$$") % 2 == 0
    for formula in re.findall(r"\$\$(.*?)\$\$", source, flags=re.DOTALL):
        assert formula.count("{") == formula.count("}"), formula
        assert formula.count(r"\left") == formula.count(r"\right"), formula
        assert formula.count(r"\begin") == formula.count(r"\end"), formula
    if page.stem not in ("index", "off-by-one", "proof"):
        assert "$$" in source, "each operator has its formula"


@pytest.mark.slow
@pytest.mark.criterion("10.4")
def test_both_boundaries_are_explained_where_they_happen(network: graph.Graph, images: Any) -> None:
    assert "(quantize-linear-input)=" in text("operators/quantize-linear")
    assert "(dequantize-linear-output)=" in text("operators/dequantize-linear")
    values = network.run(images, "all")
    kinds = [str(values[node.output].dtype) for node in network.nodes]
    assert kinds[-1] == values[network.inputs[0].name].dtype == "float32"
    first = kinds.index("int8")
    assert network.nodes[first].op_type == "QuantizeLinear"
    assert network.nodes[-1].op_type == "DequantizeLinear"
    assert set(kinds[first:-1]) == {"int8"}


@pytest.mark.slow
@pytest.mark.criterion("11.1")
@pytest.mark.criterion("11.3")
def test_qlinear_conv(run_page: Callable[[str], dict[str, Any]], artifact: Artifact, network: graph.Graph) -> None:
    glued = run_page("operators/qlinear-conv")
    inputs = OPERATORS["", "QLinearConv"].inputs
    assert len(inputs) == 9
    with pytest.raises(ValueError, match="the meanings are of"):
        operator_inputs(network, network.node("stem_conv"), dict.fromkeys(inputs[:-1], ""))
    file = onnx.load(artifact(f"models/{MODEL}.onnx"))
    stored = {item.name: numpy_helper.to_array(item) for item in file.graph.initializer}
    nodes = [node for node in file.graph.node if node.op_type == "QLinearConv"]
    assert glued["count"] == len(nodes)
    channels = sum(stored[node.input[4]].size for node in nodes)
    assert glued["more"] == f"{5 * (channels - len(nodes)):,}"
    assert glued["weights"] == f"{sum(stored[node.input[3]].nbytes for node in nodes):,}"
    assert float(glued["wrapped"]) < float(glued["right"])


@pytest.mark.slow
@pytest.mark.criterion("11.2")
def test_qlinear_matmul(run_page: Callable[[str], dict[str, Any]], network: graph.Graph) -> None:
    glued = run_page("operators/qlinear-matmul")
    assert (glued["rows"], glued["columns"]) == network.parameters["dense/kernel_quantized"].shape
    bound = next(bound for bound in accumulator_bounds(network) if bound.op_type == "QLinearMatMul")
    assert glued["bits"] == bound.bits


@pytest.mark.parametrize("sign", [1, -1])
def test_the_widest_product_of_centred_codes_needs_17_bits_and_the_table_says_so(sign: int) -> None:
    low, high = np.int8(-128), np.int8(127)
    a, b, zero = np.array([[high]]), np.array([[high if sign > 0 else low]]), high if sign < 0 else low
    one = np.float32(1)
    trace = qlinear_matmul_element((0, 0), a, one, low, b, one, zero, one, np.int8(0))
    (term,) = trace.terms
    assert (term.product, width(term.product)) == (sign * 255 * 255, 17)
    products = worked_example(trace).products
    assert products is not None
    (head,) = (column.head for column in products.columns if column.key == "product")
    assert head == "product (17 bits)"


@pytest.mark.slow
@pytest.mark.criterion("11.4")
@pytest.mark.parametrize(
    ("node", "index"), [("stem_conv", (0, 5, 0, 10)), ("stack3_conv1", (1, 7, 7, 7)), ("dense_matmul", (2, 3))]
)
def test_worked_examples(network: graph.Graph, images: Any, node: str, index: tuple[int, ...]) -> None:
    values = network.run(images, "all")
    trace = network.trace(node, index, images)
    assert trace.output == values[network.node(node).output][index]
    assert sum(term.product for term in trace.terms) == trace.value("accumulator")
    assert all(width(term.x_centred) <= 9 and width(term.product) <= 17 for term in trace.terms)
    shown = worked_example(trace)
    assert shown.products is not None
    assert [row["product"] for row in shown.products.rows] == [term.product for term in trace.terms]
    widths = {row["step"]: row["width"] for row in shown.steps.rows}
    assert widths["accumulator"] == widths["scaled"] == widths["rounded"] == 32
    assert widths["saturated"] == 8


@pytest.mark.slow
@pytest.mark.criterion("11.5")
def test_the_accumulator_is_32_bits_wide(network: graph.Graph, images: Any) -> None:
    for page in ("operators/qlinear-conv", "operators/qlinear-matmul"):
        assert re.search(r"int32 accumulator = .*// 32 bits, INT32", text(page))
    seen = observed(network, network.run(images, "all"))
    for bound in accumulator_bounds(network):
        low, high = seen[bound.node]
        assert bound.low <= low <= high <= bound.high
        assert 16 < bound.bits <= 32


@pytest.mark.slow
@pytest.mark.criterion("12.1")
def test_the_data_flow(run_page: Callable[[str], dict[str, Any]], network: graph.Graph) -> None:
    glued = run_page("architecture/index")
    assert glued["operators"] == len(network.nodes) - 3  # less Transpose and both boundaries
    order = re.search(r"> FP32 input(.*?)output", text("architecture/index"), flags=re.DOTALL)
    assert order is not None
    assert re.findall(r"QuantizeLinear <|INT8|DequantizeLinear <", order[1]) == [
        "QuantizeLinear <", "INT8", "DequantizeLinear <",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.criterion("12.2")
def test_parameters_are_where_the_page_says(run_page: Callable[[str], dict[str, Any]], artifact: Artifact) -> None:
    glued = run_page("architecture/parameters")
    file = onnx.load(artifact(f"models/{MODEL}.onnx"))
    stored = {item.name for item in file.graph.initializer}
    places = [name for node in file.graph.node for name in node.input if name.endswith(("_scale", "_zero_point"))]
    assert set(places) <= stored
    assert (glued["places"], glued["count"]) == (len(places), len(set(places)))


@pytest.mark.slow
@pytest.mark.criterion("12.3")
def test_residual_additions(network: graph.Graph, images: Any) -> None:
    matched = matched_scales(network)
    operator = run_with_addition(matched, images, None)
    adder = run_with_addition(matched, images, integer_addition)
    assert all(np.array_equal(operator[name], adder[name]) for name in operator)
    right = network.run(images, "all")
    assert all(np.array_equal(v, right[name]) for name, v in run_with_addition(network, images, None).items())
    wrong = run_with_addition(network, images, careless_addition)
    assert np.any(wrong["stack1_add_quantized"] != right["stack1_add_quantized"])
    with pytest.raises(ValueError, match="one scale"):
        run_with_addition(network, images, integer_addition)
    page = text("architecture/residual")
    assert all(f"(architecture-residual-{answer})=" in page for answer in ("dequantize", "matched", "floatfunctional"))


@pytest.mark.slow
@pytest.mark.criterion("12.4")
@pytest.mark.filterwarnings("ignore:.*deprecated:UserWarning")  # PyTorch's quantized tensors, all of them
def test_pytorch_is_mapped(artifact: Artifact, network: graph.Graph) -> None:
    from resnet8doc.quantize.operator_map import match_operators
    from resnet8doc.quantize.pytorch import load

    matches = {match.layer: match for match in match_operators(load(artifact("models/resnet8_int8.pt")), network)}
    assert all(match.pytorch and match.onnx for match in matches.values())
    named = [node for match in matches.values() for _, node in match.onnx]
    assert sorted(named) == sorted(node.name for node in network.nodes)
    assert matches["stack3_add"].pytorch == ("quantized::add_relu",)
    assert matches["stem_conv"].pytorch == ("quantized::conv2d_relu",)
    assert [op for op, _ in matches["dense"].onnx] == ["QLinearMatMul", "QLinearAdd"]


@pytest.mark.slow
@pytest.mark.criterion("12.5")
def test_the_drawing_has_every_scale_and_zero_point(network: graph.Graph) -> None:
    svg = draw_graph(network).svg.replace("&#45;", "-")
    for node in network.nodes:
        assert f">{node.name}</text>" in svg
        assert f">{node.op_type}</text>" in svg
        found = network.quantization(node.output)
        if found is not None:
            assert f"scale {float(found.scale):.6g}, zero point {int(found.zero_point)}" in svg
    assert "zoomable(drawn)" in text("architecture/drawing")


@pytest.mark.slow
def test_the_front_page(run_page: Callable[[str], dict[str, Any]], artifact: Artifact) -> None:
    glued = run_page("index")
    assert glued["products"] == 144, "the picture is of a 3 × 3 kernel over 16 channels"
    models = ("resnet8_int8", "resnet8_int8_per_tensor", "resnet8_uint8", "resnet8_u8s8")
    proofs = [json.loads(artifact(f"results/proof/{name}_qoperator.json").read_text()) for name in models]
    assert glued["values"] == f"{sum(row['values'] for proof in proofs for row in proof['nodes']):,}"
    assert [bar.label for bar in glued["bars"].rows] == ["float32", "int8", "uint8"]
