"""A reader's own network: opened, fed and shown, whatever its shapes; bad files are sentences."""

import io
import zipfile
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from resnet8doc import playground as pg
from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.graph import Graph
from resnet8doc.playground.model._tensors import Tensors
from resnet8doc.playground.views._blocks import WHOLE, edges, items

from .large import large

VOID = {"br", "img", "input", "meta", "rect", "path"}


class Whole(HTMLParser):
    """Holds that every element that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Say nothing of what closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open
            assert self.open.pop() == tag


def whole(html: str) -> str:
    """Check that HTML is whole; return it."""
    parser = Whole()
    parser.feed(html)
    assert parser.open == []
    return html


def views(network: pg.Own, node_name: str, place: Callable[[tuple[int, int, int]], Sequence[int]]) -> str:
    """Return all that the page shows of a node, and hold the shown byte to the engine's."""
    graph = network.graph
    one = pg.side(pg.side_of(graph, pg.MODEL_SIDE), graph, None, ())
    run = one.run(network.run)
    node = graph.node(node_name)
    values = run.values[node.output]
    comparison = pg.Comparison(None, run, run)
    parts: list[object] = [
        pg.graph_svg(graph, node.name, "node", {}, differ=pg.differing(comparison)),
        pg.tree(graph, node.name, "node"),
        pg.effect_html(comparison, {"float": None, "quantized": run, "modified": None}, None),
        pg.classes_html({"A": run}), pg.sqnr_html(comparison), pg.comparison_html(comparison),
        pg.layer_html(graph, node, None), pg.histogram_html(node.output, None, run, None),
    ]  # fmt: skip
    channel, row, column = place(pg.channels_shape(values))
    pixel = pg.inside((channel, row, column), pg.channels_shape(values))
    parts.append(pg.maps_html(node.output, None, run, run, pixel, "pixel", ("A", "B")))
    parts.append(pg.numbers_html(node.output, None, run, None, pixel[0]))
    shown = pg.microscope_html(run, node, pixel, one.runtime_of(node.name), control="channel", name="A")
    if values.size:
        stored = values[pg.index_of(values, *pixel)].item()
        assert f'data-r8-byte="{stored}"' in shown
        assert "the trace says" not in shown
    for mode in ("redesign", "fault", "arithmetic", "weights"):
        for target in pg.targets(graph, node, mode).values():
            pg.fields(graph, mode, target)
    return whole("".join(map(str, (*parts, shown))))


def opened(model: onnx.ModelProto, name: str = "own.onnx") -> pg.Own:
    """Open a model as the page does."""
    return pg.own_network({name: model.SerializeToString()})


def test_a_large_network_is_collapsed_and_every_byte_is_the_engines(tmp_path: Path) -> None:
    model = large()
    path = tmp_path / "large.onnx"
    onnx.save(model, path)
    network = opened(model, "large.onnx")
    assert len(network.graph.nodes) > 60
    expected = load(path)
    feeds = {name: network.run.values[name] for name in ("image",)}
    for name, value in expected.run(feeds, "all").items():
        np.testing.assert_array_equal(network.run.values[name], value)
    random = np.random.default_rng(0)
    for node in network.graph.nodes[::9]:
        views(network, node.name, lambda shape: [int(random.integers(n)) for n in shape])


def test_a_collapsed_structure_shows_the_chosen_nodes_block_and_names_every_node_once() -> None:
    graph = opened(large()).graph
    chosen = graph.nodes[30].name
    shown = items(graph, chosen)
    assert len(shown) < WHOLE
    assert [name for item in shown for name in item.nodes] == [node.name for node in graph.nodes]
    assert any(item.nodes == (chosen,) for item in shown)
    assert all(source < target for source, target in edges(graph, shown))
    svg = pg.graph_svg(graph, chosen, "node", differ={graph.nodes[0].name: (3, 9), graph.nodes[1].name: (4, 9)})
    assert "7 of 18 codes differ" in svg, "a closed block says how many of its nodes' codes differ"


def test_tensors_are_computed_once_when_asked_for_and_memory_is_bounded() -> None:
    graph = opened(large()).graph
    feeds = {"image": np.zeros((1, 3, 32, 32), np.float32)}
    lazy = Tensors(graph, feeds)
    assert lazy.computed == 0
    first = graph.nodes[5].output
    np.testing.assert_array_equal(lazy[first], graph.run(feeds, first)[first])
    assert lazy.computed == 6
    assert lazy[first] is lazy[first]
    assert lazy.computed == 6
    small = Tensors(graph, feeds, room=40_000)
    expected = graph.run(feeds, "all")
    for name in [*graph.tensors, *reversed(graph.tensors)]:
        np.testing.assert_array_equal(small[name], expected[name])
        assert small.kept <= 40_000
    assert set(small) == set(expected)


