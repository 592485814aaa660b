"""The playground's parameters (phase 15): every table and picture against the extraction, in CPython."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from resnet8doc import playground as pg
from resnet8doc.analysis.pairs import dequantized

from .live import PATIENCE, Live

pytestmark = pytest.mark.browser

NODE, CODES, FLOAT_WEIGHTS = "stack2_conv1", "stack2_conv1/kernel_quantized", "stack2_conv1/kernel"


@pytest.mark.criterion("14.4")
@pytest.mark.criterion("15.1")
def test_a_layer_is_chosen_from_the_models_own(live: Live, assets: pg.Assets) -> None:
    names = live.control("node").locator("select option").all_inner_texts()
    graph = assets.graph(pg.MODEL)
    assert [name for name in names if name] == [node.name for node in graph.nodes]
    live.choose("node", "stack2_conv1")
    live.expect_node("stack2_conv1")
    live.view("stored")
    table = live.page.locator("#root table").filter(has_text="Scales and zero points of stack2_conv1")
    scale = float(graph.parameters["stack2_conv1_scale"])
    expect(table.locator("tr", has_text="y_scale")).to_contain_text(f"{scale:.6g}")
    channels = live.page.locator("#root table").filter(has_text="Per channel: w_scale")
    expect(channels.locator("tbody tr")).to_have_count(32)


@pytest.mark.criterion("15.3")
def test_graph_and_tree_navigate(live: Live) -> None:
    live.page.locator("#root .r8-node", has_text="stack3_add").press("Enter")
    live.expect_node("stack3_add")
    expect(live.control("node").locator("select")).to_have_value(re.compile("stack3_add"))
    live.view("stored")
    live.page.locator("#root .r8-tree").get_by_role("button", name="stem_conv", exact=True).click()
    live.expect_node("stem_conv")


def test_a_press_on_a_head_sorts(live: Live, assets: pg.Assets) -> None:
    """Per channel, by scale: ascending at the first press, descending at the second."""
    live.choose("node", NODE)
    live.expect_node(NODE)
    graph = assets.graph(pg.MODEL)
    scales = graph.parameters[graph.node(NODE).tensor("w_scale") or ""]
    table = live.table("Per channel: w_scale")
    press = table.get_by_role("button", name="w_scale", exact=True)
    for last in (scales.min(), scales.max()):
        press.click()
        expect(table.locator("tbody tr").first.locator("td").first).to_have_attribute(
            "data-r8-key", repr(float(last)), timeout=PATIENCE
        )


@pytest.mark.criterion("15.2")
@pytest.mark.criterion("15.4")
def test_weights_stand_side_by_side(live: Live, assets: pg.Assets) -> None:
    """Shapes and types of both, and the heat maps' own pixels: float, dequantized, difference."""
    live.choose("node", NODE)
    live.expect_node(NODE)
    graph, float_graph = assets.graph(pg.MODEL), assets.graph(pg.FLOAT)
    name = graph.node(NODE).tensor("w") or ""
    codes, real = graph.parameters[name], dequantized(graph, name)
    base = name.removesuffix("_quantized")
    exact = float_graph.parameters[base].reshape(codes.shape)
    table = live.table(f"Weights of {NODE}: shapes and types")
    for kind, array in (("quantized", codes), ("float", exact)):
        row = table.locator("tbody tr").filter(has=live.page.get_by_role("rowheader", name=kind, exact=True))
        for text in (str(list(array.shape)), str(array.dtype), str(array.nbytes)):
            expect(row).to_contain_text(text)
    live.view("stored")
    worst = float(np.abs(real - exact).max())
    expect(live.page.locator("#root figcaption", has_text=f"difference, ±{worst:.3g}")).to_be_visible()
    used = len(np.unique(codes))
    expect(live.page.locator("#root figcaption", has_text=f"codes: {used} of 256 occur")).to_be_visible()
    shown = _section_images(live, "Weights")
    expected = _images(pg.layer_html(graph, graph.node(NODE), float_graph))
    assert len(shown) == len(expected) == 3
    for one, other in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def _section_images(live: Live, title: str) -> list[np.ndarray]:
    section: Locator = live.page.locator("#root section").filter(
        has=live.page.get_by_role("heading", name=title, exact=True)
    )
    return _images(section.last.inner_html())


def _images(html: str) -> list[np.ndarray]:
    found = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))) for text in found]


@pytest.mark.criterion("15.5")
@pytest.mark.parametrize("node", ["stem_conv", "stack1_add", "stack3_conv2"])
def test_activations_have_a_histogram_with_their_limits(live: Live, assets: pg.Assets, node: str) -> None:
    live.choose("node", node)
    live.expect_node(node)
    graph = assets.graph(pg.MODEL)
    tensor = graph.node(node).output
    measured = assets.json("activations.json")[tensor]
    quantization = graph.quantization(tensor)
    assert quantization is not None
    zero, scale = int(quantization.zero_point), float(quantization.scale)
    low, high = (-128 - zero) * scale, (127 - zero) * scale
    live.view("stored")
    expect(live.page.get_by_role("heading", name=f"The range of {tensor}")).to_be_visible(timeout=PATIENCE)
    figure = live.page.locator("#root figure").filter(has_text=f"float values of {measured['images']} test images")
    expect(figure).to_contain_text(f"codes hold {low:.4g} to {high:.4g}; {measured['clipped']:.3%} are clipped")
    assert figure.locator("svg line.r8-limit").count() == 2
    assert figure.locator("svg rect").count() == sum(count > 0 for count in measured["counts"])
