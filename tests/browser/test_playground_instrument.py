"""The instrument: the drawn microscope, two arithmetics side by side, lessons, nothing off screen, hostile files."""

import json
import re
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from resnet8doc import playground as pg

from .live import PATIENCE, PUBLIC, Live, start

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=window.r8Hostile=1>"


def image_of(live: Live, assets: pg.Assets) -> np.ndarray:
    image: np.ndarray = assets.gallery.images[live.number(assets.gallery)]
    return image[None]


def test_the_cells_are_the_engines(live: Live, assets: pg.Assets) -> None:
    """The drawn field, weights and products, cell by cell, of a padded corner."""
    live.choose("node", "stack1_conv1")
    live.expect_node("stack1_conv1")
    live.write("pixel", "5,0,0")
    drawn = live.page.locator("#root [data-r8-run='quantized'] .r8m")
    expect(drawn).to_contain_text("channel 5, row 0, column 0", timeout=PATIENCE)
    graph = assets.graph(pg.MODEL)
    run = pg.Run.of(graph, image_of(live, assets))
    trace = pg.trace_pixel(run, graph.node("stack1_conv1"), (5, 0, 0))
    title = drawn.locator("text", has_text="input, channel").text_content() or ""
    chosen = int(title.split()[2])
    terms = sorted((term for term in trace.terms if term.tap[0] == chosen), key=lambda term: term.tap)
    for k, term in enumerate(terms):
        shown = drawn.locator(f"[data-r8m-k='{k}'] text").all_text_contents()
        values = [int(text.replace(",", "").replace("−", "-")) for text in shown]
        assert values == [term.x_centred, term.w_centred, term.product]
    expect(drawn).to_contain_text(f"{trace.output} is stored".replace("-", "−"))


def test_pointing_at_a_cell_lights_all_three(live: Live) -> None:
    drawn = live.page.locator("#root [data-r8-run='quantized'] .r8m")
    cells = drawn.locator("[data-r8m-k='4']")
    assert cells.count() == 3
    cells.nth(0).hover()
    strokes = [cell.locator("rect").evaluate("rect => getComputedStyle(rect).strokeWidth") for cell in cells.all()]
    assert strokes == ["2.5px"] * 3
    expect(drawn.locator("[data-r8m-says='4']")).to_be_visible()
    expect(drawn.locator("[data-r8m-says='5']")).to_be_hidden()


def test_the_keyboard_reaches_every_step(live: Live) -> None:
    figure = live.page.locator("#root [data-r8m-figure]").first
    count = int(figure.locator(".r8m").get_attribute("data-r8m-steps") or "")
    figure.get_by_role("button", name="One step on").focus()
    for step in range(1, count + 1):
        live.page.keyboard.press("ArrowRight")
        expect(figure).to_have_attribute("data-r8m-at", str(step))
        expect(figure.locator("li.r8m-now")).to_have_count(1)
        assert f"step={step}" in live.page.url
    live.page.keyboard.press("ArrowLeft")
    expect(figure).to_have_attribute("data-r8m-at", str(count - 1))
    figure.get_by_role("button", name="All").click()
    assert "step=" not in live.page.url


