"""What is shown: every view on a small network, and that what it says is what was computed."""

import io
import json
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc import playground as pg
from resnet8doc.graph import from_bytes
from resnet8doc.playground.model import EXPORTING, trace_pixel
from resnet8doc.playground.views._blocks import edges, items
from resnet8doc.playground.views._copying import as_c, as_vector
from resnet8doc.playground.views._html import long_table
from resnet8doc.playground.views._mosaic import Layout, picture
from resnet8doc.playground.views._structure import positions
from resnet8doc.raster import png

from .networks import images, networks, parts

VOID = {"br", "img", "input", "meta"}


class Balance(HTMLParser):
    """Checks that every element that is opened is closed, in order; collects attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(html: str) -> Balance:
    assert isinstance(html, pg.Markup), "a view returns markup, or its text would be quoted where it is put in"
    found = Balance()
    found.feed(html)
    found.close()
    assert found.open == []
    return found


def views(edits: tuple[pg.Edit, ...]) -> dict[str, str]:
    """Return every view of every node."""
    graph, float_graph = networks()
    pictures = images()
    original, reference = pg.Run.of(graph, pictures), pg.Run.of(float_graph, pictures)
    modified = pg.apply(graph, float_graph, edits)
    run = pg.rerun(original, modified)
    after = run if edits else None
    comparison = pg.Comparison(reference, original, run)
    shown: dict[str, str] = {
        "effect": pg.effect_html(comparison, {"float": reference, "quantized": original, "modified": after}, 3),
        "classes": pg.classes_html({"float": reference, "A": original, "B": after}),
        "sqnr": pg.sqnr_html(comparison),
        "comparison": pg.comparison_html(comparison),
        "pitfalls": pg.lessons_html(edits, graph, comparison.first is not None),
        "edits": pg.edits_html(edits),
        "tabs": pg.tabs(),
    }
    for node in graph.nodes:
        shown |= {
            f"graph {node.name}": pg.graph_svg(graph, node.name, "node", {e.node: e.local for e in comparison.before}),
            f"tree {node.name}": pg.tree(graph, node.name, "node"),
            f"layer {node.name}": pg.layer_html(graph, node, float_graph),
            f"maps {node.name}": pg.maps_html(node.output, pg.float_of(reference, original, node.output), original, run,
                                              (0, 0, 0), "pixel", ("A", "B")),
            f"strip {node.name}": pg.strip_html(comparison, node.name),
            f"numbers {node.name}": pg.numbers_html(node.output, reference, original, after, 0),
            f"range {node.name}": pg.histogram_html(node.output, None, original, reference),
            f"microscope {node.name}": pg.microscope_html(run, modified.graph.node(node.name), (0, 0, 0),
                                                          modified.runtimes.get(node.name)),
        }  # fmt: skip
    return shown


@pytest.mark.parametrize(
    "edits",
    [
        (),
        (pg.Edit("redesign", "stem_conv_quantized", "scale", "2.5"),),
        (pg.Edit("fault", "stem_conv_quant", "w_scale", "0.5"), pg.Edit("arithmetic", "*", "rounding", "floor")),
    ],
)
def test_every_view_is_whole_html(edits: tuple[pg.Edit, ...]) -> None:
    for name, html in views(edits).items():
        found = checked(html)
        for tag, attributes in found.attributes:
            if tag == "img":
                assert attributes.get("alt"), name
            if tag == "svg":
                assert attributes.get("aria-label"), name
            if "data-r8-value" in attributes:
                json.loads(attributes["data-r8-value"] or "")


HOSTILE = '<img src=x onerror=alert(1)>"'


def test_names_from_a_file_are_escaped() -> None:
    """Of nodes, tensors and layers: in every view, none of them becomes an element or leaves its attribute."""
    operations, tensors, float_operations, float_tensors = parts()
    name = json.dumps(HOSTILE)[1:-1]
    text = json.dumps(operations)
    for known in ("stem_conv_quant", "stem_conv_quantized", "stem_conv", "pool_quantized"):
        text = text.replace(f'"{known}"', f'"{known}{name}"')
    graph = from_bytes(text.encode(), _npz(tensors))
    pictures = images()
    original = pg.Run.of(graph, pictures)
    floats = pg.Run.of(from_bytes(json.dumps(float_operations).encode(), _npz(float_tensors)), pictures)
    edits = (pg.Edit("fault", graph.nodes[2].name, "w_scale", "0.5"), pg.Edit("arithmetic", "*", "rounding", "floor"))
    modified = pg.apply(graph, None, edits)
    run = pg.rerun(original, modified)
    comparison = pg.Comparison(floats, original, run)
    shown = [
        pg.sqnr_html(comparison), pg.comparison_html(comparison), pg.strip_html(comparison, ""), pg.edits_html(edits),
        pg.effect_html(comparison, {"quantized": original, "modified": run}, 3), pg.lessons_html(edits, graph, True),
        pg.note(HOSTILE), pg.heading(HOSTILE), pg.section(HOSTILE), pg.details(HOSTILE), pg.pane("x", label=HOSTILE),
        pg.table([{HOSTILE: HOSTILE}], HOSTILE), long_table([HOSTILE], [[HOSTILE]], HOSTILE, limit=3),
    ]  # fmt: skip
    for node in graph.nodes:
        shown += [
            pg.tree(graph, node.name, "node"), pg.graph_svg(graph, node.name, "node"), pg.layer_html(graph, node, None),
            pg.maps_html(node.output, None, original, run, (0, 0, 0), "pixel", (HOSTILE, HOSTILE)),
            pg.numbers_html(node.output, None, original, run, 0), pg.histogram_html(node.output, None, original, None),
            pg.microscope_html(run, modified.graph.node(node.name), (0, 0, 0), modified.runtimes.get(node.name)),
        ]  # fmt: skip
    assert any("&lt;img src=x" in html for html in shown)
    for html in shown:
        found = checked(html)
        assert not [a for tag, a in found.attributes if "onerror" in a or a.get("src") == "x"], html


def test_text_that_looks_like_html_is_text() -> None:
    """Whether a cell is HTML is said by its type, never by how it begins."""
    cells = pg.table([{"a": "<b>bold</b>", "b": pg.Markup("<b>bold</b>")}], "two", row_head=False)
    assert cells.count("<b>") == 1
    assert "&lt;b&gt;bold&lt;/b&gt;" in cells


def _npz(tensors: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **tensors)
    return buffer.getvalue()


@pytest.mark.criterion("16.2")
@given(st.tuples(st.integers(0, 9), st.integers(0, 15), st.integers(0, 15)))
def test_the_traced_byte_is_the_stored_byte(pixel: tuple[int, int, int]) -> None:
    graph, _ = networks()
    run = pg.Run.of(graph, images())
    node = graph.node("stem_conv_quant")
    assert trace_pixel(run, node, pixel).output == run.values[node.output][(0, *pixel)]
    assert f'data-r8-byte="{run.values[node.output][(0, *pixel)]}"' in pg.microscope_html(run, node, pixel)


@pytest.mark.parametrize("pixel", [(0, 0, 0), (9, 15, 15), (4, 7, 8)])
def test_the_copied_c_computes_the_byte(pixel: tuple[int, int, int], tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler is installed")
    graph, _ = networks()
    run = pg.Run.of(graph, images())
    node = graph.node("stem_conv_quant")
    source = tmp_path / "pixel.c"
    source.write_text(as_c(graph, node, trace_pixel(run, node, pixel)))
    program = tmp_path / "pixel"
    subprocess.run([compiler, "-std=c99", "-Wall", "-Werror", str(source), "-lm", "-o", str(program)], check=True)
    done = subprocess.run([str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip().endswith(f"y {run.values[node.output][(0, *pixel)]}")


def test_the_copied_vector_holds_inputs_and_answer() -> None:
    graph, _ = networks()
    run = pg.Run.of(graph, images())
    node = graph.node("stem_conv_quant")
    vector = json.loads(as_vector(graph, node, trace_pixel(run, node, (2, 5, 6))))
    assert vector["expected"] == run.values[node.output][0, 2, 5, 6]
    zero_x, zero_w = vector["parameters"]["x_zero_point"], vector["parameters"]["w_zero_point"][2]
    total = sum((x - zero_x) * (w - zero_w) for x, w in vector["terms"])
    named = {step["name"]: step["value"] for step in vector["steps"]}
    assert total == named["accumulator"]


@given(st.integers(1, 70), st.integers(1, 32), st.integers(1, 32))
def test_a_mosaic_holds_every_element_where_the_page_looks_for_it(channels: int, height: int, width: int) -> None:
    """The same arithmetic as in the page's script: from the place of a press to channel, row and column."""
    values = np.arange(channels * height * width, dtype=float).reshape(channels, height, width)
    layout = Layout.of(values.shape)
    pixels = picture(values, 0, values.size)
    assert pixels.shape[0] == layout.rows * (height + 1) - 1
    for channel in {0, channels // 2, channels - 1}:
        y = channel // layout.columns * (height + 1) + height - 1
        x = channel % layout.columns * (width + 1) + width - 1
        expected = picture(values[channel : channel + 1], 0, values.size)[-1, -1]
        np.testing.assert_array_equal(pixels[y, x], expected)


def test_a_png_is_read_back() -> None:
    from PIL import Image

    pixels = images()[0]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(pixels)))), pixels)


