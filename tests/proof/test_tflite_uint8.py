"""A whole network of uint8 codes: read, run, proven, specified and written as C."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from resnet8doc.cli import app
from resnet8doc.errors import UserError
from resnet8doc.extract import load, own_runtime
from resnet8doc.hardware import c, check, write_vectors
from resnet8doc.oracles import KERNELS
from resnet8doc.playground.model._own import own_network
from resnet8doc.proof import _tflite as module
from resnet8doc.proof import failure_tflite, prove_tflite
from resnet8doc.runtimes import RUNTIMES

from ..runtimes.uint8_converted import uint8_converted
from ..runtimes.uint8_network import uint8_mobilenet

OF_LITE = [kernels for kernels in KERNELS if kernels != "tflite_micro"]


def images(seed: int, many: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (many, 24, 24, 3)).astype(np.uint8)


def network(folder: Path, seed: int = 0) -> Path:
    path = folder / "mobile_uint8.tflite"
    path.write_bytes(uint8_mobilenet(seed))
    return path


@pytest.mark.parametrize("kernels", OF_LITE)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_tensor_is_the_kernels(seed: int, kernels: str, tmp_path: Path) -> None:
    found = prove_tflite(network(tmp_path, seed), images(seed, 6), kernels, progress=False)
    assert found["totals"]["values"] > 60_000
    assert (found["totals"]["local_mismatches"], found["totals"]["end_to_end_mismatches"]) == (0, 0)
    assert failure_tflite(found) is None


def test_the_kernel_sets_differ_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network in which all kernel sets agree would not prove which one is computed."""
    monkeypatch.setattr(module, "RUNTIMES", {**RUNTIMES, "tflite_reference": RUNTIMES["tflite_builtin"]})
    found = prove_tflite(network(tmp_path), images(0, 6), "tflite_reference", progress=False)
    assert found["totals"]["local_mismatches"] > 0


def test_no_tensor_is_flat(tmp_path: Path) -> None:
    graph = load(network(tmp_path)).with_runtime("tflite_reference")
    values = graph.run(images(0, 6), "all")
    assert {str(value.dtype) for value in values.values()} == {"uint8"}
    assert min(len(np.unique(values[node.output])) for node in graph.nodes) > 20


def test_micro_refuses_it_and_the_engine_says_so(tmp_path: Path) -> None:
    path = network(tmp_path)
    with pytest.raises(UserError, match="tflite_micro refuses the file"):
        prove_tflite(path, images(0, 1), "tflite_micro", progress=False)
    with pytest.raises(UserError, match="TensorFlow Lite Micro has no QLinearConv of uint8; expected int8, or kernels"):
        load(path).run(images(0, 1), runtime="tflite_micro")


def test_its_c_and_its_vectors_are_the_engine(tmp_path: Path) -> None:
    graph, fed = load(network(tmp_path)).with_runtime("tflite_reference"), images(3, 2)
    feeds = {graph.inputs[0].name: fed}
    program = c.build(graph, tmp_path / "c", flags=("-O1",))
    every, expected = c.run(program, graph, feeds, "all"), graph.run(feeds, "all")
    assert check({name: every[name] for name in every if name in expected}, graph, feeds).equal
    write_vectors(graph, {graph.inputs[0].name: fed[:1]}, [0], None, ["npz"], tmp_path / "set")
    last = graph.nodes[-1].inputs[0].tensor
    with np.load(tmp_path / "set" / f"{last}-image0.npz", allow_pickle=False) as archive:
        np.testing.assert_array_equal(archive["y"].reshape(-1), expected[last][:1].reshape(-1))


def test_extract_prove_and_spec_take_it(tmp_path: Path) -> None:
    path = network(tmp_path)
    np.save(tmp_path / "x.npy", images(0, 2))
    given = ["--input", str(tmp_path / "x.npy")]
    for command in (
        ["extract", str(path), "--output", str(tmp_path / "extraction")],
        ["prove", str(path), *given],
        ["spec", str(path), *given, "--output", str(tmp_path / "spec")],
    ):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
    assert "TensorFlow Lite, reference kernels" in (tmp_path / "spec" / "index.html").read_text()
    extraction = tmp_path / "extraction" / "mobile_uint8_tflite_operations.json"
    assert own_runtime(extraction) == own_runtime(path) == "tflite_reference", "Micro has none of uint8"
    opened = own_network({file.name: file.read_bytes() for file in extraction.parent.iterdir()})
    assert opened.graph.runtime.name == "tflite_reference"


def test_a_network_that_tensorflow_converted(tmp_path: Path) -> None:
    path, given = tmp_path / "converted.tflite", images(5, 4)
    path.write_bytes(uint8_converted())
    graph = load(path).with_runtime("tflite_reference")
    stored = [graph.parameters[str(node.tensor("w_zero_point"))] for node in graph.nodes if node.tensor("w_zero_point")]
    assert [str(zero.dtype) for zero in stored] == ["uint8"] * 7
    assert all(0 < int(zero) < 255 for zero in stored), "no weights are symmetric"
    for kernels in OF_LITE:
        found = prove_tflite(path, given, kernels, progress=False)
        assert found["totals"]["values"] > 40_000
        assert (found["totals"]["local_mismatches"], found["totals"]["end_to_end_mismatches"]) == (0, 0)
    feeds = {graph.inputs[0].name: given}
    every = c.run(c.build(graph, tmp_path / "c", flags=("-O1",)), graph, feeds, "all")
    expected = graph.run(feeds, "all")
    assert len(set(every) & set(expected)) == 10, "every operator that makes codes"
    assert check({name: every[name] for name in every if name in expected}, graph, feeds).equal
