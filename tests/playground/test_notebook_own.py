"""The notebook with a reader's own files: every cell runs, and what it shows is the engine's, or a sentence."""

import importlib.util
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from resnet8doc import playground as pg

from .large import large

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "quantization.py"

pytestmark = pytest.mark.slow


class File(NamedTuple):
    """What marimo's button gives for each file."""

    name: str
    contents: bytes


class Given(NamedTuple):
    """What stands for marimo's button, with the files that a reader gave."""

    value: list[File]


@pytest.fixture
def run(artifact: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[list[File], list[File]], Any]:
    """Give a function that runs all cells with the files of a reader."""
    artifact("playground/gallery.npz")
    monkeypatch.setenv(pg.EXPORTING, "1")  # without the frameworks, as in the browser

    def all_cells(network: list[File], fed: list[File]) -> Any:
        spec = importlib.util.spec_from_file_location("quantization", NOTEBOOK)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.app.run(defs={"files": Given(network), "own": Given(fed)})[1]

    return all_cells


def test_an_onnx_file_fed_an_npy_or_a_picture(run: Callable[[list[File], list[File]], Any]) -> None:
    model = File("large.onnx", large().SerializeToString())
    graph = pg.own_network({model.name: model.contents}).graph
    array, picture = io.BytesIO(), io.BytesIO()
    np.save(array, np.random.default_rng(5).normal(0, 2, (1, 3, 32, 32)).astype(np.float32))
    Image.fromarray(np.random.default_rng(2).integers(0, 256, (40, 60, 3), np.uint8)).save(picture, "png")
    for fed in (File("x.npy", array.getvalue()), File("picture.png", picture.getvalue())):
        found = run([model], [fed])
        assert "large is open" in found["model_said"]
        assert f"{fed.name} is fed: " in found["picture_said"]
        feeds, _ = pg.own_feeds(graph, fed.name, fed.contents)
        for name, value in graph.run(feeds, "all").items():
            np.testing.assert_array_equal(found["original"].values[name], value)
        assert found["reference"] is None
        assert "nodes from" in found["structure"], "the structure is collapsed"


def test_bad_files_are_sentences_and_the_page_goes_on(run: Callable[[list[File], list[File]], Any]) -> None:
    found = run([File("<b>.onnx", b"this is no model")], [File("x.npy", b"this is no array")])
    assert "&lt;b&gt;.onnx cannot be read" in found["model_said"]
    assert f"The playground goes on with {pg.MODEL}." in found["model_said"]
    assert "x.npy cannot be read" in found["picture_said"]
    assert found["model_name"] == pg.MODEL
    assert found["scene"].after is None


def test_a_tflite_file_sorts_the_gallerys_pictures(
    run: Callable[[list[File], list[File]], Any], artifact: Callable[[str], Path]
) -> None:
    path = artifact("models/resnet8_int8.tflite")
    found = run([File(path.name, path.read_bytes())], [])
    graph = pg.own_network({path.name: path.read_bytes()}).graph
    assert found["scene"].sides[0].key == "tflite_micro"
    assert found["scene"].after is None, "B is the same until something is changed"
    expected = graph.run(found["images"])[graph.outputs[0].name]
    np.testing.assert_array_equal(found["original"].probabilities, expected)
    assert len(found["scene"].comparison.before) > 10, "its tensors stand beside the float network's"
