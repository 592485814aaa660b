"""The playground in Chromium, on loopback with the network cut, against the engine in CPython and ONNX Runtime."""

import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import onnxruntime
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from resnet8doc import playground as pg

from .axe import serious
from .conftest import APP, HTML, PHONE, Visit

pytestmark = pytest.mark.browser

PUBLIC = HTML / "playground" / "app" / "public"
PATIENCE = 180_000
"""Milliseconds: on an idle machine the kernel is up after about 15 s, on a busy one after a minute."""


@dataclass
class Live:
    """A live playground and how long it took."""

    page: Page
    visit: Visit
    content_after: float
    live_after: float

    def control(self, name: str) -> Locator:
        """Return one of the notebook's controls."""
        return self.page.locator(f"#root [data-r8-control='{name}']")

    def choose(self, name: str, option: str) -> None:
        """Choose from a dropdown."""
        self.control(name).locator("select").select_option(label=option)

    def write(self, name: str, text: str) -> None:
        """Write into a text field and leave it."""
        field = self.control(name).locator("input")
        field.fill(text)
        field.press("Enter")
        field.blur()

    def probabilities(self, run: str) -> list[float]:
        """Return what a network says, exactly."""
        values = self.page.locator(f"#root [data-r8-probabilities='{run}']").get_attribute("data-r8-values")
        assert values is not None
        return [float(value) for value in values.split()]

    def expect_edits(self, count: int) -> None:
        """Wait until so many edits are made."""
        expect(self.page.locator("#root [data-r8-edits]")).to_have_attribute(
            "data-r8-edits", str(count), timeout=PATIENCE
        )

    def expect_node(self, name: str) -> None:
        """Wait until an operator is the one that is looked at."""
        expect(self.page.get_by_role("heading", name=f"What {name} puts out")).to_be_visible(timeout=PATIENCE)

    def expect_error(self, text: str) -> None:
        """Wait for a sentence beside a control."""
        expect(self.page.locator("#root .r8-error").filter(has_text=text)).to_be_visible(timeout=PATIENCE)


def start(browser: Browser, server: str, query: str = "") -> Live:
    """Open the playground and wait until it is live."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    visit = Visit(page, server)
    began = time.monotonic()
    page.goto(f"{server}{APP}{query}", wait_until="commit")
    page.locator("[data-r8-probabilities='quantized']:visible").first.wait_for()
    content = time.monotonic() - began
    page.locator("#root [data-r8-live='browser']").wait_for(state="attached")
    return Live(page, visit, content, time.monotonic() - began)


@pytest.fixture(scope="module")
def live(browser: Browser, server: str) -> Iterator[Live]:
    """Give one playground for all tests; each begins with what the one before it left and changes what it needs."""
    found = start(browser, server)
    print(f"\nplayground: first content {found.content_after:.1f} s, live {found.live_after:.1f} s")
    yield found
    found.page.context.close()


@pytest.fixture(scope="module")
def assets() -> pg.Assets:
    return pg.Assets(PUBLIC)


def test_it_reads_and_waits_before_python_is_there(browser: Browser, server: str) -> None:
    """The build's outputs are there, the page says that it loads, and no control can be moved in vain."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server + APP, wait_until="commit", timeout=PATIENCE)
    page.locator("#root [data-r8-probabilities='quantized']").wait_for(timeout=PATIENCE)
    expect(page.get_by_role("status")).to_contain_text(re.compile("Python is (still )?starting"))
    assert page.locator("#root").evaluate("root => root.inert")
    context.close()


@pytest.mark.criterion("14.4")
@pytest.mark.criterion("15.1")
def test_a_layer_is_chosen_from_the_models_own(live: Live, assets: pg.Assets) -> None:
    names = live.control("node").locator("select option").all_inner_texts()
    graph = assets.graph(pg.MODEL)
    assert [name for name in names if name] == [node.name for node in graph.nodes]
    live.choose("node", "stack2_conv1")
    live.expect_node("stack2_conv1")
    table = live.page.locator("#root table").filter(has_text="Scales and zero points of stack2_conv1")
    scale = float(graph.parameters["stack2_conv1_scale"])
    expect(table.locator("tr", has_text="y_scale")).to_contain_text(f"{scale:.6g}")
    channels = live.page.locator("#root table").filter(has_text="Per channel: w_scale")
    assert channels.locator("tbody tr").count() == 32


@pytest.mark.criterion("15.3")
def test_graph_and_tree_navigate(live: Live) -> None:
    live.page.locator("#root .r8-node", has_text="stack3_add").press("Enter")
    live.expect_node("stack3_add")
    expect(live.control("node").locator("select")).to_have_value(re.compile("stack3_add"))
    live.page.locator("#root .r8-tree").get_by_role("button", name="stem_conv", exact=True).click()
    live.expect_node("stem_conv")


