"""A reader's own network in the browser: read, fed and shown as CPython's engine has it, with the network cut."""

import io
import re

import numpy as np
import numpy.typing as npt
import pytest
from onnx import helper
from playwright.sync_api import expect

from resnet8doc import playground as pg
from resnet8doc.bench import painted

from ..playground.large import large
from .live import PATIENCE, Live
from .visit import HTML

pytestmark = pytest.mark.browser

MODELS = HTML.parent / "models"
OPEN, FEED = "Open your own network", "Use your own picture"


def saved(array: npt.NDArray[np.float32]) -> bytes:
    """Return an array as an ``.npy``."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def expect_note(live: Live, text: str) -> None:
    """Wait for a sentence that is no error."""
    expect(live.page.locator("#root .r8-note:not(.r8-error)").filter(has_text=text)).to_be_visible(timeout=PATIENCE)


def expect_byte(live: Live, value: float) -> None:
    """Wait until the microscope shows an element."""
    expect(live.page.locator("#root [data-r8-run='quantized'] [data-r8-byte]")).to_have_attribute(
        "data-r8-byte", str(value), timeout=PATIENCE
    )


def test_a_tflite_file_is_read_and_computed_as_boards_do(live: Live, assets: pg.Assets) -> None:
    content = (MODELS / "resnet8_int8.tflite").read_bytes()
    network = pg.own_network({"resnet8_int8.tflite": content})
    live.give(OPEN, ("resnet8_int8.tflite", content))
    expect_note(live, "resnet8_int8_tflite is open")
    expect(live.page).to_have_url(re.compile(f"model={network.name}"))
    image = assets.gallery.images[live.number(assets.gallery)][None]
    live.expect_probabilities("quantized", pg.run_of(network.graph, image).probabilities[0])


def test_a_large_onnx_file_is_read_and_collapsed(live: Live) -> None:
    content = large().SerializeToString()
    network = pg.own_network({"large.onnx": content})
    live.give(OPEN, ("large.onnx", content))
    expect_note(live, "large is open")
    live.expect_probabilities("quantized", network.run.probabilities[0])
    boxes = live.page.locator("#root .r8-graph .r8-node")
    assert boxes.count() < 30 < len(network.graph.nodes)
    expect(boxes.filter(has_text="nodes").first).to_be_visible()


def test_its_layers_are_the_engines_fed_an_npy(live: Live) -> None:
    network = pg.own_network({"large.onnx": large().SerializeToString()})
    array = np.random.default_rng(5).normal(0, 2, (1, 3, 32, 32)).astype(np.float32)
    run = pg.run_of(network.graph, pg.own_feeds(network.graph, "x.npy", saved(array))[0])
    live.give(FEED, ("x.npy", saved(array)))
    expect_note(live, "x.npy is fed: float32 [1, 3, 32, 32].")
    live.expect_probabilities("quantized", run.probabilities[0])
    for name, pixel in (("block5_depthwise", (20, 3, 2)), ("dense", (77, 0, 0)), ("block9_add", (4, 1, 1))):
        live.choose("node", name)
        live.expect_node(name)
        live.write("pixel", ",".join(map(str, pixel)))
        values = run.values[network.graph.node(name).output]
        expect_byte(live, values[pg.index_of(values, *pixel)].item())


def test_a_change_in_it_is_painted_and_is_the_engines(live: Live) -> None:
    network = pg.own_network({"large.onnx": large().SerializeToString()})
    array = np.random.default_rng(5).normal(0, 2, (1, 3, 32, 32)).astype(np.float32)
    run = pg.run_of(network.graph, pg.own_feeds(network.graph, "x.npy", saved(array))[0])
    live.choose("node", "block2_project")
    live.expect_node("block2_project")
    live.choose("mode", "arithmetic")
    live.choose("where", "block2_project alone")
    select = live.control("choice-rounding").locator("select")
    with painted(live.page, "input", "[data-r8-probabilities='modified']", "", "data-r8-values") as seconds:
        select.select_option(label="floor")
    print(f"\n{len(network.graph.nodes)} nodes, change to paint: {seconds[0]:.2f} s")
    edit = pg.Edit("arithmetic", "block2_project", "rounding", "floor")
    after = pg.side(pg.EDITED, network.graph, None, (edit,)).run(run)
    live.expect_probabilities("modified", after.probabilities[0])
    first = pg.Comparison(None, run, after).first
    assert first is not None
    expect(live.page.locator("#root [data-r8-first]")).to_have_attribute(
        "data-r8-first", first.tensor, timeout=PATIENCE
    )
    with painted(live.page, "input", "h2", "What block12_add puts out") as seconds:
        live.choose("node", "block12_add")
    print(f"another layer chosen to paint: {seconds[0]:.2f} s")
    live.page.get_by_role("button", name="Reset").click()
    live.expect_edits(0)


def test_a_picture_is_fed_as_the_desk_feeds_it(live: Live) -> None:
    from PIL import Image

    network = pg.own_network({"large.onnx": large().SerializeToString()})
    pixels = np.random.default_rng(2).integers(0, 256, (40, 60, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "png")
    live.give(FEED, ("picture.png", stream.getvalue()))
    expect_note(live, "picture.png is fed: 32 x 32, channels first")
    feeds, _ = pg.own_feeds(network.graph, "picture.png", stream.getvalue())
    live.expect_probabilities("quantized", pg.run_of(network.graph, feeds).probabilities[0])


def test_bad_files_are_sentences_and_the_page_goes_on(live: Live) -> None:
    model = large()
    model.graph.node.append(helper.make_node("Multinomial", ["answer"], ["a"], name="<img src=x onerror=alert(1)>"))
    model.graph.node.append(helper.make_node("Bernoulli", ["a"], ["b"], name="again"))
    live.give(FEED, ("torn.npy", saved(np.zeros((1, 3, 32, 32), np.float32))[:-5]))
    live.expect_error("torn.npy cannot be read")
    live.give(OPEN, ("unknown.onnx", model.SerializeToString()))
    live.expect_error("Multinomial (<img src=x onerror=alert(1)>); Bernoulli (again)")
    live.give(OPEN, ("torn.tflite", (MODELS / "resnet8_int8.tflite").read_bytes()[:5000]))
    live.expect_error("torn.tflite is damaged or incomplete")
    live.give(OPEN, ("none.onnx", b"this is no model"))
    live.expect_error("none.onnx cannot be read")
    expect(live.page.locator("#root [data-r8-probabilities='quantized'] strong")).to_be_visible()
    assert live.page.locator("#root img[src='x']").count() == 0


def test_nothing_was_asked_elsewhere_and_nothing_failed(live: Live) -> None:
    """Over all that the tests before this one did; the readers came from the site's own host, when they were needed."""
    assert live.visit.elsewhere == []
    assert live.visit.errors == []
    assert [url for url in live.visit.asked if "resnet8doc_readers" in url]
