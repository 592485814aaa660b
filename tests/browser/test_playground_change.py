"""Changing parameters in the playground (phase 17): what it shows is what the engine gives in CPython."""

import io
import re
import time
import zipfile
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from resnet8doc import playground as pg
from resnet8doc.bench import painted

from .live import PATIENCE, Live

pytestmark = pytest.mark.browser


def compared(live: Live, assets: pg.Assets, edits: Sequence[pg.Edit]) -> tuple[pg.Comparison, pg.Modified]:
    """Return what CPython makes of the chosen image after edits."""
    graph, gallery = assets.graph(pg.MODEL), assets.gallery
    image = gallery.images[live.number(gallery)][None]
    modified = pg.apply(graph, assets.graph(pg.FLOAT), edits)
    original = pg.Run.of(graph, image)
    return pg.Comparison(pg.Run.of(assets.graph(pg.FLOAT), image), original, pg.rerun(original, modified)), modified


@pytest.mark.criterion("17.1")
@pytest.mark.criterion("17.2")
@pytest.mark.criterion("17.3")
def test_the_slider_gives_what_the_engine_gives(live: Live, assets: pg.Assets) -> None:
    """A scale redesigned by slider: the probabilities equal CPython's, bit for bit; undo and reset go back."""
    live.choose("node", "stem_conv")
    live.expect_node("stem_conv")
    before = live.probabilities("quantized")
    slider = live.control("slider-scale").get_by_role("slider")
    slider.focus()
    with painted(live.page, "keydown", "[data-r8-probabilities='modified']", "", "data-r8-values") as seconds:
        slider.press("Home")
    print(f"\nslider to new prediction painted: {seconds[0]:.2f} s")
    live.expect_edits(1)
    graph, gallery = assets.graph(pg.MODEL), assets.gallery
    field = pg.fields(graph, "redesign", "stem_conv_quantized")[0]
    edit = pg.Edit("redesign", "stem_conv_quantized", "scale", field.written(-4))
    name = live.control("image").locator("select").evaluate("select => select.selectedOptions[0].label")
    number = next(n for n in range(len(gallery.labels)) if pg.label(gallery, n) == name)
    original = pg.Run.of(graph, gallery.images[number : number + 1])
    expected = pg.rerun(original, pg.apply(graph, assets.graph(pg.FLOAT), [edit])).probabilities[0]
    assert live.probabilities("modified") == [float(value) for value in expected]
    expect(live.page.locator("#root [data-r8-first]")).to_have_attribute("data-r8-first", "stem_conv_quantized")
    live.page.get_by_role("button", name="Undo").click()
    live.expect_edits(0)
    expect(live.page.locator("#root [data-r8-probabilities='modified']")).to_have_count(0)
    assert live.probabilities("quantized") == before


WATCHED = """() => {
  window.r8Order = [];
  new BroadcastChannel("r8-painted").onmessage = () => r8Order.push("painted");
  for (const pane of document.querySelectorAll("#root [data-r8-pane]"))
    new MutationObserver(() => r8Order.push(pane.dataset.r8Pane))
      .observe(pane, { subtree: true, childList: true, characterData: true, attributes: true });
}"""
"""Notes which panes change, and when the page says that the effect is painted."""


def test_the_effect_is_painted_before_another_pane_changes(live: Live) -> None:
    """Then all others follow: each says in the end what the effect is of."""
    live.choose("node", "stack1_conv1")
    live.expect_node("stack1_conv1")
    slider = live.control("slider-scale").get_by_role("slider")
    slider.focus()
    live.page.wait_for_timeout(500)
    live.page.evaluate(WATCHED)
    slider.press("ArrowRight")
    live.expect_edits(1)
    order = live.page.evaluate("r8Order")
    painted_at = order.index("painted")
    assert "right" in order[:painted_at]
    assert not {"left", "middle", "numbers"} & set(order[:painted_at])
    assert {"left", "middle", "numbers"} <= set(order[painted_at:])
    live.page.get_by_role("button", name="Reset").click()
    live.expect_edits(0)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("exact-scale", "0", "a number above 0"),
        ("exact-scale", "-0.5", "a number above 0"),
        ("exact-scale", "nan", "a number above 0"),
        ("exact-scale", "1e30", "a number from 1e-12 to 1e+12"),
        ("exact-scale", "much", "a number"),
        ("exact-zero_point", "200", "a whole number from -128 to 127 (int8)"),
    ],
)
def test_a_bad_value_is_a_sentence_and_changes_nothing(live: Live, field: str, text: str, sentence: str) -> None:
    live.write(field, text)
    live.expect_error(sentence)
    live.expect_edits(0)


def test_a_breaking_change_teaches(live: Live) -> None:
    live.choose("mode", "arithmetic")
    live.choose("choice-overflow", "wrap")
    live.expect_edits(1)
    lesson = live.page.locator("#root .r8-lesson")
    expect(lesson.first).to_be_visible(timeout=PATIENCE)
    live.page.get_by_role("button", name="Reset").click()
    live.expect_edits(0)


