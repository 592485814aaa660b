"""The notebook as a script: every cell runs, headless, and what the cells define is what the engine says."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from resnet8doc import playground as pg

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "quantization.py"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def definitions(artifact: Callable[[str], Path]) -> dict[str, object]:
    """Run all cells and give the names that they define."""
    artifact("playground/gallery.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(pg.EXPORTING, "1")  # without the frameworks, as in the browser
        spec = importlib.util.spec_from_file_location("quantization", NOTEBOOK)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        _, found = module.app.run()
    return dict(found)


def test_all_cells_run(definitions: dict[str, object]) -> None:
    assert {"graph", "original", "reference", "scene", "structure", "controls"} <= set(definitions)


def test_the_run_is_the_engines(definitions: dict[str, object]) -> None:
    graph, original, images = (definitions[name] for name in ("graph", "original", "images"))
    assert isinstance(original, pg.Run)
    expected = graph.run(images, "all")  # type: ignore[attr-defined]  # a Graph, from the notebook's untyped names
    for name, value in expected.items():
        np.testing.assert_array_equal(original.values[name], value)


def test_nothing_is_changed_at_the_start(definitions: dict[str, object]) -> None:
    scene = definitions["scene"]
    assert isinstance(scene, pg.Scene)
    assert scene.edits == ()
    assert scene.after is None
    assert scene.runs == (definitions["original"],) * 2, "nothing is computed twice"
