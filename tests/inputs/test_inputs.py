"""What the tools feed a network: arrays, pictures, seeded values; and whatever people hand in."""

import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from resnet8doc.errors import UserError
from resnet8doc.inputs import chunks, inputs_for, is_resnet8, parse_shapes

from ..hardware.legal_graphs import one_convolution as network

Array = npt.NDArray[Any]


def test_arrays_by_name_or_alone(tmp_path: Path) -> None:
    graph = network(["batch", 3, 4, 5])
    x = np.random.default_rng(0).normal(size=(6, 3, 4, 5)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "named.npz", x=x)
    np.savez(tmp_path / "other.npz", whatever=x)
    np.save(tmp_path / "one.npy", x[2])
    for name in ("x.npy", "named.npz", "other.npz"):
        np.testing.assert_array_equal(inputs_for(graph, tmp_path / name, None).feeds["x"], x)
    np.testing.assert_array_equal(inputs_for(graph, tmp_path / "x.npy", 2).feeds["x"], x[:2])
    np.testing.assert_array_equal(inputs_for(graph, tmp_path / "one.npy", None).feeds["x"], x[2:3])
    assert inputs_for(graph, tmp_path / "x.npy", None).credit is None


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((1, 3, 4, 5)), r'x in x.npy is float64; expected float32 or uint8 pixels. Convert it: .*"float32"'),
        (np.zeros((1, 4, 5, 3), np.float32), r"has shape \[1, 4, 5, 3\]; expected \[batch, 3, 4, 5\]"),
        (np.zeros((0, 3, 4, 5), np.float32), "x in x.npy holds no numbers; expected at least one item"),
        (np.array([{}]), "cannot be read .* expected a complete .npy or .npz of plain numbers"),
    ],
)
def test_arrays_that_do_not_fit(array: Array, message: str, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", array, allow_pickle=True)
    with pytest.raises(UserError, match=message):
        inputs_for(network(["batch", 3, 4, 5]), tmp_path / "x.npy", None)


def test_files_that_are_none(tmp_path: Path) -> None:
    graph = network(["batch", 3, 4, 5])
    (tmp_path / "text.npy").write_text("hello")
    (tmp_path / "empty").mkdir()
    for name, message in (("no.npy", "does not exist"), ("text.npy", "cannot be read"), ("empty", "holds no pictures")):
        with pytest.raises(UserError, match=message):
            inputs_for(graph, tmp_path / name, None)


def test_an_npz_of_no_array_and_one_of_two_of_a_name(tmp_path: Path) -> None:
    graph = network(["batch", 3, 4, 5])
    np.savez(tmp_path / "none.npz")
    with pytest.raises(UserError, match=r"none.npz holds no array; expected x"):
        inputs_for(graph, tmp_path / "none.npz", None)
    np.save(tmp_path / "x.npy", np.zeros((1, 3, 4, 5), np.float32))
    with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "two.npz", "w") as archive:
        warnings.simplefilter("ignore", UserWarning)  # the standard library warns of the second name
        for _ in range(2):
            archive.write(tmp_path / "x.npy", "x.npy")
    with pytest.raises(UserError, match=r"two.npz cannot be read .it holds two arrays called x."):
        inputs_for(graph, tmp_path / "two.npz", None)


def test_more_seeded_values_than_memory_holds_are_refused() -> None:
    graph = network(["batch", 3, 4, 5])
    with pytest.raises(UserError, match=r"input x would be of shape .* expected at most 268,435,456 numbers"):
        inputs_for(graph, None, 10**11)


def test_pictures_are_opaque_and_of_eight_bits_and_that_is_said(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "a.png")
    Image.fromarray(np.full((4, 4), 0x8000, np.uint16)).save(tmp_path / "b.png")
    found = inputs_for(network(["batch", 3, 4, 5], scale=1), tmp_path, None)
    np.testing.assert_array_equal(found.feeds["x"][:, 0, 0, 0], [255, 128])
    assert found.said.endswith(
        ", 0 to 255. Of 1 of them: Its transparent parts were laid on white. "
        "Of 1 of them: Of its 16 bits a pixel the upper 8 were taken."
    )