@pytest.mark.criterion("16.1")
@pytest.mark.criterion("16.2")
def test_an_image_runs_as_in_cpython(live: Live, assets: pg.Assets) -> None:
    gallery = assets.gallery
    for number in (5, len(gallery.labels) - 1):
        live.page.locator("#root .r8-sheet button").first.wait_for()
        live.choose("image", pg.label(gallery, number))
        graph = assets.graph(pg.MODEL)
        expected = graph.run(gallery.images[number : number + 1])[graph.outputs[0].name][0]
        values = " ".join(repr(float(value)) for value in expected)
        expect(live.page.locator("#root [data-r8-probabilities='quantized']")).to_have_attribute(
            "data-r8-values", values, timeout=PATIENCE
        )
        assert len(live.probabilities("float")) == 10


@pytest.mark.criterion("16.2")
def test_the_microscopes_byte_is_onnx_runtimes(live: Live, assets: pg.Assets) -> None:
    """At three pixels, a padded corner among them."""
    node, pixels = "stack2_conv2", ("0,0,0", "17,8,3", "31,15,15")
    live.choose("node", node)
    live.expect_node(node)
    name = live.control("image").locator("select").evaluate("select => select.selectedOptions[0].label")
    gallery = assets.gallery
    number = next(n for n in range(len(gallery.labels)) if pg.label(gallery, n) == name)
    expected = _onnxruntime_codes("stack2_conv2_quantized", gallery.images[number : number + 1])
    times = []
    for pixel in pixels:
        channel, row, column = map(int, pixel.split(","))
        began = time.monotonic()
        live.write("pixel", pixel)
        result = live.page.locator("#root [data-r8-run='quantized'] .r8-result")
        expect(result).to_contain_text(f"[channel {channel}, row {row}, column {column}]", timeout=PATIENCE)
        times.append(time.monotonic() - began)
        assert result.locator("[data-r8-byte]").get_attribute("data-r8-byte") == str(expected[0, channel, row, column])
    print(f"\nmicroscope: pixel to numbers {min(times):.2f} to {max(times):.2f} s")


def _onnxruntime_codes(tensor: str, images: np.ndarray) -> np.ndarray:
    model = onnx.load(HTML.parent / "models" / "resnet8_int8_qoperator.onnx")
    model.graph.output.append(onnx.helper.make_tensor_value_info(tensor, onnx.TensorProto.INT8, None))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    result: np.ndarray = session.run([tensor], {"input": images.astype(np.float32)})[0]
    return result


def test_a_pressed_pixel_is_looked_at(live: Live) -> None:
    """The mosaic of stack2_conv2 has 6 columns of 32 channels of 16 by 16."""
    picture = live.page.locator("#root img[data-r8-pixel]").first
    channels, height, width, columns, zoom, gap = map(int, (picture.get_attribute("data-r8-grid") or "").split(","))
    channel, row, column = columns + 2, 3, 4
    x = (channel % columns * (width + gap) + column) * zoom + zoom / 2
    y = (channel // columns * (height + gap) + row) * zoom + zoom / 2
    assert channel < channels
    picture.click(position={"x": x, "y": y})
    expect(live.page.locator("#root [data-r8-run='quantized'] .r8-result")).to_contain_text(
        f"[channel {channel}, row {row}, column {column}]", timeout=PATIENCE
    )
    expect(live.control("pixel").locator("input")).to_have_value(f"{channel},{row},{column}")


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
    began = time.monotonic()
    slider.press("Home")
    live.page.locator("#root [data-r8-probabilities='modified']").wait_for()
    print(f"\nslider to new prediction: {time.monotonic() - began:.2f} s")
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


def test_a_shared_link_restores(browser: Browser, server: str, assets: pg.Assets) -> None:
    index = int(assets.gallery.indices[7])
    edits = "redesign~stem_conv_quantized~scale~0.25!arithmetic~*~rounding~floor"
    shared = start(browser, server, f"?image={index}&node=stack3_conv1&pixel=5,1,2&edits={edits}")
    shared.expect_node("stack3_conv1")
    shared.expect_edits(2)
    expect(shared.page.locator("#root [data-r8-run='modified'] .r8-result")).to_contain_text(
        "[channel 5, row 1, column 2]"
    )
    graph = assets.graph(pg.MODEL)
    original = pg.Run.of(graph, assets.gallery.images[7:8])
    expected = pg.rerun(original, pg.apply(graph, assets.graph(pg.FLOAT), pg.from_text(edits))).probabilities[0]
    assert shared.probabilities("modified") == [float(value) for value in expected]
    assert f"image={index}" in shared.page.url
    assert shared.visit.elsewhere == []
    assert shared.visit.errors == []
    shared.page.context.close()


def test_a_made_up_link_is_a_sentence(browser: Browser, server: str) -> None:
    odd = start(browser, server, "?node=no_such_node&pixel=a,b,c&edits=explode~everything&image=own-0123456789ab")
    odd.expect_error("the link's pixel is 'a,b,c'")
    odd.expect_error("explode~everything")
    expect(odd.page.locator("#root .r8-note").filter(has_text="give the same file")).to_be_visible()
    expect(odd.page.locator("#root .r8-note").filter(has_text="no_such_node")).to_be_visible()
    odd.expect_edits(0)
    assert odd.visit.errors == []
    odd.page.context.close()


def _give(live: Live, label: str, *files: tuple[str, bytes]) -> None:
    with live.page.expect_file_chooser() as chooser:
        live.page.get_by_role("button", name=label).click()
    kind = "application/octet-stream"
    chooser.value.set_files([FilePayload(name=name, mimeType=kind, buffer=content) for name, content in files])


def test_a_foreign_extraction_is_refused(live: Live) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.zeros(3))
    _give(live, "Open your own extraction", ("a.json", b'{"weights": []}'), ("a.npz", buffer.getvalue()))
    live.expect_error("this is not an extraction")
    expect(live.page.locator("#root [data-r8-probabilities='quantized']")).to_be_visible()
    assert "model=" not in live.page.url


