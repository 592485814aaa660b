"""Test vectors: right, alike in every format, described, refused with a reason."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc import schemas
from resnet8doc.arithmetic import FLOAT32, Finish
from resnet8doc.arrays import read_hex
from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.graph import Graph
from resnet8doc.hardware import CREDIT, FORMATS, write_vectors
from resnet8doc.hardware.vectors import Vector
from resnet8doc.hardware.vectors._formats import stem

from .legal_graphs import one_convolution

Array = npt.NDArray[Any]


@pytest.fixture(scope="module")
def vectors(network: Graph, images: Array, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write every format of every layer for two images."""
    output = tmp_path_factory.mktemp("vectors") / "set"
    return write_vectors(network, images, [3, 1], None, FORMATS, output).parent


def arrays(folder: Path, stem: str) -> dict[str, Array]:
    with np.load(folder / f"{stem}.npz", allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.mark.criterion("13.4")
def test_manifest_follows_its_schema_and_lists_every_file(vectors: Path, images: Array) -> None:
    manifest = read_json(vectors / "manifest.json")
    schemas.validate(manifest, "vectors")
    there = {str(path.relative_to(vectors)) for path in vectors.rglob("*") if path.is_file()} - {"manifest.json"}
    assert {entry["path"] for entry in manifest["files"]} == there
    for entry in manifest["files"]:
        content = (vectors / entry["path"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"])
    assert [entry["index"] for entry in manifest["images"]] == [3, 1]
    assert manifest["images"][0]["sha256"] == hashlib.sha256(images[3].tobytes()).hexdigest()


@pytest.mark.criterion("13.4")
def test_manifest_describes_the_arrays(vectors: Path) -> None:
    for layer in read_json(vectors / "manifest.json")["layers"]:
        found = arrays(vectors, f"{layer['node']}-image3")
        described = {entry["name"]: entry for entry in layer["tensors"]}
        assert list(found) == list(described)
        for name, array in found.items():
            assert (str(array.dtype), list(array.shape)) == (described[name]["dtype"], described[name]["shape"])
            assert len(described[name]["axes"]) == array.ndim
            assert described[name]["meaning"]


@pytest.mark.criterion("13.4")
def test_convolution_recomputed_from_its_vector_alone(vectors: Path) -> None:
    v = arrays(vectors, "down_quant-image1")
    x = np.pad(v["x"].astype(np.int64) - v["x_zero_point"], ((0, 1), (0, 1), (0, 0)))
    w = v["w"].astype(np.int64) - v["w_zero_point"][:, None, None, None]
    for i, j, m in np.ndindex(v["y"].shape):
        total = v["bias"][m] + (x[2 * i : 2 * i + 3, 2 * j : 2 * j + 3] * w[m]).sum()
        assert total == v["accumulator"][i, j, m]
    made = FLOAT32.apply(v["accumulator"], v["multiplier"], v["y_zero_point"], np.int8, Finish())
    np.testing.assert_array_equal(made, v["y"])
    exact = v["x_scale"].astype(float) * v["w_scale"].astype(float) / v["y_scale"].astype(float)
    np.testing.assert_allclose(v["fixed_multiplier"] * 2.0 ** -v["fixed_shift"].astype(float), exact, rtol=2**-31)


@pytest.mark.criterion("13.4")
def test_accumulators_of_every_layer_give_its_output(vectors: Path) -> None:
    tested = 0
    for path in sorted(vectors.glob("*-image3.npz")):
        v = arrays(vectors, path.stem)
        if "accumulator" in v:
            made = FLOAT32.apply(v["accumulator"], v["multiplier"], v["y_zero_point"], v["y"].dtype, Finish())
            np.testing.assert_array_equal(made.ravel(), v["y"].ravel(), err_msg=path.stem)
            tested += 1
    assert tested == 6


@pytest.mark.criterion("13.4")
def test_the_image_is_the_first_input(vectors: Path, images: Array) -> None:
    first = arrays(vectors, "quantize-image3")
    np.testing.assert_array_equal(first["x"], images[3].astype(np.float32))
    np.testing.assert_array_equal(first["y"].astype(int) + 128, images[3])
    np.testing.assert_array_equal(arrays(vectors, "stem_quant-image3")["x"], first["y"])


def test_outputs_are_the_engine_s(vectors: Path, network: Graph, images: Array) -> None:
    values = network.run(images[1:2], "all")
    for node in network.nodes:
        if (path := vectors / f"{node.name}-image1.npz").exists():
            expected = values[node.output][0]
            made = arrays(vectors, path.stem)["y"]
            np.testing.assert_array_equal(made, expected.transpose(1, 2, 0) if expected.ndim == 3 else expected)


@pytest.mark.parametrize(
    "stem", ["stem_quant-image3", "first_add_quant-image1", "product_quant-image3", "quantize-image1"]
)
def test_formats_hold_the_same_numbers(vectors: Path, stem: str) -> None:
    expected = arrays(vectors, stem)
    text = read_json(vectors / f"{stem}.json")
    schemas.validate(text, "vectors_layer")
    with zipfile.ZipFile(vectors / f"{stem}-hex.zip") as archive:
        assert len(archive.namelist()) == len(expected)
        zipped = {name.split("/")[1]: archive.read(name) for name in archive.namelist()}
    for name, array in expected.items():
        entry = text["tensors"][name]
        np.testing.assert_array_equal(np.array(entry["values"], entry["dtype"]).reshape(entry["shape"]), array)
        path = vectors / f"{stem}-hex" / f"{name}.hex"
        assert path.read_bytes() == zipped[path.name]
        words = [line for line in path.read_text().splitlines() if not line.startswith("//")]
        unsigned = np.array([int(word, 16) for word in words], f"u{array.dtype.itemsize}")
        assert {len(word) for word in words} == {2 * array.dtype.itemsize}
        np.testing.assert_array_equal(unsigned.view(array.dtype).reshape(array.shape), array)
    np.testing.assert_array_equal(
        read_hex(vectors / f"{stem}-hex" / "y.hex").view(expected["y"].dtype), expected["y"].ravel()
    )


def test_same_vectors_same_bytes(vectors: Path, network: Graph, images: Array, tmp_path: Path) -> None:
    again = write_vectors(network, images, [3, 1], None, FORMATS, tmp_path / "again")
    assert again.read_bytes() == (vectors / "manifest.json").read_bytes()


def test_a_layer_may_be_named_in_four_ways(network: Graph, images: Array, tmp_path: Path) -> None:
    for name in ("stem", "stem_quant", "stem_y"):
        manifest = write_vectors(network, images, [0], [name], ["json"], tmp_path / name)
        assert [entry["path"] for entry in read_json(manifest)["files"]] == ["stem_quant-image0.json"]


def test_an_earlier_set_is_replaced_another_folder_is_not(network: Graph, images: Array, tmp_path: Path) -> None:
    output = tmp_path / "set"
    write_vectors(network, images, [0], ["stem"], ["npz"], output)
    write_vectors(network, images, [1], ["down"], ["json"], output)
    assert sorted(path.name for path in output.iterdir()) == ["down_quant-image1.json", "manifest.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("all my work")
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "manifest.json").write_text("[]")
    with pytest.raises(UserError, match="list exists and holds no test vectors"):
        write_vectors(network, images, [0], ["stem"], ["npz"], tmp_path / "list")
    with pytest.raises(UserError, match=r"cannot write .*thesis.txt"):
        write_vectors(network, images, [0], ["stem"], ["npz"], tmp_path / "precious" / "thesis.txt" / "set")
    with pytest.raises(UserError, match="precious exists and holds no test vectors"):
        write_vectors(network, images, [0], ["stem"], ["npz"], tmp_path / "precious")
    assert (tmp_path / "precious" / "thesis.txt").read_text() == "all my work"


def test_a_failure_leaves_nothing(
    network: Graph, images: Array, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "set"
    write_vectors(network, images, [0], ["stem"], ["npz"], output)
    before = (output / "manifest.json").read_bytes()

    def full(*_: object) -> dict[str, bytes]:
        raise OSError("disk full")

    monkeypatch.setitem(FORMATS, "json", full)
    with pytest.raises(OSError, match="disk full"):
        write_vectors(network, images, [0], ["stem"], ["npz", "json"], output)
    assert (output / "manifest.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


@pytest.mark.parametrize(
    ("indices", "layers", "formats", "message"),
    [
        ([12], None, ["npz"], "there is no image 12; expected 0 to 11"),
        ([-1], None, ["npz"], "there is no image -1; expected 0 to 11"),
        ([], None, ["npz"], "no image is named"),
        ([0], ["stack9"], ["npz"], "there is no layer 'stack9'; expected one of quantize, stem_quant"),
        ([0], [], ["npz"], "no layer is named"),
        ([0], None, ["pdf"], "there is no format 'pdf'; expected one of npz, json, c, hex, hex.zip"),
        ([0], None, [], "no format is named"),
    ],
)
def test_refusals(
    network: Graph,
    images: Array,
    tmp_path: Path,
    indices: list[int],
    layers: list[str] | None,
    formats: list[str],
    message: str,
) -> None:
    with pytest.raises(UserError, match=message):
        write_vectors(network, images, indices, layers, formats, tmp_path / "set")
    assert not list(tmp_path.iterdir())


def test_other_formats_of_models_are_refused(network: Graph, images: Array, tmp_path: Path) -> None:
    from dataclasses import replace

    qdq = replace(network, format="QDQ")
    with pytest.raises(UserError, match="a model of format QDQ; expected one of integer operators"):
        write_vectors(qdq, images, [0], None, ["npz"], tmp_path / "set")


@pytest.mark.slow
@pytest.mark.criterion("13.4")
def test_the_real_network_s_vectors_are_light(resnet8: Graph, cifar10: tuple[Array, Array], tmp_path: Path) -> None:
    manifest = read_json(
        write_vectors(resnet8, cifar10[0], [0], None, ["npz", "json", "c", "hex.zip"], tmp_path / "set")
    )
    assert sum(entry["bytes"] for entry in manifest["files"]) < 8_000_000
    assert {layer["op_type"] for layer in manifest["layers"]} >= {"QLinearConv", "QLinearAdd", "QLinearMatMul"}
    assert len(manifest["layers"]) == 18


@pytest.mark.slow
@pytest.mark.criterion("13.4")
def test_the_site_s_vectors_are_the_engine_s(
    artifact: Callable[[str], Path], resnet8: Graph, cifar10: tuple[Array, Array]
) -> None:
    path = artifact("vectors/manifest.json")
    manifest = read_json(path)
    schemas.validate(manifest, "vectors")
    image = manifest["images"][0]["index"]
    values = resnet8.run(cifar10[0][image : image + 1], "all")
    outputs = {node.name: values[node.output][0] for node in resnet8.nodes}
    for entry in manifest["files"]:
        if entry["format"] == "npz" and entry["image"] == image:
            content = (path.parent / entry["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            y = np.load(io.BytesIO(content), allow_pickle=False)["y"]
            expected = outputs[entry["node"]]
            np.testing.assert_array_equal(y, expected.transpose(1, 2, 0) if expected.ndim == 3 else expected)


def test_credit_is_given_only_where_it_is_due(network: Graph, images: Array, tmp_path: Path) -> None:
    own = write_vectors(network, images, [0], ["stem"], FORMATS, tmp_path / "own")
    theirs = write_vectors(network, images, [0], ["stem"], FORMATS, tmp_path / "theirs", credit=CREDIT)
    assert read_json(own)["credit"] is None
    assert read_json(theirs)["credit"] == CREDIT
    for manifest in (own, theirs):
        schemas.validate(read_json(manifest), "vectors")
        for name in ("stem_quant-image0.json", "stem_quant-image0.h", "stem_quant-image0-hex/x.hex"):
            assert ("CIFAR" in (manifest.parent / name).read_text()) == (manifest is theirs)


@pytest.mark.parametrize(
    ("shape", "last", "axes"),
    [
        (["batch", 3, 6, 6], False, ["batch", "channel", "row", "column"]),
        (["batch", 6, 6, 3], True, ["batch", "row", "column", "channel"]),
        (["batch", 6, 6, 6], False, ["batch", "channel", "row", "column"]),  # nothing in the shape gives it away
    ],
)
def test_the_input_s_layout_is_the_graph_s(shape: list[Any], last: bool, axes: list[str], tmp_path: Path) -> None:
    graph = one_convolution(shape, last=last)
    x = np.random.default_rng(0).integers(0, 256, (2, *shape[1:])).astype(np.uint8)
    manifest = write_vectors(graph, x, [1], None, ["npz"], tmp_path / "set")
    assert [entry["axes"] for entry in read_json(manifest)["inputs"]] == [axes]
    quantize, conv = read_json(manifest)["layers"]
    for layer, name in ((quantize, "x"), (quantize, "y"), (conv, "x")):
        (tensor,) = (entry for entry in layer["tensors"] if entry["name"] == name)
        assert tensor["axes"] == ["row", "column", "channel"]
    v = arrays(manifest.parent, "QuantizeLinear_1-image1" if last else "QuantizeLinear_0-image1")
    np.testing.assert_array_equal(v["x"], x[1] if last else x[1].transpose(1, 2, 0))
    np.testing.assert_array_equal(v["y"].astype(int) + 128, v["x"])


def test_a_name_longer_than_a_file_may_have() -> None:
    """Converters join the names of fused layers; two that differ at their ends alone get files of their own."""
    long = "functional_1_depthwise_conv2d_BiasAdd_" * 8
    one, other = (stem(Vector(long, "", "QLinearConv", 0, {}, {}, long + end)) for end in ("a", "b"))
    assert one != other
    assert one.startswith("functional_1_depthwise_conv2d_BiasAdd_")
    assert one.endswith("-image0")
    assert len(one) < 140, "suffixes and a folder of hex files still fit into 255 bytes"