def test_choosing_a_layer_scrolls_nothing_and_all_is_in_sight(live: Live) -> None:
    """At 1,280 by 800, with the arrow keys: page and window stay, graph, effect and controls are inside."""
    node = live.page.locator("#root .r8-node[data-r8-node='stem_conv']")
    node.focus()
    for name in ("stack1_conv1", "stack1_conv2", "stack1_add"):
        live.page.keyboard.press("ArrowDown")  # the focus goes along: nothing else is pressed in between
        expect(live.page.get_by_role("heading", name=f"What {name} puts out")).to_be_visible(timeout=PATIENCE)
    assert live.page.evaluate("[scrollX, scrollY, document.getElementById('App').scrollTop]") == [0, 0, 0]
    for selector in (".r8-graph", ".r8-answers", ".r8-first", "[data-r8-control='mode']", ".r8-maps", ".r8-tabs"):
        live.expect_in_sight(selector)
    assert live.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_two_arithmetics_differ_as_in_cpython(live: Live, assets: pg.Assets) -> None:
    """B rounds down: bytes that differ, layer by layer, the next such pixel, and the flips of the batch."""
    live.choose("b", "mistake: rounding=floor")
    graph, gallery = assets.graph(pg.MODEL), assets.gallery
    original = pg.Run.of(graph, image_of(live, assets))
    known = {key: pg.side(key, graph, None, ()) for key in (pg.MODEL_SIDE, "rounding=floor")}
    run = known["rounding=floor"].run(original)
    comparison = pg.Comparison(None, original, run)
    live.expect_probabilities("modified", run.probabilities[0])
    for entry in comparison.differences:
        label = live.page.locator(f"#root .r8-node[data-r8-node='{entry.node}']").get_attribute("aria-label") or ""
        said = f"{entry.different} of {entry.elements} codes differ"
        assert (said in label) == bool(entry.different), entry.node
    live.page.get_by_role("button", name="next pixel that differs").click()
    parts = live.page.locator("#root [data-r8-parts]")
    expect(parts).not_to_have_attribute("data-r8-parts", "0", timeout=PATIENCE)
    expect(live.page.locator("#root .r8m .r8m-parts")).to_have_count(2)
    expect(live.page.locator("#root .r8-two .r8m")).to_have_count(2)
    live.expect_in_sight(".r8-two .r8m", 2)
    boxes = [drawn.bounding_box() for drawn in live.page.locator("#root .r8-two .r8m").all()]
    one, other = (box for box in boxes if box is not None)
    assert one["x"] + one["width"] <= other["x"], "they stand side by side"
    assert one["y"] == pytest.approx(other["y"], abs=2)
    live.page.locator("#root [data-r8m-figure]").last.get_by_role("button", name="One step on").press("Enter")
    for figure in live.page.locator("#root [data-r8m-figure]").all():
        expect(figure).to_have_attribute("data-r8m-at", "1")  # both go on together, whichever is pressed
    live.page.locator("#root [data-r8m-figure]").first.get_by_role("button", name="All").click()
    live.page.get_by_role("button", name="Accuracy on the batch of 100").click()
    result = live.page.locator("#root [data-r8-flips]")
    result.wait_for()
    pictures, labels = gallery.images[: gallery.batch], gallery.labels[: gallery.batch]
    expected = pg.batch(graph, known[pg.MODEL_SIDE], known["rounding=floor"], pictures, labels)
    assert result.get_attribute("data-r8-accuracy") == "{},{}".format(*expected.right)
    assert result.get_attribute("data-r8-flips") == str(len(expected.flips))
    live.choose("b", "my changes")
    expect(live.page.locator("#root [data-r8-probabilities='modified']")).to_have_count(0, timeout=PATIENCE)


def test_a_lesson_sets_the_mistake_and_shows_it(live: Live) -> None:
    live.choose("lesson", "1 Rounding")
    live.expect_edits(1)
    live.expect_node("stem_conv")
    expect(live.page.locator("#root .r8-lesson").first).to_contain_text("1 Rounding")
    expect(live.page).to_have_url(re.compile("lesson=rounding"))
    live.choose("lesson", "A picture through the network")
    live.expect_edits(0)
    live.page.get_by_role("button", name="next ▶").click()
    live.expect_node("stem_conv")
    live.choose("lesson", "none")


def test_nothing_was_asked_elsewhere_and_nothing_failed(live: Live) -> None:
    """Over all that the tests before this one did."""
    assert live.visit.elsewhere == []
    assert live.visit.errors == []


def test_a_hostile_extraction_and_a_hostile_link_run_nothing(browser: Browser, server: str) -> None:
    """Names of nodes and tensors that are markup, in a file and in an address, are shown as text."""
    query = {
        "node": HOSTILE,
        "image": f"own-{HOSTILE}",
        "a": HOSTILE,
        "lesson": HOSTILE,
        "edits": f"fault~{HOSTILE}~x~1",
    }
    found = start(browser, server, "?" + urlencode(query))
    text = (PUBLIC / f"{pg.MODEL}_operations.json").read_text(encoding="utf-8")
    tensors = (PUBLIC / f"{pg.MODEL}_operations.npz").read_bytes()
    for name in ("stack1_conv1", "stack1_conv1_quantized", "stack1_add", "stack1_add_quantized"):
        text = text.replace(json.dumps(name), json.dumps(name + HOSTILE))
    content = text.encode()
    found.give("Open your own network", (f"{HOSTILE}.json", content), (f"{HOSTILE}.npz", tensors))
    expect(found.page.locator("#root .r8-note").filter(has_text="is open")).to_be_visible(timeout=PATIENCE)
    found.choose("node", "stack1_conv1" + HOSTILE)
    found.expect_node("stack1_conv1" + HOSTILE)
    for view in ("numbers", "stored", "pictures", "cost", "files", "middle"):
        found.view(view)
    assert found.page.locator("#root img[src='x']").count() == 0
    assert found.page.evaluate("window.r8Hostile") is None
    found.page.context.close()
