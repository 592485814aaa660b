"""Networks drawn: operators, data flow, scales and zero points."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.extract import load
from resnet8doc.figures import draw_graph, write_graph
from resnet8doc.graph import Graph

pytestmark = pytest.mark.slow
NAMES = ["resnet8_int8", "resnet8_int8_qoperator"]


@pytest.fixture(scope="module", params=NAMES)
def graph(request: pytest.FixtureRequest, artifact: Callable[[str], Path]) -> Graph:
    return load(artifact(f"models/{request.param}.onnx"))


@pytest.mark.criterion("9.3")
def test_svg_and_png(graph: Graph, tmp_path: Path) -> None:
    svg, png = write_graph(graph, tmp_path / "net.svg"), write_graph(graph, tmp_path / "net.png")
    assert svg.read_bytes().startswith(b"<?xml")
    assert png.read_bytes().startswith(b"\x89PNG\r\n")
    width, height = (int.from_bytes(png.read_bytes()[at : at + 4], "big") for at in (16, 20))
    assert width > 500
    assert height > 2000


@pytest.mark.criterion("9.4")
def test_every_operator_and_the_way_from_input_to_output(graph: Graph) -> None:
    svg = draw_graph(graph).svg
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    for node in graph.nodes:
        assert node.op_type in texts
        assert node.name in texts
    edges = re.findall(r"<title>([^<]*)&#45;&gt;([^<]*)</title>", svg)
    follows: dict[str, set[str]] = {}
    for start, end in edges:
        follows.setdefault(start, set()).add(end)
    reached, frontier = set(), {"in:input"}
    while frontier:
        reached |= frontier
        frontier = set().union(*(follows.get(name, set()) for name in frontier)) - reached
    assert "out:softmax" in reached
    expected = sum(not entry.parameter for node in graph.nodes for entry in node.inputs) + len(graph.outputs)
    assert len(edges) == expected


def test_scales_and_zero_points_are_annotated(graph: Graph) -> None:
    svg = draw_graph(graph).svg
    for tensor in graph.tensors:
        found = graph.quantization(tensor)
        if found is not None and np.size(found.scale) == 1:
            assert f"scale {float(found.scale):.6g}, zero point {int(found.zero_point)}".replace("-", "&#45;") in svg


def test_a_drawing_says_what_it_shows_and_takes_the_pages_colour(graph: Graph) -> None:
    drawing = draw_graph(graph)
    assert drawing.alt.startswith(f"{graph.name}: {len(graph.nodes)} nodes from input to softmax: ")
    assert 'role="img"' in drawing.svg
    assert "currentColor" in drawing.svg
    assert "#010203" not in drawing.svg
    assert " id=" not in drawing.svg


def test_another_suffix_is_refused(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"net\.gif ends in \.gif; expected \.svg or \.png\."):
        write_graph(graph, tmp_path / "net.gif")