@pytest.mark.criterion("17.1")
@pytest.mark.criterion("17.3")
def test_a_fault_is_one_operators_alone(live: Live, assets: pg.Assets) -> None:
    """By field; original and modified stand side by side, layer by layer, with the SQNR of each after it."""
    live.choose("node", "stack1_add")
    live.expect_node("stack1_add")
    live.choose("mode", "fault")
    expect(live.control("exact-A_scale")).to_be_visible(timeout=PATIENCE)
    live.write("exact-A_scale", "0.5")
    live.expect_edits(1)
    comparison, _ = compared(live, assets, [pg.Edit("fault", "stack1_add", "A_scale", "0.5")])
    live.expect_probabilities("modified", comparison.modified.probabilities[0])
    expect(live.page.locator("#root [data-r8-first]")).to_have_attribute("data-r8-first", "stack1_add_quantized")
    table = live.table("Every tensor, A against B")
    for entry in comparison.differences:
        assert live.keys(table, entry.node)[:2] == [entry.different, entry.elements]
    after = live.table("SQNR of each layer's output")
    assert live.keys(after, "stack1_add")[2] == pytest.approx(comparison.after["stack1_add"], abs=0.011)
    live.view("middle")
    captions = live.page.locator("#root .r8-maps figcaption")
    assert [caption.split(":")[0] for caption in captions.all_text_contents()[:2]] == ["A", "B"]
    expect(live.page.locator("#root .r8-lesson a").first).to_have_attribute(
        "href", re.compile(r"\.\./\.\./hardware/.+\.html#.+")
    )


def test_a_lesson_leads_to_its_pitfall(live: Live) -> None:
    """The fault of the test before: its link is a page of the site, and the anchor is there."""
    link = live.page.locator("#root .r8-lesson a").first
    address = link.evaluate("link => link.href")
    answer = live.page.request.get(address.partition("#")[0])
    assert answer.ok
    assert f'id="{address.partition("#")[2]}"' in answer.text()


@pytest.mark.criterion("17.2")
def test_accuracy_on_a_batch_is_measured_on_demand(live: Live, assets: pg.Assets) -> None:
    began = time.monotonic()
    live.page.get_by_role("button", name="Accuracy on the batch of 100").click()
    result = live.page.locator("#root [data-r8-accuracy]")
    result.wait_for()
    in_browser = time.monotonic() - began
    graph, gallery = assets.graph(pg.MODEL), assets.gallery
    modified = pg.apply(graph, assets.graph(pg.FLOAT), [pg.Edit("fault", "stack1_add", "A_scale", "0.5")])
    began = time.monotonic()
    right = pg.accuracy(graph, modified, gallery.images[: gallery.batch], gallery.labels[: gallery.batch])
    in_cpython = time.monotonic() - began
    print(
        f"\nengine, ms an image: {in_browser / 200 * 1e3:.1f} in the browser, {in_cpython / 200 * 1e3:.1f} in CPython, "
        f"{in_browser / in_cpython:.0f} times as long"
    )
    assert result.get_attribute("data-r8-accuracy") == f"{right[0]},{right[1]}"
    assert gallery.batch == 100


def test_a_modified_extraction_can_be_taken_along_and_given_back(live: Live, assets: pg.Assets) -> None:
    """The file opens as any extraction does, and computes what the playground shows."""
    with zipfile.ZipFile(live.download("Modified extraction").path()) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    graph = pg.own_network({name: content for name, content in files.items() if name != "faults.json"}).graph
    gallery = assets.gallery
    values = pg.Run.of(graph, gallery.images[live.number(gallery)][None]).probabilities[0]
    assert live.probabilities("modified") == [float(value) for value in values]


def test_figures_can_be_taken_along(live: Live) -> None:
    with zipfile.ZipFile(live.download("Figures").path()) as archive:
        names = set(archive.namelist())
        assert {"graph.svg", "stack1_add_quantized_quantized.png", "stack1_add_quantized_modified.png"} <= names
        picture = Image.open(io.BytesIO(archive.read("stack1_add_quantized_modified.png")))
    assert min(picture.size) > 4 * 32


def test_reset_goes_back(live: Live) -> None:
    live.page.get_by_role("button", name="Reset").click()
    live.expect_edits(0)
    expect(live.page.locator("#root [data-r8-probabilities='modified']")).to_have_count(0)
    expect(live.page).to_have_url(re.compile("^((?!edits=).)*$"))


@pytest.mark.criterion("17.1")
def test_fewer_bits_for_the_weights(live: Live, assets: pg.Assets) -> None:
    live.choose("node", "stack3_conv1")
    live.expect_node("stack3_conv1")
    live.choose("mode", "weights")
    expect(live.control("exact-bits")).to_be_visible(timeout=PATIENCE)
    live.write("exact-bits", "3")
    live.expect_edits(1)
    comparison, modified = compared(live, assets, [pg.Edit("weights", "stack3_conv1", "bits", "3")])
    assert len(np.unique(modified.graph.parameters[modified.graph.node("stack3_conv1").tensor("w") or ""])) <= 7
    live.expect_probabilities("modified", comparison.modified.probabilities[0])
    live.page.get_by_role("button", name="Reset").click()
    live.expect_edits(0)


def test_nothing_was_asked_elsewhere_and_nothing_failed(live: Live) -> None:
    """Over all that the tests before this one did."""
    assert live.visit.elsewhere == []
    assert live.visit.errors == []