@pytest.mark.criterion("15.3")
def test_parallel_branches_lie_side_by_side() -> None:
    graph, _ = networks()
    shown = items(graph, graph.nodes[0].name)
    connected = edges(graph, shown)
    places = positions(len(shown), connected)
    assert len(set(places)) == len(graph.nodes)
    assert len(connected) == sum(
        not entry.parameter and graph.producer(entry.tensor) is not None
        for node in graph.nodes
        for entry in node.inputs
    )
    for source, target in connected:
        assert places[source][1] < places[target][1]


@pytest.mark.parametrize(
    "edits",
    [
        (pg.Edit("redesign", "stem_conv_quantized", "scale", "2.5"),),
        (pg.Edit("fault", "stem_conv_quant", "w_scale", "0.5"), pg.Edit("fault", "pool_quant", "x_zero_point", "3")),
        (pg.Edit("weights", "stem_conv_quant", "bits", "3"),),
    ],
)
def test_a_downloaded_extraction_runs_as_the_modified_graph(edits: tuple[pg.Edit, ...]) -> None:
    operations, tensors, *_ = parts()
    graph, float_graph = networks()
    modified = pg.apply(graph, float_graph, edits)
    with zipfile.ZipFile(io.BytesIO(pg.extraction(operations, modified))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    again = pg.own_network(files).graph
    for name, value in modified.graph.run(images(2), "all").items():
        np.testing.assert_array_equal(again.run(images(2), "all")[name], value)
    assert set(tensors) <= set(again.parameters)


def test_captured_tensors_are_those_of_the_runs() -> None:
    graph, float_graph = networks()
    quantized = pg.Run.of(graph, images())
    captured = pg.captured({"quantized": quantized, "float": pg.Run.of(float_graph, images()), "modified": None})
    with np.load(io.BytesIO(captured)) as stored:
        np.testing.assert_array_equal(stored["quantized/stem_conv_quantized"], quantized.values["stem_conv_quantized"])
        assert "float/stem_relu" in stored.files


def test_a_long_tables_rows_are_cells_where_no_script_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[list[float | str]] = [["0, 0", -3, 0.25], ["a<1>", 4, -1e-7]]
    live = checked(long_table(["tap", "sum", "scale"], rows, "Sums", limit=5))
    assert dict(live.attributes)["tbody"]["data-r8-rows"] == "0, 0\t−3\t0.25\na<1>\t4\t−1e−07"
    monkeypatch.setenv(EXPORTING, "1")
    exported = long_table(["tap", "sum", "scale"], rows, "Sums", limit=5)
    keys = [
        attributes["data-r8-key"] for tag, attributes in checked(exported).attributes if "data-r8-key" in attributes
    ]
    assert keys == ["-3.0", "0.25", "4.0", "-1e-07"]
    assert "<1>" not in exported.replace("&lt;1&gt;", "")