@pytest.mark.parametrize("cut", [20, 40, 60])
def test_a_torn_picture_is_named(tmp_path: Path, cut: int) -> None:
    Image.new("RGB", (40, 40), (1, 2, 3)).save(tmp_path / "whole.png")
    content = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "whole.png").unlink()
    (tmp_path / "torn.png").write_bytes(content[:cut] + content[cut + 1 :])
    with pytest.raises(UserError, match=r"torn.png cannot be read .* expected a picture"):
        inputs_for(network(["batch", 3, 4, 5]), tmp_path, None)


@pytest.mark.parametrize("last", [False, True])
def test_pictures_are_brought_to_the_network_s_shape_and_order_of_axes(tmp_path: Path, last: bool) -> None:
    colours = [(255, 0, 0), (0, 0, 255)]
    for number, colour in enumerate(colours):
        Image.new("RGB", (20, 10), colour).save(tmp_path / f"{number}.png")
    given = inputs_for(network(["batch", 4, 5, 3] if last else ["batch", 3, 4, 5], last=last), tmp_path, None)
    x = given.feeds["x"]
    assert x.dtype == np.uint8
    pixels = x if last else x.transpose(0, 2, 3, 1)
    assert pixels.shape == (2, 4, 5, 3)
    for number, colour in enumerate(colours):
        assert (pixels[number] == colour).all()
    assert "channels last" in given.said if last else "channels first" in given.said


def test_pictures_are_scaled_to_the_range_of_the_first_quantizer(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 255]], np.uint8)).save(tmp_path / "a.png")
    graph = network(["batch", 1, 1, 2], scale=1 / 127, zero=0)
    given = inputs_for(graph, tmp_path, None)
    np.testing.assert_allclose(given.feeds["x"].ravel(), [-128 / 127, 1.0], rtol=1e-6)
    assert "scaled to -1.008 to 1" in given.said


def test_pictures_for_a_network_that_takes_none(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    for graph in (network(["batch", 5, 4, 4]), network(["batch", 3, 4, 4], kind="int8")):
        with pytest.raises(UserError, match=r"expected (rows, columns, and 1 or 3 channels|float32 or uint8)"):
            inputs_for(graph, tmp_path, None)


def test_seeded_values_cover_the_range_and_are_always_the_same() -> None:
    graph = network([1, 3, 40, 50], scale=1 / 127, zero=0)
    x = inputs_for(graph, None, 4).feeds["x"]
    assert x.shape == (4, 3, 40, 50)
    assert x.dtype == np.float32
    codes = graph.run({"x": x[:1]}, "all")[graph.nodes[0].output]
    assert len(np.unique(codes)) == 256
    np.testing.assert_array_equal(x, inputs_for(graph, None, 4).feeds["x"])
    pixels = inputs_for(network(["batch", 3, 4, 5]), None, None).feeds["x"]
    assert pixels.dtype == np.uint8
    assert len(pixels) == 10
    fed = inputs_for(network(["batch", 3, 40, 50], kind="int8"), None, 2).feeds["x"]
    assert fed.dtype == np.int8
    assert len(np.unique(fed)) == 256


def test_free_axes_are_asked_for() -> None:
    with pytest.raises(UserError, match=r"expected lengths for all axes but the first. Give them: --shape rows=LENGTH"):
        inputs_for(network(["batch", 3, "rows", 5]), None, None)


def test_only_resnet8_is_fed_its_images() -> None:
    other = network(["batch", 32, 32, 3], last=True)
    assert not is_resnet8(other)
    assert inputs_for(other, None, 1).credit is None


def test_shapes_on_the_command_line() -> None:
    assert parse_shapes(["batch=2", "a=b=3", "x=1,2"]) == {"batch": 2, "a=b": 3, "x": (1, 2)}
    for word in ("batch", "batch=", "=3", "batch=0", "batch=-1", "batch=two"):
        with pytest.raises(UserError, match="--shape is"):
            parse_shapes([word])


def test_pieces_go_as_the_shapes_have_it() -> None:
    x = np.arange(12).reshape(6, 2)
    free = replace(network(["batch", 3, 4, 5]), inputs=(replace(network(["b", 3, 4, 5]).inputs[0], shape=("b", 2)),))
    assert [(start, len(part["x"])) for start, part in chunks(free, {"x": x}, 4)] == [(0, 4), (4, 2)]
    fixed = replace(free, inputs=(replace(free.inputs[0], shape=(2, 2)),))
    assert [(start, part["x"].tolist()) for start, part in chunks(fixed, {"x": x}, 4)][1] == (1, [[4, 5], [6, 7]])