def test_an_own_extraction_opens(live: Live) -> None:
    pair = [(f"x_operations{end}", (PUBLIC / f"{pg.MODEL}_operations{end}").read_bytes()) for end in (".json", ".npz")]
    _give(live, "Open your own extraction", *pair)
    expect(live.page.locator("#root .r8-note").filter(has_text="Your extraction")).to_be_visible(timeout=PATIENCE)
    expect(live.page).to_have_url(re.compile(f"model={pg.own_name(pair[0][1])}"))


def test_what_is_no_picture_is_refused(live: Live) -> None:
    _give(live, "Use your own picture", ("cat.png", b"this is not a picture"))
    live.expect_error("no picture that can be read")


def test_nothing_was_asked_elsewhere_and_nothing_failed(live: Live) -> None:
    """Over all that the tests before this one did."""
    assert live.visit.elsewhere == []
    assert live.visit.errors == []


def test_bytes_on_the_wire() -> None:
    """What a cold visit fetches stays in bounds: the runtime's files, the page and its data."""
    runtime = json.loads((HTML / "playground" / "_wasm" / "pyodide-lock.json").read_text())
    names = [entry["file_name"] for name, entry in runtime["packages"].items() if name != "pillow"]
    files = [
        HTML / "playground" / "_wasm" / name
        for name in (*names, "pyodide.asm.wasm", "pyodide.asm.mjs", "python_stdlib.zip")
    ]
    total = sum(path.stat().st_size for path in files) + sum(path.stat().st_size for path in PUBLIC.iterdir())
    print(f"\nruntime and data: {total / 1e6:.1f} MB")
    assert total < 36e6


def test_from_disk_it_says_how_to_serve_it(browser: Browser) -> None:
    page = browser.new_page()
    page.goto(Path(HTML / APP).as_uri())
    expect(page.get_by_role("status")).to_contain_text("python -m http.server")
    expect(page.locator("#r8-static [data-r8-probabilities='quantized']")).to_be_visible()
    page.close()


MARIMOS = {
    # The menu in the corner of every exported notebook is drawn as three points, without a name.
    "button-name": ('<button class="disabled:opacity-50',),
    # The badge that marimo's export adds has its own colours; so has the button that clears an upload, inside marimo's
    # own element, where no style of the page reaches.
    "color-contrast": ("<span>made with marimo</span>", '<button class="text-xs text-destructive'),
    # Behind each upload button lies a file input that the keyboard does not reach; the button itself has a name.
    "label": ("<input accept=",),
}
"""Rules that marimo's markup breaks, each with the element and the reason why it is not the notebook's."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(live: Live, theme: Literal["light", "dark"]) -> None:
    live.page.emulate_media(color_scheme=theme)
    live.page.add_style_tag(content="* { transition: none !important }")  # or axe would see colours on their way
    found = serious(live.page, MARIMOS)
    live.page.emulate_media(color_scheme="light")
    assert found == {}


def test_it_has_a_title_and_fits_a_phone(live: Live) -> None:
    assert live.page.title() == "Quantization playground"
    desk = live.page.viewport_size
    assert desk is not None
    live.page.set_viewport_size(PHONE)
    width = live.page.evaluate("document.documentElement.scrollWidth")
    live.page.set_viewport_size(desk)
    assert width <= PHONE["width"]


def test_without_javascript_the_builds_outputs_are_there(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server + APP, wait_until="commit", timeout=PATIENCE)
    expect(page.locator("#r8-static [data-r8-probabilities='quantized']")).to_be_visible()
    expect(page.locator("#r8-frame")).to_contain_text("runs no JavaScript")
    context.close()