def test_a_change_computes_what_follows_it_alone() -> None:
    network = opened(large())
    graph = network.graph
    node = graph.nodes[50]
    edit = pg.Edit("arithmetic", node.name, "rounding", "floor")
    side = pg.side(pg.EDITED, graph, None, (edit,))
    after = side.run(network.run)
    assert isinstance(after.values, Tensors)
    differences = pg.Comparison(None, network.run, after).differences
    assert after.values.computed == len(graph.nodes) - 50
    first = next(entry for entry in differences if entry.different)
    assert first.node == node.name
    expected = graph.run({"image": network.run.values["image"]}, "all", runtime=dict(side.modified.runtimes))
    for name in graph.tensors:
        np.testing.assert_array_equal(after.values[name], expected[name])


def of_shape(shape: Sequence[int | str]) -> onnx.ModelProto:
    """Return a network from real numbers to codes and back, on an input of any shape."""
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], name="quantize"),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], name="dequantize"),
        helper.make_node("Relu", ["d"], ["y"], name="real"),
    ]
    stored = [
        numpy_helper.from_array(np.array(0.5, np.float32), "s"),
        numpy_helper.from_array(np.array(7, np.uint8), "z"),
    ]
    graph = helper.make_graph(
        nodes, "shapes", [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, list(shape))], stored,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])  # the machines that run this are shared
@given(st.lists(st.integers(0, 6), max_size=6), st.data())
def test_a_layer_of_any_shape_is_shown_or_said(shape: list[int], data: st.DataObject) -> None:
    network = opened(of_shape(shape))
    for name in ("quantize", "dequantize", "real"):
        html = views(network, name, lambda found: [data.draw(st.integers(0, max(n - 1, 0))) for n in found])
        assert ("cannot be drawn: it has no elements" in html) == (0 in shape)


def test_a_long_vector_and_a_large_image_are_drawn_in_part() -> None:
    network = opened(of_shape(["batch", 3, 300, 400]))
    html = views(network, "quantize", lambda shape: (2, 5, 7))
    assert "channels 2 to 2 of 3" in html
    assert 'data-r8-from="2"' in html
    network = opened(of_shape(["batch", 1000]))
    assert 'data-r8-grid="1000,1,1,' in views(network, "quantize", lambda shape: (999, 0, 0))
    network = opened(of_shape([1, 1, 1100, 1000]))
    assert "one channel of it has 1,100 × 1,000 elements" in views(network, "quantize", lambda shape: (0, 3, 4))


def test_free_axes_are_said_and_an_array_says_their_length() -> None:
    network = opened(of_shape(["batch", "time", 3]))
    assert "with a length of 32 for time: an .npy says another" in network.said
    stream = io.BytesIO()
    np.save(stream, np.full((2, 5, 3), 3.0, np.float32))
    feeds, said = pg.own_feeds(network.graph, "x.npy", stream.getvalue())
    assert said == "x.npy is fed: float32 [1, 5, 3]. Its first item is fed."
    run = pg.run_of(network.graph, feeds)
    np.testing.assert_array_equal(run.values["q"], np.full((1, 5, 3), 13, np.uint8))


