"""Running and capturing in the playground (phase 16): against the engine in CPython and ONNX Runtime."""

import io
import json
import math
import re
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image
from playwright.sync_api import expect

from resnet8doc import playground as pg
from resnet8doc.analysis.sensitivity import sensitivity
from resnet8doc.bench import painted
from resnet8doc.hardware.c import compile_c
from resnet8doc.playground import trace_pixel

from .live import PATIENCE, Live
from .visit import HTML

pytestmark = pytest.mark.browser


@pytest.mark.criterion("16.1")
@pytest.mark.criterion("16.2")
def test_an_image_runs_as_in_cpython(live: Live, assets: pg.Assets) -> None:
    gallery = assets.gallery
    for number in (5, len(gallery.labels) - 1):
        live.choose("image", pg.label(gallery, number))
        graph = assets.graph(pg.MODEL)
        expected = graph.run(gallery.images[number : number + 1])[graph.outputs[0].name][0]
        live.expect_probabilities("quantized", expected)
        assert len(live.probabilities("float")) == 10


@pytest.mark.criterion("16.2")
def test_the_microscopes_byte_is_onnx_runtimes(live: Live, assets: pg.Assets) -> None:
    """At some pixels, a padded corner among them, pressed by hand; and every product is there."""
    node, pixels = "stack2_conv2", ((0, 0, 0), (17, 8, 3), (31, 15, 15), (5, 4, 4), (5, 4, 5))
    live.choose("node", node)
    live.expect_node(node)
    gallery = assets.gallery
    number = live.number(gallery)
    expected = _onnxruntime_codes("stack2_conv2_quantized", gallery.images[number : number + 1])
    live.page.locator(f"#root h2:text-is('The range of {node}_quantized')").wait_for(state="attached")  # the last cell
    graph = assets.graph(pg.MODEL)
    run = pg.Run.of(graph, gallery.images[number : number + 1])
    result = "[data-r8-run='quantized'] .r8-result"
    times = []
    for channel, row, column in pixels:
        place = f"[channel {channel}, row {row}, column {column}]"
        with painted(live.page, "click", result, place) as seconds:
            live.press_pixel(channel, row, column)
        times += seconds
        byte = live.page.locator(f"#root {result} [data-r8-byte]").get_attribute("data-r8-byte")
        assert byte == str(expected[0, channel, row, column])
        terms = trace_pixel(run, graph.node(node), (channel, row, column)).terms
        shown = live.table(f"Every product: {len(terms)}").locator("tbody tr")
        expect(shown).to_have_count(len(terms))
        assert shown.evaluate_all("rows => rows.map(row => Number(row.lastChild.dataset.r8Key))") == [
            term.accumulator for term in terms
        ]
    print("\nmicroscope: press to numbers painted", ", ".join(f"{seconds:.2f} s" for seconds in times))


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
    live.view("middle")
    picture = live.page.locator("#root img[data-r8-pixel]").first
    channels, height, width, columns, zoom, gap = map(float, (picture.get_attribute("data-r8-grid") or "").split(","))
    channel, row, column = int(columns) + 2, 3, 4
    x = (channel % columns * (width + gap) + column) * zoom + zoom / 2
    y = (channel // columns * (height + gap) + row) * zoom + zoom / 2
    assert channel < channels
    picture.click(position={"x": x, "y": y})
    expect(live.page.locator("#root [data-r8-run='quantized'] .r8-result")).to_contain_text(
        f"[channel {channel}, row {row}, column {column}]", timeout=PATIENCE
    )
    expect(live.control("pixel").locator("input")).to_have_value(f"{channel},{row},{column}")


def test_what_is_no_picture_is_refused(live: Live) -> None:
    live.give("Use your own picture", ("cat.png", b"this is not a picture"))
    live.expect_error("no picture that can be read")


def test_the_gallery_is_filtered(live: Live, assets: pg.Assets) -> None:
    """By what the quantized network made of an image, and by class."""
    live.view("pictures")
    wrong = live.page.get_by_label("The quantized answer is")
    wrong.select_option("wrong")
    expected = pg.choose(assets.gallery, "wrong", "all")
    sheet = live.page.locator("#root .r8-sheet button")
    expect(live.page.locator("#root .r8-sheet button[title$=', right']")).to_have_count(0, timeout=PATIENCE)
    expect(sheet).to_have_count(min(len(expected), 60), timeout=PATIENCE)
    assert {button.get_attribute("title") for button in sheet.all()} == {
        pg.label(assets.gallery, number) for number in expected[:60]
    }
    live.page.get_by_label("Class").select_option("cat")
    cats = pg.choose(assets.gallery, "wrong", "cat")
    expect(sheet).to_have_count(len(cats), timeout=PATIENCE)
    sheet.last.click()
    expect(live.page.locator("#root [data-r8-probabilities='quantized']")).to_contain_text("wrong: it is cat")
    live.settle()
    wrong.select_option("all")
    live.page.get_by_label("Class").select_option("all")
    expect(sheet).to_have_count(60, timeout=PATIENCE)


@pytest.mark.criterion("16.3")
def test_sqnr_is_in_the_table_and_on_the_graph(live: Live, assets: pg.Assets) -> None:
    """Of each layer against float32, cumulative and local, as CPython computes it."""
    graph, float_graph, gallery = assets.graph(pg.MODEL), assets.graph(pg.FLOAT), assets.gallery
    image = gallery.images[live.number(gallery)][None]
    original, reference = pg.Run.of(graph, image), pg.Run.of(float_graph, image)
    entries = pg.Comparison(reference, original, original).before
    assert len(entries) > 12
    table = live.table("SQNR of each layer's output")
    for paint in ("local", "cumulative"):
        live.page.get_by_label("Painted SQNR").select_option(paint)
        for entry in entries:
            # sums of float32 in another order: the last digits of the float network are its processor's
            assert live.keys(table, entry.node) == pytest.approx([entry.cumulative, entry.local], abs=0.011)
            value = getattr(entry, paint)
            box = live.page.locator(f"#root .r8-node[aria-label^='{entry.node}, ']")
            said = "exact" if math.isinf(value) else " dB"
            expect(box).to_contain_text(said, timeout=PATIENCE)
            if not math.isinf(value):
                shown = float((box.locator("text").last.text_content() or "").removesuffix(" dB"))
                assert shown == pytest.approx(value, abs=0.06)


@pytest.mark.criterion("16.4")
def test_the_layers_that_cost_most_are_named(live: Live, assets: pg.Assets) -> None:
    """The build's study on all test images, and the same live on ten."""
    measured = assets.json("sensitivity.json")
    assert measured["images"] == 10_000
    table = live.table("Each layer alone, over 10000 images")
    for entry in measured["layers"]:
        keys = live.keys(table, entry["layer"])
        assert keys[0] == entry["alone_quantized"]["correct"]
        assert keys[3] == entry["alone_float"]["correct"]
    live.view("cost")
    live.page.get_by_role("button", name="Measure it here").click()
    here = live.table("Each layer alone, over 10 images")
    expect(here).to_be_visible(timeout=PATIENCE)
    gallery = assets.gallery
    expected = sensitivity(
        assets.graph(pg.MODEL), assets.graph(pg.FLOAT), gallery.images[:10], gallery.labels[:10], progress=False
    )
    first = here.locator("tbody tr").first.locator("td").first.get_attribute("data-r8-key")
    assert first is not None
    assert float(first) == expected["layers"][0]["alone_quantized"]["correct"]
    assert here.locator("tbody tr").count() == len(expected["layers"])


def test_a_pixel_leaves_as_c_and_as_a_vector(live: Live, tmp_path: Path) -> None:
    """What is copied compiles without a warning and finds the same byte."""
    live.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    live.choose("node", "stack3_conv1")
    live.expect_node("stack3_conv1")
    live.write("pixel", "60,7,0")
    result = live.page.locator("#root [data-r8-run='quantized'] .r8-result")
    expect(result).to_contain_text("[channel 60, row 7, column 0]", timeout=PATIENCE)
    byte = int(result.locator("[data-r8-byte]").get_attribute("data-r8-byte") or "")
    live.view("middle")
    live.tables()
    copied = {}
    for label in ("Copy as C", "Copy as test vector"):
        button = live.page.get_by_role("button", name=label)
        button.click()
        expect(live.page.get_by_role("button", name="Copied")).to_be_visible()
        copied[label] = live.page.evaluate("navigator.clipboard.readText()")
        expect(button).to_be_visible()
    source = tmp_path / "pixel.c"
    source.write_text(copied["Copy as C"])
    program = compile_c([source], tmp_path / "pixel")
    said = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert said.rstrip().endswith(f"y {byte}")
    vector = json.loads(copied["Copy as test vector"])
    assert vector["expected"] == byte
    total = sum(
        (x - _scalar(vector, "x_zero_point")) * (w - _scalar(vector, "w_zero_point")) for x, w in vector["terms"]
    )
    assert total in [step["value"] for step in vector["steps"]]


def _scalar(vector: dict[str, dict[str, int | list[int]]], name: str) -> int:
    value = vector["parameters"][name]
    return value[0] if isinstance(value, list) else value


def test_every_tensor_can_be_taken_along(live: Live, assets: pg.Assets) -> None:
    file = live.download("All tensors")
    gallery, graph = assets.gallery, assets.graph(pg.MODEL)
    expected = graph.run(gallery.images[live.number(gallery)][None], "all")
    with np.load(file.path()) as tensors:
        for node in graph.nodes:
            np.testing.assert_array_equal(tensors[f"quantized/{node.output}"], expected[node.output])
        assert any(name.startswith("float/") for name in tensors.files)


def test_a_transparent_picture_is_laid_on_white(live: Live, assets: pg.Assets) -> None:
    picture = Image.new("RGBA", (48, 40), (200, 30, 30, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 24, 40))
    content = _png(picture)
    live.give("Use your own picture", ("half.png", content))
    note = live.page.locator("#root .r8-note").filter(has_text="Your picture is used.")
    expect(note).to_be_visible(timeout=PATIENCE)
    expect(note).to_contain_text("transparent parts were laid on white")
    expect(note).to_contain_text("its middle was taken")
    graph = assets.graph(pg.MODEL)
    expected = pg.Run.of(graph, pg.read_picture(content)[0][None]).probabilities[0]
    live.expect_probabilities("quantized", expected)
    expect(live.page).to_have_url(re.compile(f"image={pg.own_name(content)}"))


def test_a_picture_too_large_is_refused(live: Live) -> None:
    live.give("Use your own picture", ("wide.png", _png(Image.new("L", (8001, 2)))))
    live.expect_error("at most 8000 pixels a side")


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def test_nothing_was_asked_elsewhere_and_nothing_failed(live: Live) -> None:
    """Over all that the tests before this one did."""
    assert live.visit.elsewhere == []
    assert live.visit.errors == []
