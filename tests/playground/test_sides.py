"""Two arithmetics side by side, and the lessons that use them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from resnet8doc import playground as pg
from resnet8doc.errors import UserError
from resnet8doc.runtimes import RUNTIMES

from .networks import images, networks

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def assets(artifact: Callable[[str], Path]) -> pg.Assets:
    return pg.Assets(artifact("playground/gallery.npz").parent)


def test_every_runtime_and_every_possible_mistake_can_be_chosen() -> None:
    graph, float_graph = networks()
    original = pg.Run.of(graph, images())
    found = pg.sides(graph)
    assert set(RUNTIMES) <= set(found.values())
    for title, key in found.items():
        side = pg.side(key, graph, float_graph, ())
        assert side.title == title
        run = side.run(original)
        expected = graph.run(images(), "all", runtime=side.modified.runtimes or side.runtime)
        for name, value in expected.items():
            np.testing.assert_array_equal(run.values[name], value, err_msg=f"{title}: {name}")


def test_an_unknown_arithmetic_is_a_sentence() -> None:
    graph, _ = networks()
    with pytest.raises(UserError, match="there is no arithmetic 'abacus'"):
        pg.side("abacus", graph, None, ())


def test_next_difference_visits_every_one_and_comes_round() -> None:
    one = np.zeros((1, 3, 4, 5), np.int8)
    other = one.copy()
    places = [(0, 1, 2), (0, 3, 4), (2, 0, 0)]
    for place in places:
        other[(0, *place)] = 1
    seen = [pg.next_difference(one, other, place) for place in [(2, 0, 0), *places[:-1]]]
    assert seen == places


@pytest.mark.parametrize("visit", [visit for visit in pg.LESSONS if not visit.stops], ids=lambda visit: visit.key)
def test_a_lesson_shows_its_mistake_where_it_points(assets: pg.Assets, visit: pg.Visit) -> None:
    """At the pixel of the lesson, on the first picture, the mistake changes the byte; the section is there."""
    graph = assets.graph(pg.MODEL)
    original = pg.Run.of(graph, assets.gallery.images[:1])
    run = pg.rerun(original, pg.apply(graph, assets.graph(pg.FLOAT), visit.state.edits))
    node = graph.node(visit.state.node)
    index = pg.index_of(original.values[node.output], *visit.state.pixel)
    assert run.values[node.output][index] != original.values[node.output][index]
    page, _, anchor = visit.address.removeprefix("../../").partition("#")
    assert f"({anchor})=" in (DOCS / page.replace(".html", ".md")).read_text(encoding="utf-8")


def test_the_signature_of_the_rounding_lesson_is_as_it_says(assets: pg.Assets) -> None:
    """Rounding down: no byte of the first layer is too large, and those that differ are too small by one."""
    graph = assets.graph(pg.MODEL)
    visit = pg.visit("rounding")
    assert visit is not None
    original = pg.Run.of(graph, assets.gallery.images[:1])
    run = pg.rerun(original, pg.apply(graph, None, visit.state.edits))
    gaps = run.values["stem_conv_quantized"].astype(int) - original.values["stem_conv_quantized"]
    assert set(np.unique(gaps)) == {-1, 0}


def test_the_walk_through_the_network_stops_at_what_computes(assets: pg.Assets) -> None:
    graph = assets.graph(pg.MODEL)
    visit = pg.visit("through")
    assert visit is not None
    moved = {"Transpose", "Flatten", "DequantizeLinear"}
    assert list(visit.stops) == [node.name for node in graph.nodes if node.op_type not in moved]


def test_a_batch_counts_flips_as_the_runs_do(assets: pg.Assets) -> None:
    graph, gallery = assets.graph(pg.MODEL), assets.gallery
    pictures, labels = gallery.images[:20], gallery.labels[:20]
    one, other = (pg.side(key, graph, None, ()) for key in (pg.MODEL_SIDE, "rounding=floor"))
    found = pg.batch(graph, one, other, pictures, labels)
    answers = [
        graph.run(pictures, runtime=side.modified.runtimes or side.runtime)[graph.outputs[0].name].argmax(axis=1)
        for side in (one, other)
    ]
    assert found.right == tuple(int((answer == labels).sum()) for answer in answers)
    assert [n for n, *_ in found.flips] == np.flatnonzero(answers[0] != answers[1]).tolist()