def saved(array: npt.NDArray[Any]) -> bytes:
    """Return an array as an ``.npy``."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


CLAIM = b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (536870912,), }".ljust(127) + b"\n"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "x.npy", "x.npy cannot be read"),
        (b"nothing", "x.npy", "x.npy cannot be read"),
        (saved(np.zeros((1, 5, 3), np.float32))[:-3], "x.npy", "57 follow"),
        (CLAIM, "x.npy", "its head says 2,147,483,648 bytes, and 0 follow"),
        (saved(np.zeros((1, 5, 3))), "x.npy", "x in x.npy is float64; expected float32 or uint8 pixels"),
        (saved(np.zeros((1, 5, 4), np.float32)), "x.npy", "x in x.npy has shape [1, 5, 4]; expected [batch, time, 3]"),
        (saved(np.array(["a"])), "x.npy", "x.npy cannot be read (it holds <U1)"),
        (b"PK\x03\x04", "x.npz", "x.npz cannot be read"),
        (b"no picture", "x.png", "the file is no picture that can be read"),
    ],
)
def test_a_bad_input_is_a_sentence(content: bytes, name: str, said: str) -> None:
    network = opened(of_shape(["batch", "time", 3]))
    with pytest.raises(UserError, match="; expected ") as refused:
        pg.own_feeds(network.graph, name, content)
    assert said in str(refused.value)


@given(st.binary(max_size=40), st.integers(0, 140), st.booleans())
def test_any_bytes_for_an_array_are_a_sentence_or_that_array(noise: bytes, place: int, archive: bool) -> None:
    graph = opened(of_shape(["batch", "time", 3])).graph
    stream = io.BytesIO()
    if archive:
        np.savez(stream, x=np.ones((1, 2, 3), np.float32))
    else:
        np.save(stream, np.ones((1, 2, 3), np.float32))
    content = stream.getvalue()
    content = content[:place] + noise + content[place + len(noise) :]
    try:
        feeds, _ = pg.own_feeds(graph, "x.npz" if archive else "x.npy", content)
    except UserError as error:
        sentence = str(error)
    else:
        sentence = ""
        assert feeds["x"].shape[0] == 1
        assert feeds["x"].shape[2] == 3
    assert not sentence or "; expected " in sentence


def test_names_with_markup_are_quoted_everywhere() -> None:
    model = of_shape(["batch", 4])
    name = "<img src=x onerror=alert(1)>\"'&"
    for node in model.graph.node:
        node.name = f"{name}{node.name}"
        node.input[:] = [f"{name}{part}" for part in node.input]
        node.output[:] = [f"{name}{part}" for part in node.output]
    for entry in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        entry.name = f"{name}{entry.name}"
    network = opened(model, "<script>.onnx")
    html = views(network, f"{name}quantize", lambda shape: (0, 0, 0))
    html += str(pg.note(network.said))
    assert "<img src=x" not in html
    assert "<script>" not in html


def test_an_output_that_is_not_what_the_file_declares_is_refused() -> None:
    model = of_shape(["batch", 4])
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 5
    with pytest.raises(UserError, match=r"y comes out as float32 \[1, 4\]; expected float32 \[batch, 5\]"):
        opened(model)


def test_an_input_that_claims_gigabytes_is_refused_before_they_are_made() -> None:
    with pytest.raises(UserError, match=r"the input x has 10,000,000,000 elements; expected at most"):
        opened(of_shape([1, 100_000, 100_000]))


def test_a_modified_extraction_of_a_file_opens_at_the_desk_and_here(tmp_path: Path) -> None:
    """What the browser does not know, types and shapes of inner tensors, no tool asks an extraction for."""
    network = opened(large(blocks=2))
    edit = pg.Edit("redesign", network.graph.nodes[1].output, "scale", "0.07")
    modified = pg.apply(network.graph, None, [edit])
    with zipfile.ZipFile(io.BytesIO(pg.extraction(network.operations, modified))) as archive:
        archive.extractall(tmp_path)
    (path,) = tmp_path.glob("*.json")
    feeds = {"image": network.run.values["image"]}
    expected = modified.graph.run(feeds, "all")
    again = pg.own_network({file.name: file.read_bytes() for file in tmp_path.iterdir()}).graph
    for graph in (load(path), again):
        for name, value in graph.run(feeds, "all").items():
            np.testing.assert_array_equal(value, expected[name])


def test_a_tflite_file_has_its_kernels_arithmetic(artifact: Callable[[str], Path]) -> None:
    path = artifact("models/resnet8_int8.tflite")
    network = pg.own_network({path.name: path.read_bytes()})
    assert pg.side_of(network.graph, pg.MODEL_SIDE) == "tflite_micro"
    assert pg.sorts_pictures(network.graph)
    x = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), np.uint8)
    graph: Graph = load(path)
    run = pg.side("tflite_micro", network.graph, None, ()).run(pg.run_of(network.graph, x))
    for name, value in graph.run(x, "all", runtime="tflite_micro").items():
        np.testing.assert_array_equal(run.values[name], value)


def test_networks_that_others_made_are_shown(networks: Path) -> None:
    random = np.random.default_rng(0)
    for path in sorted(p for p in networks.iterdir() if p.suffix in (".onnx", ".tflite")):
        network = pg.own_network({path.name: path.read_bytes()})
        for node in network.graph.nodes[:: 1 + len(network.graph.nodes) // 3]:
            views(network, node.name, lambda shape: [int(random.integers(n)) for n in shape])
